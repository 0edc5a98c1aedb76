/**
 * Options of profilers, declared once: from here come the settings in package.json (`npm run contributions`), the picker that changes them for one run,
 * and `--set` of the terminal program.
 */

/** What a setting or a one-run change holds. */
export type OptionValue = boolean | number | string | readonly string[];

interface OptionBase<T extends OptionValue> {
  /** Name of the setting below `heatline.`: `perf.frequency`. Profilers may share one. */
  readonly setting: string;
  /** What the picker calls it. */
  readonly label: string;
  /** One or two sentences of Markdown. */
  readonly description: string;
  readonly default: T;
  /** Where a tool is: a setting, but nothing to change for one run. */
  readonly hidden?: boolean;
  /** Of no use but when attaching to a running process. */
  readonly attaching?: boolean;
}

export interface ToggleOption extends OptionBase<boolean> {
  readonly kind: 'toggle';
}

export interface NumberOption extends OptionBase<number> {
  readonly kind: 'number';
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
  /** Said behind the number: `samples a second`. */
  readonly unit?: string;
}

export interface ChoiceOption<C extends string = string> extends OptionBase<C> {
  readonly kind: 'choice';
  /** Each choice and what it means. */
  readonly choices: Readonly<Record<C, string>>;
}

export interface TextOption extends OptionBase<string> {
  readonly kind: 'text';
}

export interface ListOption extends OptionBase<readonly string[]> {
  readonly kind: 'list';
  /** What may be chosen from, asked of the tool; people may still type others. */
  suggest?(read: ReadOption): Promise<readonly Suggestion[]>;
}

export interface Suggestion {
  readonly value: string;
  readonly detail: string;
}

export type ProfilerOption = ToggleOption | NumberOption | ChoiceOption | TextOption | ListOption;

/** The value of an option for this run. */
export type ReadOption = <T extends OptionValue>(option: OptionBase<T>) => T;

export const toggle = (option: Omit<ToggleOption, 'kind'>): ToggleOption => ({ kind: 'toggle', ...option });
export const number = (option: Omit<NumberOption, 'kind'>): NumberOption => ({ kind: 'number', ...option });
export const text = (option: Omit<TextOption, 'kind'>): TextOption => ({ kind: 'text', ...option });
export const list = (option: Omit<ListOption, 'kind'>): ListOption => ({ kind: 'list', ...option });
export function choice<C extends string>(option: Omit<ChoiceOption<C>, 'kind' | 'default'> & { readonly default: NoInfer<C> }): ChoiceOption<C> {
  return { kind: 'choice', ...option };
}

/**
 * Reads options: first what was changed for this run, then the settings, then the defaults. A value of the wrong type or outside of its bounds is passed
 * over, as VS Code passes over a wrong setting.
 */
export function optionReader(setting: (name: string) => unknown, changed: Readonly<Record<string, OptionValue>> = {}): ReadOption {
  return <T extends OptionValue>(option: OptionBase<T>): T => {
    for (const value of [changed[option.setting], setting(option.setting)]) {
      if (value !== undefined && complaint(option as unknown as ProfilerOption, value) === undefined) return value as T;
    }
    return option.default;
  };
}

/** Reads nothing but defaults. */
export const readDefaults: ReadOption = optionReader(() => undefined);

/** Why a value does not suit an option, for a person; undefined when it does. */
export function complaint(option: ProfilerOption, value: unknown): string | undefined {
  switch (option.kind) {
    case 'toggle':
      return typeof value === 'boolean' ? undefined : `${option.setting} is yes or no.`;
    case 'number': {
      if (typeof value !== 'number' || !Number.isFinite(value)) return `${option.setting} is a number.`;
      if (value < option.min || value > option.max) return `${option.setting} is between ${option.min} and ${option.max}.`;
      return option.integer && !Number.isInteger(value) ? `${option.setting} is a whole number.` : undefined;
    }
    case 'choice':
      return typeof value === 'string' && Object.hasOwn(option.choices, value) ? undefined : `${option.setting} is one of ${Object.keys(option.choices).join(', ')}.`;
    case 'text':
      return typeof value === 'string' ? undefined : `${option.setting} is a text.`;
    case 'list':
      return Array.isArray(value) && value.every((each) => typeof each === 'string') ? undefined : `${option.setting} is a list of texts.`;
  }
}

/**
 * A value out of typed text: `yes`, `999`, `dwarf`; lists are apart by commas, or a JSON list of texts that hold commas.
 * @throws Error that says what is wanted
 */
export function parseOption(option: ProfilerOption, typed: string): OptionValue {
  const word = typed.trim();
  let value: OptionValue = typed;
  if (option.kind === 'toggle') {
    if (!/^(yes|no|true|false|on|off)$/i.test(word)) throw new Error(complaint(option, word));
    value = /^(yes|true|on)$/i.test(word);
  } else if (option.kind === 'number') value = word === '' ? Number.NaN : Number(word);
  else if (option.kind === 'choice') value = word;
  else if (option.kind === 'list') value = word === '' ? [] : word.startsWith('[') ? parsedList(option, word) : word.split(',').map((each) => each.trim()).filter(Boolean);
  const wrong = complaint(option, value);
  if (wrong) throw new Error(wrong);
  return value;
}

function parsedList(option: ProfilerOption, typed: string): OptionValue {
  try {
    return JSON.parse(typed) as OptionValue;
  } catch {
    throw new Error(`${option.setting} begins like a JSON list and is none.`);
  }
}

/** An option's value as a person reads it, and as `parseOption` takes it back. */
export function optionText(option: ProfilerOption, value: OptionValue): string {
  if (option.kind === 'toggle') return value ? 'yes' : 'no';
  if (!Array.isArray(value)) return String(value);
  const texts = value as readonly string[];
  return texts.some((each) => each.includes(',') || each.startsWith('[')) ? JSON.stringify(texts) : texts.join(', ');
}
