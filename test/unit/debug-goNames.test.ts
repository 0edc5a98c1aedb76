import assert from 'node:assert/strict';
import { namesAbove } from '../../src/debug/goNames.ts';

const TEXT = `package shop

import "fmt"

var limit = 10 // package level

type Item struct{ Name string }

func Sum(first, second int, more ...Item) (total int, err error) {
	total = first + second // total in a comment
	inner := func(third int) int {
		fourth := third + first
		return fourth // inner
	}
	for index, each := range more {
		text := "first" + each.Name + \`second\` + string('x')
		fmt.Println(text, Item{Name: text, }, 0x1f,
			index)
		switch { case total == limit: goto end }
		_ = more[index:total]
	}
end:
	return inner(total), err // outer
}

func (größe *Item) Rename(fn func(a string) interface{ X() }, m map[string]struct{}) func() int {
	größe.Name = fmt.Sprint(fn)
	return nil // method
}

func Generic[T any](values []T) T {
	return values[0] // generic
}
`;

const lineOf = (text: string) => TEXT.split('\n').findIndex((line) => line.includes(text));

function shown(stopped: string): string[] {
  return namesAbove(TEXT, lineOf(stopped)).map(({ name, line }) => `${line + 1} ${name}`);
}

describe('names of the stopped function of Go', () => {
  it('are those from its signature to the stopped line, without inner functions, fields, calls, keys, keywords, strings and comments', () => {
    assert.deepEqual(shown('// outer'), [
      '9 first', '9 second', '9 more', '9 Item', '9 total', '9 err', '10 total', '10 first', '10 second', '11 inner', '15 index', '15 each', '15 more',
      '16 text', '16 each', '17 fmt', '17 text', '17 Item', '18 index', '19 total', '19 limit', '19 end', '20 more', '20 index', '20 total', '23 total', '23 err',
    ]);
  });

  it('end with the stopped line, also within a statement', () => {
    assert.deepEqual(shown('fmt.Println').slice(-3), ['17 fmt', '17 text', '17 Item']);
  });

  it('of a function literal are its own', () => {
    assert.deepEqual(shown('// inner'), ['11 third', '12 fourth', '12 third', '12 first', '13 fourth']);
  });

  it('of a method, whose signature holds types with brackets, and letters beyond ASCII', () => {
    assert.deepEqual(shown('// method'), ['26 größe', '26 Item', '26 fn', '26 a', '26 m', '27 größe', '27 fmt', '27 fn']);
  });

  it('of a generic function', () => {
    assert.deepEqual(shown('// generic'), ['31 T', '31 values', '32 values']);
  });

  it('have the place of the name in the line', () => {
    const lines = TEXT.split('\n');
    for (const text of ['// outer', '// inner', '// method']) for (const { name, line, start, end } of namesAbove(TEXT, lineOf(text))) assert.equal(lines[line].slice(start, end), name);
  });

  it('are none outside of functions, and come from text that is no Go too', () => {
    assert.deepEqual(shown('package level'), []);
    assert.deepEqual(namesAbove('', 0), []);
    assert.deepEqual(namesAbove('func f() { x := "never closed\n y = 1', 1).map(({ name }) => name), ['x', 'y']);
    assert.deepEqual(namesAbove('func func ( { [', 0), []);
  });

  it('of a large file are found quickly', () => {
    const text = Array.from({ length: 5000 }, (_, at) => `func f${at}(a int) int {\n\tb := func() int { return a }\n\tc := ${at}\n\treturn b() + c\n}`).join('\n');
    const before = performance.now();
    assert.deepEqual(namesAbove(text, 20_003).map(({ name }) => name), ['a', 'b', 'c', 'c']);
    assert.ok(performance.now() - before < 3000);
  });
});
