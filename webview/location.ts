/** The last part of a path, with either kind of slash. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** `parse.py:12`, or `parse.py` when the line is unknown; '' without a file. */
export function shortLocation(file: string, line: number): string {
  return file === '' ? '' : baseName(file) + (line > 0 ? `:${line}` : '');
}

/** `/src/parse.py:12`, for tooltips. */
export function fullLocation(file: string, line: number): string {
  return file === '' ? '' : file + (line > 0 ? `:${line}` : '');
}

/** True when an editor can be opened there. Names such as `~` or `<frozen importlib>` are no files. */
export function isOpenable(file: string): boolean {
  return file !== '' && file !== '~' && !file.startsWith('<') && !file.startsWith('[') && file !== '???';
}
