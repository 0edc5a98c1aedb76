import type { FeatureFactory } from './feature.ts';

const BUILD = 'go build -gcflags="all=-N -l"';

/** What dlv names the scope of a function that the compiler has optimised (onScopesRequest). */
const OPTIMISED = /\(warning: optimized function\)/;

/**
 * Tells once what the program's build keeps from the person: without debug information dlv knows neither lines nor variables (an older dlv refuses such a program), and in optimised
 * code some variables are gone and lines jump. What the adapter has built itself is not optimised, whatever dlv thinks of a function of the runtime.
 */
export const binaryWarnings: FeatureFactory = (run) => {
  let told = false;
  const tell = (text: string) => {
    if (!told) run.client.output(`${text}\n`, 'important');
    told = true;
  };
  return {
    requests: {
      scopes: async (args, _run, next) => {
        const body = await next(args);
        const { scopes } = body as { scopes?: readonly { readonly name: string }[] };
        if (!run.options.isOurBuild && scopes?.some(({ name }) => OPTIMISED.test(name))) tell(`${run.options.title} was built with optimisations: some variables cannot be shown, and steps may jump. For debugging, build it with: ${BUILD}`);
        return body;
      },
    },
    events: {
      initialized: (body) => {
        if (/no debug info found/.test(run.server.stderr())) tell(`${run.options.title} was built without debug information: breakpoints by line, stacks and variables are missing. For debugging, build it with: ${BUILD} (without -ldflags -s or -w)`);
        return body;
      },
    },
  };
};
