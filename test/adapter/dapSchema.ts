// The published JSON schema of the Debug Adapter Protocol, which debugpy carries, as a judge of every message.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { findTool, toolEnvironment } from '../../scripts/system-tools.mjs';

/** Events of ours beside the protocol's; clients pass over what they do not know. */
const OWN_EVENTS = new Set(['selectedFrame', 'buildFailed', 'chooseSources']);
const SCHEMA = 'debugpy/_vendored/pydevd/_pydevd_bundle/_debug_adapter/debugProtocol.json';

interface Schema {
  $schema?: string;
  readonly definitions: Record<string, unknown>;
}

let judge: { readonly ajv: Ajv; readonly definitions: Record<string, unknown> } | undefined;

function load(): NonNullable<typeof judge> {
  const python = findTool('debugpy');
  if (!python) throw new Error('debugpy, which carries the schema of the protocol, is not installed: skip by needsTool(this, "debugpy")');
  const code = 'import debugpy, os; print(os.path.dirname(os.path.dirname(debugpy.__file__)))';
  const { stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8', env: { ...process.env, ...toolEnvironment('debugpy') } });
  const schema = JSON.parse(readFileSync(path.join(stdout.trim(), SCHEMA), 'utf8')) as Schema;
  // Draft 4, of which it uses nothing that has changed since.
  delete schema.$schema;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(schema, 'dap');
  return { ajv, definitions: schema.definitions };
}

function validatorOf(name: string): ValidateFunction {
  const { ajv } = (judge ??= load());
  const validate = ajv.getSchema(`dap#/definitions/${name}`);
  if (!validate) throw new Error(`the schema has no ${name}`);
  return validate;
}

/** What is wrong with a message by the published schema; undefined when nothing is. */
export function violation(message: DebugProtocol.ProtocolMessage): string | undefined {
  const { definitions } = (judge ??= load());
  const named = nameOf(message);
  const name = named in definitions ? named : { request: 'Request', response: 'Response', event: 'Event' }[message.type];
  if (!name) return `a message of type ${message.type}`;
  if (name === 'Event' && !OWN_EVENTS.has((message as DebugProtocol.Event).event)) return `no event of the protocol: ${JSON.stringify(message)}`;
  const validate = validatorOf(name);
  if (validate(message)) return undefined;
  return `no ${name}: ${validate.errors?.map(({ instancePath, message: why }) => `${instancePath || 'it'} ${why}`).join('; ')}\n${JSON.stringify(message).slice(0, 2000)}`;
}

function nameOf(message: DebugProtocol.ProtocolMessage): string {
  const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
  if (message.type === 'event') return `${capital((message as DebugProtocol.Event).event)}Event`;
  if (message.type === 'request') return `${capital((message as DebugProtocol.Request).command)}Request`;
  const response = message as DebugProtocol.Response;
  return response.success ? `${capital(response.command)}Response` : 'ErrorResponse';
}

/** Watches one connection: each message by itself, and that answers belong to requests. */
export class ProtocolWatch {
  readonly violations: string[] = [];
  #open = { client: new Map<number, string>(), adapter: new Map<number, string>() };
  #sequence = 0;

  see(from: 'client' | 'adapter', message: DebugProtocol.ProtocolMessage): void {
    const wrong = violation(message);
    if (wrong) this.violations.push(`${from}: ${wrong}`);
    // DebugClient numbers its requests only, so its answers have numbers of their own.
    if (from === 'adapter' && message.seq <= this.#sequence) this.violations.push(`${from}: seq ${message.seq} after ${this.#sequence}`);
    if (from === 'adapter') this.#sequence = message.seq;
    const other = from === 'client' ? 'adapter' : 'client';
    if (message.type === 'request') this.#open[from].set(message.seq, (message as DebugProtocol.Request).command);
    if (message.type !== 'response') return;
    const response = message as DebugProtocol.Response;
    const command = this.#open[other].get(response.request_seq);
    this.#open[other].delete(response.request_seq);
    if (command !== response.command) this.violations.push(`${from}: an answer to ${response.command}, where ${command ?? 'nothing'} was asked`);
  }

  /** Commands of the client's requests that were never answered. */
  get unanswered(): string[] {
    return [...this.#open.client.values()];
  }
}
