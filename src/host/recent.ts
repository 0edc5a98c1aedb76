import type * as vscode from 'vscode';

/** Answers that are kept, the latest first. */
const MOST = 8;

/** What was answered last in this workspace, by question. */
export class Recent {
  constructor(private readonly memory: vscode.Memento) {}

  list<T>(question: string): readonly T[] {
    return this.memory.get<T[]>(`recent.${question}`, []);
  }

  /** Puts an answer at the top; an equal one leaves its place. */
  async add<T>(question: string, answer: T): Promise<void> {
    const others = this.list<T>(question).filter((each) => JSON.stringify(each) !== JSON.stringify(answer));
    await this.memory.update(`recent.${question}`, [answer, ...others].slice(0, MOST));
  }
}
