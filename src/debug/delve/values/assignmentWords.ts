type Words = (match: RegExpExecArray, value: string, type: string) => string;

/** dlv's refusals to set something (pkg/proc/eval.go), and what they say to a person. */
const REFUSALS: readonly (readonly [RegExp, Words])[] = [
  [/^could not find symbol value for (\S+)$/, ([, name], value, type) => (type === 'string' && value === name
    ? `There is no variable ${name} here; text stands in quotes: "${value}".`
    : `There is no variable ${name} here.`)],
  [/^expression \*ast\.CompositeLit not implemented$|^no type entry found/, ([, ], value, type) => `dlv cannot make a new value as ${value}. ${parts(type)}`],
  [/^can not convert (.*) constant to (.*)$/, ([, constant, type]) => `${constant} is no ${type}.${type.startsWith('interface') ? ' dlv puts no new value into an interface, except nil or a variable.' : ''}`],
  [/^can not convert value of type (.*) to (.*)$/, ([, from, to]) => `A ${from} cannot become a ${to}.`],
  [/^literal string can not be allocated/, (_match, value, type) => `${value} is text, which only a variable of type string takes${type ? `; this is a ${type}` : ''}.`],
  [/^call is only supported with topmost stack frame$/, () => 'Text and results of functions can be set in the newest call of the goroutine only: choose the top frame, or step out to this one.'],
  [/^call stopped$/, () => 'The program stopped before the value was there, at a breakpoint or in another goroutine. Continue, and set it again.'],
  [/^can not set variables of type (.*)$|^can not assign to (.*)$/, (_match, _value, type) => `dlv cannot set a ${type || 'value of this type'}. ${parts(type)}`],
  [/^cannot set the variable without evaluate name$/, () => 'This is no variable of the program but something computed from it.'],
  [/^(?:\d+:\d+: )(.*)$/, ([, why], value) => `"${value}" is no Go expression: ${why}.`],
];

/** Why something was not set, in plain words; dlv's own where they are clear. */
export function assignmentWords(why: string, value: string, type: string): string {
  for (const [pattern, words] of REFUSALS) {
    const match = pattern.exec(why);
    if (match) return words(match, value, type);
  }
  return `${why[0]?.toUpperCase() ?? ''}${why.slice(1)}.`;
}

function parts(type: string): string {
  if (type.startsWith('map[')) return 'Entries that are there can be set one by one; nil makes it no map.';
  if (type.startsWith('[')) return 'Set its elements one by one, or give it another variable of its type.';
  if (type.startsWith('*')) return 'A pointer takes nil, another pointer of its type, or an address as "(*int)(0xc000012345)".';
  return 'Set its fields one by one, or give it another variable of its type.';
}
