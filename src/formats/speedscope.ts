import { decodeText } from './byteStrings.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { leadingKeys } from './jsonReader.ts';
import { SpeedscopeReader } from './speedscopeReader.ts';
import { wholeInputs } from './wholeInput.ts';

/** What `$schema` of these files is. */
export const SPEEDSCOPE_SCHEMA = 'https://www.speedscope.app/file-format-schema.json';

/** speedscope's own JSON, which many profilers write. Source: speedscope, src/lib/file-format-spec.ts and src/import/speedscope.ts. */
export const speedscope: Format = {
  id: 'speedscope',
  label: 'speedscope JSON',
  names: ['*.speedscope.json'],
  sniff(head) {
    const keys = leadingKeys(head);
    if (keys.length === 0) return false;
    if (keys.includes('shared') && keys.includes('profiles')) return true;
    // Large files: only the first values are in the head.
    const text = decodeText(head, 0, head.length);
    return (keys.includes('$schema') && text.includes(SPEEDSCOPE_SCHEMA))
      || (keys.includes('shared') && /"shared"\s*:\s*\{\s*"frames"\s*:/.test(text))
      || (keys.includes('profiles') && /"profiles"\s*:\s*\[\s*\{[^{}]*"type"\s*:\s*"(?:sampled|evented)"/.test(text));
  },
  async read(inputs: readonly Input[], options?: ReadOptions) {
    const reader = new SpeedscopeReader();
    // Names may stand behind the samples that use them, so the file is kept whole, as bytes.
    for await (const { name, data } of wholeInputs(inputs, options)) reader.add(name, data);
    return reader.finish();
  },
};
