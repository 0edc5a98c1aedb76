/** How the Go runtime can be made to call us when a program exits, by version. */
export type ExitHook =
  /** `Add(Hook)` of internal/runtime/exithook (or internal/exithook), by linkname. */
  | { readonly kind: 'hook'; readonly symbol: string }
  /** `runtime.addExitHook(f, runOnNonZeroExit)`, by linkname. */
  | { readonly kind: 'function'; readonly symbol: string }
  /** A variable that a replaced os/proc.go calls. */
  | { readonly kind: 'variable'; readonly symbol: string }
  | { readonly kind: 'none' };

export interface CollectorTraits {
  /** Package clause of the file. */
  readonly packageName: string;
  readonly exit: ExitHook;
  /** Whether `os/signal.handlers` has the layout that we know, so that signals the program answers itself can be told from those it does not. */
  readonly signals: boolean;
}

/** The environment that tells the collector what to do; without a folder it does nothing. It is taken away again, so that child processes do not see it. */
export const COLLECTOR_ENV = {
  folder: 'HEATLINE_GO_FOLDER', profiles: 'HEATLINE_GO_PROFILES', rate: 'HEATLINE_GO_RATE', memory: 'HEATLINE_GO_MEMORY', block: 'HEATLINE_GO_BLOCK',
  mutex: 'HEATLINE_GO_MUTEX', test: 'HEATLINE_GO_TEST',
} as const;

/** The file whose appearance in the run's folder ends the program, with its profiles written. */
export const GO_STOP_FILE = 'stop';

/** What a Go file of the person's calls as the last thing of `main`. */
export const END_CALL = 'heatline__end()';

/**
 * A Go file that collects profiles from inside a program: it joins the person's package in the compiler's eyes only (`go build -overlay`). Every name at package
 * level begins with heatline__, imports too, for these share their block with the person's names. CPU profiles are parts, each after twice the time up to a
 * minute, so that a crash costs the last one only. In a test binary (HEATLINE_GO_TEST) the testing package writes the profiles, and this file only sees to it
 * that they are written when the run ends early.
 */
export function collectorSource({ packageName, exit, signals }: CollectorTraits): string {
  return `// Written by Heatline for a profile; it is part of no source folder.
package ${packageName}

import (
	heatline__os "os"
${signals ? '	heatline__signal "os/signal"\n	heatline__syscall "syscall"\n' : ''}	heatline__runtime "runtime"
	heatline__pprof "runtime/pprof"
	heatline__strconv "strconv"
	heatline__strings "strings"
	heatline__sync "sync"
	heatline__time "time"
	${signals ? 'heatline__unsafe' : '_'} "unsafe"
)

${hookDeclaration(exit)}
type heatline__collector struct {
	heatline__sync.Mutex
	folder   string
	profiles string
	rate     int
	test     bool
	ended    bool
	part     int
	file     *heatline__os.File
}

// The first variable of the first file: nothing of this package runs before it.
var heatline__started = heatline__begin()

// Nothing without a folder.
var heatline__run *heatline__collector

func heatline__setting(name string) string {
	value := heatline__os.Getenv(name)
	heatline__os.Unsetenv(name)
	return value
}

func heatline__number(name string) int {
	value, _ := heatline__strconv.Atoi(heatline__setting(name))
	return value
}

func heatline__begin() bool {
	c := &heatline__collector{
		folder: heatline__setting("${COLLECTOR_ENV.folder}"), profiles: heatline__setting("${COLLECTOR_ENV.profiles}"),
		rate: heatline__number("${COLLECTOR_ENV.rate}"), test: heatline__setting("${COLLECTOR_ENV.test}") != "",
	}
	memory, block, mutex := heatline__number("${COLLECTOR_ENV.memory}"), heatline__number("${COLLECTOR_ENV.block}"), heatline__number("${COLLECTOR_ENV.mutex}")
	if c.folder == "" {
		return false
	}
	heatline__run = c
	if !c.test {
		if c.wants("memory") && memory > 0 {
			heatline__runtime.MemProfileRate = memory
		}
		if c.wants("block") {
			heatline__runtime.SetBlockProfileRate(block)
		}
		if c.wants("mutex") {
			heatline__runtime.SetMutexProfileFraction(mutex)
		}
		c.startCPU()
	}
${hookCall(exit)}	go c.watch()
${signals ? '	c.catch()\n' : ''}	return true
}

func (c *heatline__collector) wants(profile string) bool {
	return heatline__strings.Contains(","+c.profiles+",", ","+profile+",")
}

func (c *heatline__collector) complain(err error) {
	heatline__os.Stderr.WriteString("Heatline: no profile: " + err.Error() + "\\n")
}

// startCPU begins the next part of the CPU profile.
func (c *heatline__collector) startCPU() {
	if !c.wants("cpu") {
		return
	}
	c.part++
	file, err := heatline__os.Create(c.partName() + ".new")
	if err == nil {
		if c.rate > 0 && c.rate != 100 {
			heatline__runtime.SetCPUProfileRate(c.rate)
		}
		err = heatline__pprof.StartCPUProfile(file)
	}
	if err != nil {
		c.complain(err)
		return
	}
	c.file = file
}

func (c *heatline__collector) partName() string {
	return c.folder + "/cpu-" + heatline__strconv.Itoa(10000+c.part)[1:] + ".pprof"
}

func (c *heatline__collector) stopCPU() {
	if c.test {
		heatline__pprof.StopCPUProfile()
		return
	}
	if c.file == nil {
		return
	}
	heatline__pprof.StopCPUProfile()
	c.file.Close()
	c.file = nil
	if err := heatline__os.Rename(c.partName()+".new", c.partName()); err != nil {
		c.complain(err)
	}
}

// write writes the profiles that count since the start.
func (c *heatline__collector) write() {
	for profile, lookup := range map[string]string{"memory": "allocs", "block": "block", "mutex": "mutex"} {
		name := c.folder + "/" + profile + ".pprof"
		if !c.wants(profile) {
			continue
		}
		if info, err := heatline__os.Stat(name); c.test && err == nil && info.Size() > 0 {
			continue // The testing package has written it.
		}
		file, err := heatline__os.Create(name + ".new")
		if err == nil {
			err = heatline__pprof.Lookup(lookup).WriteTo(file, 0)
			file.Close()
		}
		if err == nil {
			err = heatline__os.Rename(name+".new", name)
		}
		if err != nil {
			c.complain(err)
		}
	}
}

// heatline__end writes everything, once, whoever calls it first; others wait for it.
func heatline__end() {
	c := heatline__run
	if c == nil {
		return
	}
	c.Lock()
	defer c.Unlock()
	if c.ended {
		return
	}
	c.ended = true
	c.stopCPU()
	if c.wants("memory") {
		heatline__runtime.GC() // What is in use is known as of the last collection.
	}
	c.write()
}

// watch begins parts, and looks for the file that asks for the end.
func (c *heatline__collector) watch() {
	started, length := heatline__time.Now(), heatline__time.Second
	for {
		heatline__time.Sleep(200 * heatline__time.Millisecond)
		if _, err := heatline__os.Stat(c.folder + "/${GO_STOP_FILE}"); err == nil {
			heatline__end()
			heatline__os.Exit(130)
		}
		if c.test || heatline__time.Since(started) < length {
			continue
		}
		c.Lock()
		if c.ended {
			c.Unlock()
			return
		}
		c.stopCPU()
		c.write()
		c.startCPU()
		c.Unlock()
		if started = heatline__time.Now(); length < heatline__time.Minute {
			length *= 2
		}
	}
}
${signals ? SIGNALS : ''}`;
}

const SIGNALS = `
// The variable of os/signal, which is a heatline__handlerTable. Linkers before Go 1.23 look for the debug information of the type it has here.
//
//go:linkname heatline__handlers os/signal.handlers
var heatline__handlers uintptr

// ref counts the channels that a signal is sent to.
type heatline__handlerTable struct {
	heatline__sync.Mutex
	m   map[chan<- heatline__os.Signal]*[3]uint32
	ref [65]int64
}

// catch ends the profile when a signal ends the program. A signal that the program answers itself is its own business.
func (c *heatline__collector) catch() {
	signals := make(chan heatline__os.Signal, 4)
	for _, each := range []heatline__os.Signal{heatline__syscall.SIGINT, heatline__syscall.SIGTERM, heatline__syscall.SIGHUP} {
		if !heatline__signal.Ignored(each) {
			heatline__signal.Notify(signals, each)
		}
	}
	go func() {
		for each := range signals {
			handlers := (*heatline__handlerTable)(heatline__unsafe.Pointer(&heatline__handlers))
			handlers.Lock()
			others := handlers.ref[each.(heatline__syscall.Signal)] > 1
			handlers.Unlock()
			if others {
				continue
			}
			heatline__end()
			// As if we had not been here: the program dies by the signal.
			heatline__signal.Stop(signals)
			if self, err := heatline__os.FindProcess(heatline__os.Getpid()); err == nil && self.Signal(each) == nil {
				heatline__time.Sleep(heatline__time.Second)
			}
			heatline__os.Exit(2)
		}
	}()
}
`;

function hookDeclaration(exit: ExitHook): string {
  switch (exit.kind) {
    case 'hook':
      return `type heatline__hook struct {
	F            func()
	RunOnFailure bool
}

//go:linkname heatline__addHook ${exit.symbol}
func heatline__addHook(heatline__hook)
`;
    case 'function':
      return `//go:linkname heatline__addHook ${exit.symbol}
func heatline__addHook(f func(), onFailure bool)
`;
    case 'variable':
      return `//go:linkname heatline__atExit ${exit.symbol}
var heatline__atExit func()
`;
    case 'none':
      return '';
  }
}

function hookCall(exit: ExitHook): string {
  switch (exit.kind) {
    case 'hook':
      return '	heatline__addHook(heatline__hook{heatline__end, true})\n';
    case 'function':
      return '	heatline__addHook(heatline__end, true)\n';
    case 'variable':
      return '	heatline__atExit = heatline__end\n';
    case 'none':
      return '';
  }
}
