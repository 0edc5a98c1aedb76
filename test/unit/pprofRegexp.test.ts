// The regular expressions of Go in profiles, matched without backtracking. With Go at hand, against Go.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PatternError } from '../../src/formats/pprofPattern.ts';
import { WholeMatch } from '../../src/formats/pprofRegexp.ts';
import { needsTool } from '../tools.ts';

const PATTERNS = [
  'malloc', 'calloc|cfree|malloc', 'tcmalloc::.*', '(__)?posix_memalign', 'operator new(\\[\\])?', 'runtime\\..*', 'runtime\\.call[0-9]*', '(?i)MALLOC', '(?:a|b)+c?',
  'a{2}', 'a{2,}', 'a{0,3}b', '[^a-c]+', '[[:alpha:]_]+\\d*', '\\w+\\s\\w+', '\\bfoo\\b.*', '^foo$', '(?s).*', '.*', '', 'a||b', '(a|)*b', '\\Qa.b\\E.*', '\\x41\\x{42}', '[\\]a]+', '[a\\-z]+',
  'x*?y+?', '(?P<name>ab)+', '((a*)*)*b', '\\Afoo\\z', '[^\\n]*é', '(?i:straße)', 'a.b', '[]a]+', '(?-i)a', '\\(anonymous namespace\\).*', '[[:^digit:]]+', '\\D\\S\\W',
];
const TEXTS = [
  '', 'a', 'b', 'ab', 'aab', 'aaa', 'aaaa', 'abc', 'malloc', 'MALLOC', 'xmalloc', 'tcmalloc::New', 'posix_memalign', '__posix_memalign', 'operator new', 'operator new[]', 'runtime.call32', 'runtime.panic',
  'foo', 'foo bar', 'foobar', 'hello_1', 'AB', 'a.bc', 'axb', ']a]', 'a-z', 'xxyy', 'abab', 'x\ny', 'caf\u00e9', 'STRASSE', 'STRA\u00dfE', '(anonymous namespace)::f', 'd e!', 'd\u{1f600}f', 'ddd', 'z1!',
];

describe('pprof patterns', function () {
  this.timeout(120_000);

  it('match whole texts', () => {
    assert.ok(new WholeMatch('a|bc').test('bc'));
    assert.ok(!new WholeMatch('a|bc').test('abc'));
  });

  it('refuse what is not understood', () => {
    for (const pattern of ['(', ')', '[', '*', 'a{2001}', '\\', '(?<!a)', '\\pL', '\\8', '[z-a]', '(?:'.repeat(300), '(?:(?:(?:a{1000}){1000}){1000})', '(?:(?:(?:){1000}){1000}){1000}']) {
      assert.throws(() => new WholeMatch(pattern), PatternError, pattern.slice(0, 20));
    }
  });

  it('take linear time, and give up on texts beyond measure', () => {
    assert.ok(!new WholeMatch('((a*)*)*b').test('a'.repeat(50_000)));
    assert.throws(() => new WholeMatch('(?:.*){1000}x').test('a'.repeat(1_000_000)), PatternError);
  });

  it('say what Go says', async function () {
    needsTool(this, 'go');
    const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-regexp-'));
    try {
      await writeFile(path.join(folder, 'cases.json'), JSON.stringify({ patterns: PATTERNS, texts: TEXTS }));
      await writeFile(path.join(folder, 'main.go'), `package main
import ("encoding/json"; "os"; "regexp"; "fmt")
func main() {
  var cases struct{ Patterns, Texts []string }
  data, _ := os.ReadFile("cases.json")
  if err := json.Unmarshal(data, &cases); err != nil { panic(err) }
  for _, pattern := range cases.Patterns {
    of := regexp.MustCompile("^(" + pattern + ")$")
    row := ""
    for _, text := range cases.Texts { if of.MatchString(text) { row += "1" } else { row += "0" } }
    fmt.Println(row)
  }
}
`);
      const { stdout } = await promisify(execFile)('go', ['run', 'main.go'], { cwd: folder });
      const wanted = stdout.trim().split('\n');
      assert.deepEqual(
        PATTERNS.map((pattern) => `${pattern}: ${TEXTS.filter((text) => new WholeMatch(pattern).test(text)).join()}`),
        PATTERNS.map((pattern, row) => `${pattern}: ${TEXTS.filter((_, column) => wanted[row][column] === '1').join()}`),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
