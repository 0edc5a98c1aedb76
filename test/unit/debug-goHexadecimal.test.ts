import assert from 'node:assert/strict';
import { withHexadecimals } from '../../src/debug/delve/hexadecimal.ts';

describe('hexadecimal numbers of dlv\'s values', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['whole numbers', '12', '0xc'], ['negative ones', '-255', '-0xff'], ['of more than 64 bits', '18446744073709551615', '0xffffffffffffffff'],
    ['unsigned ones, which dlv shows both ways', '255 = 0xff', '0xff'], ['no floats', '1.5', '1.5'], ['no exponents', '1e+06', '1e+06'], ['no complex numbers', '(1 + 2i)', '(0x1 + 2i)'],
    ['no text', '"12 and \\"13\\" 14"', '"12 and \\"13\\" 14"'], ['no text that was cut', '"12 a', '"12 a'], ['runes', '97 \'1\'', '0x61 \'1\''],
    ['members, names with digits', 'main.T {X1: 10, b2: -3, S: "9", F: 2.5}', 'main.T {X1: 0xa, b2: -0x3, S: "9", F: 2.5}'],
    ['elements, not lengths', '[]int len: 12, cap: 16, [10,11,...+10 more]', '[]int len: 12, cap: 16, [0xa,0xb,...+10 more]'],
    ['elements of arrays, not their type', '[3]int [10,20,30]', '[3]int [0xa,0x14,0x1e]'], ['a single element', '[1]int [17]', '[1]int [0x11]'],
    ['arrays of arrays', '[2][3]*int [[10],[11]]', '[2][3]*int [[0xa],[0xb]]'], ['maps', 'map[string]int ["10": 11, ]', 'map[string]int ["10": 0xb, ]'],
    ['addresses as they are', '(*main.T)(0xc000012345)', '(*main.T)(0xc000012345)'], ['named values', 'time.Duration(1000)', 'time.Duration(0x3e8)'], ['constants', 'Red (1)', 'Red (0x1)'],
    ['channels as they are', 'chan int 3/10', 'chan int 3/10'], ['nil', 'nil', 'nil'],
  ];
  for (const [what, text, wanted] of cases) it(`${what}: ${text}`, () => assert.equal(withHexadecimals(text), wanted));
});
