import type { FeatureFactory } from './feature.ts';

/** What dlv says when the program has ended (proc.ErrProcessExited): `Process 4711 has exited with status 2`. */
const ENDED = /^Process \d+ has exited with status (-?\d+)$/m;

/** The exit code of the program, which dlv below 1.23 says in words only; and the words themselves, which the event makes needless. */
export const exitCode: FeatureFactory = () => ({
  events: {
    output: (body, run) => {
      const match = body.category === 'console' ? ENDED.exec(String(body.output)) : null;
      if (match) run.exitCode = Number(match[1]);
      return body;
    },
    exited: (body, run) => {
      run.exitCode = body.exitCode as number;
      return undefined;
    },
  },
});
