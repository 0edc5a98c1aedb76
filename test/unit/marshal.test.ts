import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { MarshalError, MarshalReader } from '../../src/formats/marshal.ts';
import { needsTool } from '../tools.ts';

/** Bytes from hexadecimal digits and quoted ASCII: `7b 'N' 30`. */
function bytesOf(picture: string): Uint8Array {
  const bytes: number[] = [];
  for (const [, ascii, hex] of picture.matchAll(/'([^']*)'|([0-9a-f]{2})/g)) {
    if (hex === undefined) for (const character of ascii) bytes.push(character.charCodeAt(0));
    else bytes.push(Number.parseInt(hex, 16));
  }
  return Uint8Array.from(bytes);
}

const read = (picture: string) => new MarshalReader(bytesOf(picture)).read();

function assertMalformed(picture: string, offset: number, expected: RegExp, cut = false): void {
  assert.throws(() => read(picture), (error: unknown) => {
    assert.ok(error instanceof MarshalError, String(error));
    assert.deepEqual([error.offset, error.cut], [offset, cut], error.message);
    assert.match(error.message, expected);
    return true;
  });
}

describe('MarshalReader', () => {
  it('reads constants and numbers', () => {
    assert.equal(read("'N'"), null);
    assert.equal(read("'T'"), true);
    assert.equal(read("'F'"), false);
    assert.equal(read("'.'"), null);
    assert.equal(read("'i' 2a000000"), 42);
    assert.equal(read("'i' ffffffff"), -1);
    assert.equal(read("'I' 00000000 01000000"), 4294967296);
    assert.equal(read("'g' 000000000000f83f"), 1.5);
    assert.equal(read("'f' 04 '-2.5'"), -2.5);
    assert.equal(read("'l' 02000000 0100 0100"), 32769);
    assert.equal(read("'l' feffffff 0100 0100"), -32769);
    assert.equal(read("'l' 00000000"), 0);
    assert.equal(read("'l' 05000000 0000 0000 0000 0000 1000"), 16n * 2n ** 60n);
  });

  it('reads strings of every kind', () => {
    for (const type of ["'s'", "'u'", "'t'", "'a'", "'A'"]) assert.equal(read(`${type} 02000000 'hi'`), 'hi');
    for (const type of ["'z'", "'Z'"]) assert.equal(read(`${type} 02 'hi'`), 'hi');
    assert.equal(read("'u' 05000000 'gr' c3bc 'n'"), 'grün');
    // Python writes lone surrogates, and Python 2 bytes of any encoding.
    assert.equal(read("'s' 01000000 ff"), '\ufffd');
  });

  it('reads containers and references in the order in which Python numbers them', () => {
    assert.deepEqual(read("29 02 'N' 'T'"), [null, true]);
    assert.deepEqual(read("'(' 01000000 '[' 00000000"), [[]]);
    assert.deepEqual(read("'<' 01000000 'T'"), [true]);
    assert.deepEqual(read("'{' 'z' 01 'a' 'i' 01000000 30"), new Map([['a', 1]]));
    // (x, x) with x = ('a', 'b', 'b'): the tuple gets number 1 before its strings 2 and 3.
    assert.deepEqual(read("a9 02 a9 03 da 01 'a' da 01 'b' 'r' 03000000 'r' 01000000"), [['a', 'b', 'b'], ['a', 'b', 'b']]);
    // Python 2 numbers interned strings only.
    assert.deepEqual(read("'(' 03000000 't' 01000000 'a' 's' 01000000 'b' 'R' 00000000"), ['a', 'b', 'a']);
  });

  it('gives code objects as text, of every layout', () => {
    const empty = "'(' 00000000";
    const string = (text: string) => `'s' ${text.length.toString(16).padStart(2, '0')}000000 '${text}'`;
    const numbers = (count: number) => '00000000 '.repeat(count);
    const expected = '<code object f, file "a.py", line 7>';
    const tail = `${string('a.py')} ${string('f')}`;
    const old = (count: number) => `'c' ${numbers(count)} ${string('')} ${empty} ${empty} ${empty} ${empty} ${empty} ${tail} 07000000 ${string('')}`;
    assert.equal(read(old(4)), expected, 'Python 2');
    assert.equal(read(old(5)), expected, 'Python 3.0 to 3.7');
    assert.equal(read(old(6)), expected, 'Python 3.8 to 3.10');
    assert.equal(read(`'c' ${numbers(5)} ${string('')} ${empty} ${empty} ${empty} ${string('')} ${tail} ${string('C.f')} 07000000 ${string('')} ${string('')}`), expected, 'Python 3.11 on');
  });

  it('says where data is malformed or ends', () => {
    assertMalformed("'i' 0000", 3, /more data/, true);
    assertMalformed('', 0, /more data/, true);
    assertMalformed("'?'", 0, /a value of a profile/);
    assertMalformed("'(' ffffffff", 1, /a length/);
    assertMalformed("'r' 00000000", 0, /a reference to an earlier value/);
    assertMalformed("'R' 00000000", 0, /a reference to an earlier value/);
    assertMalformed("'l' 00000001", 1, /at most 1500 bits/);
    assertMalformed("'f' 01 'x'", 0, /a number/);
    assertMalformed("'s' ffffff7f 'abc'", 8, /more data/, true);
  });

  it('does not trust lengths, and bounds nesting', () => {
    // Two thousand million items are announced, three are there.
    assertMalformed("'(' ffffff7f 'NNN'", 8, /more data/, true);
    assertMalformed("29 01 ".repeat(100), 130, /at most 64 levels/);
    assertMalformed("'{' ".repeat(100), 65, /at most 64 levels/);
  });

  it('agrees with every Python that is here', function () {
    needsTool(this, 'python3');
    this.timeout(60_000);
    const program = [
      'import marshal, sys',
      'shared = ("file.py", 3, u"gr\\u00fcn")',
      'value = {shared: (1, 2, 0.1, 1e-300, {shared: (2, 1, 0.5, 2.5)}), ("~", 0, "<x>"): [True, False, None, -1, 2 ** 31, -2 ** 62, 2 ** 40, 1.5]}',
      'getattr(sys.stdout, "buffer", sys.stdout).write(marshal.dumps(value, int(sys.argv[1])))',
    ].join('\n');
    const shared = ['file.py', 3, 'grün'];
    const expected = new Map<unknown, unknown>([
      [shared, [1, 2, 0.1, 1e-300, new Map([[shared, [2, 1, 0.5, 2.5]]])]],
      [['~', 0, '<x>'], [true, false, null, -1, 2 ** 31, -(2n ** 62n), 2 ** 40, 1.5]],
    ]);
    for (const version of [0, 1, 2, 3, 4]) {
      const bytes = execFileSync('python3', ['-c', program, String(version)]);
      assert.deepEqual(new MarshalReader(bytes).read(), expected, `marshal version ${version}`);
    }
  });
});
