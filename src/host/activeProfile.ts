import * as vscode from 'vscode';
import type { EventOverview } from '../protocol/engine.ts';
import type { Lease, OpenProfile, Profiles } from './profiles.ts';

/** The profile whose heat is shown, and the event it is shown for. There is at most one. */
export class ActiveProfile implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** Another profile, or none. */
  readonly onDidChange = this.changed.event;
  private readonly eventChanged = new vscode.EventEmitter<{ uri: vscode.Uri; event: number }>();
  readonly onDidChangeEvent = this.eventChanged.event;
  private lease: Lease | undefined;
  private opened: OpenProfile | undefined;
  /** Event chosen by name, so that the choice outlives the profile: the next one shows it too if it has it. */
  private chosenEvent: string | undefined;

  private readonly listener: vscode.Disposable;

  constructor(private readonly profiles: Profiles) {
    this.listener = vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (!change.affectsConfiguration('heatline.sourceMap')) return;
      await profiles.remap();
      if (this.opened) this.changed.fire();
    });
  }

  get profile(): OpenProfile | undefined {
    return this.opened;
  }

  /** Row of the event that is shown for this profile. */
  eventOf(profile: OpenProfile): number {
    const { events, defaultEvent } = profile.session.overview;
    const chosen = events.findIndex(({ name }) => name === this.chosenEvent);
    if (chosen >= 0) return chosen;
    // An event that never happened says nothing; another one may.
    const happened = events.findIndex(({ total }) => total !== 0);
    return events[defaultEvent]?.total || happened < 0 ? defaultEvent : happened;
  }

  get event(): { index: number; info: EventOverview } | undefined {
    if (!this.opened) return undefined;
    const index = this.eventOf(this.opened);
    const info = this.opened.session.overview.events[index];
    return info ? { index, info } : undefined;
  }

  chooseEvent(profile: OpenProfile, event: number): void {
    const name = profile.session.overview.events[event]?.name;
    if (name === undefined || name === this.chosenEvent) return;
    this.chosenEvent = name;
    this.eventChanged.fire({ uri: profile.uri, event });
  }

  /** Makes this profile the active one. Rejects as reading does; the one before stays then. */
  async show(uri: vscode.Uri): Promise<OpenProfile> {
    if (this.opened?.uri.toString() === uri.toString()) return this.opened;
    const lease = this.profiles.borrow(uri);
    try {
      const profile = await lease.profile;
      this.lease?.dispose();
      this.lease = lease;
      this.opened = profile;
      this.changed.fire();
      return profile;
    } catch (error) {
      lease.dispose();
      throw error;
    }
  }

  clear(): void {
    this.lease?.dispose();
    this.lease = undefined;
    if (!this.opened) return;
    this.opened = undefined;
    this.changed.fire();
  }

  dispose(): void {
    this.listener.dispose();
    this.lease?.dispose();
    this.changed.dispose();
    this.eventChanged.dispose();
  }
}
