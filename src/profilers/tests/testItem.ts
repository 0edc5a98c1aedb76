import type { Target } from '../target.ts';

/** A test that stands in a source file. Lines are 1-based. */
export interface TestItem {
  /** As its runner calls it: `TestParse/empty`, `TestShop::test_price`. */
  readonly name: string;
  readonly kind: 'test' | 'benchmark' | 'fuzz' | 'example' | 'class';
  /** The line of its declaration. */
  readonly line: number;
  /** The first line that belongs to it: a decorator's, else that of the declaration. */
  readonly firstLine: number;
  readonly endLine: number;
  /** How its runner is asked for it alone. Go: the pattern of `-run` or `-bench`; pytest: its node id behind the path. */
  readonly id: string;
}

/** The innermost test whose lines hold `line`; undefined when it stands in none. */
export function innermost(items: readonly TestItem[], line: number): TestItem | undefined {
  let best: TestItem | undefined;
  for (const item of items) {
    if (line < item.firstLine || line > item.endLine) continue;
    if (!best || item.endLine - item.firstLine <= best.endLine - best.firstLine) best = item;
  }
  return best;
}

/** What a test needs to be run besides itself. */
export type TestSurroundings = Pick<Target, 'cwd' | 'env' | 'interpreter'>;

/** The target that runs one test of a file: the test binary of its Go package, or pytest. */
export function testTarget(language: 'go' | 'python', file: string, item: TestItem, { cwd, env, interpreter }: TestSurroundings): Target {
  const common = { kind: 'test' as const, title: item.name, file, cwd, env };
  if (language === 'go') {
    const goTest = item.kind === 'benchmark' ? { run: '^$', bench: item.id } : { run: item.id, bench: '' };
    return { ...common, language, goTest, args: [] };
  }
  return { ...common, language, module: 'pytest', args: [`${file}::${item.id}`], ...(interpreter ? { interpreter } : {}) };
}
