// The pdb adapter's client.
import { fileURLToPath } from 'node:url';
import { AdapterClient, driving, shippedAdapter, type ClientOptions } from './adapterClient.ts';

export { lineOf, withFiles, type ClientOptions, type Configuration, type Place, type Preparation, type Stop } from './adapterClient.ts';

const SHIPPED = shippedAdapter('pdb');
export const ADAPTER = SHIPPED.program;
/** The Python helper as it is shipped; its parent is what PYTHONPATH needs for `import heatline_pdb`. */
export const HELPER = fileURLToPath(new URL('../../dist/python-pdb/heatline_pdb', import.meta.url));

export class PdbClient extends AdapterClient {
  constructor(options: ClientOptions = {}) {
    super(SHIPPED, options);
  }
}

/** Runs a test with a client, and ends everything. */
export function debugging(options: ClientOptions, test: (client: PdbClient) => Promise<void>): Promise<void> {
  return driving(new PdbClient(options), test);
}
