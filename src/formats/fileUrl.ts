/**
 * The path that a `file:` URL names, its escapes decoded: `file:///tmp/a%20b.js` is `/tmp/a b.js`, `file:///C:/a.js` is `C:/a.js`,
 * `file://server/share/a.js` is `//server/share/a.js`. Everything else is given back as it is.
 */
export function fileOfUrl(url: string): string {
  if (!url.startsWith('file://')) return url;
  let path = url.slice('file://'.length);
  try {
    path = decodeURIComponent(path);
  } catch {
    // A stray percent sign: the name was not escaped.
  }
  if (!path.startsWith('/')) return `//${path}`;
  return /^\/[A-Za-z]:[\\/]/.test(path) ? path.slice(1) : path;
}
