import { readdir } from 'node:fs/promises';
import { commandLine } from './commandLine.ts';
import { COLLECTOR_ENV } from './go/collectorSource.ts';
import { buildInstrumented } from './go/instrument.ts';
import { checkGo, goPath } from './go/goCommand.ts';
import { blockRate, chosenProfiles, collectProfiles, memoryRate, mutexFraction, profilesOption, rateOptions } from './go/profiles.ts';
import { stopCollected } from './go/stop.ts';
import { number } from './options.ts';
import type { Profiler } from './profiler.ts';
import { kindOf } from './target.ts';

const profiles = profilesOption('goCpu.profiles');
const rate = number({
  setting: 'goCpu.rate', label: 'Rate', default: 100, min: 1, max: 1000, integer: true, unit: 'samples a second',
  description: 'Samples a second of Go\'s own profiler, for each busy processor. With another value than 100 the Go runtime complains on standard error that it cannot set the rate; it does.',
});

/** Go's own profiler in a program that knows nothing of it. */
export const goCpu: Profiler = {
  id: 'go-cpu',
  label: 'Go Profiler',
  question: 'Where does a Go program spend its time or memory, as Go itself sees it: with goroutine labels and inlined calls, without the kernel?',
  cost: 'a few percent slower',
  options: [profiles, rate, ...rateOptions, goPath],
  suits: (target) => (target.language === 'go' && kindOf(target) === 'file' ? 90 : 0),
  async preflight(_target, context) {
    chosenProfiles(context.read, profiles);
    return checkGo(context);
  },
  build: (target, build) => buildInstrumented(target, build),
  async plan(target, folder, { read }) {
    return Promise.resolve({
      command: commandLine(target), cwd: target.cwd, notes: [],
      env: {
        ...target.env, [COLLECTOR_ENV.folder]: folder, [COLLECTOR_ENV.profiles]: chosenProfiles(read, profiles).join(','), [COLLECTOR_ENV.rate]: String(read(rate)),
        [COLLECTOR_ENV.memory]: String(read(memoryRate)), [COLLECTOR_ENV.block]: String(read(blockRate)), [COLLECTOR_ENV.mutex]: String(read(mutexFraction)),
      },
    });
  },
  stop: stopCollected,
  async collect(folder) {
    const unfinished = (await readdir(folder)).some((name) => /^cpu-\d+\.pprof\.new$/.test(name));
    return collectProfiles(folder, unfinished ? ['The program ended without warning (a panic outside of main, or killed): what came after the last part of the profile is lost.'] : []);
  },
};
