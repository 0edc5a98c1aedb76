/** A module that a program was built of. */
export interface BuiltModule {
  readonly name: string;
  /** `v1.2.3`; `(devel)` for one that was built from a work tree. */
  readonly version: string;
}

/** What Go wrote into a program about how it was built (runtime.modinfo; `go version -m` shows it). */
export interface BuildRecord {
  /** The import path of the main package; of a test binary with `.test` at its end. */
  readonly main: string;
  readonly modules: readonly BuiltModule[];
}

/** Reads the lines of `runtime.modinfo`; undefined when there are none, as in a program that was built from single files. */
export function parseBuildRecord(text: string): BuildRecord | undefined {
  const main = /^.{0,16}path\t(.*)$/m.exec(text)?.[1];
  const modules: BuiltModule[] = [];
  for (const [, kind, name, version] of text.matchAll(/^(mod|dep|=>)\t([^\t\n]+)\t?([^\t\n]*)/gm)) {
    // A replacement by another module is what was really built; one by a folder keeps the name.
    if (kind === '=>') {
      const replaced = modules.pop();
      if (replaced) modules.push(/^[./\\]|^[A-Za-z]:/.test(name) ? { name: replaced.name, version: '(devel)' } : { name, version });
    } else modules.push({ name, version });
  }
  return main === undefined || modules.length === 0 ? undefined : { main, modules };
}
