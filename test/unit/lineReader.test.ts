import assert from 'node:assert/strict';
import { ByteStrings } from '../../src/formats/byteStrings.ts';
import { FormatError } from '../../src/formats/format.ts';
import { LineReader, firstLines, readLines } from '../../src/formats/lineReader.ts';
import { inputOf } from '../stackText.ts';

interface Seen {
  text: string;
  line: number;
  offset: number;
  torn: boolean;
}

function linesOf(bytes: Uint8Array, chunkSize: number): Seen[] {
  const seen: Seen[] = [];
  const reader = new LineReader((line, start, end) => {
    seen.push({ text: new TextDecoder().decode(line.subarray(start, end)), line: reader.lineNumber, offset: reader.byteOffset, torn: reader.torn });
  });
  for (let at = 0; at < bytes.length; at += chunkSize) reader.push(bytes.slice(at, at + chunkSize));
  reader.finish();
  return seen;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

/** `text` as UTF-16 with its byte order mark. */
function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, littleEndian);
  for (let i = 0; i < text.length; i++) view.setUint16(2 + i * 2, text.charCodeAt(i), littleEndian);
  return bytes;
}

describe('LineReader', () => {
  const text = 'first\r\n\nthird grün 漢字 😀\nlast';
  const expected: Seen[] = [
    { text: 'first', line: 1, offset: 0, torn: false },
    { text: '', line: 2, offset: 7, torn: false },
    { text: 'third grün 漢字 😀', line: 3, offset: 8, torn: false },
    { text: 'last', line: 4, offset: 8 + utf8('third grün 漢字 😀\n').length, torn: true },
  ];

  it('splits LF and CRLF lines, wherever the chunks break', () => {
    const bytes = utf8(text);
    for (let size = 1; size <= bytes.length; size++) assert.deepEqual(linesOf(bytes, size), expected, `chunks of ${size} bytes`);
  });

  it('skips a UTF-8 byte order mark', () => {
    for (const size of [1, 2, 3, 5, 100]) assert.deepEqual(linesOf(utf8(`\ufeff${text}`), size), expected);
  });

  it('hands out UTF-16 of both byte orders as UTF-8', () => {
    for (const littleEndian of [true, false]) {
      const bytes = utf16(text, littleEndian);
      for (let size = 1; size <= bytes.length; size++) assert.deepEqual(linesOf(bytes, size), expected, `chunks of ${size} bytes`);
    }
  });

  it('replaces lone surrogates and half a character in UTF-16', () => {
    const lone = utf16('a\ud83db\ude00c\ud83d', true);
    const odd = new Uint8Array([...utf16('x', false), 0x41]);
    for (const size of [1, 2, 3, 100]) {
      assert.deepEqual(linesOf(lone, size).map((line) => line.text), ['a\ufffdb\ufffdc\ufffd']);
      assert.deepEqual(linesOf(odd, size).map((line) => line.text), ['x\ufffd']);
    }
  });

  it('says whether the last line was ended', () => {
    assert.deepEqual(linesOf(utf8('a\nb\n'), 3).map((line) => line.torn), [false, false]);
    assert.deepEqual(linesOf(utf8('a\nb'), 3).map((line) => line.torn), [false, true]);
    assert.deepEqual(linesOf(utf8(''), 3), []);
    assert.deepEqual(linesOf(utf8('a'), 3).map((line) => line.text), ['a']);
  });

  it('takes lines of megabytes in small chunks', () => {
    const long = 'x'.repeat(3 * 1024 * 1024);
    const seen = linesOf(utf8(`a\n${long}\nb\n`), 4096);
    assert.deepEqual(seen.map((line) => line.text.length), [1, long.length, 1]);
    assert.equal(seen[2].offset, 2 + long.length + 1);
  });

  it('refuses a line without an end before it fills the memory', () => {
    const reader = new LineReader(() => undefined, 'endless.txt');
    const chunk = new Uint8Array(1024 * 1024).fill(0x61);
    assert.throws(() => {
      for (let i = 0; i < 70; i++) reader.push(chunk);
    }, (error: unknown) => error instanceof FormatError && error.file === 'endless.txt' && error.place === 'line 1');
  });

  it('counts bytes for progress over several inputs', async () => {
    const progress: number[] = [];
    const read = (name: string, content: string, before: number) => (
      readLines(inputOf(name, content, 4), new LineReader(() => undefined), { progress: (bytes) => progress.push(bytes) }, before));
    const first = await read('a', 'abcdef\n', 0);
    assert.equal(await read('b', 'xyz', first), 10);
    assert.deepEqual(progress, [4, 7, 10]);
  });

  it('gives the whole lines of a head that is cut off', () => {
    assert.deepEqual(firstLines(utf8('one\ntwo\nthr'), 10), ['one', 'two']);
    assert.deepEqual(firstLines(utf8('one\ntwo\n'), 1), ['one']);
    assert.deepEqual(firstLines(utf8('only'), 10), ['only']);
  });
});

describe('ByteStrings', () => {
  it('gives equal bytes one index, as a map of strings does', () => {
    const names = new ByteStrings();
    const known = new Map<string, number>();
    let seed = 7;
    const next = (below: number) => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % below;
    for (let round = 0; round < 20000; round++) {
      const text = 'ab\u00e9\u6f22'.repeat(next(4)) + String.fromCharCode(97 + next(26)).repeat(next(12)) + next(300);
      const bytes = utf8(`__${text}__`);
      const before = names.length;
      const index = names.intern(bytes, 2, bytes.length - 2);
      assert.equal(index, known.get(text) ?? before);
      known.set(text, index);
      assert.equal(names.length, known.size);
    }
    for (const [text, index] of known) assert.equal(names.text(index), text);
  });

  it('tells apart texts that differ in one byte, and the empty text', () => {
    const names = new ByteStrings();
    const intern = (text: string) => names.intern(utf8(text), 0, utf8(text).length);
    const texts = ['', '\0', '\0\0', 'abcd', 'abce', 'abcdX', 'abcdY', 'xbcd'];
    const indexes = texts.map(intern);
    assert.equal(new Set(indexes).size, texts.length);
    assert.deepEqual(texts.map(intern), indexes);
    assert.deepEqual(indexes.map((index) => names.text(index)), texts);
  });
});
