export { applySymbols } from './apply.ts';
export { symbolize, type SymbolizeOptions } from './symbolize.ts';
export type { ObjectSymbols, SymbolNote, SymbolTable } from './table.ts';
