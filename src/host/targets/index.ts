import type { LaunchMemory } from '../launchInputs.ts';
import type { Recent } from '../recent.ts';
import { currentFileSource } from './currentFile.ts';
import { goServiceSource } from './goService.ts';
import { launchConfigurationSource } from './launchConfiguration.ts';
import { programSource } from './program.ts';
import { pythonModuleSource } from './pythonModule.ts';
import { runningProcessSource } from './runningProcess.ts';
import type { TargetSource } from './targetSource.ts';
import { taskSource } from './task.ts';
import { testAtCursorSource } from './testAtCursor.ts';

/** Every way to say what is to be profiled, in the order in which they are offered. */
export function targetSources(memory: LaunchMemory, recent: Recent): readonly TargetSource[] {
  return [
    currentFileSource(memory),
    testAtCursorSource,
    launchConfigurationSource,
    taskSource,
    programSource(recent),
    pythonModuleSource(recent),
    runningProcessSource,
    goServiceSource(recent),
  ];
}
