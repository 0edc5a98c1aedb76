// Bundles TypeScript that only tests and measurements run, one bundle a source file.
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { outFolder, root } from './project.mjs';

/** In a bundle `import.meta.url` would name the bundle; sources mean themselves, to find what lies beside them. */
const ownAddress = {
  name: 'own-address',
  setup(bundler) {
    bundler.onLoad({ filter: /\.(ts|tsx|mjs)$/ }, async ({ path: file }) => {
      if (file.includes(`${path.sep}node_modules${path.sep}`)) return undefined;
      const source = await readFile(file, 'utf8');
      if (!source.includes('import.meta.url')) return undefined;
      return {
        contents: source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href)),
        loader: file.endsWith('.mjs') ? 'js' : path.extname(file).slice(1),
      };
    });
  },
};

/** Scripts stay modules of their own: they keep state (what is running) that must exist once in a process. */
const scriptsOutside = {
  name: 'scripts-outside',
  setup(bundler) {
    bundler.onResolve({ filter: /^\..*\.mjs$/ }, ({ path: file, resolveDir }) => (
      { path: pathToFileURL(path.resolve(resolveDir, file)).href, external: true }));
  },
};

/** Source files below `folder` (relative to the root) that end in `ending`, sorted; none when the folder is missing. */
export async function testSources(folder, ending) {
  if (!existsSync(path.join(root, folder))) return [];
  const names = await readdir(path.join(root, folder), { recursive: true });
  return names.filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name)).sort();
}

/**
 * Bundles every source below `folder` into `out/<folder>`, which is emptied first. Packages are not bundled.
 * `format: 'cjs'` is for the extension host, which loads its test entry with require.
 * @param {{ folder: string, ending: string, format?: 'esm' | 'cjs' }} options
 * @returns {Promise<{ source: string, bundle: string }[]>} sources relative to the root, bundles as absolute paths
 * @throws when a source does not build; the error's message lists each place
 */
export async function bundleTests({ folder, ending, format = 'esm' }) {
  const target = path.join(outFolder, folder);
  await rm(target, { recursive: true, force: true });
  const sources = await testSources(folder, ending);
  if (sources.length === 0) return [];
  const extension = format === 'esm' ? '.mjs' : '.cjs';
  await build({
    absWorkingDir: root,
    entryPoints: sources,
    outbase: folder,
    outdir: target,
    outExtension: { '.js': extension },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    packages: 'external',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
    plugins: format === 'esm' ? [scriptsOutside, ownAddress] : [ownAddress],
  });
  return sources.map((source) => ({
    source,
    bundle: path.join(target, path.relative(folder, source).replace(/\.ts$/, extension)),
  }));
}
