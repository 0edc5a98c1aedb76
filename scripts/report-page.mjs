// The page of the HTML report, with everything in it: `assets('report.html')` of the writers.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const digest = (text) => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

/** @returns the text of the page; its marks for the profile are those of src/formats/htmlPage.ts */
export async function reportPage(root, options) {
  const common = { ...options, absWorkingDir: root, bundle: true, minify: true, write: false, sourcemap: false, platform: 'browser', target: 'chrome120' };
  const icons = path.join(root, 'node_modules/@vscode/codicons/dist');
  const [template, engines, scripts, styles, iconStyles] = await Promise.all([
    readFile(path.join(root, 'webview/report/report.html'), 'utf8'),
    build({ ...common, entryPoints: ['webview/report/engine.ts'], format: 'iife' }),
    build({ ...common, entryPoints: ['webview/report/main.ts'], format: 'iife', jsx: 'automatic', jsxImportSource: 'preact' }),
    build({ ...common, entryPoints: ['webview/report/report.css'] }),
    build({ ...common, entryPoints: [path.join(icons, 'codicon.css')], loader: { '.ttf': 'dataurl' } }),
  ]);
  const engine = engines.outputFiles[0].text;
  const script = scripts.outputFiles[0].text;
  const style = iconStyles.outputFiles[0].text + styles.outputFiles[0].text;
  // A comment's beginning does no harm unless a script element follows it.
  if (/<\/?script/i.test(engine + script) || /<\/style/i.test(style)) throw new Error('the script or the style of the report would end its element');
  // The nonce lets the controls try a style out; scripts are held to their hashes, the worker is the engine's own text, and nothing is loaded from anywhere.
  const policy = [
    "default-src 'none'", `script-src ${digest(engine)} ${digest(script)}`, 'worker-src blob:', "style-src 'nonce-heatline'", 'font-src data:', 'img-src data:', "base-uri 'none'", "form-action 'none'",
  ].join('; ');
  // The profile's marks stay; a function as replacement, for `$&` in a script means nothing.
  return template
    .replace('HEATLINE_POLICY', () => policy)
    .replace('HEATLINE_STYLE', () => style)
    .replace('HEATLINE_ENGINE', () => engine)
    .replace('HEATLINE_SCRIPT', () => script);
}
