import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { BreakpointStore } from '../../src/debug/pdb/breakpointStore.ts';
import { ClientFormat } from '../../src/debug/pdb/clientFormat.ts';
import { childOf } from '../../src/debug/pdb/children.ts';
import { awaitHello, sameSecret } from '../../src/debug/pdb/handshake.ts';
import { JsonLines } from '../../src/debug/lines.ts';

describe('pdb: the wire between adapter and helper', () => {
  it('cuts bytes into objects wherever they are split', () => {
    const objects = [{ a: 'ä☃' }, { b: [1, 2] }, { c: 'x'.repeat(1000) }];
    const bytes = Buffer.from(objects.map((each) => JSON.stringify(each)).join('\n') + '\n\n');
    for (const step of [1, 2, 3, 7, 500, bytes.length]) {
      const lines = new JsonLines();
      const found: unknown[] = [];
      for (let at = 0; at < bytes.length; at += step) found.push(...lines.take(bytes.subarray(at, at + step)));
      assert.deepEqual(found, objects);
    }
  });

  it('refuses what is too long or no object', () => {
    assert.throws(() => [...new JsonLines(100).take(Buffer.alloc(101, 0x20))], /longer than 100/);
    assert.throws(() => [...new JsonLines().take(Buffer.from('[1]\n'))], /no JSON object/);
    assert.throws(() => [...new JsonLines().take(Buffer.from('GET /\n'))]);
  });

  const channel = async (first = '{"hello": {"token": "t", "pid": 1}}\n') => {
    const input = new PassThrough();
    const output = new PassThrough();
    input.write(first);
    return { input, output, ...(await awaitHello(input, output, 't')) };
  };

  it('answers in the order of arrival, and all that waits when the connection ends', async () => {
    const { input, output, channel: wire } = await channel('{"hello": {"token": "t", "pid": 1}}\n{"event": "early"}\n');
    const heard: string[] = [];
    wire.send('one', {}, (answer) => heard.push(`one ${JSON.stringify(answer)}`));
    wire.send('two', { x: 1 }, (answer) => heard.push(`two ${JSON.stringify(answer)}`));
    wire.listen({ event: ({ event }) => void heard.push(event), slow: () => undefined, closed: (reason) => void heard.push(`closed ${reason}`) });
    input.write('{"answer": 1, "body": {"a": 1}}\n{"event": "late", "body": {}}\n');
    await new Promise((resolve) => setImmediate(resolve));
    input.end();
    await wire.whenClosed;
    assert.deepEqual(heard, ['early', 'one {"body":{"a":1}}', 'late', 'two {"error":"The program has ended, or its connection to the debugger has.","gone":true}', 'closed undefined']);
    assert.deepEqual(String(output.read()).trim().split('\n').map((line) => JSON.parse(line) as unknown), [
      { seq: 1, command: 'one', arguments: {} }, { seq: 2, command: 'two', arguments: { x: 1 } },
    ]);
    await assert.rejects(wire.request('three'), /has ended/);
  });

  it('ends a connection that breaks the protocol, and says so', async () => {
    const { input, channel: wire } = await channel();
    const reason = new Promise<string | undefined>((resolve) => wire.listen({ event: () => undefined, slow: () => undefined, closed: resolve }));
    input.write('not json\n');
    assert.match((await reason) ?? '', /not the debugger's protocol/);
    assert.equal(wire.open, false);
  });

  it('knows its helper by the token alone', async () => {
    await assert.rejects(channel('{"hello": {"token": "x", "pid": 1}}\n'), /token is wrong/);
    await assert.rejects(channel('{"hello": {"pid": 1}}\n'), /token is wrong/);
    await assert.rejects(channel('{"event": "stopped"}\n'), /not the debugger's helper/);
    await assert.rejects(channel('{"error": "busy"}\n'), /busy/);
    await assert.rejects(channel('x'.repeat(70_000)), /too long/);
    assert.equal(sameSecret('abc', 'abc'), true);
    assert.equal(sameSecret('abc', 'abcd'), false);
  });

  it('believes children that are on this machine', () => {
    assert.deepEqual(childOf({ pid: 4, port: 5, token: 't', host: 'localhost' }), { pid: 4, name: 'process 4', host: '127.0.0.1', port: 5, token: 't' });
    assert.equal(childOf({ pid: 4, port: 5, token: 't', host: '192.0.2.1' }), undefined);
    assert.equal(childOf({ pid: 4, port: 5 }), undefined);
  });
});

describe('pdb: what the client counts and calls differently', () => {
  it('changes nothing for a client that counts and calls like the helper', () => {
    const format = new ClientFormat({ linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' });
    const body = { stackFrames: [{ line: 3, source: { path: '/a' } }] };
    assert.equal(format.toClient(body), body);
  });

  it('moves lines and columns both ways, and leaves free text alone', () => {
    const format = new ClientFormat({ linesStartAt1: false, columnsStartAt1: false });
    assert.deepEqual(format.toClient({ breakpoints: [{ line: 3, column: 1, endLine: 4 }], result: 'line', value: { line: 3 } }), { breakpoints: [{ line: 2, column: 0, endLine: 3 }], result: 'line', value: { line: 3 } });
    assert.deepEqual(format.toClient({ line: 0, column: 0 }), { line: 0, column: 0 });
    assert.deepEqual(format.toHelper({ source: { path: '/a', adapterData: { line: 1 } }, line: 0, column: 0 }), { source: { path: '/a', adapterData: { line: 1 } }, line: 1, column: 1 });
  });

  it('maps the longest root, and only whole folders', () => {
    const format = new ClientFormat();
    format.setMappings([{ localRoot: '/home/me/app', remoteRoot: '/app' }, { localRoot: '/home/me/lib/', remoteRoot: '/app/lib' }, { localRoot: 'C:\\work', remoteRoot: '/srv' }]);
    assert.equal(format.pathToClient('/app/main.py'), '/home/me/app/main.py');
    assert.equal(format.pathToClient('/app/lib/x.py'), '/home/me/lib/x.py');
    assert.equal(format.pathToClient('/application/x.py'), '/application/x.py');
    assert.equal(format.pathToClient('/srv/a/b.py'), 'C:\\work\\a\\b.py');
    assert.equal(format.pathToHelper('c:/work/a/b.py'), '/srv/a/b.py');
    assert.equal(format.pathToHelper('/home/me/lib/x.py'), '/app/lib/x.py');
    assert.equal(format.pathToClient('/app'), '/home/me/app');
    assert.equal(format.pathToClient('<string>'), '<string>');
  });

  it('speaks URIs', () => {
    const format = new ClientFormat({ pathFormat: 'uri' });
    assert.equal(format.pathToHelper('file:///a%20b/c.py'), '/a b/c.py');
    assert.equal(format.pathToClient('/a b/c.py'), 'file:///a%20b/c.py');
  });
});

describe('pdb: breakpoints of a restarted program', () => {
  it('keep the numbers that the client knows', async () => {
    const store = new BreakpointStore();
    const answer = (...ids: number[]) => ({ breakpoints: ids.map((id) => ({ id, verified: true })) });
    store.note('setBreakpoints', { source: { path: '/a' } }, answer(1, 2));
    store.note('setBreakpoints', { source: { path: '/b' } }, answer(3));
    store.note('setBreakpoints', { source: { path: '/a' } }, answer(4, 5));
    // The new helper counts from 1 again.
    let next = 0;
    const helper = { request: async (_command: string, args: { source: { path: string } }) => answer(...(args.source.path === '/a' ? [++next, ++next] : [++next])) };
    const changed = await store.setAgain(helper as never);
    assert.deepEqual(changed.map(({ id }) => id), [4, 5, 3]);
    const stopped = { hitBreakpointIds: [1, 3] };
    store.translate('stopped', stopped);
    assert.deepEqual(stopped.hitBreakpointIds, [4, 3]);
    // One that the client does not know yet must not look like one that it knows.
    const event = { breakpoint: { id: 4, verified: true } };
    store.translate('breakpoint', event);
    assert.ok(![1, 2, 3, 4, 5].includes(event.breakpoint.id));
  });
});
