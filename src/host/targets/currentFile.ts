import path from 'node:path';
import { activeUri, currentFile } from '../currentFile.ts';
import { fileTarget, programOf } from '../fileTarget.ts';
import type { LaunchMemory } from '../launchInputs.ts';
import type { TargetSource } from './targetSource.ts';

/** The file in front. */
export function currentFileSource(memory: LaunchMemory): TargetSource {
  return {
    id: 'file', label: '$(file-code) Current File', detail: 'A Python, Go, C or C++ file, an executable, or a script; built first where it needs to be.',
    description() {
      const uri = activeUri();
      return uri ? path.basename(uri.fsPath) : 'no file is open';
    },
    async choose() {
      const uri = await programOf(await currentFile());
      return fileTarget(uri, memory.inputs(uri));
    },
  };
}
