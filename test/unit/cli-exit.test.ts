// Exit codes, help and suggestions of the terminal program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { CLI, fixture, heatline } from '../cliProgram.ts';

const CALLS = fixture('callgrind/calls.out');

const COMMANDS = ['top', 'lines', 'edges', 'series', 'findings', 'convert', 'diff', 'record', 'profilers', 'doctor'];

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-cli-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

const words = (...words: string[]) => words;

describe('exit codes of heatline', function () {
  this.timeout(60_000);

  const usage: readonly (readonly string[])[] = [
    words(), words('top'), words('melt', CALLS), words('top', CALLS, '--by', 'name'), words('top', CALLS, '--limit', 'x'), words('top', CALLS, '--limit', '-1'),
    words('top', CALLS, '--nonsense'), words('top', CALLS, '--event', 'Dr'), words('top', '-', '-'), words('lines', CALLS, 'nowhere.c'), words('edges'),
    words('series'), words('findings'), words('diff', CALLS), words('diff', CALLS, CALLS, CALLS), words('convert', CALLS), words('convert', CALLS, '--to', 'png'),
    words('convert', CALLS, '--to', 'collapsed', '--naming', 'loud'), words('record'), words('record', '--'), words('record', '--', 'no-such-program-here'),
    words('record', '--profiler', 'gprof', '--', 'true'), words('record', '--profiler', 'python-sample', '--', '/bin/sh'), words('profilers', 'a', 'b'), words('doctor', 'x'),
  ];
  for (const args of usage) {
    it(`are 2 for: ${['heatline', ...args].map((word) => path.basename(word)).join(' ')}`, () => {
      const { code, stdout, stderr } = heatline(args, { cwd: folder });
      assert.deepEqual([code, stdout, /^ +at /m.test(stderr)], [2, '', false], stderr);
      assert.notEqual(stderr, '');
    });
  }

  it('are 3 for unreadable input of every subcommand that reads', () => {
    const bad = write('bad.txt', 'buy milk\n');
    for (const args of [['lines', bad], ['edges', bad], ['series', bad], ['findings', bad], ['diff', bad, CALLS], ['diff', CALLS, bad], ['convert', bad, '--to', 'json']]) {
      assert.equal(heatline(args).code, 3, args[0]);
    }
  });

  it('are 0 when the reader has seen enough, without a word', async () => {
    const child = spawn(process.execPath, [CLI, 'convert', CALLS, '--to', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.deepEqual([code, said], [0, '']);
  });
});

describe('help of heatline', function () {
  this.timeout(60_000);

  it('lists the subcommands and the exit codes', () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { code, stdout, stderr } = heatline(args);
      assert.deepEqual([code, stderr], [0, '']);
      for (const command of COMMANDS) assert.match(stdout, new RegExp(`heatline ${command} `));
      assert.match(stdout, /0 fine, 1 the profiled program failed .*, 2 wrong usage or a tool failed, 3 unreadable input/);
    }
  });

  for (const command of COMMANDS) {
    it(`tells about ${command}, three ways`, () => {
      const [first, ...others] = [[command, '--help'], [command, '-h'], ['help', command]].map((args) => heatline(args));
      assert.deepEqual([first.code, first.stderr], [0, '']);
      assert.match(first.stdout, new RegExp(`^heatline ${command} `));
      for (const other of others) assert.deepEqual(other, first);
    });
  }

  it('stands in the README for every subcommand', () => {
    const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
    for (const command of COMMANDS) assert.match(readme, new RegExp(`heatline ${command}\\b`), command);
  });

  it('suggests the subcommand that was meant', () => {
    for (const [typed, meant] of [['tpo', 'top'], ['line', 'lines'], ['finding', 'findings'], ['recrod', 'record'], ['conv', 'convert']]) {
      assert.match(heatline([typed]).stderr, new RegExp(`Did you mean ${meant}\\?`), typed);
    }
    assert.doesNotMatch(heatline(['xylophone']).stderr, /Did you mean/);
  });

  it('tells the version', () => {
    const { version } = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8')) as { version: string };
    assert.deepEqual(heatline(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('leaves --help behind -- to the program', () => {
    const { code, stderr } = heatline(['record', '--', 'no-such-program-here', '--help'], { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, /no-such-program-here was not found/);
  });
});
