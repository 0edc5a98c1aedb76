// npm run fuzz [-- NAME...] [--cases N] [--seed N]: the fuzzers of test/fuzz, each with that many random cases.
import { parseArgs } from 'node:util';
import { runBundled } from './run-bundled.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cases: { type: 'string', default: '1000' }, seed: { type: 'string' } },
});
const args = ['--cases', values.cases, ...(values.seed === undefined ? [] : ['--seed', values.seed])];
process.exitCode = (await runBundled({ folder: 'test/fuzz', names: positionals, args })) > 0 ? 1 : 0;
