import assert from 'node:assert/strict';
import path from 'node:path';
import { Linter, type Rule } from 'eslint';
import tseslint from 'typescript-eslint';
import layers, { LAYERS, layerViolation } from '../../eslint-rules/layers.mjs';

/** What the rule says about `code` in `file` (relative to the project's root), through ESLint as in a real run. */
function faults(file: string, code: string): string[] {
  const linter = new Linter({ cwd: process.cwd() });
  const messages = linter.verify(
    code,
    [{
      files: ['**/*.ts', '**/*.tsx'],
      languageOptions: { parser: tseslint.parser },
      plugins: { heatline: { rules: { layers: layers as Rule.RuleModule } } },
      rules: { 'heatline/layers': 'error' },
    }],
    path.join(process.cwd(), file),
  );
  for (const { fatal, message } of messages) assert.ok(!fatal, message);
  return messages.map(({ message }) => message.replace(' (see ARCHITECTURE.md, "Layers")', ''));
}

describe('the layer rule', () => {
  const legal: [string, string][] = [
    ['src/core/flame.ts', "import { Profile } from './profile.ts';"],
    ['src/formats/pstats.ts', "import { Builder } from '../core/builder.ts';"],
    ['src/profilers/perf.ts', "import { spawn } from 'node:child_process';"],
    ['src/profilers/python/cprofile.ts', "import { x } from '../../formats/index.ts';"],
    ['src/host/log.ts', "import * as vscode from 'vscode';"],
    ['src/editor/heat.ts', "import { log } from '../host/log.ts';"],
    ['src/extension.ts', "import { Heat } from './editor/heat.ts';"],
    ['webview/main.tsx', "import { render } from 'preact';"],
    ['webview/main.tsx', "import type { Profile } from '../src/core/profile.ts';"],
    ['webview/controls.ts', "import { provideVSCodeDesignSystem } from '@vscode/webview-ui-toolkit';"],
    ['test/unit/anything.test.ts', "import { Heat } from '../../src/editor/heat.ts';"],
  ];
  for (const [file, code] of legal) {
    it(`allows in ${file}: ${code}`, () => assert.deepEqual(faults(file, code), []));
  }

  const illegal: [string, string, string][] = [
    ['src/core/flame.ts', "import * as vscode from 'vscode';", 'src/core must not import vscode'],
    ['src/core/flame.ts', "import { readFileSync } from 'node:fs';", 'src/core must not import node:fs'],
    ['src/core/flame.ts', "import { sniff } from '../formats/index.ts';", 'src/core must not import src/formats'],
    ['src/core/flame.ts', "import { stack } from '../../test/stackText.ts';", 'src/core must not import test/stackText.ts'],
    ['src/formats/pstats.ts', "import { Buffer } from 'node:buffer';", 'src/formats must not import node:buffer'],
    ['src/formats/deep/er.ts', "import { run } from '../../profilers/run.ts';", 'src/formats must not import src/profilers'],
    ['src/profilers/perf.ts', "import { Uri } from 'vscode';", 'src/profilers must not import vscode'],
    ['src/cli/main.ts', "import { log } from '../host/log.ts';", 'src/cli must not import src/host'],
    ['src/host/log.ts', "import { Heat } from '../editor/heat.ts';", 'src/host must not import src/editor'],
    ['src/editor/heat.ts', "import { RunsTree } from '../views/runsTree.ts';", 'src/editor must not import src/views'],
    ['src/extension.ts', "import { Profile } from './core/profile.ts';", 'src/extension.ts must not import src/core'],
    ['webview/main.tsx', "import { open } from '../src/engine/open.ts';", 'webview must not import src/engine'],
    ['webview/main.tsx', "import { Button } from '@vscode/webview-ui-toolkit/react';", 'only webview/controls.ts may import @vscode/webview-ui-toolkit'],
  ];
  for (const [file, code, why] of illegal) {
    it(`refuses in ${file}: ${code}`, () => assert.deepEqual(faults(file, code), [why]));
  }

  it('sees exports, type imports and dynamic imports too', () => {
    const code = [
      "export { x } from 'vscode';",
      "export * from '../editor/heat.ts';",
      "import type { Uri } from 'vscode';",
      "const later = import('node:fs');",
    ].join('\n');
    assert.deepEqual(faults('src/core/flame.ts', code), [
      'src/core must not import vscode',
      'src/core must not import src/editor',
      'src/core must not import vscode',
      'src/core must not import node:fs',
    ]);
  });

  it('lets no layer be imported by one that it imports itself', () => {
    const names = Object.keys(LAYERS) as (keyof typeof LAYERS)[];
    const allows = (from: string, to: string) => layerViolation(`${from}/a.ts`, `./${path.posix.relative(from, `${to}/b.ts`)}`) === undefined;
    const folders = names.filter((name) => !name.endsWith('.ts'));
    const circles = folders.flatMap((one) => folders.filter((other) => one < other && allows(one, other) && allows(other, one)).map((other) => `${one} and ${other}`));
    assert.deepEqual(circles, []);
  });
});
