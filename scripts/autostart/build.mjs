// Builds the companion extension of npm start and the text it prints into out/autostart, and packs the extension.
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { outFolder, root } from '../project.mjs';
import { run } from '../processes.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Builds the companion. Returns its folder, which VS Code can load as an extension under development, and outcomeText of
 * outcome.mjs.
 */
export async function buildAutostart() {
  const folder = path.join(outFolder, 'autostart');
  const outcome = path.join(outFolder, 'autostart-outcome.mjs');
  await mkdir(folder, { recursive: true });
  await copyFile(path.join(here, 'package.json'), path.join(folder, 'package.json'));
  await build({
    entryPoints: [path.join(here, 'extension.mjs')], outfile: path.join(folder, 'extension.cjs'),
    bundle: true, platform: 'node', format: 'cjs', external: ['vscode'], logLevel: 'warning',
  });
  await build({ entryPoints: [path.join(here, 'outcome.mjs')], outfile: outcome, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' });
  const { outcomeText } = await import(pathToFileURL(outcome).href);
  return { folder, outcomeText };
}

/**
 * Packs the built companion; returns its VSIX file.
 * @throws with vsce's output when that fails
 */
export async function packAutostart(folder) {
  const file = path.join(outFolder, 'autostart.vsix');
  const args = [path.join(root, 'node_modules/@vscode/vsce/vsce'), 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', file];
  const { code, output } = await run(process.execPath, args, { cwd: folder });
  if (code !== 0) throw new Error(`packing the companion extension failed with exit code ${code}\n${output}`);
  return file;
}
