import path from 'node:path';
import * as vscode from 'vscode';
import type { ExportOffer } from '../engine/export.ts';
import { targetTitle } from '../profilers/commandLine.ts';
import { RUN_EXTENSION } from '../profilers/run.ts';
import type { ActiveProfile } from './activeProfile.ts';
import { log } from './log.ts';
import type { Problems } from './problems.ts';
import type { OpenProfile, Profiles } from './profiles.ts';
import { frontProfile } from './viewers.ts';

/** Answers that a caller from code gives in advance; whatever is absent is asked. */
export interface ExportAnswers {
  /** Writer id. */
  readonly format?: string;
  readonly file?: vscode.Uri;
}

/** Writes a profile in another format: which one and where is asked. Resolves with the file, or with undefined when it was called off. */
export async function exportProfile(
  invokedOn: vscode.Uri | undefined, profiles: Profiles, active: ActiveProfile, problems: Problems, answers: ExportAnswers = {},
): Promise<vscode.Uri | undefined> {
  const uri = invokedOn ?? frontProfile() ?? active.profile?.uri;
  if (!uri) {
    void vscode.window.showInformationMessage('There is no profile to export. Open a profile, or profile a file.');
    return undefined;
  }
  const lease = profiles.borrow(uri);
  try {
    const profile = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Reading the profile' }, () => lease.profile);
    const event = active.eventOf(profile);
    const offers = await profile.session.exportOffers(event);
    const offer = answers.format ? offers.find(({ id }) => id === answers.format) : await chooseFormat(offers, profile);
    if (!offer) return undefined;
    const file = answers.file ?? (await chooseFile(profile, offer));
    if (!file) return undefined;
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Writing ${path.basename(file.fsPath)}`, cancellable: true },
      async (_, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        await profile.session.export({ writer: offer.id, file: file.fsPath, event, title: titleOf(profile) }, abort.signal);
      },
    );
    void offerToOpen(file);
    return file;
  } catch (error) {
    // Not awaited: the message may stay for long, and the profile need not be kept open for it.
    void problems.show(error);
    return undefined;
  } finally {
    lease.dispose();
  }
}

async function chooseFormat(offers: readonly ExportOffer[], profile: OpenProfile): Promise<ExportOffer | undefined> {
  const items = offers.map((offer) => ({
    label: offer.label, description: offer.extension, detail: offer.losses.length > 0 ? `$(warning) Without ${offer.losses.join(', ')}` : 'Nothing is lost.', offer,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: `Export ${profile.name} as`, placeHolder: 'Choose a format', matchOnDescription: true, ignoreFocusOut: true });
  return chosen?.offer;
}

async function chooseFile(profile: OpenProfile, offer: ExportOffer): Promise<vscode.Uri | undefined> {
  // Runs are kept where nobody looks: what is exported goes to the program's folder.
  const folder = profile.run ? (profile.run.target.file ? path.dirname(profile.run.target.file) : profile.run.target.cwd) : path.dirname(profile.uri.fsPath);
  return vscode.window.showSaveDialog({
    title: 'Export Profile', saveLabel: 'Export', filters: { [offer.label]: [offer.extension.slice(1)], 'All files': ['*'] },
    defaultUri: vscode.Uri.file(path.join(folder, `${titleOf(profile).replace(/[\\/:*?"<>|]+/g, '_')}${offer.extension}`)),
  });
}

function titleOf(profile: OpenProfile): string {
  return profile.run ? targetTitle(profile.run.target) : path.basename(profile.uri.fsPath, RUN_EXTENSION);
}

async function offerToOpen(file: vscode.Uri): Promise<void> {
  log().info(`wrote ${file.fsPath}`);
  const choice = await vscode.window.showInformationMessage(`${path.basename(file.fsPath)} was written.`, 'Open', 'Reveal');
  // A page or a picture is for the browser; everything else has an editor here.
  if (choice === 'Open' && /\.(html|svg)$/.test(file.path) && vscode.env.remoteName === undefined) await vscode.env.openExternal(file);
  else if (choice === 'Open') await vscode.commands.executeCommand('vscode.open', file);
  else if (choice === 'Reveal') await vscode.commands.executeCommand('revealFileInOS', file);
}
