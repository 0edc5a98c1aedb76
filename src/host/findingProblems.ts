import * as vscode from 'vscode';
import type { FindingDetail, FindingFrame } from '../protocol/findings.ts';
import type { ActiveProfile } from './activeProfile.ts';
import { log } from './log.ts';
import type { OpenProfile } from './profiles.ts';

/** Most findings that become problems; VS Code shows no more than 1000 of a file. The viewer has them all. */
const MOST = 1000;
/** Frames of one finding that can be followed from the Problems panel. */
const MOST_RELATED = 20;

const SEVERITY = { error: vscode.DiagnosticSeverity.Error, warning: vscode.DiagnosticSeverity.Warning, info: vscode.DiagnosticSeverity.Information } as const;

/** What the checker of the shown profile found, in the Problems panel: each at its line in the program's own source, with its stacks to follow. */
export class FindingProblems implements vscode.Disposable {
  private readonly diagnostics = vscode.languages.createDiagnosticCollection('heatline findings');
  private readonly listener: vscode.Disposable;
  private shown: OpenProfile | undefined;

  constructor(active: ActiveProfile) {
    this.listener = active.onDidChange(() => {
      this.show(active.profile).catch((error: unknown) => log().error(`findings: ${String(error)}`));
    });
  }

  dispose(): void {
    this.listener.dispose();
    this.diagnostics.dispose();
  }

  private async show(profile: OpenProfile | undefined): Promise<void> {
    this.shown = profile;
    this.diagnostics.clear();
    const count = profile?.session.overview.findingCount ?? 0;
    if (!profile || count === 0) return;
    const { rows } = await profile.session.ask('findings', { search: '', kind: '', sort: 'severity', from: 0, count: MOST });
    const places = new Places(profile);
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const { finding } of rows) {
      const made = await diagnosticOf(await profile.session.ask('finding', { finding }), profile, places);
      // Another profile was shown meanwhile: its own findings are on their way.
      if (this.shown !== profile) return;
      if (!made) continue;
      const list = byFile.get(made.file) ?? [];
      byFile.set(made.file, list);
      list.push(made.diagnostic);
    }
    for (const [file, list] of byFile) this.diagnostics.set(vscode.Uri.file(file), list);
    const without = count - [...byFile.values()].reduce((sum, list) => sum + list.length, 0);
    if (without > 0) log().info(`${without} of ${count} findings have no line in a source here, or are too many for the Problems panel; the viewer has them all`);
  }
}

/** Where files of the profile are here; asked once for each. */
class Places {
  private readonly files = new Map<string, Promise<string | undefined>>();

  constructor(private readonly profile: OpenProfile) {}

  async of(frame: FindingFrame): Promise<vscode.Location | undefined> {
    if (!frame.file || frame.line < 1) return undefined;
    let file = this.files.get(frame.file);
    if (!file) this.files.set(frame.file, (file = this.profile.sources.locate(frame.file)));
    const found = await file;
    if (!found) return undefined;
    const at = new vscode.Position(frame.line - 1, 0);
    return new vscode.Location(vscode.Uri.file(found), new vscode.Range(at, at.with({ character: Number.MAX_SAFE_INTEGER })));
  }
}

async function diagnosticOf({ row, stacks }: FindingDetail, profile: OpenProfile, places: Places): Promise<{ file: string; diagnostic: vscode.Diagnostic } | undefined> {
  const located: { stack: number; label: string; frame: FindingFrame; location: vscode.Location }[] = [];
  for (const [stack, { label, frames }] of stacks.entries()) {
    for (const frame of frames) {
      const location = located.length < MOST_RELATED ? await places.of(frame) : undefined;
      if (location) located.push({ stack, label, frame, location });
    }
  }
  // A line of the person's own counts before one in a library that happens to have its source here.
  const own = located.find(({ location }) => vscode.workspace.getWorkspaceFolder(location.uri)) ?? located.find(({ frame }) => frame.file === row.place?.file && frame.line === row.place.line) ?? located[0];
  if (!own) return undefined;
  const times = row.count > 1 ? ` (${row.count} times)` : '';
  const diagnostic = new vscode.Diagnostic(own.location.range, row.message + times, SEVERITY[row.severity]);
  diagnostic.source = profile.run?.profilerLabel ?? (profile.session.overview.tool || 'heatline');
  diagnostic.code = row.kind;
  diagnostic.relatedInformation = located.map(({ stack, label, frame, location }, index) => {
    const first = located.findIndex((each) => each.stack === stack) === index;
    const name = frame.name || 'unknown function';
    return new vscode.DiagnosticRelatedInformation(location, first && label ? `${label}: ${name}` : first ? `at ${name}` : `called from ${name}`);
  });
  return { file: own.location.uri.fsPath, diagnostic };
}
