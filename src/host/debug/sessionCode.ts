import type { PdbSession, SessionOptions } from '../../debug/pdb/session.ts';

/** Makes a session. Its code is a file of its own (esbuild.mjs), read when the first session starts: an extension that only profiles does without. */
export async function newPdbSession(options: SessionOptions): Promise<PdbSession> {
  const { PdbSession: Session } = await import('../../debug/pdb/session.ts');
  return new Session(options);
}
