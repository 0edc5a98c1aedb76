import * as vscode from 'vscode';
import type { ActiveProfile } from '../host/activeProfile.ts';
import { log } from '../host/log.ts';
import type { OpenProfile } from '../host/profiles.ts';
import { heatSettings, updateSetting, type HeatSettings } from '../host/settings.ts';
import type { FileLines } from '../protocol/engine.ts';
import { HEAT_STEPS, heatStep, mergeLines, type HeatLine } from './heatLines.ts';
import { hoverMarkdown, inlineText } from './heatText.ts';

/** Heat of one document, for the profile and event that it was asked for. */
interface DocumentHeat {
  readonly key: string;
  readonly lines: readonly HeatLine[];
  readonly parts: readonly FileLines[];
}

/** Paints the active profile on every visible editor whose file it names: gutter, text after the line, ruler and hover. */
export class Heat implements vscode.Disposable {
  private readonly steps: vscode.TextEditorDecorationType[];
  /** Lines whose cost is all in calls: a text, but no heat. */
  private readonly textOnly: vscode.TextEditorDecorationType;
  private readonly disposables: vscode.Disposable[] = [];
  private readonly heats = new Map<string, Promise<DocumentHeat | undefined>>();
  private hottest: { readonly key: string; readonly share: Promise<number> } | undefined;
  private settings = heatSettings();

  constructor(private readonly active: ActiveProfile, media: vscode.Uri) {
    const after = { color: new vscode.ThemeColor('heatline.inlineForeground'), margin: '0 0 0 3ch', fontStyle: 'normal' };
    const icon = (step: number, theme: string) => vscode.Uri.joinPath(media, 'heat', `heat-${step}-${theme}.svg`);
    this.steps = Array.from({ length: HEAT_STEPS }, (_, index) => vscode.window.createTextEditorDecorationType({
      light: { gutterIconPath: icon(index + 1, 'light') },
      dark: { gutterIconPath: icon(index + 1, 'dark') },
      gutterIconSize: 'contain',
      overviewRulerColor: new vscode.ThemeColor(`heatline.heat${index + 1}`),
      overviewRulerLane: vscode.OverviewRulerLane.Left,
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      after,
    }));
    this.textOnly = vscode.window.createTextEditorDecorationType({ after, rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed });
    this.disposables.push(
      ...this.steps, this.textOnly,
      active.onDidChange(() => this.reset()),
      active.onDidChangeEvent(() => this.reset()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.paintAll()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration('heatline.heat')) return;
        this.settings = heatSettings();
        this.reset();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.heats.delete(document.uri.toString())),
      vscode.languages.registerHoverProvider({ scheme: 'file' }, { provideHover: (document, position) => this.hover(document, position) }),
    );
  }

  /** Shows or hides heat everywhere, and remembers it. */
  async toggle(): Promise<void> {
    await updateSetting('heat.enabled', !this.settings.enabled);
  }

  /** Heats by total instead of self cost, or the other way round, and remembers it. */
  async toggleMetric(): Promise<void> {
    await updateSetting('heat.metric', this.settings.metric === 'self' ? 'total' : 'self');
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private reset(): void {
    this.heats.clear();
    this.hottest = undefined;
    this.paintAll();
  }

  private paintAll(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      this.paint(editor).catch((error: unknown) => log().error(`heat of ${editor.document.uri.toString(true)}: ${String(error)}`));
    }
  }

  private async paint(editor: vscode.TextEditor): Promise<void> {
    const event = this.active.event;
    const heat = this.settings.enabled && event ? await this.heatOf(editor.document) : undefined;
    const hottest = heat && (await this.hottestShare());
    // Painted while we were asking: whatever was chosen meanwhile paints again with its own answer.
    if (event?.info !== this.active.event?.info) return;
    const painted = this.decorate(editor.document, heat?.lines ?? [], event?.info, hottest ?? 0, this.settings);
    this.steps.forEach((type, step) => editor.setDecorations(type, painted.steps[step]));
    editor.setDecorations(this.textOnly, painted.textOnly);
  }

  private decorate(
    document: vscode.TextDocument, lines: readonly HeatLine[], event: NonNullable<ActiveProfile['event']>['info'] | undefined, hottest: number, settings: HeatSettings,
  ): { steps: vscode.DecorationOptions[][]; textOnly: vscode.DecorationOptions[] } {
    const steps: vscode.DecorationOptions[][] = this.steps.map(() => []);
    const textOnly: vscode.DecorationOptions[] = [];
    if (!event || !(event.total > 0)) return { steps, textOnly };
    for (const line of lines) {
      if (line.line > document.lineCount) continue;
      const share = line[settings.metric] / event.total;
      const contentText = settings.inline ? inlineText(line, event, settings.metric, settings.threshold) : '';
      const end = document.lineAt(line.line - 1).range.end;
      const option: vscode.DecorationOptions = { range: new vscode.Range(end, end), renderOptions: contentText ? { after: { contentText } } : undefined };
      if (share >= settings.threshold) steps[heatStep(share, hottest) - 1].push(option);
      else if (contentText) textOnly.push(option);
    }
    return { steps, textOnly };
  }

  /** Remembers each document's lines until the profile or the event changes: scrolling and switching editors ask again and again. */
  private heatOf(document: vscode.TextDocument): Promise<DocumentHeat | undefined> {
    const key = document.uri.toString();
    let heat = this.heats.get(key);
    if (!heat) {
      heat = this.fetch(document, key);
      this.heats.set(key, heat);
      heat.catch(() => this.heats.delete(key));
    }
    return heat;
  }

  private async fetch(document: vscode.TextDocument, key: string): Promise<DocumentHeat | undefined> {
    const profile = this.active.profile;
    const event = this.active.event;
    if (!profile || !event || document.uri.scheme !== 'file') return undefined;
    const rows = await profile.sources.rowsOf(document.uri.fsPath);
    if (rows.length === 0) return undefined;
    const parts = await Promise.all(rows.map((file) => profile.session.ask('lines', { event: event.index, file })));
    return { key, lines: mergeLines(parts), parts };
  }

  private hottestShare(): Promise<number> {
    const profile = this.active.profile;
    const event = this.active.event;
    if (!profile || !event) return Promise.resolve(0);
    const key = `${profile.uri.toString()} ${event.index} ${this.settings.metric}`;
    if (this.hottest?.key !== key) this.hottest = { key, share: hottestShareOf(profile, event.index, event.info.total, this.settings.metric) };
    return this.hottest.share;
  }

  private async hover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const event = this.active.event;
    const profile = this.active.profile;
    if (!event || !profile || !this.settings.enabled || document.uri.scheme !== 'file') return undefined;
    const heat = await this.heatOf(document);
    const found = heat?.lines.find((candidate) => candidate.line === position.line + 1);
    if (!heat || !found || found.total === 0) return undefined;
    const heads = heat.parts.flatMap((part) => part.functions).filter((row) => row.line === found.line);
    const link = (func: number) => `command:heatline.showFunction?${encodeURIComponent(JSON.stringify([profile.uri.toString(), func]))}`;
    const markdown = new vscode.MarkdownString(hoverMarkdown(found, event.info, heads, { profile: profile.name, link }, vscode.env.language));
    markdown.isTrusted = { enabledCommands: ['heatline.showFunction'] };
    return new vscode.Hover(markdown, document.lineAt(position.line).range);
  }
}

async function hottestShareOf(profile: OpenProfile, event: number, total: number, metric: 'self' | 'total'): Promise<number> {
  // By total some outermost line holds everything, so the scale is the whole.
  if (metric === 'total' || !(total > 0)) return 1;
  const [line] = await profile.session.ask('hottestLines', { event, count: 1 });
  return line ? line.self / total : 0;
}
