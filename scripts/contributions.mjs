// npm run contributions: writes what the profilers declare (their options) into package.json, so that a setting has one home.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { cacheFolder, root } from './project.mjs';

const file = path.join(root, 'package.json');
const bundle = path.join(cacheFolder, 'contributions.mjs');
await build({
  stdin: { contents: "export { PROFILERS } from './src/profilers/index.ts'; export { contributedSettings } from './src/profilers/contributions.ts';", resolveDir: root, loader: 'ts' },
  bundle: true, platform: 'node', format: 'esm', outfile: bundle, logLevel: 'warning',
});
const { PROFILERS, contributedSettings } = await import(pathToFileURL(bundle).href);
const manifest = JSON.parse(await readFile(file, 'utf8'));
const settings = contributedSettings(PROFILERS);
const section = manifest.contributes.configuration.find(({ title }) => title === 'Profilers');
const restricted = manifest.capabilities.untrustedWorkspaces;
const before = Object.keys(section.properties);
section.properties = settings;
// Whatever a profiler is told may decide what runs.
restricted.restrictedConfigurations = [...restricted.restrictedConfigurations.filter((name) => !before.includes(name) && !(name in settings)), ...Object.keys(settings)];
await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${Object.keys(settings).length} settings of ${PROFILERS.length} profilers`);
