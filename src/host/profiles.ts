import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { OpenRequest } from '../engine/open.ts';
import { EngineSession } from '../engine/session.ts';
import { targetTitle } from '../profilers/commandLine.ts';
import { readManifest, RUN_EXTENSION, type RunManifest } from '../profilers/run.ts';
import type { RunFacts } from '../protocol/viewer.ts';
import { profileFiles } from './profileParts.ts';
import { perfPath } from '../profilers/perf.ts';
import { profilerOptions, sourceMap } from './settings.ts';
import { SourceFiles } from './sourceFiles.ts';

/** A profile that is open: its engine, and where its files are. Shared by its viewer and the heat. */
export interface OpenProfile {
  readonly uri: vscode.Uri;
  /** For titles: `hot.py (Python Sampler)`. */
  readonly name: string;
  readonly session: EngineSession;
  /** Made anew when `heatline.sourceMap` changes. */
  sources: SourceFiles;
  /** Where relative paths of the profile may lead. */
  readonly folders: readonly string[];
  readonly run: RunManifest | undefined;
}

/** Progress of reading, in bytes. */
export type ReadProgress = (bytes: number, total: number) => void;

interface Entry {
  users: number;
  readonly abort: AbortController;
  readonly profile: Promise<OpenProfile>;
  readonly progress: Set<ReadProgress>;
}

/** A borrowed profile; it is closed when its last borrower gives it back. */
export interface Lease extends vscode.Disposable {
  readonly profile: Promise<OpenProfile>;
}

/** Opens each profile once, however many parts of the extension look at it. */
export class Profiles implements vscode.Disposable {
  private readonly entries = new Map<string, Entry>();

  /** `workerFile` is the bundled engine worker. */
  constructor(private readonly workerFile: string) {}

  borrow(uri: vscode.Uri, progress?: ReadProgress): Lease {
    const key = uri.toString();
    let entry = this.entries.get(key);
    if (!entry) {
      const abort = new AbortController();
      const listeners = new Set<ReadProgress>();
      const profile = this.open(uri, abort.signal, (bytes, total) => listeners.forEach((listener) => listener(bytes, total)));
      entry = { users: 0, abort, profile, progress: listeners };
      this.entries.set(key, entry);
      // A profile that failed must be read afresh next time; its error reaches whoever awaits the lease.
      profile.catch(() => this.entries.get(key)?.profile === profile && this.entries.delete(key));
    }
    const borrowed = entry;
    borrowed.users++;
    if (progress) borrowed.progress.add(progress);
    let returned = false;
    return {
      profile: borrowed.profile,
      dispose: () => {
        if (returned) return;
        returned = true;
        if (progress) borrowed.progress.delete(progress);
        if (--borrowed.users > 0) return;
        if (this.entries.get(key) === borrowed) this.entries.delete(key);
        borrowed.abort.abort(new vscode.CancellationError());
        borrowed.profile.then(({ session }) => session.dispose(), () => undefined);
      },
    };
  }

  /** Looks for every open profile's files anew: the source map has changed. */
  async remap(): Promise<void> {
    for (const { profile } of this.entries.values()) {
      const opened = await profile.catch(() => undefined);
      if (opened) opened.sources = await SourceFiles.create(opened.session.overview.files, opened.folders, sourceMap());
    }
  }

  dispose(): void {
    for (const entry of this.entries.values()) {
      entry.abort.abort(new vscode.CancellationError());
      entry.profile.then(({ session }) => session.dispose(), () => undefined);
    }
    this.entries.clear();
  }

  private async open(uri: vscode.Uri, signal: AbortSignal, progress: ReadProgress): Promise<OpenProfile> {
    const file = uri.fsPath;
    const run = file.endsWith(RUN_EXTENSION) ? await readManifest(file) : undefined;
    const session = await EngineSession.open(this.workerFile, requestOf(uri, run), { signal, progress });
    const folders = [
      ...(run ? [run.target.cwd, ...(run.target.file ? [path.dirname(run.target.file)] : [])] : [path.dirname(file)]),
      ...(vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
    ];
    const sources = await SourceFiles.create(session.overview.files, folders, sourceMap());
    const parts = profileFiles(uri).length;
    const name = path.basename(file, RUN_EXTENSION) + (parts > 1 ? ` and ${parts - 1} more` : '');
    return { uri, name, session, sources, folders, run };
  }
}

function requestOf(uri: vscode.Uri, run: RunManifest | undefined): OpenRequest {
  if (!run) {
    const trusted = vscode.workspace.isTrusted;
    return { files: profileFiles(uri), mayRun: trusted, resolve: trusted, perf: profilerOptions(uri)(perfPath) };
  }
  if (!run.recording) throw new Error(run.failure ?? (run.endedAt ? 'This run left no profile.' : 'This run is still recording.'));
  const folder = path.dirname(uri.fsPath);
  const { files, format, symbols } = run.recording;
  return {
    files: files.map((name) => path.join(folder, name)), format,
    ...(symbols ? { symbols: path.join(folder, symbols), resolve: vscode.workspace.isTrusted, recordedAt: run.startedAt } : {}),
  };
}

/** The run's facts for the viewer. */
export function runFacts(run: RunManifest): RunFacts {
  return {
    profiler: run.profilerLabel, title: targetTitle(run.target), target: run.target.file || targetTitle(run.target), command: run.command, cwd: run.target.cwd, startedAt: run.startedAt,
    seconds: Math.max(0, run.endedAt - run.startedAt) / 1000, exitCode: run.exitCode, stopped: run.stopped,
    notes: run.notes, ...(run.signal && !run.stopped ? { signal: run.signal } : {}),
  };
}

/** The text of one line of a file, for messages; '' when there is none. */
export async function lineText(file: string, line: number): Promise<string> {
  const content = await readFile(file, 'utf8').catch(() => '');
  return content.split(/\r?\n/)[line - 1]?.trim() ?? '';
}
