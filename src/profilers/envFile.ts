/**
 * The variables of a file of `NAME=value` lines, as launch configurations name one by `envFile`. Blank lines, `#` comments, a leading `export` and quotes of
 * either kind are understood; in double quotes `\n` is a line's end. Lines of another form are passed over.
 */
export function parseEnvFile(content: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of content.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (!match) continue;
    const [, name, value] = match;
    const quoted = /^(["'])(.*?)\1(?:\s*#.*)?$/.exec(value);
    if (!quoted) env[name] = value.replace(/(^|\s+)#.*$/, '');
    else env[name] = quoted[1] === '"' ? quoted[2].replaceAll('\\n', '\n') : quoted[2];
  }
  return env;
}
