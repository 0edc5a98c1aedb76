import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import type { Remedy } from '../../profilers/problem.ts';
import type { InlineSession } from './debugger.ts';

/** Requests whose answers hold values. */
const SHOWS_VALUES = new Set(['variables', 'evaluate', 'setVariable', 'setExpression', 'scopes', 'stackTrace']);
/** Requests that begin a session, and fail with words for the person. */
const BEGINS = new Set(['launch', 'attach', 'restart']);

export interface StartFailure {
  /** The problem's stable id, such as `pdb-no-python`; empty when the program's own words are all there is. */
  readonly code: string;
  readonly text: string;
  /** What mends it, where the adapter knows. */
  readonly remedies: readonly Remedy[];
}

/** What a session needs from those who keep it. */
export interface Keeper {
  isHexadecimal(): boolean;
  /** The program is about to start, for the first time or again. */
  begins(): void;
  failed(failure: StartFailure): void;
  ended(session: HostedSession): void;
}

/** A session inside VS Code: what the protocol lets a client do and VS Code has no button for, and failures of starts with our own ways out. */
export class HostedSession implements vscode.DebugAdapter {
  private readonly sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.sent.event;
  private readonly listening: { dispose(): void };

  constructor(private readonly session: InlineSession, private readonly keeper: Keeper) {
    this.listening = session.onDidSendMessage((message) => this.sent.fire(this.withoutDialog(message as DebugProtocol.Response)));
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    const request = message as DebugProtocol.Request;
    if (request.type === 'request' && BEGINS.has(request.command)) this.keeper.begins();
    this.session.handleMessage(request.type === 'request' && SHOWS_VALUES.has(request.command) && this.keeper.isHexadecimal()
      ? { ...request, arguments: { ...(request.arguments as object | undefined), format: { ...(request.arguments as { format?: object } | undefined)?.format, hex: true } } } as DebugProtocol.Request
      : request);
  }

  /** Has VS Code ask for every value again. */
  refresh(): void {
    this.sent.fire({ seq: 0, type: 'event', event: 'invalidated', body: { areas: ['variables'] } } as DebugProtocol.InvalidatedEvent);
  }

  dispose(): void {
    this.session.dispose();
    this.listening.dispose();
    this.sent.dispose();
    this.keeper.ended(this);
  }

  /** A start that fails is told by a message with buttons, in place of VS Code's dialog. */
  private withoutDialog(message: DebugProtocol.Response): vscode.DebugProtocolMessage {
    if (message.type !== 'response' || message.success || !BEGINS.has(message.command)) return message;
    const { error } = (message.body ?? {}) as { error?: DebugProtocol.Message };
    if (!error?.showUser) return message;
    const { _code: code = '', _remedies: remedies = '[]' } = error.variables ?? {};
    this.keeper.failed({ code, text: message.message ?? error.format, remedies: JSON.parse(remedies) as Remedy[] });
    return { ...message, body: { ...(message.body as object), error: { ...error, showUser: false } } } as DebugProtocol.Response;
  }
}
