// Keeps the layers of ARCHITECTURE.md: which folder may import which, and who may touch vscode or node.
import path from 'node:path';

/** Folder (below the project's root) -> what its files may import. The longest matching folder counts. */
export const LAYERS = {
  'src/core': { folders: [] },
  'src/protocol': { folders: ['src/core'] },
  'src/formats': { folders: ['src/core'] },
  'src/profilers': { folders: ['src/core', 'src/formats'], node: true },
  'src/engine': { folders: ['src/core', 'src/formats', 'src/profilers', 'src/protocol'], node: true },
  'src/debug': { folders: ['src/core', 'src/profilers'], node: true },
  'src/cli': { folders: ['src/core', 'src/formats', 'src/profilers', 'src/engine', 'src/protocol'], node: true },
  'src/host': { folders: ['src/core', 'src/formats', 'src/profilers', 'src/engine', 'src/debug', 'src/protocol'], node: true, vscode: true },
  'src/editor': { folders: ['src/core', 'src/engine', 'src/protocol', 'src/host'], node: true, vscode: true },
  'src/views': { folders: ['src/core', 'src/profilers', 'src/engine', 'src/protocol', 'src/host'], node: true, vscode: true },
  'src/extension.ts': { folders: ['src/host', 'src/editor', 'src/views'], node: true, vscode: true },
  webview: { folders: ['src/core', 'src/protocol'] },
  // The one-file report is page and engine in one.
  'webview/report': { folders: ['src/core', 'src/protocol', 'src/formats', 'src/engine', 'webview'] },
};

/** Only this file may import the archived toolkit, so that replacing it stays a one-file change. */
const TOOLKIT_FILE = 'webview/controls.ts';
const TOOLKIT = '@vscode/webview-ui-toolkit';

function layerOf(file) {
  const names = Object.keys(LAYERS).filter((name) => file === name || file.startsWith(name + '/'));
  return names.sort((a, b) => b.length - a.length)[0];
}

/** Why `file` (relative to root, forward slashes) may not import `source`; undefined when it may. */
export function layerViolation(file, source) {
  const own = layerOf(file);
  if (!own) return undefined;
  const rule = LAYERS[own];
  if (source === 'vscode') return rule.vscode ? undefined : `${own} must not import vscode`;
  if (source.startsWith('node:')) return rule.node ? undefined : `${own} must not import ${source}`;
  if (source === TOOLKIT || source.startsWith(TOOLKIT + '/')) {
    return file === TOOLKIT_FILE ? undefined : `only ${TOOLKIT_FILE} may import ${TOOLKIT}`;
  }
  if (!source.startsWith('.')) return undefined;
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), source));
  const other = layerOf(target);
  if (!other) return target.startsWith('src/') || target.startsWith('test/') ? `${own} must not import ${target}` : undefined;
  if (other === own || rule.folders.includes(other)) return undefined;
  return `${own} must not import ${other}`;
}

export default {
  meta: { type: 'problem', schema: [], messages: { layer: '{{why}} (see ARCHITECTURE.md, "Layers")' } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    const check = (node) => {
      const source = node.source?.value;
      if (typeof source !== 'string') return;
      const why = layerViolation(file, source);
      if (why) context.report({ node: node.source, messageId: 'layer', data: { why } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
