import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { debugging } from './delveClient.ts';
import { withEachDlv } from './goProgram.ts';

const MAIN = `package main

import "fmt"

func doubleit(n int) int {
	m := n * 2
	return m
}

func main() {
	list := []byte("heat")
	fmt.Println(doubleit(3), string(list))
}
`;

type Disassembled = DebugProtocol.DisassembleResponse['body'] & object;

withEachDlv('memory', { 'main.go': MAIN }, (program, env) => {
  it('is disassembled around the stop, with its lines', () => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { breakpoints: { [program.main]: ['m := n * 2'] } });
    const { frame } = await client.waitForStop();
    const memoryReference = frame.instructionPointerReference ?? '';
    const disassemble = async (args: object) => ((await client.send('disassemble', args)).body as Disassembled).instructions;
    const around = await disassemble({ memoryReference, instructionOffset: -3, instructionCount: 8, resolveSymbols: true });
    assert.equal(around.length, 8);
    assert.equal(around[3].address, memoryReference);
    assert.equal(around[3].line, frame.line);
    assert.equal(around[3].location?.path, program.main);
    const addresses = around.map(({ address }) => BigInt(address));
    assert.ok(addresses.every((address, at) => at === 0 || address > addresses[at - 1]), addresses.join());
    assert.ok(around.every(({ instruction }) => instruction.length > 0));
    await assert.rejects(disassemble({ memoryReference: 'nowhere', instructionCount: 1 }));
    // Where nothing is, the editor still wants rows.
    assert.equal((await disassemble({ memoryReference: '0x0', instructionCount: 4 })).length, 4);
  }));

  it('is read and written', function () {
    return debugging({ env }, async (client) => {
      await client.begin(program.launch(), { breakpoints: { [program.main]: ['fmt.Println(doubleit'] } });
      await client.waitForStop();
      const corrected = client.events.filter(({ event }) => event === 'capabilities').map(({ body }) => (body as DebugProtocol.CapabilitiesEvent['body']).capabilities);
      const { list } = await client.variables();
      if (program.dlv.name === '1.20') {
        assert.ok(corrected.some(({ supportsReadMemoryRequest, supportsWriteMemoryRequest }) => supportsReadMemoryRequest === false && supportsWriteMemoryRequest === false));
        assert.equal(list.memoryReference, undefined);
        return;
      }
      const { memoryReference } = list as { memoryReference: string };
      const read = async () => Buffer.from(((await client.send('readMemory', { memoryReference, count: 4 })) as DebugProtocol.ReadMemoryResponse).body?.data ?? '', 'base64').toString('latin1');
      assert.equal(await read(), 'heat');
      await client.send('writeMemory', { memoryReference, offset: 0, data: Buffer.from('beat').toString('base64') });
      assert.equal(await read(), 'beat');
      assert.equal((await client.evaluateRequest({ expression: 'string(list)', context: 'watch', frameId: (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0].id })).body.result, '"beat"');
    });
  });
});
