import * as vscode from 'vscode';
import { formatQuantity } from '../core/quantities.ts';
import type { ActiveProfile } from '../host/activeProfile.ts';
import type { ProfileVerb } from '../host/profileVerb.ts';

/** Says which event's heat is shown, and what is being recorded; a click changes the one and stops the other. */
export class StatusBar implements vscode.Disposable {
  private readonly event = vscode.window.createStatusBarItem('heatline.event', vscode.StatusBarAlignment.Right, 100);
  private readonly recording = vscode.window.createStatusBarItem('heatline.recording', vscode.StatusBarAlignment.Left, 100);
  private readonly listeners: vscode.Disposable[];

  constructor(private readonly active: ActiveProfile, private readonly verb: ProfileVerb) {
    this.event.name = 'Heatline: Event';
    this.event.command = 'heatline.chooseEvent';
    this.recording.name = 'Heatline: Recording';
    this.recording.command = 'heatline.stop';
    this.listeners = [
      active.onDidChange(() => this.update()), active.onDidChangeEvent(() => this.update()), verb.onDidChangeRunning(() => this.update()),
    ];
    this.update();
  }

  dispose(): void {
    for (const disposable of [...this.listeners, this.event, this.recording]) disposable.dispose();
  }

  private update(): void {
    const { profile, event } = this.active;
    if (profile && event) {
      this.event.text = `$(flame) ${event.info.label} ${formatQuantity(event.info.total, event.info.unit)}`;
      this.event.tooltip = `Heat of ${profile.name}. Click to choose the event.`;
      this.event.show();
    } else this.event.hide();
    const titles = this.verb.recordings.map(({ title }) => title);
    if (titles.length > 0) {
      this.recording.text = `$(stop-circle) Profiling ${titles.join(', ')}`;
      this.recording.tooltip = 'Click to stop the program and keep its profile.';
      this.recording.show();
    } else this.recording.hide();
  }
}
