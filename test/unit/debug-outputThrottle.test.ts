import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutputThrottle, wholeLength } from '../../src/debug/outputThrottle.ts';

describe('pdb: output on its way to the client', () => {
  it('is told whole and in order when it is little, in few pieces', async () => {
    const told: string[] = [];
    const throttle = new OutputThrottle((text) => told.push(text));
    let wanted = '';
    for (let at = 0; at < 2000; at++) {
      const line = `line ${at} ☃\n`;
      wanted += line;
      throttle.write(Buffer.from(line));
    }
    await sleep(100);
    throttle.write(Buffer.from('end'));
    throttle.end();
    assert.equal(told.join(''), wanted + 'end');
    assert.ok(told.length <= 4, `${told.length} pieces`);
  });

  it('is never cut through a character or an escape sequence', () => {
    const told: string[] = [];
    const throttle = new OutputThrottle((text) => told.push(text));
    const text = 'a\x1b[1;38;5;120mé☃𝄞\x1b[0m\x1b[K.';
    for (const byte of Buffer.from(text)) {
      throttle.write(Buffer.from([byte]));
      throttle.settle();
    }
    throttle.end();
    assert.equal(told.join(''), text);
    for (const piece of told) {
      assert.ok(!piece.includes('\ufffd'), piece);
       
      assert.ok(!/\x1b(\[[\d;]*)?$/.test(piece), JSON.stringify(piece));
    }
  });

  it('tells what is no UTF-8 too', () => {
    let told = '';
    const throttle = new OutputThrottle((text) => void (told += text));
    throttle.write(Buffer.from([0x61, 0xff, 0x80, 0x80, 0x80, 0x80, 0x62, 0xe2]));
    throttle.end();
    assert.match(told, /^a\ufffd+b\ufffd$/);
    assert.equal(wholeLength(Buffer.from([0x80, 0x80, 0x80, 0x80])), 4);
  });

  it('shows the beginning and the end of a flood, and accounts for every byte', () => {
    let told = '';
    const throttle = new OutputThrottle((text) => void (told += text));
    const line = Buffer.from('\x1b[31m' + 'y'.repeat(94) + '\n');
    let written = 0;
    for (let at = 0; at < 300; at++) {
      const chunk = Buffer.concat(Array.from({ length: 600 }, () => line));
      written += chunk.length;
      throttle.write(chunk);
    }
    throttle.write(Buffer.from('the end\n'));
    throttle.end();
    const [head, note, tail] = told.split(/\x1b\[0m\[(.*) of output left out: .*\]\n/);
    assert.match(note, /^1[67] MB$/);
    assert.ok(head.length > 900_000 && head.length <= 1 << 20, `${head.length}`);
    assert.ok(head.endsWith('y\n'));
    assert.ok(tail.startsWith('\x1b[31my') && tail.endsWith('y\nthe end\n'));
    assert.ok(tail.length >= 60_000 && tail.length < 200_000, `${tail.length}`);
    assert.ok(written > 17e6);
  });

  it('waits for a client that takes nothing, without keeping more than the end', async () => {
    let told = '';
    let congested = true;
    const throttle = new OutputThrottle((text) => void (told += text), () => congested);
    for (let at = 0; at < 100; at++) throttle.write(Buffer.from(`${'z'.repeat(9_999)}\n`));
    await sleep(60);
    assert.equal(told, '');
    congested = false;
    await sleep(600);
    assert.match(told, /z\n$/);
    throttle.end();
  });
});
