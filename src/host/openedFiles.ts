import * as vscode from 'vscode';

/** A profile that was opened from a file. */
export interface OpenedFile {
  readonly uri: vscode.Uri;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

interface Remembered {
  readonly uri: string;
  readonly openedAt: number;
}

const KEY = 'heatline.openedFiles';
const MOST = 30;

/** The files that were opened as profiles in this workspace, the latest first. */
export class OpenedFiles implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly memory: vscode.Memento) {}

  list(): OpenedFile[] {
    return this.remembered().map(({ uri, openedAt }) => ({ uri: vscode.Uri.parse(uri), openedAt }));
  }

  /** Puts a file first that is new; a known one keeps its place, for the list must not move under the pointer. */
  async add(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    if (this.remembered().some((each) => each.uri === key)) return;
    await this.save([{ uri: key, openedAt: Date.now() }, ...this.remembered()].slice(0, MOST));
  }

  /** Forgets files; they stay where they are. */
  async remove(uris: readonly vscode.Uri[]): Promise<void> {
    const keys = new Set(uris.map(String));
    if (!this.remembered().some(({ uri }) => keys.has(uri))) return;
    await this.save(this.remembered().filter(({ uri }) => !keys.has(uri)));
  }

  dispose(): void {
    this.changed.dispose();
  }

  private remembered(): readonly Remembered[] {
    const kept = this.memory.get<unknown>(KEY);
    return Array.isArray(kept) ? kept.filter((each: Partial<Remembered> | null): each is Remembered => typeof each?.uri === 'string' && typeof each.openedAt === 'number') : [];
  }

  private async save(files: readonly Remembered[]): Promise<void> {
    await this.memory.update(KEY, files);
    this.changed.fire();
  }
}
