/** The pdb adapter as a program of its own, for any client of the Debug Adapter Protocol. */
import { fileURLToPath } from 'node:url';
import { serveAdapter } from '../adapterProgram.ts';
import { PdbSession } from './session.ts';

const helper = fileURLToPath(new URL('./python-pdb/heatline_pdb', import.meta.url));

serveAdapter({
  name: 'pdb-adapter',
  about: 'Heatline\'s debug adapter for Python: pdb behind the Debug Adapter Protocol.',
  newSession: (gone) => new PdbSession({ helper, gone }),
});
