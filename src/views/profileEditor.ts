import * as vscode from 'vscode';
import type { ActiveProfile } from '../host/activeProfile.ts';
import { locateSource } from '../host/locateSource.ts';
import { log } from '../host/log.ts';
import { asProblem } from '../host/problems.ts';
import { droppedFiles } from '../host/dropped.ts';
import { runFacts, type OpenProfile, type Profiles } from '../host/profiles.ts';
import { OTHER_PROFILE_EDITOR, PROFILE_EDITOR } from '../host/viewers.ts';
import { asViewerMessage, toWire, type HostToViewer, type ViewerToHost, type ViewName } from '../protocol/viewer.ts';
import { pageHtml } from './page.ts';

/** Bytes read between two progress messages to the page. */
const PROGRESS_STEP = 1 << 20;

/** What the viewer may ask of the host beside data. */
export interface ViewerActions {
  runAgain(uri: vscode.Uri): void;
  reopenAsText(uri: vscode.Uri): Promise<void>;
  /** Opens files as profiles. */
  open(files: readonly vscode.Uri[]): Promise<void>;
  /** A profile was opened from a file that is no run. */
  remember(uri: vscode.Uri): void;
}

/** The viewer of a profile: a custom editor, one page per profile; the page asks for slices and gets nothing else. */
export class ProfileEditor implements vscode.CustomReadonlyEditorProvider, vscode.Disposable {
  private readonly pages = new Map<string, Set<Page>>();
  private readonly registration: vscode.Disposable;
  private readonly listener: vscode.Disposable;

  constructor(
    private readonly extensionUri: vscode.Uri, private readonly profiles: Profiles, private readonly active: ActiveProfile, private readonly actions: ViewerActions,
  ) {
    this.registration = vscode.Disposable.from(...[PROFILE_EDITOR, OTHER_PROFILE_EDITOR].map((viewType) => (
      vscode.window.registerCustomEditorProvider(viewType, this, { supportsMultipleEditorsPerDocument: true }))));
    this.listener = active.onDidChangeEvent(({ uri, event }) => {
      for (const page of this.pages.get(uri.toString()) ?? []) page.send({ type: 'event', event });
    });
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const key = document.uri.toString();
    const page = new Page(document.uri, panel, this.extensionUri, this.profiles, this.active, this.actions);
    const pages = this.pages.get(key) ?? new Set();
    this.pages.set(key, pages.add(page));
    panel.onDidDispose(() => {
      page.dispose();
      pages.delete(page);
    });
  }

  /** Opens the viewer if need be and shows a function in it. */
  async reveal(uri: vscode.Uri, func: number, view: ViewName): Promise<void> {
    if (!this.pages.get(uri.toString())?.size) {
      await vscode.commands.executeCommand('vscode.openWith', uri, PROFILE_EDITOR, { viewColumn: vscode.ViewColumn.Beside, preview: false });
    }
    for (const page of this.pages.get(uri.toString()) ?? []) page.reveal(func, view);
  }

  dispose(): void {
    this.registration.dispose();
    this.listener.dispose();
  }
}

/** One open page and its half of the conversation. */
class Page implements vscode.Disposable {
  private lease: ReturnType<Profiles['borrow']> | undefined;
  private profile: OpenProfile | undefined;
  private pendingReveal: HostToViewer | undefined;
  private progressAt = 0;

  constructor(
    private readonly uri: vscode.Uri, private readonly panel: vscode.WebviewPanel, extensionUri: vscode.Uri,
    private readonly profiles: Profiles, private readonly active: ActiveProfile, private readonly actions: ViewerActions,
  ) {
    const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [root] };
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const checked = asViewerMessage(message);
      if (checked) this.receive(checked).catch((error: unknown) => log().error(`viewer of ${this.uri.toString(true)}: ${String(error)}`));
      else log().warn(`viewer of ${this.uri.toString(true)} sent a message of unknown form`);
    });
    panel.webview.html = pageHtml(panel.webview, root, 'main.js', ['codicon.css', 'viewer.css']);
  }

  send(message: HostToViewer): void {
    void this.panel.webview.postMessage(message);
  }

  reveal(func: number, view: ViewName): void {
    this.panel.reveal(undefined, false);
    const message: HostToViewer = { type: 'reveal', func, view };
    if (this.profile) this.send(message);
    else this.pendingReveal = message;
  }

  dispose(): void {
    this.lease?.dispose();
  }

  private async receive(message: ViewerToHost): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.load();
      case 'query':
        return this.answer(message);
      case 'openSource':
        return this.openSource(message.file, message.line, message.column, message.beside);
      case 'event':
        if (this.profile) this.active.chooseEvent(this.profile, message.event);
        return;
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
      case 'command':
        if (message.command === 'runAgain') this.actions.runAgain(this.uri);
        else if (message.command === 'showLog') log().show(true);
        else if (message.command === 'reopenAsText') await this.actions.reopenAsText(this.uri);
        else await vscode.commands.executeCommand('workbench.action.terminal.focus');
        return;
      case 'drop':
        return this.actions.open(droppedFiles(message.uris));
      case 'error':
        log().error(`viewer of ${this.uri.toString(true)}: ${message.message}`);
    }
  }

  /** The page is new, or was hidden and is back: it gets the profile (again). */
  private async load(): Promise<void> {
    const name = this.uri.path.split('/').pop() ?? '';
    this.send({ type: 'loading', name, bytes: 0, totalBytes: 0 });
    this.lease ??= this.profiles.borrow(this.uri, (bytes, totalBytes) => {
      if (bytes - this.progressAt < PROGRESS_STEP) return;
      this.progressAt = bytes;
      this.send({ type: 'loading', name, bytes, totalBytes });
    });
    try {
      this.profile = await this.lease.profile;
    } catch (error) {
      this.lease = undefined;
      const problem = asProblem(error);
      log().error(`${this.uri.toString(true)}: ${String(error)}`);
      const unreadable = problem.code === 'unreadable-profile';
      this.send({
        type: 'failed', message: unreadable ? problem.why : problem.message, hint: unreadable ? 'The file is as it was; nothing in it was changed.' : problem.why,
        canReopen: await exists(this.uri),
      });
      return;
    }
    // A viewer that VS Code restores, or that was opened from the explorer, brings its heat along.
    if (!this.active.profile) await this.active.show(this.uri);
    const { session, run } = this.profile;
    if (!run) this.actions.remember(this.uri);
    this.send({ type: 'opened', name: this.profile.name, overview: session.overview, run: run ? runFacts(run) : null, event: this.active.eventOf(this.profile) });
    if (this.pendingReveal) this.send(this.pendingReveal);
    this.pendingReveal = undefined;
  }

  private async answer({ id, method, params }: Extract<ViewerToHost, { type: 'query' }>): Promise<void> {
    try {
      if (!this.profile) throw new Error('the profile is not open');
      this.send({ type: 'answer', id, result: toWire(await this.profile.session.ask(method, params as never)) });
    } catch (error) {
      this.send({ type: 'refused', id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  private async openSource(file: string, line: number, column: number, beside: boolean): Promise<void> {
    const found = (await this.profile?.sources.locate(file)) ?? (await locateSource(file));
    if (!found) return;
    const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
    // Beside the viewer, in a group that shows text already if there is one: the person keeps both in view.
    const textGroup = vscode.window.tabGroups.all.find((group) => group.viewColumn !== this.panel.viewColumn && group.activeTab?.input instanceof vscode.TabInputText);
    await vscode.window.showTextDocument(vscode.Uri.file(found), {
      selection: new vscode.Range(at, at), viewColumn: beside ? textGroup?.viewColumn ?? vscode.ViewColumn.Beside : this.panel.viewColumn, preview: true,
    });
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(() => true, () => false);
}
