import { serviceAddress, serviceTarget } from '../../profilers/go/serviceAddress.ts';
import type { Target } from '../../profilers/target.ts';
import { pickOrType } from '../pickOrType.ts';
import type { Recent } from '../recent.ts';
import { workspaceFolder } from './program.ts';
import type { TargetSource } from './targetSource.ts';

const QUESTION = 'goService';

/** A Go program that serves its profiles over HTTP. */
export function goServiceSource(recent: Recent): TargetSource {
  return {
    id: 'service', label: '$(globe) Go Service...', detail: 'A Go program that serves net/http/pprof, here or elsewhere, by its address.',
    async choose(name): Promise<Target | undefined> {
      const url = name !== undefined ? serviceAddress(name) : await pickOrType({
        title: 'Profile a Go service', placeholder: 'Type its address, such as localhost:6060', verb: 'Ask',
        last: recent.list<string>(QUESTION).map((value) => ({ label: value, value })), parse: serviceAddress,
      });
      if (url === undefined) return undefined;
      await recent.add(QUESTION, url);
      return serviceTarget(url, { cwd: workspaceFolder(), env: {} });
    },
    nameOf: ({ url }) => url,
  };
}
