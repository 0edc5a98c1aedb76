// The Delve adapter's client, and the dlv programs that are tested with it.
import { findTool, toolEnvironment } from '../../scripts/system-tools.mjs';
import { AdapterClient, driving, shippedAdapter, type ClientOptions } from './adapterClient.ts';

export { lineOf, withFiles, type ClientOptions, type Configuration, type Place, type Preparation, type Stop } from './adapterClient.ts';

const SHIPPED = shippedAdapter('delve');
export const ADAPTER = SHIPPED.program;

/** A dlv with a Go whose programs it can debug. */
export interface TestedDlv {
  /** For titles of tests: `newest`, `1.20`. */
  readonly name: string;
  readonly tool: 'dlv' | 'dlv-1.20';
  /** The program, or a name that a skipped test may show. */
  readonly dlv: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The newest dlv, and Debian 12's. Tests that use one begin with `needsTool(this, each.tool)`. */
export function testedDlvs(): readonly TestedDlv[] {
  return (['dlv', 'dlv-1.20'] as const).map((tool) => ({ name: tool === 'dlv' ? 'newest' : '1.20', tool, dlv: findTool(tool) ?? tool, env: toolEnvironment(tool) }));
}

export class DelveClient extends AdapterClient {
  constructor(options: ClientOptions = {}) {
    super(SHIPPED, options);
  }
}

/** Runs a test with a client, and ends everything. */
export function debugging(options: ClientOptions, test: (client: DelveClient) => Promise<void>): Promise<void> {
  return driving(new DelveClient(options), test);
}

/** A module of one package: `main.go` and whatever is beside it. */
export function goModule(files: Readonly<Record<string, string>>): Record<string, string> {
  return { 'go.mod': 'module example.com/debugged\n\ngo 1.19\n', ...files };
}
