import { missingTool } from '../buildSteps.ts';
import { text } from '../options.ts';
import { findProgram } from '../process.ts';
import type { Problem } from '../problem.ts';
import type { ProfilerContext } from '../profiler.ts';

/** The setting that names the go command; builds use it too. */
export const goPath = text({ setting: 'go.path', label: 'go', description: 'The go command.', default: 'go', hidden: true });

/** Why Go programs cannot be built here; undefined when they can. */
export async function checkGo({ read }: Pick<ProfilerContext, 'read'>): Promise<Problem | undefined> {
  const go = read(goPath);
  return (await findProgram(go)) ? undefined : (await missingTool(go, 'go', `heatline.${goPath.setting}`)).problem;
}
