// Written after documentation: there is no Windows here to record on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { etwCsv } from '../../src/formats/etwCsv.ts';
import { fieldsOf, numberOf, splitHeader } from '../../src/formats/etwFields.ts';
import { FormatError } from '../../src/formats/format.ts';
import { detectFormat } from '../../src/formats/index.ts';
import { dedent, readAs, stackTree } from '../stackText.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/etw-csv/${name}`, import.meta.url))));
const read = (content: string | Uint8Array, chunkSize?: number) => readAs(etwCsv, content, 'x.csv', chunkSize);

async function assertFails(content: string, message: RegExp): Promise<void> {
  await assert.rejects(read(content), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

describe('ETW exports', () => {
  it("reads xperf's records: stacks by time and thread, leaves that are missing, functions with commas", async () => {
    const profile = await read(fixture('dumper.csv'), 100);
    assert.equal(stackTree(profile, ['object', 'kind']), dedent(`
      RtlUserThreadStart[object:ntdll.dll][kind:native]  total 3
        main[object:worker.exe][kind:native]  total 3
          lookup[object:worker.exe][kind:native]  total 2
            MmAccessFault[object:ntoskrnl.exe][kind:kernel]  total 1
              KeZeroPages[object:ntoskrnl.exe][kind:kernel]  total 1, self 1
            std::map<int,std::less<int> >::find[object:worker.exe][kind:native]  total 1, self 1
          [unknown][object:worker.exe][kind:native]  total 1, self 1
      MWaitIdle[object:intelppm.sys][kind:kernel]  total 1, self 1`));
    assert.deepEqual(profile.threads, [{ pid: 4711, tid: 5152, name: 'worker.exe' }, { pid: 0, tid: 0, name: 'Idle' }]);
    assert.deepEqual([...profile.samples!.time], [1_437_000, 2_437_000, 3_437_000, 3_437_000]);
  });

  it('reads a table with a line for each sample, numbers and functions with commas', async () => {
    const profile = await read(fixture('samples.csv'), 100);
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['time', 'milliseconds'], ['samples', 'count']]);
    assert.deepEqual(profile.totals.map((total) => Math.round(total * 1000)), [1_238_499, 5000]);
    assert.equal(stackTree(profile, ['object'], 1), dedent(`
      RtlUserThreadStart[object:ntdll.dll]  total 4
        main[object:worker.exe]  total 3
          KeZeroPages[object:ntoskrnl.exe]  total 1, self 1
          operator/[object:worker.exe]  total 1, self 1
          std::map<int,std::less<int> >::find[object:worker.exe]  total 1, self 1
        [unknown][object:worker.exe]  total 1, self 1
      [unknown]  total 1, self 1`));
    assert.deepEqual(profile.threads.map(({ pid, tid }) => [pid, tid]), [[4711, 5152], [4711, 5160], [0, 0]]);
    assert.deepEqual([...profile.samples!.time].map(Math.round), [1_437_000_000, 1_002_437_000_000, 1_003_437_000_000, 1_003_440_000_000, 1_003_441_000_000]);
  });

  it('reads a tree, whose weights include those below, also as UTF-16 with tabs', async () => {
    for (const name of ['tree.csv', 'tree.utf16.tsv']) {
      const profile = await read(fixture(name), 77);
      assert.equal(stackTree(profile), dedent(`
        RtlUserThreadStart  total 9.5
          BaseThreadInitThunk  total 9.5
            main  total 8.25, self 1
              std::map<int,std::less<int> >::find  total 5.25, self 5.25
              draw  total 2, self 2
            helper  total 1.25, self 1.25
        KiPageFault  total 1, self 1`), name);
      assert.deepEqual(profile.totals, [10.5, 10]);
    }
  });

  it('takes lines apart where commas divide fields and stand in them', () => {
    const { columns, separator } = splitHeader('Process,Stack,Count,Weight (ms),TimeStamp (s)');
    const fields = (line: string) => fieldsOf(line, columns, separator);
    assert.deepEqual(fields('a.exe,m!f,1,2.5,3'), ['a.exe', 'm!f', '1', '2.5', '3']);
    assert.deepEqual(fields('a.exe,m!f<a,b>,1,2.5,3'), ['a.exe', 'm!f<a,b>', '1', '2.5', '3']);
    assert.deepEqual(fields('a.exe,m!f<a,b>,1,002,2,345.5,1,234,567.8'), ['a.exe', 'm!f<a,b>', '1,002', '2,345.5', '1,234,567.8']);
    assert.deepEqual(fields('a.exe,m!f,1,1,234.5'), ['a.exe', 'm!f', '1', '1', '234.5'], 'a number is not put together when a column would get none');
    assert.deepEqual(fields('"a, b.exe","m!f<a,b>",1,2.5,3'), ['a, b.exe', 'm!f<a,b>', '1', '2.5', '3']);
    assert.equal(fields('a.exe,m!f,1'), undefined);
    for (const [text, value] of [['1,234.5', 1234.5], ['', 0], ['12', 12], ['-1.5', -1.5], ['1,23', undefined], ['x', undefined], ['1e3', 1000]] as const) assert.equal(numberOf(text), value, text);
  });

  it('takes semicolons, sizes and tables without a weight', async () => {
    const sizes = await read('Process;Stack;Size (KB)\na.exe (5);[Root]/a.exe!main;2\n');
    assert.deepEqual([sizes.events[0].name, sizes.totals[0]], ['bytes', 2048]);
    const plain = await read('Stack,TimeStamp (ms)\n[Root]/a.exe!main/a.exe!f,5\n');
    assert.deepEqual([plain.events[0].name, plain.totals[0], plain.samples!.time[0]], ['samples', 1, 5e6]);
  });

  it('names the line that is wrong, and keeps what came before one that was cut off', async () => {
    await assertFails('Stack,Count\nm!f,x\n', /line 2: expected a number in the column Count, found "x"/);
    await assertFails('Stack,Count\nm!f\n', /line 2: expected 2 fields: Stack, Count, found "m!f"/);
    await assertFails('one\ntwo\n', /line 2: expected records of xperf/);
    await assertFails('', /line 1: expected records of xperf/);
    await assertFails('BeginHeader\n SampledProfile, 12, a.exe (5)\n', /line 2: expected SampledProfile, a time/);
    await assertFails('BeginHeader\n Stack, x\n', /line 2: expected Stack, a time/);
    const cut = await read('Stack,Count\nm!f,3\nm!f');
    assert.deepEqual([cut.truncated, cut.totals], [true, [3]]);
    const dump = Buffer.from(fixture('dumper.csv')).toString();
    const cutDump = await read(dump.slice(0, dump.indexOf('EndTrace') - 10));
    assert.deepEqual([cutDump.truncated, cutDump.totals], [true, [4]]);
    assert.deepEqual((await read('Stack,Count\n')).warnings, ['no sampled stacks are in this file']);
  });

  it('reads 100,000 frames and names of a megabyte', async () => {
    const deep = Array.from({ length: 100_000 }, (_, index) => `m!f${index % 90}`).join('/');
    const profile = await read(`Stack,Count\n[Root]/${deep},1\n[Root]/m!${'x'.repeat(1 << 20)},2\n`);
    assert.equal(profile.stacks.length, 100_001);
    assert.deepEqual(profile.totals, [3]);
    const lines = Array.from({ length: 20_000 }, (_, index) => `${'|'.padEnd(2)}m!g${index % 90},1`);
    assert.equal((await read(`Stack,Count\n[Root],1\n${lines.join('\n')}\n`)).stacks.length, 20_000);
  });

  it('is told by its records or its columns', () => {
    for (const name of ['dumper.csv', 'samples.csv', 'tree.csv', 'tree.utf16.tsv']) assert.equal(detectFormat(fixture(name), 'x')?.id, 'etw-csv', name);
    for (const other of ['', 'a,b,c\n', 'Stack overflow,Count\n', 'Name,Stack\n', 'Stack\n1\n', 'main;f 1\n']) assert.equal(etwCsv.sniff(new Uint8Array(Buffer.from(other)), 'x.csv'), false, other);
  });
});
