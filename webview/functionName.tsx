import { nameInTable } from '../src/core/shortenName.ts';

/** A function's name in a table's cell; whole in the tooltip. */
export function FunctionName({ name }: { readonly name: string }) {
  return <span class="name" title={name}>{nameInTable(name)}</span>;
}
