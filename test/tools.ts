// For tests that need more than Node: skip by name, with the reason in the report.
import type { Context } from 'mocha';
import { findTool } from '../scripts/system-tools.mjs';

/**
 * Skips the running test (or, from a `before` hook, the suite) for a reason other than a missing tool: something that
 * this machine cannot have, such as hardware counters. The reason is printed with the test's name.
 */
export function skipBecause(context: Context, reason: string): never {
  const running = context.test;
  const hook = running && 'type' in running && running.type === 'hook' ? running.title : undefined;
  // A skip in a `before` hook is reported on the tests of its suite, so the reason goes there.
  const carrier = hook === undefined ? running : hook.startsWith('"before each"') ? context.currentTest : running?.parent;
  if (carrier) Object.assign(carrier, { skipReason: reason });
  return context.skip();
}

/**
 * Skips the running test (or suite) unless every tool works here; names of scripts/system-tools.mjs or programs on PATH.
 * @throws under CI=true, where a missing tool is a failure
 */
export function needsTool(context: Context, ...tools: string[]): void {
  const missing = tools.filter((tool) => !findTool(tool));
  if (missing.length === 0) return;
  const reason = `needs ${missing.join(', ')}`;
  if (process.env['CI'] === 'true') throw new Error(`${reason}, and with CI=true nothing may be skipped for a missing tool`);
  skipBecause(context, reason);
}
