import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pprof } from '../formats/pprof.ts';
import { agentCommand } from './agents/index.ts';
import { collectProfiles } from './go/profiles.ts';
import { serviceAddress } from './go/serviceAddress.ts';
import { PROBLEM_FILE, serviceProblem } from './go/serviceProblem.ts';
import { fetchProfile } from './go/serviceRequest.ts';
import { choice, number } from './options.ts';
import { ProblemError, type Problem } from './problem.ts';
import { sendSignal } from './process.ts';
import type { Profiler } from './profiler.ts';
import { kindOf, type Target } from './target.ts';

/** Milliseconds that a service has to show its list of profiles. */
const PATIENCE = 5000;

const profile = choice({
  setting: 'goService.profile', label: 'Profile', default: 'cpu', description: 'Which profile is fetched from a running service.',
  choices: {
    cpu: 'Processor time during the next seconds.',
    memory: 'Memory in use, and allocated since the service started.',
    allocs: 'The same, showing what was allocated first.',
    block: 'Waiting since the service started. It must have called runtime.SetBlockProfileRate.',
    mutex: 'Contention since the service started. It must have called runtime.SetMutexProfileFraction.',
    goroutine: 'Where every goroutine stands now.',
  },
});
const duration = number({
  setting: 'goService.duration', label: 'Duration', default: 10, min: 0, max: 86_400, integer: true, unit: 's',
  description: 'Seconds of a CPU profile of a running service. 0: until it is stopped.',
});

/** Profiles of a running service, by the addresses of net/http/pprof. */
export const goService: Profiler = {
  id: 'go-service',
  label: 'Service Profile',
  question: 'What does a running service that serves /debug/pprof/ spend its time on, hold in memory or wait for?',
  cost: 'a few percent slower while it is asked',
  options: [profile, duration],
  suits: (target) => (kindOf(target) === 'service' ? 100 : 0),
  async preflight(target) {
    let url: string;
    try {
      url = addressOf(target);
    } catch (error) {
      if (error instanceof ProblemError) return error.problem;
      throw error;
    }
    return checkService(url);
  },
  async plan(target, folder, context) {
    const { command, env } = agentCommand(context, 'go-service', [addressOf(target), context.read(profile), String(context.read(duration)), folder]);
    return Promise.resolve({ command, cwd: target.cwd, env: { ...target.env, ...env }, notes: [] });
  },
  async stop(pid, _folder, attempt) {
    sendSignal(pid, attempt === 0 ? 'SIGINT' : attempt === 1 ? 'SIGTERM' : 'SIGKILL');
    return Promise.resolve();
  },
  async collect(folder) {
    const [file] = (await readdir(folder)).filter((name) => /^(allocs|goroutine)\.pprof$/.test(name));
    if (file) return { files: [file], format: pprof.id };
    const told = await readFile(path.join(folder, PROBLEM_FILE), 'utf8').catch(() => undefined);
    const problem = told === undefined ? undefined : (JSON.parse(told) as Problem);
    const recording = await collectProfiles(folder, problem ? [`The profile ends early: ${problem.message} ${problem.why}`] : []);
    if (!recording && problem) throw new ProblemError(problem);
    return recording;
  },
};

function addressOf({ url = '' }: Target): string {
  return serviceAddress(url);
}

/** Asks for the list of profiles: whether the service is there, and has any. */
async function checkService(url: string): Promise<Problem | undefined> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-service-'));
  const file = path.join(folder, 'index');
  try {
    await fetchProfile(url, file, PATIENCE).done;
    return undefined;
  } catch (error) {
    return serviceProblem(error as Error, url);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
