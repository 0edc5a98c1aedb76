/** What the go command says when it cannot build what dlv was to debug. dlv passes its words on as they are. */
import path from 'node:path';
import { installRemedy } from '../../profilers/install.ts';
import type { Remedy } from '../../profilers/problem.ts';
import { fault } from '../fault.ts';
import { detailOf, type FaultRule } from './faultRule.ts';

const isBuilding = (command: readonly string[]) => command[0] === 'debug' || command[0] === 'test';

/** A command for a terminal in the folder of the package. */
function inFolder(label: string, command: readonly string[], cwd: string): Remedy[] {
  return [{ kind: 'terminal', label, command, cwd }];
}

/** A complaint with a place: `./main.go:3:15: undefined: y`. */
const PLACE = /^(?:vet: )?\S.*?\.(?:go|s|c|h|cc|cpp):\d+(?::\d+)?: /m;

const noGo: FaultRule = async (words) => {
  if (!/exec: "go": (executable file )?not found/.test(words)) return undefined;
  return fault('delve-no-go', 'The go command was not found, and dlv builds programs with it.', 'Install Go (https://go.dev/dl), or add its folder "bin" to PATH: for this debug configuration by "env".', detailOf(words), await installRemedy('go'));
};

const noModule: FaultRule = (words, { dlvCwd }) => {
  if (!/go\.mod file not found|cannot find main module/.test(words)) return undefined;
  const name = path.basename(dlvCwd).toLowerCase().replace(/[^a-z0-9._-]+/g, '-') || 'app';
  return fault('delve-no-module', `${dlvCwd} is in no Go module: there is no go.mod in it or above it.`, `Make one there: go mod init example.com/${name}. A single file needs none: name it in "program".`, detailOf(words), inFolder('Make go.mod', ['go', 'mod', 'init', `example.com/${name}`], dlvCwd));
};

const outsideWorkspace: FaultRule = (words, { dlvCwd }) => {
  if (!/go\.work|does not contain main module|outside main module or its selected dependencies/.test(words) || PLACE.test(words)) return undefined;
  return fault('delve-not-in-workspace', `${dlvCwd} is not among the modules that the go command works with there.`, 'Add it to go.work: go work use . (in that folder), or turn the workspace off with "env": {"GOWORK": "off"}.', detailOf(words), inFolder('Add to go.work', ['go', 'work', 'use', '.'], dlvCwd));
};

const missingModule: FaultRule = (words, { dlvCwd }) => {
  const required = /no required module provides package ([^\s;:]+)/.exec(words);
  const sum = /missing go\.sum entry|updates to go\.(mod|sum) needed|cannot find module providing package ([^\s;:]+)/.exec(words);
  if (!required && !sum) return undefined;
  const [happened, label, mends] = required
    ? [`The module does not require the package ${required[1]}.`, 'Get the Package', ['go', 'get', required[1]]] as const
    : ['go.mod and go.sum do not have all that the program imports.', 'Tidy go.mod', ['go', 'mod', 'tidy']] as const;
  return fault('delve-missing-module', happened, `In ${dlvCwd}: ${mends.join(' ')}`, detailOf(words), inFolder(label, mends, dlvCwd));
};

const goVersion: FaultRule = (words) => {
  const match = /requires go >= (\S+) \(running go ([^;\s]+)/.exec(words) ?? /cannot compile Go (\S+) code/.exec(words);
  if (!match) return undefined;
  return fault('delve-go-version', `The module asks for Go ${match[1]}, and an older one is installed${match[2] ? `: ${match[2]}` : ''}.`, 'Install that Go (https://go.dev/dl), let the go command fetch it with "env": {"GOTOOLCHAIN": "auto"}, or lower "go" in go.mod.', detailOf(words));
};

const noCompiler: FaultRule = async (words) => {
  const match = /C compiler "?([^"\s]+)"? not found|exec: "(gcc|clang|cc|g\+\+)": executable file not found/.exec(words);
  if (!match) return undefined;
  const install = { linux: 'sudo apt-get install build-essential', darwin: 'xcode-select --install', win32: 'winget install MSYS2.MSYS2' }[process.platform as string] ?? 'a package of your system has one';
  return fault('delve-no-cc', `The program needs cgo, and its C compiler ${match[1] ?? match[2]} was not found.`, `Install one (${install}), name it with "env": {"CC": "..."}, or build without cgo: "env": {"CGO_ENABLED": "0"}.`, detailOf(words), await installRemedy('cc'));
};

const excluded: FaultRule = (words) => {
  const match = /build constraints exclude all Go files in (.*)/.exec(words);
  if (!match) return undefined;
  return fault('delve-excluded', `Build constraints leave no file of ${match[1].trim()} to build.`, 'Give the tags that its files ask for by "tags"; files that import "C" need cgo: "env": {"CGO_ENABLED": "1"} and a C compiler.', detailOf(words));
};

const noFiles: FaultRule = (words) => {
  const match = /no (?:non-test )?Go files in (.*)|(?:stat|open|lstat) (.*?): directory not found|cannot find package "?([^"\n]+?)"? in|package (\S+) is not in (?:GOROOT|std)/.exec(words);
  if (!match) return undefined;
  const place = match.slice(1).find(Boolean)?.trim();
  return fault('delve-no-package', /Go files in/.test(match[0]) ? `There is no Go program in ${place}: no file ending in .go that belongs to it.` : `There is no package ${place}.`, 'Name the folder of a package in "program".', detailOf(words));
};

const noTests: FaultRule = (words, { command, dlvCwd }) => {
  const said = /\[no test files\]|open .*: no such file or directory|not an executable file|not a main package|Can not debug non-main package/.test(words);
  if (command[0] !== 'test' || !said) return undefined;
  return fault('delve-no-tests', `The package in ${dlvCwd} has no tests: no file ending in _test.go${/\[no test files\]/.test(words) ? '' : ' that belongs to it'}.`, 'Write one, or name another package in "program".', detailOf(words));
};

const noMain: FaultRule = (words, { command, dlvCwd }) => {
  if (command[0] !== 'debug' || !/not an executable file|Can not debug non-main package/.test(words)) return undefined;
  return fault('delve-no-main', `The package in ${dlvCwd} is not "main", so that there is no program to run.`, 'Name a package that starts with "package main" in "program", or debug its tests with "mode": "test".', detailOf(words));
};

/** All that the compiler and the linker refuse. */
const buildFailed: FaultRule = (words, { command }) => {
  if (!isBuilding(command) || !(PLACE.test(words) || /^# \S/m.test(words))) return undefined;
  return fault('delve-build', 'The program could not be built.', 'The compiler says why:', detailOf(words));
};

/** In order: what is more telling stands before what is more general. */
export const goFaults: readonly FaultRule[] = [noGo, noModule, goVersion, outsideWorkspace, missingModule, noCompiler, excluded, noTests, noMain, noFiles, buildFailed];
