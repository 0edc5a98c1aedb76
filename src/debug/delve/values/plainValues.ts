/** A value of dlv's own interface (api.Variable), as far as it is shown. */
export interface PlainVariable {
  readonly name: string;
  readonly type: string;
  /** Go's reflect.Kind. */
  readonly kind: number;
  readonly value: string;
  readonly len: number;
  readonly children: readonly PlainVariable[] | null;
  readonly unreadable: string;
  readonly onlyAddr?: boolean;
  readonly addr?: number;
}

/** Numbers of reflect.Kind. */
const [ARRAY, FUNC, INTERFACE, MAP, POINTER, SLICE, STRING, STRUCT] = [17, 19, 20, 21, 22, 23, 24, 25];

/** A value in one line, as dlv's `print` writes it where it is short. */
export function plainValue(variable: PlainVariable): string {
  const { type, kind, value, len, unreadable, onlyAddr, addr } = variable;
  if (unreadable) return `(unreadable ${unreadable})`;
  if (onlyAddr) return `(${type})(0x${(addr ?? 0).toString(16)})`;
  const children = variable.children ?? [];
  switch (kind) {
    case STRING: return `${JSON.stringify(value)}${len > Buffer.byteLength(value) ? `...+${len - Buffer.byteLength(value)} more` : ''}`;
    case POINTER: return children.length === 0 || children[0].addr === 0 ? `${type} nil` : `*${plainValue(children[0])}`;
    case INTERFACE: return children.length === 0 || children[0].kind === 0 ? `${type} nil` : `${type}(${children[0].type}) ${plainValue(children[0])}`;
    case STRUCT: return `${type} {${children.map((each) => `${each.name}: ${plainValue(each)}`).join(', ')}}`;
    case ARRAY: case SLICE: return `${type} len: ${len}, [${children.map(plainValue).join(',')}]`;
    case MAP: return `${type} len: ${len}`;
    case FUNC: return value || 'nil';
    default: return value || `${type} ...`;
  }
}

/** What a value is made of; a map's keys and values alternate, and are shown as pairs. */
export function plainChildren({ kind, children, unreadable }: PlainVariable): readonly PlainVariable[] {
  if (!children || unreadable) return [];
  if (kind === ARRAY || kind === SLICE) return children.map((each, at) => ({ ...each, name: `[${at}]` }));
  if (kind === MAP) return children.flatMap((each, at) => (at % 2 === 0 && children[at + 1] ? [{ ...children[at + 1], name: plainValue(each) }] : []));
  if (kind === POINTER || kind === INTERFACE) return children.filter((each) => each.addr !== 0 && each.kind !== 0 && !each.onlyAddr).map((each) => ({ ...each, name: each.name || '*' }));
  return kind === STRUCT ? children : [];
}
