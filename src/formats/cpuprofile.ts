import { decodeText } from './byteStrings.ts';
import { CpuProfileReader } from './cpuprofileReader.ts';
import { HeapProfileReader } from './heapprofileReader.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { leadingKeys } from './jsonReader.ts';
import { wholeInputs } from './wholeInput.ts';

const HEAP = /"head"\s*:\s*\{\s*"callFrame"\s*:\s*\{/;

/**
 * V8's CPU profiles, as `node --cpu-prof`, the inspector and Chrome's tools write them, and its sampling heap profiles (`--heap-prof`).
 * Sources: the DevTools protocol, types Profiler.Profile and HeapProfiler.SamplingHeapProfile; V8, src/profiler/profile-generator.cc.
 */
export const cpuprofile: Format = {
  id: 'cpuprofile',
  label: 'V8 CPU or heap profile',
  // VS Code shows these itself; ours is the other choice in "Reopen Editor With".
  names: [],
  sniff(head) {
    const keys = leadingKeys(head);
    if (keys.length === 0) return false;
    if (keys.includes('nodes') && (keys.includes('samples') || keys.includes('timeDeltas'))) return true;
    if (keys.includes('head')) return HEAP.test(decodeText(head, 0, head.length));
    return keys.includes('nodes') && /"nodes"\s*:\s*\[\s*(?:\]|\{[^{}]*"callFrame"\s*:\s*\{)/.test(decodeText(head, 0, head.length));
  },
  async read(inputs: readonly Input[], options?: ReadOptions) {
    let reader: CpuProfileReader | HeapProfileReader | undefined;
    for await (const { name, data } of wholeInputs(inputs, options)) {
      reader ??= leadingKeys(data.subarray(0, 65536)).includes('head') ? new HeapProfileReader() : new CpuProfileReader();
      reader.add(name, data);
    }
    return (reader ?? new CpuProfileReader()).finish();
  },
};
