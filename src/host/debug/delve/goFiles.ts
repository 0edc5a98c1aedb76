import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { codeOnly } from '../../../profilers/go/sourceText.ts';

/** Most files that are looked at for programs of a folder. */
const MOST_FILES = 2000;
/** Bytes of a file that are read for its package clause, which comments may precede. */
const HEAD = 8192;
const AWAY = '**/{vendor,testdata,node_modules,.git}/**';

/** What the head of a Go file says. */
export interface GoHead {
  /** Of its package clause; '' where there is none. */
  readonly packageName: string;
  /** `//go:build ignore`: it belongs to no package, and runs alone. */
  readonly isIgnored: boolean;
}

export function goHead(text: string): GoHead {
  const clause = /^[ \t]*package[ \t]+([\p{L}_][\p{L}\p{N}_]*)/mu.exec(codeOnly(text));
  return { packageName: clause?.[1] ?? '', isIgnored: /^\/\/(?:go:build|[ \t]*\+build)[ \t]+ignore\b/m.test(text.slice(0, clause?.index ?? 0)) };
}

/** The text of a file, from its editor where it is open, else its head. */
export async function goHeadOf(file: string): Promise<GoHead> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
  return goHead(document?.getText() ?? await readHead(file));
}

/** Folders of programs below a folder, sorted: packages called main. Looked for in a bounded number of files. */
export async function mainPackages(folder: vscode.Uri): Promise<string[]> {
  const files = (await vscode.workspace.findFiles(new vscode.RelativePattern(folder, '**/*.go'), AWAY, MOST_FILES)).map(({ fsPath }) => fsPath).filter((file) => !isGoTestFile(file));
  const mains = new Set<string>();
  for (const file of files) {
    if (mains.has(path.dirname(file))) continue;
    const { packageName, isIgnored } = await goHeadOf(file).catch((): GoHead => ({ packageName: '', isIgnored: false }));
    if (packageName === 'main' && !isIgnored) mains.add(path.dirname(file));
  }
  return [...mains].sort();
}

/** Whether a package's folder has tests. */
export async function hasGoTests(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).some(isGoTestFile);
}

export function isGoTestFile(file: string): boolean {
  return file.endsWith('_test.go');
}

async function readHead(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
