// Runs one bundled test file with mocha, in a process of its own: node run-mocha.mjs RESULTS TIMEOUT-MS FILE [GREP]
import Mocha from 'mocha';
import { ResultsReporter } from './results-reporter.mjs';
import { stopEverythingOnSignals } from './processes.mjs';

const LEFTOVER_MS = 10_000;
const [results, timeout, file, grep] = process.argv.slice(2);

stopEverythingOnSignals();
const mocha = new Mocha({
  ui: 'bdd', timeout: Number(timeout), grep, forbidOnly: true,
  reporter: ResultsReporter, reporterOptions: { results },
});
mocha.addFile(file);
await mocha.loadFilesAsync();
mocha.run((failures) => {
  process.exitCode = failures > 0 ? 1 : 0;
  // A file that leaves a server, a worker or a timer behind would never end: say so instead of waiting for ever.
  setTimeout(() => {
    console.error(`still busy after the last test: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit(3);
  }, LEFTOVER_MS).unref();
});
