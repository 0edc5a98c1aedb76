/** The Delve adapter as a program of its own, for any client of the Debug Adapter Protocol. */
import { serveAdapter } from '../adapterProgram.ts';
import { DelveSession } from './session.ts';

serveAdapter({
  name: 'delve-adapter',
  about: 'Heatline\'s debug adapter for Go: dlv behind the Debug Adapter Protocol, with dlv\'s own commands in the console.',
  newSession: (gone) => new DelveSession({ gone }),
});
