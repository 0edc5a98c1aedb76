// Go programs that are built once for several tests, as dlv builds them: without optimisation.
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { goModule, testedDlvs, type Configuration, type TestedDlv } from './delveClient.ts';
import { build } from './goPrograms.ts';

/** Milliseconds for a build on a loaded machine with an empty cache. */
const BUILD_PATIENCE = 300_000;

/** A program for one dlv. */
export class GoProgram {
  folder = '';

  constructor(readonly dlv: TestedDlv, private readonly files: Readonly<Record<string, string>>) {}

  /** Writes and builds it. Throws with the go command's words. */
  async build(): Promise<void> {
    this.folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'debugged-go-')));
    for (const [name, content] of Object.entries(this.files)) {
      await mkdir(path.dirname(this.file(name)), { recursive: true });
      await writeFile(this.file(name), content);
    }
    build(this.folder, this.dlv);
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  get main(): string {
    return this.file('main.go');
  }

  /** A configuration that runs it under dlv. */
  launch(...args: string[]): Configuration {
    return { mode: 'exec', program: this.file('program'), dlv: this.dlv.dlv, args };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A suite for each dlv, with a program that is built before its tests. */
export function withEachDlv(title: string, files: Readonly<Record<string, string>>, tests: (program: GoProgram, env: Readonly<Record<string, string>>) => void): void {
  for (const dlv of testedDlvs()) {
    describe(`Delve adapter: ${title} (dlv ${dlv.name})`, () => {
      const program = new GoProgram(dlv, goModule(files));
      before(async function () {
        this.timeout(BUILD_PATIENCE);
        needsTool(this, dlv.tool, 'debugpy');
        await program.build();
      });
      after(() => program.remove());
      tests(program, dlv.env);
    });
  }
}
