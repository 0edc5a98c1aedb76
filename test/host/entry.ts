// Runs in VS Code's extension host: mocha over the bundled suites, with the results written to a file.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import { ResultsReporter } from '../../scripts/results-reporter.mjs';

/**
 * VS Code calls this when it was started with `--extensionTestsPath`.
 * @throws when a test failed; whoever reads the results must not rely on it, as a host that dies reports nothing
 */
export function run(): Promise<void> {
  const results = process.env['HEATLINE_HOST_RESULTS'];
  if (!results) throw new Error('HEATLINE_HOST_RESULTS is not set');
  // Stacks name the sources, not the bundles.
  process.setSourceMapsEnabled(true);
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    grep: process.env['HEATLINE_HOST_GREP'] || undefined,
    forbidOnly: true,
    reporter: ResultsReporter,
    reporterOptions: { results },
  });
  const suites = path.join(__dirname, 'suite');
  for (const name of readdirSync(suites, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.test.cjs')) mocha.addFile(path.join(suites, name));
  }
  return new Promise((resolve, reject) => {
    mocha.run((failures) => (failures > 0 ? reject(new Error(`${failures} tests failed`)) : resolve()));
  });
}
