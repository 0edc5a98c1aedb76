// What package.json says of a debugger: its configurations must be what its own schema accepts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

interface Contribution {
  readonly type: string;
  readonly configurationAttributes: Record<'launch' | 'attach', { readonly properties: Record<string, { readonly type?: string | string[]; readonly enum?: unknown[]; readonly markdownDescription?: string }> }>;
  readonly configurationSnippets: { readonly label: string; readonly body: Record<string, unknown> & { readonly type: string; readonly request: 'launch' | 'attach'; readonly name: string } }[];
  readonly initialConfigurations: Record<string, unknown>[];
  readonly variables: Record<string, string>;
}

function contribution(type: string): Contribution {
  // As it is on disk: VS Code adds attributes of its own to what it has read.
  const manifest = path.join(vscode.extensions.getExtension('heatline.heatline')!.extensionPath, 'package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { contributes: { debuggers: Contribution[] } }).contributes.debuggers.find((each) => each.type === type)!;
}

/** A snippet's body with its placeholders at their first values and escapes gone, as the editor inserts it. */
function inserted(value: unknown): unknown {
  if (typeof value === 'string') {
    const raw = value.startsWith('^');
    const text = (raw ? value.slice(1) : value).replace(/(?<!\\)\$\{\d+:((?:\\.|[^\\}])*)\}/g, '$1').replace(/\\([$}\\])/g, '$1');
    return raw ? JSON.parse(text) : text;
  }
  if (Array.isArray(value)) return value.map(inserted);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inserted(each)]));
  return value;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : value === null ? 'null' : typeof value;
}

/**
 * The configurations that package.json offers for a type of debugger: snippets as they are inserted, and the initial ones.
 * @throws AssertionError for an attribute without words, and for a value that its schema refuses
 */
export function checkedConfigurations(type: 'pdb' | 'delve'): readonly Record<string, unknown>[] {
  const { configurationAttributes, configurationSnippets, initialConfigurations, variables } = contribution(type);
  for (const [request, { properties }] of Object.entries(configurationAttributes)) {
    for (const [name, { markdownDescription }] of Object.entries(properties)) assert.ok(markdownDescription, `${request}.${name} has no description`);
  }
  const all = [...configurationSnippets.map(({ label, body }) => ({ label, body: inserted(body) as typeof body })), ...initialConfigurations.map((body) => ({ label: 'initial', body: body as never }))];
  for (const { label, body } of all as { label: string; body: Record<string, unknown> & { request: 'launch' | 'attach' } }[]) {
    const { type: own, request, name, ...rest } = body;
    assert.equal(own, type, label);
    assert.ok(name, label);
    for (const [attribute, value] of Object.entries(rest)) {
      const schema = configurationAttributes[request].properties[attribute];
      assert.ok(schema, `${label}: ${attribute} is not described`);
      assert.ok([schema.type].flat().includes(kindOf(value)), `${label}: ${attribute} is ${kindOf(value)}`);
      if (schema.enum) assert.ok(schema.enum.includes(value), `${label}: ${attribute}`);
    }
    for (const [, used] of JSON.stringify(rest).matchAll(/\$\{command:(\w+)\}/g)) assert.ok(variables[used], `${label}: ${used}`);
  }
  return all.map(({ body }) => body);
}
