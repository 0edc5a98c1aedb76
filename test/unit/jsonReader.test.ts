import assert from 'node:assert/strict';
import { FormatError } from '../../src/formats/format.ts';
import { JsonReader, leadingKeys } from '../../src/formats/jsonReader.ts';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const reader = (text: string, maxDepth?: number) => new JsonReader(bytesOf(text), 'x.json', maxDepth);

/** Builds the value through the single methods, as readers use them. */
function build(json: JsonReader): unknown {
  switch (json.peekType()) {
    case 'object': {
      const entries: [string, unknown][] = [];
      json.beginObject();
      for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) entries.push([key, build(json)]);
      return Object.fromEntries(entries);
    }
    case 'array': {
      const items: unknown[] = [];
      for (json.beginArray(); json.more(); ) items.push(build(json));
      return items;
    }
    case 'string': return json.string();
    case 'boolean': return json.boolean();
    case 'null': return json.null() ?? null;
    default: return json.number();
  }
}

function assertFails(act: (json: JsonReader) => unknown, text: string, message: RegExp, cut: boolean): void {
  const json = reader(text);
  assert.throws(() => act(json), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, message);
    return true;
  });
  assert.equal(json.cut, cut, text);
}

describe('JsonReader', () => {
  it('reads what JSON.parse reads', () => {
    const texts = [
      '{}', '[]', '[[],{}]', '{"a":[1,2,{"b":null}],"c":"d","a b":true,"":false}', ' \r\n\t[ 1 , 2 ] \n', '"\\u00e9\\n\\"\\\\\\/\\b\\f\\r\\t"',
      '"z\u00fcrich \ud83d\udd25"', '"\\ud83d\\udd25"', '"\\ud83d"', '"a\\ud83db"', '-0', '0', '-12.5e-3', '1E5', '123456789012345', '0.1', '0.30000000000000004',
      '1234567.89012345', '9007199254740991', '1e22', '1e-7', '5e-324', '0.000000000000000000000000000001', '1.7976931348623157e308', '"' + 'x'.repeat(100) + '"',
    ];
    for (const text of texts) {
      const json = reader(text);
      assert.deepEqual(build(json), JSON.parse(text), text);
      json.end();
      assert.deepEqual(reader(text).value(), JSON.parse(text), text);
      const skipped = reader(text);
      skipped.skip();
      skipped.end();
    }
  });

  it('reads random numbers as JSON.parse does', () => {
    let state = 7;
    const digit = () => ((state = Math.imul(state, 1103515245) + 12345) >>> 16) % 10;
    for (let i = 0; i < 20_000; i++) {
      const whole = String(Number(Array.from({ length: 1 + digit() * 2 }, digit).join('')));
      const text = `${digit() < 3 ? '-' : ''}${/e/.test(whole) ? '1' : whole}.${Array.from({ length: 1 + digit() }, digit).join('')}${digit() < 2 ? `e${digit() - 5}` : ''}`;
      assert.equal(reader(text).number(), Number(text), text);
    }
  });

  it('skips BOMs and takes UTF-16', () => {
    assert.deepEqual(new JsonReader(bytesOf('\ufeff{"a":1}'), 'x').value(), { a: 1 });
    const utf16 = Buffer.from('\ufeff{"a":"\u00e9\ud83d\udd25"}', 'utf16le');
    assert.deepEqual(new JsonReader(new Uint8Array(utf16), 'x').value(), { a: '\u00e9\ud83d\udd25' });
    assert.deepEqual(new JsonReader(new Uint8Array(utf16.swap16()), 'x').value(), { a: '\u00e9\ud83d\udd25' });
  });

  it('flags whole numbers beyond 2^53', () => {
    for (const [text, flagged] of [['9007199254740992', false], ['9007199254740993', true], ['18446744073709551616', true], ['1.5', false], ['0.12345678901234567890', false]] as const) {
      const json = reader(text);
      assert.equal(json.number(), Number(text));
      assert.equal(json.rounded, flagged, text);
    }
  });

  it('names the byte, what was expected and what stands there', () => {
    assertFails(build, '{"a" 1}', /^x\.json, byte 5: expected a colon, found "1\}"$/, false);
    assertFails(build, '[1 2]', /byte 3: expected a comma or the end of the array, found "2\]"/, false);
    assertFails(build, '{"a":1,}', /byte 7: expected a key, found "\}"/, false);
    assertFails(build, '[1,]', /byte 3: expected a number, found "\]"/, false);
    assertFails(build, '[tru]', /byte 1: expected true or false/, false);
    assertFails(build, '[nul]', /byte 1: expected null/, false);
    for (const bad of ['01', '-', '.5', '1.', '1e', '+1', 'NaN', '-x', '1.x']) assertFails((json) => { json.beginArray(); json.more(); json.number(); }, `[${bad}]`, /byte 1: expected a number/, false);
    assertFails(build, '[1e400]', /byte 1: expected a number below 1\.8e308/, false);
    assertFails(build, `[${'1'.repeat(5000)}]`, /at most 1000 digits/, false);
    assertFails(build, '"\\x"', /byte 1: expected an escape, found/, false);
    assertFails(build, '"\\u12g4"', /byte 1: expected an escape of four hexadecimal digits/, false);
    assertFails((json) => json.integer('a line', 1), '0', /byte 0: expected a line, found "0"/, false);
    assertFails((json) => json.integer('a line'), '1.5', /byte 0: expected a line/, false);
    assertFails((json) => json.beginObject('a profile'), '[1]', /byte 0: expected a profile, found "\[1\]"/, false);
    assertFails((json) => json.skip(), '[{]}', /byte 2: expected the bracket that closes the last one/, false);
    assertFails((json) => json.value(), '[1 2]', /byte 0: expected JSON/, false);
    assertFails((json) => json.value(10), '"01234567890"', /byte 0: expected a value of at most 10 bytes/, false);
    assertFails((json) => { json.skip(); json.end(); }, '1 x', /byte 2: expected the end of the file/, false);
  });

  it('tells data that merely ended, at every byte', () => {
    const whole = '{"a":[1,2.5e3,{"b":null}],"c":"d\\u00e9","e":true,"f":false}';
    for (let length = 0; length < whole.length; length++) {
      assertFails(build, whole.slice(0, length), /expected .*, found ""/, true);
      assertFails((json) => json.skip(), whole.slice(0, length), /expected .*, found ""/, true);
    }
  });

  it('refuses nesting of 100,000 levels', () => {
    const deep = '['.repeat(100_000);
    assertFails((json) => json.skip(), deep, /byte 10000: expected at most 10000 levels of nesting/, false);
    assertFails((json) => json.value(), deep, /byte 10000: expected at most 10000 levels of nesting/, false);
    assertFails((json) => { for (;;) { json.beginArray(); json.more(); } }, deep, /byte 10000: expected at most 10000 levels/, false);
    const json = reader('[[[1]]]', 3);
    assert.deepEqual(json.value(), [[[1]]]);
    assert.throws(() => reader('[[[1]]]', 2).skip(), FormatError);
  });

  it('gives the keys of a head that is cut anywhere', () => {
    assert.deepEqual(leadingKeys(bytesOf('{"nodes":[{"id":1},{"i')), ['nodes']);
    assert.deepEqual(leadingKeys(bytesOf('{"a":1,"b":{"c":2},"d":3}')), ['a', 'b', 'd']);
    for (const other of ['', '[1]', 'main;a 1', '{a', '{"a":x}']) assert.deepEqual(leadingKeys(bytesOf(other)), [], other);
  });
});
