import assert from 'node:assert/strict';
import { namesAbove } from '../../src/debug/pythonNames.ts';

const TEXT = `import os
LIMIT = 10

def outer(first, second=LIMIT):
    """first is no name here"""
    total = first + second  # total in a comment
    def inner(third):
        fourth = third
        return fourth
    for index in range(total):
        text = f'{index} no name' + rb"x".decode()
        call(text, key=total,
             other=index)
        total.real = os.path.join(text)
    if total == 3: pass
    return total

class Shop:
    rate = LIMIT
    price = rate * 2

    def sell(self, thing: str, *, count: int = 1) -> int:
        übrig = [each for each in thing]
        return übrig

answer = outer(LIMIT)
`;

const lineOf = (text: string) => TEXT.split('\n').findIndex((line) => line.includes(text));

function shown(stopped: string, text = TEXT): string[] {
  return namesAbove(text, lineOf(stopped)).map(({ name, line }) => `${line + 1} ${name}`);
}

describe('names of the stopped function', () => {
  it('are those from its definition to the stopped line, without inner functions, attributes, calls, keywords, strings and comments', () => {
    assert.deepEqual(shown('if total == 3'), [
      '4 first', '4 second', '4 LIMIT', '6 total', '6 first', '6 second', '10 index', '10 total', '11 text', '12 text', '12 total', '13 index', '14 total', '14 os', '14 text', '15 total',
    ]);
  });

  it('end with the stopped line, also within a statement', () => {
    assert.deepEqual(shown('call(text').slice(-3), ['11 text', '12 text', '12 total']);
  });

  it('of an inner function are its own', () => {
    assert.deepEqual(shown('return fourth'), ['7 third', '8 fourth', '8 third', '9 fourth']);
  });

  it('of a method, with annotations and letters beyond ASCII', () => {
    assert.deepEqual(shown('return übrig'), ['22 thing', '22 str', '22 count', '22 int', '23 übrig', '23 each', '23 thing', '24 übrig']);
  });

  it('of a class body', () => {
    assert.deepEqual(shown('price = rate'), ['19 rate', '19 LIMIT', '20 price', '20 rate']);
  });

  it('of a module are those outside of functions and classes', () => {
    assert.deepEqual(shown('answer = outer'), ['2 LIMIT', '26 answer', '26 LIMIT']);
  });

  it('have the place of the name in the line', () => {
    const lines = TEXT.split('\n');
    for (const { name, line, start, end } of namesAbove(TEXT, lines.length)) assert.equal(lines[line].slice(start, end), name);
  });

  it('are none where there is no code, and come from text that is no Python too', () => {
    assert.deepEqual(namesAbove('', 0), []);
    assert.deepEqual(namesAbove('# nothing\n', 3), []);
    assert.deepEqual(namesAbove('x = """ never closed\ny = 1\n', 1).map(({ name }) => name), ['x']);
    assert.deepEqual(namesAbove(')]} x ,(((\n', 0).map(({ name }) => name), ['x']);
  });

  it('of a large module are found quickly', () => {
    const text = Array.from({ length: 20_000 }, (_, at) => (at % 3 === 0 ? `def f${at}(a):\n    return "${at}" + a` : `x${at} = ${at}  # c`)).join('\n');
    const before = performance.now();
    const { length } = namesAbove(text, 40_000);
    assert.equal(length, 13_333);
    assert.ok(performance.now() - before < 3000);
  });
});
