// Finding Go tests in the text of a file.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { withDeferredEnd } from '../../src/profilers/go/instrument.ts';
import { linkerFlags } from '../../src/profilers/go/instrument.ts';
import { codeOnly } from '../../src/profilers/go/sourceText.ts';
import { findGoTests, goTestAt } from '../../src/profilers/tests/goTests.ts';
import { testTarget } from '../../src/profilers/tests/testItem.ts';

const list = (text: string) => findGoTests(text).map(({ name, kind, line, endLine, id }) => `${kind} ${name} ${line}-${endLine} ${id}`);

const FILE = `package p_test

import "testing"

// func TestComment(t *testing.T) {}
/*
func TestBlockComment(t *testing.T) {
}
*/
var raw = \`
func TestRaw(t *testing.T) {
}
\`
var quote, brace = '"', '{'

func TestA(t *testing.T) {
	t.Run("plain", func(t *testing.T) {
		t.Run("in side", func(inner *testing.T) {
			inner.Run(\`raw "x"\`, func(t *testing.T) {})
		})
		println("}")
	})
	for _, c := range []struct{ name string }{{"one"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Run("below unknown", func(t *testing.T) {})
			_ = c
		})
	}
	t.Run("a"+"b", func(t *testing.T) {})
	cmd.Run("not a test")
	x.t.Run("not either", nil)
	t.Run(
		"over\\tlines (1+1) a/b \\u00e4",
		func(t *testing.T) { // "
		},
	)
}

func TestMain(m *testing.M) {}
func Testable(t *testing.T) {}
func Test(t *testing.T) {}
func TestÄ(t *testing.T) {}
func Testä(t *testing.T) {}
func Test_x(_ *testing.T) {}
func TestNoParameter() {}
func TestTwo(t *testing.T, n int) {}
func TestGeneric[T any](t *testing.T) {}
func (s Suite) TestMethod(t *testing.T) {}
func BenchmarkB(b *testing.B) { b.Run("10 MB", func(b *testing.B) {}) }
func FuzzF(f *testing.F) { f.Fuzz(func(t *testing.T, s string) { t.Run("no", nil) }) }
func ExampleX() {
	// Output: 5
}
func ExampleSilent() {
	println("// no output")
}
func ExampleUnordered() {
	// Unordered output:
}
func help(t *testing.T) { t.Run("of nobody", nil) }
func TestOpen(t *testing.T) {
	t.Run("open", func(t *testing.T) {
`;

describe('Go tests in a file', () => {
  it('are functions, their sub-tests with literal names, and nothing that looks like them', () => {
    assert.deepEqual(list(FILE), [
      'test TestA 16-37 ^TestA$',
      'test TestA/plain 17-22 ^TestA$/^plain$',
      'test TestA/plain/in_side 18-20 ^TestA$/^plain$/^in_side$',
      'test TestA/plain/in_side/raw_"x" 19-19 ^TestA$/^plain$/^in_side$/^raw_"x"$',
      'test TestA/over_lines_(1+1)_a/b_ä 32-36 ^TestA$/^over_lines_\\(1\\+1\\)_a$/^b_ä$',
      'test Test 41-41 ^Test$',
      'test TestÄ 42-42 ^TestÄ$',
      'test Test_x 44-44 ^Test_x$',
      'benchmark BenchmarkB 49-49 ^BenchmarkB$',
      'benchmark BenchmarkB/10_MB 49-49 ^BenchmarkB$/^10_MB$',
      'fuzz FuzzF 50-50 ^FuzzF$',
      'example ExampleX 51-53 ^ExampleX$',
      'example ExampleUnordered 57-59 ^ExampleUnordered$',
      'test TestOpen 61-63 ^TestOpen$',
      'test TestOpen/open 62-63 ^TestOpen$/^open$',
    ]);
  });

  it('are found at a line: the innermost one', () => {
    const at = (line: number) => goTestAt(FILE, line)?.name;
    assert.deepEqual([1, 5, 11, 16, 17, 19, 21, 24, 25, 29, 33, 37, 38, 43].map(at), [
      undefined, undefined, undefined, 'TestA', 'TestA/plain', 'TestA/plain/in_side/raw_"x"', 'TestA/plain', 'TestA', 'TestA', 'TestA', 'TestA/over_lines_(1+1)_a/b_ä', 'TestA', undefined, undefined,
    ]);
  });

  it('in files with carriage returns, none, or nothing', () => {
    assert.deepEqual(list('package p\r\nfunc TestA(t *testing.T) {\r\n\tt.Run("x y", func(t *testing.T) {\r\n\t})\r\n}\r\n'), ['test TestA 2-5 ^TestA$', 'test TestA/x_y 3-4 ^TestA$/^x_y$']);
    assert.deepEqual(list(''), []);
    assert.deepEqual(list('func Test'), []);
    assert.deepEqual(list('/* func TestA(t *testing.T) {'), []);
    assert.deepEqual(list('func TestA(t *T) { "unclosed }\n}'), ['test TestA 1-2 ^TestA$']);
  });

  it('become targets', () => {
    const around = { cwd: '/src', env: { A: '1' } };
    const [test] = findGoTests('func TestA(t *testing.T) {}');
    assert.deepEqual(testTarget('go', '/src/a_test.go', test, around), {
      language: 'go', kind: 'test', title: 'TestA', file: '/src/a_test.go', goTest: { run: '^TestA$', bench: '' }, args: [], ...around,
    });
    const [benchmark] = findGoTests('func BenchmarkA(b *testing.B) {}');
    assert.deepEqual(testTarget('go', '/src/a_test.go', benchmark, around).goTest, { run: '^$', bench: '^BenchmarkA$' });
  });
});

describe('Go source', () => {
  it('keeps its length and lines without literals and comments', () => {
    for (const text of [FILE, 'a // x\nb', '"a\\"b" c', '`a\n"b` c', "'\\'' x", '"open\nx', '/* a\n*/ b', '`open\nx', '"\\', '/', '//', '/*']) {
      const code = codeOnly(text);
      assert.equal(code.length, text.length, JSON.stringify(text));
      assert.deepEqual([...code.matchAll(/\n/g)].map(({ index }) => index), [...text.matchAll(/\n/g)].map(({ index }) => index));
    }
    assert.equal(codeOnly('x("a/*b") /* c */ `d` \'"\' y // z'), 'x("    ")         ` ` \' \' y     ');
  });

  it('gets a deferred call into main, on its line', () => {
    assert.equal(withDeferredEnd('package main\n\n// func main() {}\nfunc  main ( ) { run() }\n'), 'package main\n\n// func main() {}\nfunc  main ( ) {defer heatline__end();  run() }\n');
    assert.equal(withDeferredEnd('package main\nfunc (x T) main() {}\nvar s = "func main() {"\n'), undefined);
    assert.equal(withDeferredEnd('package main\nfunc main() {\n}\n')!.split('\n').length, 4);
  });

  it('keeps the linker flags that ours would hide', () => {
    assert.deepEqual(linkerFlags([], ''), []);
    assert.deepEqual(linkerFlags(['-race', '-ldflags=-X main.v=1'], '-s'), ['-X main.v=1']);
    assert.deepEqual(linkerFlags(['--ldflags', '-s -w', '-v'], ''), ['-s -w']);
    assert.deepEqual(linkerFlags(['-v'], '-s -w'), ['-s -w']);
  });
});
