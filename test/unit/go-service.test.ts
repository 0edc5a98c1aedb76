// Profiles of running services: addresses, refusals, and a real Go server.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { serviceAddress } from '../../src/profilers/go/serviceAddress.ts';
import { goService } from '../../src/profilers/goService.ts';
import { readDefaults } from '../../src/profilers/options.ts';
import { ProblemError } from '../../src/profilers/problem.ts';
import type { Target } from '../../src/profilers/target.ts';
import { pprofTop, topOf } from '../pprofTool.ts';
import { hotCallers, profiledRun, type RunOptions } from '../profiledRun.ts';
import { needsTool } from '../tools.ts';

const agent = fileURLToPath(new URL('../../dist/agent.cjs', import.meta.url));
const SERVER = `package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
)

var held [][]byte

func hot(n int) (sum int) {
	for i := 0; i < n; i++ { sum += i * i % 7 } // HOT
	return sum
}

func main() {
	for i := 0; i < 32; i++ {
		held = append(held, make([]byte, 1<<20)) // HELD
	}
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	http.HandleFunc("/work", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, hot(1<<22)) })
	go func() {
		for {
			if response, err := http.Get("http://" + listener.Addr().String() + "/work"); err == nil {
				response.Body.Close()
			}
		}
	}()
	fmt.Println(listener.Addr())
	http.Serve(listener, nil)
}
`;

let base = '';
before(() => {
  base = mkdtempSync(path.join(os.tmpdir(), 'heatline service '));
});
after(() => rmSync(base, { recursive: true, force: true }));

const targetOf = (url: string): Target => ({ language: 'go', kind: 'service', file: '', url, args: [], cwd: base, env: {} });
const run = (url: string, given: RunOptions = {}) => profiledRun(goService, targetOf(url), base, { agent, ...given });
const preflight = async (url: string) => (await goService.preflight(targetOf(url), { read: readDefaults, agent, pythonFolder: '', log: () => undefined }))?.code;
const lineOf = (mark: string) => SERVER.slice(0, SERVER.indexOf(mark)).split('\n').length;

describe('addresses of services', () => {
  it('are what people type', () => {
    const usual = 'http://localhost:6060/debug/pprof/';
    for (const typed of [
      'localhost:6060', ' localhost:6060/ ', '6060', ':6060', 'http://localhost:6060', 'localhost:6060/debug/pprof', 'http://localhost:6060/debug/pprof/',
      'http://localhost:6060/debug/pprof/profile?seconds=5', 'localhost:6060/debug/pprof/heap#x', 'HTTP://LOCALHOST:6060/debug/pprof/?debug=1',
    ]) assert.equal(serviceAddress(typed), usual, typed);
    assert.equal(serviceAddress('https://example.com'), 'https://example.com/debug/pprof/');
    assert.equal(serviceAddress('https://example.com:8443/admin/pprof/goroutine?debug=2'), 'https://example.com:8443/admin/pprof/');
    assert.equal(serviceAddress('http://example.com/my/profiles'), 'http://example.com/my/profiles/');
    assert.equal(serviceAddress('[::1]:6060'), 'http://[::1]:6060/debug/pprof/');
    assert.equal(serviceAddress('10.0.0.7:6060'), 'http://10.0.0.7:6060/debug/pprof/');
  });

  it('are refused when they are none', () => {
    for (const typed of ['', '  ', 'ftp://host/', 'file:///etc/passwd', 'http://', 'a b', 'host:99999', 'http://:80', 'unix:///run/x.sock']) {
      assert.throws(() => serviceAddress(typed), ProblemError, typed);
    }
  });
});

describe('services that give no profile', () => {
  const answers: Readonly<Record<string, (response: http.ServerResponse) => void>> = {
    '/missing/': (response) => response.writeHead(404).end('404 page not found'),
    '/login/': (response) => response.writeHead(401).end(),
    '/moved/': (response) => response.writeHead(302, { location: 'http://example.com/' }).end(),
    '/odd/': (response) => response.writeHead(503).end('come back\nlater'),
    '/busy/': (response) => response.end('index'),
    '/busy/profile': (response) => response.writeHead(500).end('Could not enable CPU profiling: cpu profiling already in use\n'),
    '/page/': (response) => response.end('index'),
    '/page/profile': (response) => response.end('<html>Hello</html>'),
    '/broken/': (response) => response.end('index'),
    '/broken/profile': (response) => response.destroy(),
  };
  const server = http.createServer((request, response) => {
    const answer = answers[new URL(request.url!, 'http://x').pathname];
    if (answer) answer(response);
    else response.writeHead(404).end();
  });
  let address = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  });
  after(() => server.close());

  it('are told before the run', async () => {
    for (const [name, code] of [['missing', 'service-no-pprof'], ['login', 'service-forbidden'], ['moved', 'service-redirects'], ['odd', 'service-error'], ['busy', undefined]]) {
      assert.equal(await preflight(`${address}/${name}/`), code, name);
    }
    assert.equal(await preflight(address.replace('http:', 'https:')), 'service-tls');
    assert.equal(await preflight('nonsense://x'), 'service-address');
    const closed = net.createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as net.AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    assert.equal(await preflight(`127.0.0.1:${port}`), 'service-refused');
  });

  it('are told by the run', async () => {
    for (const [name, code] of [['busy', 'service-in-use'], ['page', 'service-no-profile'], ['broken', 'service-broken']]) {
      const error: unknown = await run(`${address}/${name}/`).catch((reason: unknown) => reason);
      assert.ok(error instanceof ProblemError, String(error));
      assert.equal(error.problem.code, code);
    }
  });
});

describe('go-service', function () {
  this.timeout(120_000);
  this.retries(2);
  const servers: ChildProcess[] = [];
  const addresses: string[] = [];
  before(async function () {
    needsTool(this, 'go');
    const folder = path.join(base, 'server');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'go.mod'), 'module example.com/server\n\ngo 1.18\n');
    writeFileSync(path.join(folder, 'main.go'), SERVER);
    execFileSync('go', ['build', '-o', 'server', '.'], { cwd: folder });
    const server = spawn(path.join(folder, 'server'), [], { stdio: ['ignore', 'pipe', 'ignore'] });
    servers.push(server);
    addresses.push((await new Promise<Buffer>((resolve) => server.stdout.once('data', resolve))).toString().trim());
  });
  after(() => servers.forEach((server) => server.kill('SIGKILL')));

  const share = (profile: Parameters<typeof hotCallers>[0], event: string, line: string) => hotCallers(profile, event).find(([each]) => each === line)?.[1] ?? 0;

  it('finds the hot line of a handler', async () => {
    const { profile, manifest, folder } = await run(addresses[0], { options: { 'goService.duration': 1 } });
    assert.deepEqual([manifest.exitCode, manifest.recording?.files], [0, ['cpu-0001.pprof']]);
    assert.ok(share(profile, 'cpu', `main.hot:${lineOf('// HOT')}`) > 0.6, JSON.stringify(hotCallers(profile, 'cpu').slice(0, 6)));
    assert.deepEqual(new Map([...topOf(profile, 1)].sort()), new Map([...await pprofTop(path.join(folder, 'cpu-0001.pprof'), 1, 'nanoseconds')].sort()));
  });

  it('is stopped with what the service has so far', async () => {
    const began = Date.now();
    const { profile, manifest } = await run(addresses[0], { options: { 'goService.duration': 0 }, when: 'Asking', then: (pid) => setTimeout(() => process.kill(pid, 'SIGINT'), 1200) });
    assert.ok(Date.now() - began < 9000, `${Date.now() - began} ms`);
    assert.equal(manifest.exitCode, 0);
    assert.ok(share(profile, 'cpu', `main.hot:${lineOf('// HOT')}`) > 0.6);
  });

  it('asks a server that may not answer for long in slices', async () => {
    // What Go servers with a WriteTimeout answered before the handlers moved their deadline.
    const limited = http.createServer((request, response) => {
      if (Number(/seconds=(\d+)/.exec(request.url!)?.[1] ?? 0) > 1) response.writeHead(400).end("profile duration exceeds server's WriteTimeout\n");
      else http.get(`http://${addresses[0]}${request.url}`, (answer) => answer.pipe(response));
    });
    await new Promise<void>((resolve) => limited.listen(0, '127.0.0.1', resolve));
    const { profile, folder, output } = await run(`127.0.0.1:${(limited.address() as net.AddressInfo).port}`, { options: { 'goService.duration': 2 } }).finally(() => limited.close());
    const files = readdirSync(folder).filter((name) => name.endsWith('.pprof')).sort();
    assert.ok(files.length >= 2, output);
    let sum = 0;
    for (const file of files) for (const costs of (await pprofTop(path.join(folder, file), 1, 'nanoseconds')).values()) sum += Number(costs.split(' ')[0]);
    assert.equal(profile.totals[1], sum);
  });

  it('fetches the memory and the goroutines of a service', async () => {
    const memory = await run(addresses[0], { options: { 'goService.profile': 'memory' } });
    assert.equal(memory.profile.events[memory.profile.defaultEvent].name, 'inuse_space');
    assert.ok(share(memory.profile, 'inuse_space', `main.main:${lineOf('// HELD')}`) > 0.6);
    const goroutines = await run(addresses[0], { options: { 'goService.profile': 'goroutine' } });
    assert.deepEqual(goroutines.profile.events.map(({ name }) => name), ['goroutine']);
    const allocs = await run(addresses[0], { options: { 'goService.profile': 'allocs' } });
    assert.equal(allocs.profile.events[allocs.profile.defaultEvent].name, 'alloc_space');
    assert.ok((await run(addresses[0], { options: { 'goService.profile': 'block' } })).profile.warnings.some((warning) => warning.includes('no samples')));
  });
});
