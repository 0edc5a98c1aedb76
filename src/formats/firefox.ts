import { decodeText } from './byteStrings.ts';
import { FirefoxReader } from './firefoxReader.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { leadingKeys } from './jsonReader.ts';
import { wholeInputs } from './wholeInput.ts';

/**
 * Profiles of the Firefox Profiler: the processed format (versions 1 to 63), which samply, simpleperf's converters and "Download" there
 * write, and the raw Gecko format of Firefox itself and of `perf script report gecko`. Source: firefox-devtools/profiler,
 * src/types/profile.ts, docs-developer/CHANGELOG-formats.md and src/profile-logic/processed-profile-versioning.ts.
 */
export const firefox: Format = {
  id: 'firefox',
  label: 'Firefox profile',
  names: [],
  sniff(head) {
    const keys = leadingKeys(head);
    if (!keys.includes('meta')) return false;
    if (keys.includes('threads')) return true;
    // The description alone may fill the head.
    const text = decodeText(head, 0, head.length);
    return /"preprocessedProfileVersion"\s*:\s*\d/.test(text) || (keys.includes('libs') && /"(?:stackwalk|interval|processType)"\s*:/.test(text));
  },
  async read(inputs: readonly Input[], options?: ReadOptions) {
    const reader = new FirefoxReader();
    for await (const { name, data } of wholeInputs(inputs, options)) reader.add(name, data);
    return reader.finish();
  },
};
