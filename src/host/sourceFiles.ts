import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { mapPath, type SourceMap } from '../core/sourceMap.ts';
import type { FileOverview } from '../protocol/engine.ts';

/** Files are looked up on disk for at most so many of a profile's files; the rest are matched by their path alone. */
const MOST_LOOKUPS = 20_000;

/** Where the files that a profile names are on this machine. */
export class SourceFiles {
  private readonly rows = new Map<string, number[]>();

  private constructor(private readonly folders: readonly string[], private readonly map: SourceMap) {}

  /**
   * `folders` are tried in order for relative paths: the run's working directory, the target's folder, the workspace's. `map` leads paths of other machines
   * and containers here; it counts before the path itself.
   */
  static async create(files: readonly FileOverview[], folders: readonly string[], map: SourceMap): Promise<SourceFiles> {
    const sources = new SourceFiles(folders, map);
    for (const [index, { file, path: name }] of files.entries()) {
      for (const candidate of sources.candidates(name)) {
        sources.add(candidate, file);
        if (index >= MOST_LOOKUPS) continue;
        const real = await realpath(candidate).catch(() => undefined);
        if (real && real !== candidate) sources.add(real, file);
      }
    }
    return sources;
  }

  /** Rows of the profile's files that are this file; symbolic links count as what they lead to. */
  async rowsOf(file: string): Promise<readonly number[]> {
    return this.rows.get(file) ?? this.rows.get(await realpath(file).catch(() => file)) ?? [];
  }

  /** Absolute path of the file that the profile calls `name`; undefined when it is not here. */
  async locate(name: string): Promise<string | undefined> {
    for (const candidate of this.candidates(name)) {
      const real = await realpath(candidate).catch(() => undefined);
      if (real) return candidate;
    }
    return undefined;
  }

  private candidates(name: string): string[] {
    const mapped = mapPath(name, this.map);
    if (mapped !== undefined) return [path.resolve(this.folders[0] ?? '', mapped), ...(path.isAbsolute(name) ? [path.normalize(name)] : [])];
    if (path.isAbsolute(name)) return [path.normalize(name)];
    return [...new Set(this.folders.map((folder) => path.resolve(folder, name)))];
  }

  private add(file: string, row: number): void {
    const rows = this.rows.get(file);
    if (!rows) this.rows.set(file, [row]);
    else if (!rows.includes(row)) rows.push(row);
  }
}
