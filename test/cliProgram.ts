// The terminal program as built, for tests: run it, and hold its JSON to a shape.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** Path of a fixture. */
export const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function heatline(args: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string | Uint8Array } = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60_000, ...options });
  return { code: status, stdout, stderr };
}

/** Runs a command with --json, which must succeed; what it printed, parsed. */
export function json<T = Record<string, unknown>>(args: readonly string[], options: Parameters<typeof heatline>[1] = {}): T {
  const { code, stdout, stderr } = heatline([...args, '--json'], options);
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trimEnd().includes('\n'), false, 'the JSON is one line');
  return JSON.parse(stdout) as T;
}

/**
 * Checks a value against a shape: 'string', 'number', 'boolean'; [shape] a list of it; { field: shape } an object with exactly these
 * fields; a name that ends in ? may be missing; 'x|null' may be null.
 */
export type Shape = string | readonly [Shape] | { readonly [field: string]: Shape };

export function assertShape(value: unknown, shape: Shape, at = 'value'): void {
  if (typeof shape === 'string') {
    const [type, alternative] = shape.split('|');
    if (alternative === 'null' && value === null) return;
    assert.equal(typeof value, type, `${at} is ${JSON.stringify(value)}`);
    if (type === 'number') assert.ok(Number.isFinite(value), `${at} is ${String(value)}`);
    return;
  }
  if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), `${at} is no list`);
    value.forEach((item, index) => assertShape(item, (shape as readonly [Shape])[0], `${at}[${index}]`));
    return;
  }
  const fields = shape as { readonly [field: string]: Shape };
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), `${at} is no object`);
  for (const [name, inner] of Object.entries(fields)) {
    const field = name.replace(/\?$/, '');
    if (name.endsWith('?') && !(field in value)) continue;
    assertShape((value as Record<string, unknown>)[field], inner, `${at}.${field}`);
  }
  assert.deepEqual(Object.keys(value).filter((name) => !(name in fields) && !(`${name}?` in fields)), [], `${at} has fields that are not documented`);
}
