import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { readManifest, RUN_EXTENSION, writeManifest, type RunManifest } from '../profilers/run.ts';
import { log } from './log.ts';

/** A run and the absolute path of its manifest, which is also what its editor opens. */
export interface StoredRun {
  readonly file: string;
  readonly manifest: RunManifest;
}

/** The runs of this workspace, on disk, the newest first. */
export class RunStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  /** `folder` is where runs are kept; it need not exist yet. */
  constructor(readonly folder: string) {}

  async list(): Promise<StoredRun[]> {
    const folders = await readdir(this.folder, { withFileTypes: true }).catch(() => []);
    const runs = await Promise.all(folders.filter((entry) => entry.isDirectory()).map((entry) => this.readFolder(path.join(this.folder, entry.name))));
    return runs.filter((run) => run !== undefined).sort((a, b) => b.manifest.startedAt - a.manifest.startedAt);
  }

  async save(run: StoredRun): Promise<void> {
    await writeManifest(run.file, run.manifest);
    this.changed.fire();
  }

  /** Another program may have kept a run. */
  refresh(): void {
    this.changed.fire();
  }

  async delete(run: StoredRun): Promise<void> {
    // Only ever a folder of ours: a manifest opened from elsewhere is the person's own file.
    if (path.dirname(path.dirname(run.file)) !== this.folder) throw new Error(`${run.file} is not kept by Heatline.`);
    await rm(path.dirname(run.file), { recursive: true, force: true });
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async readFolder(folder: string): Promise<StoredRun | undefined> {
    try {
      const name = (await readdir(folder)).find((entry) => entry.endsWith(RUN_EXTENSION));
      return name ? { file: path.join(folder, name), manifest: await readManifest(path.join(folder, name)) } : undefined;
    } catch (error) {
      log().warn(`${folder}: ${String(error)}`);
      return undefined;
    }
  }
}
