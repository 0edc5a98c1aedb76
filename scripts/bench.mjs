// npm run bench [-- NAME...]: the measurements of test/bench, or those whose names start so.
import { runBundled } from './run-bundled.mjs';

process.exitCode = (await runBundled({ folder: 'test/bench', names: process.argv.slice(2) })) > 0 ? 1 : 0;
