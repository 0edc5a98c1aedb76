import { access } from 'node:fs/promises';
import path from 'node:path';
import { buildGo } from './buildGo.ts';
import { commandLine } from './commandLine.ts';
import { COLLECTOR_ENV } from './go/collectorSource.ts';
import { buildInstrumented } from './go/instrument.ts';
import { checkGo, goPath } from './go/goCommand.ts';
import { blockRate, chosenProfiles, collectProfiles, memoryRate, mutexFraction, profileFile, profilesOption, rateOptions, type GoProfile } from './go/profiles.ts';
import { stopCollected } from './go/stop.ts';
import { number, text } from './options.ts';
import { ProblemError } from './problem.ts';
import type { Profiler } from './profiler.ts';
import { hasBytes } from './recordedFiles.ts';
import { kindOf } from './target.ts';

const profiles = profilesOption('goTest.profiles');
const benchtime = text({
  setting: 'goTest.benchtime', label: 'Benchmark time', default: '',
  description: 'How long each benchmark runs, as `-benchtime` takes it: `5s`, or `100x` for a number of iterations. Empty: one second.',
});
const count = number({ setting: 'goTest.count', label: 'Count', default: 1, min: 1, max: 1_000_000, integer: true, description: 'How many times each test and benchmark runs.' });

/** The flags of a test binary for each profile. */
const FLAGS: Readonly<Record<GoProfile, { readonly file: string; readonly rate?: string; readonly option?: typeof memoryRate }>> = {
  cpu: { file: '-test.cpuprofile' },
  memory: { file: '-test.memprofile', rate: '-test.memprofilerate', option: memoryRate },
  block: { file: '-test.blockprofile', rate: '-test.blockprofilerate', option: blockRate },
  mutex: { file: '-test.mutexprofile', rate: '-test.mutexprofilefraction', option: mutexFraction },
};

/** Go's tests and benchmarks with the profiles that the testing package takes. */
export const goTest: Profiler = {
  id: 'go-test',
  label: 'Go Test Profiles',
  question: 'Where do Go tests and benchmarks spend their time, allocate, wait or contend?',
  cost: 'a few percent slower',
  options: [profiles, benchtime, count, ...rateOptions, goPath],
  suits: (target) => (target.language === 'go' && kindOf(target) === 'test' ? 100 : 0),
  async preflight(_target, context) {
    chosenProfiles(context.read, profiles);
    return checkGo(context);
  },
  async build(target, build) {
    try {
      return await buildInstrumented(target, build);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'go-collector') throw error;
      return { target: await buildGo(target, build), notes: [`A test that calls os.Exit or log.Fatal, or is stopped, leaves no profile here: ${error.problem.why}`] };
    }
  },
  async plan(target, folder, { read }) {
    const chosen = chosenProfiles(read, profiles);
    const [program, ...words] = commandLine(target);
    const flags = chosen.flatMap((profile) => {
      const { file, rate, option } = FLAGS[profile];
      return [`${file}=${path.join(folder, profileFile(profile))}`, ...(rate && option ? [`${rate}=${read(option)}`] : [])];
    });
    if (read(benchtime).trim()) flags.push(`-test.benchtime=${read(benchtime).trim()}`);
    if (read(count) !== 1) flags.push(`-test.count=${read(count)}`);
    return Promise.resolve({
      command: [program, ...flags, ...words], cwd: target.cwd, notes: [],
      env: { ...target.env, [COLLECTOR_ENV.folder]: folder, [COLLECTOR_ENV.profiles]: chosen.join(','), [COLLECTOR_ENV.test]: '1' },
    });
  },
  stop: stopCollected,
  async collect(folder) {
    const cpu = path.join(folder, profileFile('cpu'));
    const cut = await access(cpu).then(async () => !(await hasBytes(cpu)), () => false);
    const recording = await collectProfiles(folder, cut ? ['The test binary ended before it wrote its profile of the processor: a test panicked or it was killed; the terminal shows which.'] : []);
    if (recording) return recording;
    throw new ProblemError({
      code: 'go-test-no-profile', message: 'The test binary left no profile.',
      why: 'It ended before it wrote one: a test panicked, a flag was wrong, or it was killed. The terminal shows what it said.', remedies: [],
    });
  },
};
