// Arguments as people type them.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { joinWords, splitWords } from '../../src/profilers/words.ts';
import { randomNumbers } from './core-random.ts';

describe('splitWords', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', []], ['   ', []], ['a', ['a']], ['  a\tb\n c ', ['a', 'b', 'c']], ['""', ['']], ["'' x", ['', 'x']], ['"a b" \'c d\'', ['a b', 'c d']],
    ['a"b c"d', ['ab cd']], ['a\\ b', ['a b']], ['"a\\"b" "c\\\\d" "e\\f"', ['a"b', 'c\\d', 'e\\f']], ["'a\\b'", ['a\\b']], ['\\"', ['"']], ['a\\', ['a\\']],
    ['--name=O\'Neill\'', ['--name=ONeill']], ['$HOME *.c ; rm | x && y > z', ['$HOME', '*.c', ';', 'rm', '|', 'x', '&&', 'y', '>', 'z']],
  ];
  for (const [line, words] of cases) it(`${JSON.stringify(line)} is ${JSON.stringify(words)}`, () => assert.deepEqual(splitWords(line), words));

  it('refuses a quote that is not closed', () => {
    for (const line of ['"a', "b 'c", 'd "e\\"']) assert.throws(() => splitWords(line), /not closed/);
  });
});

describe('joinWords', () => {
  it('makes lines that people would write', () => {
    assert.equal(joinWords(['-n', '5', 'a b', '', 'say "hi"', 'C:\\x']), '-n 5 "a b" "" "say \\"hi\\"" "C:\\\\x"');
  });

  it('is undone by splitWords', () => {
    const alphabet = ['a', 'B', '-', '=', ' ', '\t', '\n', '"', "'", '\\', '$', '\u00a0', 'ü', '😀'];
    const next = randomNumbers(9);
    for (let round = 0; round < 5000; round++) {
      const words = Array.from({ length: next(5) }, () => Array.from({ length: next(7) }, () => alphabet[next(alphabet.length)]).join(''));
      assert.deepEqual(splitWords(joinWords(words)), words);
    }
  });
});
