import * as vscode from 'vscode';

/** The extension's log, made when first used. */
let channel: vscode.LogOutputChannel | undefined;

export function log(): vscode.LogOutputChannel {
  return (channel ??= vscode.window.createOutputChannel('Heatline', { log: true }));
}

export function disposeLog(): void {
  channel?.dispose();
  channel = undefined;
}
