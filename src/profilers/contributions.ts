import type { ProfilerOption } from './options.ts';

/** An entry of package.json's `configuration`. */
export interface ContributedSetting {
  readonly type: string;
  readonly default: unknown;
  readonly markdownDescription: string;
  readonly scope: 'resource';
  readonly [more: string]: unknown;
}

/**
 * The settings of profilers' options, by name, in the order in which the options first occur. The same setting in two profilers must be one option object.
 * @throws Error for two options of one name
 */
export function contributedSettings(profilers: readonly { readonly options: readonly ProfilerOption[] }[]): Record<string, ContributedSetting> {
  const seen = new Map<string, ProfilerOption>();
  for (const option of profilers.flatMap(({ options }) => options)) {
    const other = seen.get(option.setting);
    if (other && other !== option) throw new Error(`Two options are called ${option.setting}.`);
    seen.set(option.setting, option);
  }
  return Object.fromEntries([...seen.values()].map((option) => [`heatline.${option.setting}`, contributed(option)]));
}

function contributed(option: ProfilerOption): ContributedSetting {
  const common = { default: option.default, markdownDescription: option.description };
  const scope = 'resource';
  switch (option.kind) {
    case 'toggle':
      return { type: 'boolean', ...common, scope };
    case 'number':
      return { type: option.integer ? 'integer' : 'number', ...common, minimum: option.min, maximum: option.max, scope };
    case 'choice':
      return { type: 'string', ...common, enum: Object.keys(option.choices), enumDescriptions: Object.values(option.choices), scope };
    case 'text':
      return { type: 'string', ...common, scope };
    case 'list':
      return { type: 'array', ...common, items: { type: 'string' }, scope };
  }
}
