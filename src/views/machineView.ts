import * as vscode from 'vscode';
import type { MachineWatch } from '../host/machineWatch.ts';
import type { ProfileVerb } from '../host/profileVerb.ts';
import { asMachineMessage, type HostToMachine } from '../protocol/machine.ts';
import { pageHtml } from './page.ts';

/** The machine's vital signs beside the list of runs; read only while somebody sees them. */
export class MachineView implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly registration: vscode.Disposable;
  private readonly listeners: vscode.Disposable[];
  private view: vscode.WebviewView | undefined;
  private watching: vscode.Disposable | undefined;

  constructor(private readonly extensionUri: vscode.Uri, private readonly watch: MachineWatch, private readonly verb: ProfileVerb) {
    this.registration = vscode.window.registerWebviewViewProvider('heatline.machine', this);
    this.listeners = [watch.onDidRead(() => this.send()), verb.onDidChangeRunning(() => this.send())];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const root = vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview');
    this.view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [root] };
    const follow = () => {
      this.watching?.dispose();
      this.watching = view.visible ? this.watch.watch() : undefined;
    };
    view.onDidChangeVisibility(follow);
    view.onDidDispose(() => {
      this.watching?.dispose();
      this.view = undefined;
    });
    view.webview.onDidReceiveMessage((message: unknown) => {
      if (asMachineMessage(message)) this.send();
    });
    view.webview.html = pageHtml(view.webview, root, 'machine.js', ['codicon.css', 'machine.css']);
    follow();
  }

  dispose(): void {
    this.watching?.dispose();
    for (const disposable of [this.registration, ...this.listeners]) disposable.dispose();
  }

  private send(): void {
    if (!this.view?.visible) return;
    const message: HostToMachine = {
      type: 'signs', history: this.watch.history, shortages: this.watch.shortages, recording: this.verb.recordings.map(({ title }) => title).join(', '),
    };
    void this.view.webview.postMessage(message);
  }
}
