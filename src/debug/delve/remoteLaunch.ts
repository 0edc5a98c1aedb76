import { environmentOf, flag, list, optionalText, words } from '../configurationChecks.ts';
import type { Place } from './attachOrder.ts';
import { DEFAULTS, type LaunchConfiguration } from './configuration.ts';
import type { Started } from './launched.ts';
import { reachDap, remoteFault } from './remote.ts';
import { givenRules, sharedSettings } from './sharedSettings.ts';

/** Has a `dlv dap` on another machine (or in a container) build and start the program; paths are that machine's. @throws ProblemError that says what happened, why, and what mends it */
export async function launchRemotely(configuration: LaunchConfiguration, place: Place): Promise<Started> {
  const args = await launchArguments(configuration);
  const server = await reachDap(place);
  return {
    server, title: configuration.name ?? `${String(args.program ?? args.traceDirPath ?? '')} at ${place.host}:${place.port}`, version: '', isFresh: true, cwd: configuration.cwd ?? process.cwd(), request: 'launch', args,
    substitutePath: givenRules(configuration) ?? [], explain: async (error) => (error instanceof Error ? remoteFault(error, place, 'dap') : error),
  };
}

/** What dlv's own launch request takes (LaunchConfig in service/dap/types.go). */
async function launchArguments(configuration: LaunchConfiguration): Promise<Record<string, unknown>> {
  const { followExec, followExecRegex } = configuration;
  const given = {
    program: optionalText(configuration, 'program'), cwd: optionalText(configuration, 'cwd'), output: optionalText(configuration, 'output'), backend: optionalText(configuration, 'backend'),
    coreFilePath: optionalText(configuration, 'coreFile'), traceDirPath: optionalText(configuration, 'traceDir'), followExec, followExecRegex,
  };
  const mode = configuration.mode === undefined || configuration.mode === 'auto' ? modeOf(given.program ?? '') : configuration.mode;
  const env = await environmentOf(configuration, process.cwd());
  return {
    ...sharedSettings(configuration), ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    mode, args: [...testArguments(configuration), ...words(configuration, 'args')], noDebug: flag(configuration, 'noDebug'),
    ...(mode === 'debug' || mode === 'test' ? { buildFlags: buildFlags(configuration) } : {}), ...(Object.keys(env).length > 0 ? { env } : {}),
    // What the program prints comes to us, where dlv can send it (from 1.22 on); an older one prints it where it runs.
    outputMode: 'remote',
  };
}

function modeOf(program: string): 'debug' | 'test' {
  return program.endsWith('_test.go') ? 'test' : 'debug';
}

/** As one line: dlv takes a list from 1.22 on only. A single quote keeps blanks together for it, as in a shell. */
function buildFlags(configuration: LaunchConfiguration): string {
  const tags = list(configuration, 'tags');
  const all = [...words(configuration, 'buildFlags'), ...(tags.length > 0 ? [`-tags=${tags.join(',')}`] : []), ...(flag(configuration, 'race', DEFAULTS.race) ? ['-race'] : [])];
  return all.map((each) => (/[\s'"]/.test(each) ? (each.includes("'") ? `"${each}"` : `'${each}'`) : each)).join(' ');
}

function testArguments(configuration: LaunchConfiguration): string[] {
  const [run, bench] = [optionalText(configuration, 'run'), optionalText(configuration, 'bench')];
  return [...(run === undefined ? [] : ['-test.run', run]), ...(bench === undefined ? [] : ['-test.bench', bench, ...(run === undefined ? ['-test.run', '^$'] : [])])];
}
