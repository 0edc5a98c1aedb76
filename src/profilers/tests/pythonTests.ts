import { logicalLines, type LogicalLine } from './pythonLines.ts';
import { innermost, type TestItem } from './testItem.ts';

interface Scope {
  readonly indent: number;
  readonly kind: 'function' | 'class' | 'block';
  readonly name: string;
  readonly line: number;
  readonly firstLine: number;
  readonly isFixture: boolean;
  readonly bases: string;
  endLine: number;
  /** Classes: what makes pytest pass over it. */
  refused: boolean;
  readonly children: Scope[];
}

/**
 * The tests that pytest collects from a Python file by its default rules, in the order of their lines: functions `test*` of the module, methods `test*` of classes
 * `Test*` without a constructor and of unittest's test cases, and such classes. The id of a parametrized test runs it with all parameters.
 */
export function findPythonTests(text: string): TestItem[] {
  const items: TestItem[] = [];
  const cases = new Set<string>();
  const collect = (scope: Scope, path: readonly string[]) => {
    const names = [...path, scope.name];
    const item = (kind: TestItem['kind']): TestItem => ({
      name: names.join('::'), kind, line: scope.line, firstLine: scope.firstLine, endLine: scope.endLine, id: names.join('::'),
    });
    if (scope.kind === 'function') {
      if (scope.name.startsWith('test') && !scope.isFixture) items.push(item('test'));
      return;
    }
    const isCase = /TestCase\b/.test(scope.bases) || scope.bases.split(/[(),\s]+/).some((base) => cases.has(base));
    if (isCase) cases.add(scope.name);
    if (scope.refused || (!isCase && (!scope.name.startsWith('Test') || hasConstructor(scope)))) return;
    const at = items.push(item('class'));
    for (const child of scope.children) collect(child, names);
    if (items.length === at) items.pop();
  };
  for (const scope of scopesOf(logicalLines(text))) collect(scope, []);
  return items;
}

/** The innermost test at a line (1-based). */
export function pythonTestAt(text: string, line: number): TestItem | undefined {
  return innermost(findPythonTests(text), line);
}

function hasConstructor({ children }: Scope): boolean {
  return children.some(({ kind, name }) => kind === 'function' && (name === '__init__' || name === '__new__'));
}

/** Functions and classes of the module as a tree. What stands below `if`, `try` or `with` belongs to what these stand in. */
function scopesOf(lines: readonly LogicalLine[]): Scope[] {
  const top: Scope[] = [];
  const open: Scope[] = [];
  let decorators: LogicalLine[] = [];
  for (const each of lines) {
    while (open.length > 0 && open[open.length - 1].indent >= each.indent) open.pop();
    for (const scope of open) scope.endLine = each.endLine;
    if (each.code.startsWith('@')) {
      decorators.push(each);
      continue;
    }
    const declared = /^(?:(?:async\s+)?(def)|(class))\s+([\p{L}_][\p{L}\p{N}_]*)\s*(.*)$/su.exec(each.code);
    const scope: Scope = {
      indent: each.indent, kind: declared ? (declared[1] ? 'function' : 'class') : 'block', name: declared?.[3] ?? '', line: each.line,
      firstLine: decorators[0]?.line ?? each.line, isFixture: decorators.some(({ code }) => /\bfixture\b/.test(code)), bases: declared?.[2] ? declared[4] : '',
      endLine: each.endLine, refused: false, children: [],
    };
    decorators = [];
    const inside = open.filter(({ kind }) => kind !== 'block').pop();
    if (inside?.kind === 'class' && /^__test__\s*(:\s*\w+\s*)?=\s*False\b/.test(each.code)) inside.refused = true;
    if (declared && inside?.kind !== 'function') (inside?.children ?? top).push(scope);
    open.push(scope);
  }
  return top;
}
