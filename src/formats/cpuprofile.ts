import { decodeText } from './byteStrings.ts';
import { CpuProfileReader } from './cpuprofileReader.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { leadingKeys } from './jsonReader.ts';
import { wholeInput } from './wholeInput.ts';

/**
 * V8's CPU profiles, as `node --cpu-prof`, the inspector and Chrome's tools write them. Source: the DevTools protocol, type
 * Profiler.Profile; V8, src/profiler/profile-generator.cc.
 */
export const cpuprofile: Format = {
  id: 'cpuprofile',
  label: 'V8 CPU profile',
  // VS Code shows these itself; ours is the other choice in "Reopen Editor With".
  names: [],
  sniff(head) {
    const keys = leadingKeys(head);
    if (keys.length === 0) return false;
    if (keys.includes('nodes') && (keys.includes('samples') || keys.includes('timeDeltas'))) return true;
    return keys.includes('nodes') && /"nodes"\s*:\s*\[\s*(?:\]|\{[^{}]*"callFrame"\s*:\s*\{)/.test(decodeText(head, 0, head.length));
  },
  async read(inputs: readonly Input[], options?: ReadOptions) {
    const reader = new CpuProfileReader();
    let bytes = 0;
    for (const input of inputs) {
      const data = await wholeInput(input, options, bytes);
      bytes += data.length;
      reader.add(input.name, data);
    }
    return reader.finish();
  },
};
