import * as vscode from 'vscode';

/** Something that is being profiled. */
export interface RunningProfile {
  readonly title: string;
  /** Ends it with the profile so far. */
  stop(): Promise<void>;
}

/** What is being profiled at the moment. */
export class Running implements vscode.Disposable {
  private readonly profiles = new Set<RunningProfile>();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  get list(): readonly RunningProfile[] {
    return [...this.profiles];
  }

  add(profile: RunningProfile): void {
    this.profiles.add(profile);
    this.changed.fire();
  }

  delete(profile: RunningProfile): void {
    if (this.profiles.delete(profile)) this.changed.fire();
  }

  dispose(): void {
    for (const profile of this.profiles) void profile.stop();
    this.changed.dispose();
  }
}
