// Builds everything that ships: extension host code, worker, terminal program, webview, and the Python helpers.
import { build, context } from 'esbuild';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { watch as watchFolder } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportPage } from './scripts/report-page.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(root, 'dist');
const watching = process.argv.includes('--watch');
const production = process.argv.includes('--production');

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  target: 'node20',
  define: { 'process.env.NODE_ENV': production ? '"production"' : '"development"' },
};

/** A debugger's session is a file of its own, which the extension reads when the first such session starts. */
const sessionApart = {
  name: 'session-apart',
  setup(api) {
    api.onResolve({ filter: /\/debug\/\w+\/session\.ts$/ }, ({ kind, path: file }) => (
      kind === 'dynamic-import' ? { path: `./${/debug\/(\w+)\//.exec(file)[1]}-session.cjs`, external: true } : undefined
    ));
  },
};

/** An adapter that is a program of its own takes the same file: the session ships once. */
const sessionBeside = {
  name: 'session-beside',
  setup(api) {
    api.onResolve({ filter: /^\.\/session\.ts$/ }, ({ importer }) => ({ path: `./${path.basename(path.dirname(importer))}-session.cjs`, external: true }));
  },
};

/** The folders of src/debug that hold a debug adapter. */
const debuggers = ['pdb', 'delve'];

/** One entry per program that runs on its own. */
const programs = [
  { ...common, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.cjs', platform: 'node', format: 'cjs', external: ['vscode'], plugins: [sessionApart] },
  ...debuggers.map((name) => ({ ...common, entryPoints: [`src/debug/${name}/session.ts`], outfile: `dist/${name}-session.cjs`, platform: 'node', format: 'cjs' })),
  { ...common, entryPoints: ['src/profilers/launcher.ts'], outfile: 'dist/launcher.cjs', platform: 'node', format: 'cjs' },
  { ...common, entryPoints: ['src/profilers/agents/main.ts'], outfile: 'dist/agent.cjs', platform: 'node', format: 'cjs' },
  { ...common, entryPoints: ['src/engine/worker.ts'], outfile: 'dist/worker.cjs', platform: 'node', format: 'cjs' },
  // Programs of their own for every client of the Debug Adapter Protocol; VS Code runs the same code inside the extension host.
  ...debuggers.map((name) => ({
    ...common, entryPoints: [{ in: `src/debug/${name}/main.ts`, out: `${name}-adapter` }], outdir: 'dist', platform: 'node', format: 'esm', plugins: [sessionBeside],
    banner: { js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  })),
  {
    // In chunks, and without blanks: a subcommand starts with what it needs, and reading the rest takes longer than a small profile.
    ...common, entryPoints: [{ in: 'src/cli/main.ts', out: 'cli' }, { in: 'src/cli/task.ts', out: 'task' }], outdir: 'dist', splitting: true, chunkNames: 'cli-[hash]', minifyWhitespace: true,
    platform: 'node', format: 'esm',
    banner: { js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  },
  {
    ...common, entryPoints: ['webview/main.tsx', 'webview/viewer.css'], outdir: 'dist/webview', platform: 'browser', format: 'iife',
    target: 'chrome120', jsx: 'automatic', jsxImportSource: 'preact', loader: { '.ttf': 'file' }, assetNames: '[name]',
  },
  {
    ...common, entryPoints: [{ in: 'webview/machine/main.tsx', out: 'machine' }, { in: 'webview/machine/machine.css', out: 'machine' }], outdir: 'dist/webview', platform: 'browser', format: 'iife',
    target: 'chrome120', jsx: 'automatic', jsxImportSource: 'preact',
  },
  // It goes into every picture that is written, so it is always small.
  { ...common, entryPoints: ['webview/svgPage.ts'], outfile: 'dist/webview/svgPage.js', platform: 'browser', format: 'iife', target: 'es2020', minify: true, sourcemap: false },
];

/** Python code that runs in the profiled or debugged program: where it is, and where it goes. */
const pythonFolders = [['src/profilers/python', 'python'], ['src/debug/pdb/python', 'python-pdb']];

async function copyPython() {
  for (const [from, to] of pythonFolders) {
    await cp(path.join(root, from), path.join(out, to), {
      recursive: true,
      filter: (source) => !source.includes('__pycache__') && (path.extname(source) === '' || source.endsWith('.py')),
    });
  }
}

/** The icon font, which the viewer's page loads beside its own style. */
async function copyIcons() {
  await mkdir(path.join(out, 'webview'), { recursive: true });
  const dist = path.join(root, 'node_modules/@vscode/codicons/dist');
  for (const name of ['codicon.css', 'codicon.ttf']) await cp(path.join(dist, name), path.join(out, 'webview', name));
}

/** The one-file report. It goes into files that are sent about, so it is always small. */
async function writeReport() {
  await writeFile(path.join(out, 'report.html'), await reportPage(root, { logLevel: 'warning', define: { 'process.env.NODE_ENV': '"production"' } }));
}

await rm(out, { recursive: true, force: true });
await copyPython();
await copyIcons();
if (watching) {
  for (const program of programs) await (await context(program)).watch();
  for (const [from] of pythonFolders) watchFolder(path.join(root, from), { recursive: true }, () => void copyPython());
  // Once: whoever works on the viewer looks at it in the editor.
  await writeReport();
  console.log('watching');
} else {
  await Promise.all([...programs.map((program) => build(program)), writeReport()]);
}
