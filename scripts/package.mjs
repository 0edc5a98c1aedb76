// npm run package: a production build in a VSIX file, checked for size and for what must not ship.
//   npm run package [-- --out FILE]
import { statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { manifest, root } from './project.mjs';
import { run, stopEverythingOnSignals } from './processes.mjs';
import { zipEntries } from './zip-entries.mjs';

const MAX_BYTES = 2 * 1024 * 1024;

/** Sources, tests, maps and everything else of the work tree that users have no use for. */
const unwanted = [/\.map$/, /\.tsx?$/, /\.mjs$/, /^extension\/(src|webview|test|scripts|out|examples|node_modules|eslint-rules|\.)/i, /__pycache__/, /tsconfig/, /package-lock/];

const { values: options } = parseArgs({ options: { out: { type: 'string' } } });
const file = path.resolve(root, options.out ?? `heatline-${manifest.version}.vsix`);

stopEverythingOnSignals();
const build = await run(process.execPath, ['esbuild.mjs', '--production'], { cwd: root });
if (build.code !== 0) {
  console.error(build.output);
  process.exit(1);
}
await mkdir(path.dirname(file), { recursive: true });
await rm(file, { force: true });
// Dependencies are in the bundles. Links of the README stay as they are: the manifest names no repository to point them at.
await createVSIX({ cwd: root, packagePath: file, dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false });

/** Whatever a production build makes is needed; a file that .vscodeignore forgets breaks the package. */
const built = (await readdir(path.join(root, 'dist'), { recursive: true }))
  .map((name) => path.join('dist', name))
  .filter((name) => statSync(path.join(root, name)).isFile())
  .map((name) => name.split(path.sep).join('/'));
const { languages = [], grammars = [] } = manifest.contributes;
const syntaxes = [...grammars.map((grammar) => grammar.path), ...languages.flatMap((language) => language.configuration ?? [])].map((name) => name.replace('./', ''));
const required = [...new Set(['package.json', manifest.icon, ...built, ...syntaxes])].map((name) => `extension/${name}`);

const { size } = await stat(file);
const names = zipEntries(await readFile(file)).map(({ name }) => name);
const faults = [
  ...(size > MAX_BYTES ? [`${size} bytes are more than the ${MAX_BYTES} allowed`] : []),
  ...required.filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
  ...names.filter((name) => unwanted.some((pattern) => pattern.test(name))).map((name) => `${name} must not be in it`),
];
if (faults.length > 0) {
  console.error(`${file} is not fit to ship:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  process.exit(1);
}
console.log(`${path.relative(root, file)}: ${names.length} files, ${(size / 1024).toFixed(0)} KiB`);
