// What package.json says of launch.json's members is what the adapters' contracts say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

type Schemas = Record<'launch' | 'attach', { readonly properties: Readonly<Record<string, { readonly default?: unknown; readonly enum?: readonly unknown[] }>> }>;

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as { contributes: { debuggers: { type: string; configurationAttributes: Schemas }[] } };

/** Members that VS Code itself describes. */
const OF_THE_EDITOR = ['name', 'type', 'noDebug'];

/** Members that a contract has in common for both requests and that are not offered where a program runs already. */
const NOT_OFFERED: Readonly<Record<string, readonly string[]>> = { 'pdb attach': ['redirectOutput', 'stopOnEntry'] };

/** Members of an interface of a file and of those that it extends, by name. */
function membersOf(source: ts.SourceFile, name: string): string[] {
  const found = source.statements.find((each): each is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(each) && each.name.text === name);
  assert.ok(found, `${source.fileName} has no ${name}`);
  const inherited = (found.heritageClauses ?? []).flatMap(({ types }) => types.flatMap(({ expression }) => membersOf(source, expression.getText(source))));
  return [...inherited, ...found.members.map((each) => each.name!.getText(source))];
}

describe('attributes of debug configurations', () => {
  for (const { type, configurationAttributes } of contributes.debuggers) {
    const file = path.join('src/debug', type, 'configuration.ts');
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
    for (const [request, contract] of [['launch', 'LaunchConfiguration'], ['attach', 'AttachConfiguration']] as const) {
      it(`of ${type}, ${request}, are those that the adapter reads`, () => {
        const described = Object.keys(configurationAttributes[request].properties);
        const read = membersOf(source, contract).filter((name) => !OF_THE_EDITOR.includes(name) && !NOT_OFFERED[`${type} ${request}`]?.includes(name));
        assert.deepEqual(described.sort(), [...new Set(read)].sort());
      });
    }
  }
});
