// node speedscopeImport.mjs PACKAGE_FOLDER FILE: reads a profile with the importers of the speedscope package, and prints how many
// profiles it found and their weight. The package is one script for a browser; everything but its importers gets a stand-in here.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runInThisContext } from 'node:vm';

const [folder, file] = process.argv.slice(2);
const release = path.join(folder, 'dist/release');
const script = readdirSync(release).find((name) => /^speedscope-.*\.js$/.test(name));
let text = readFileSync(path.join(release, script), 'utf8');
const names = /\((\w+),\{importFromFileSystemDirectoryEntry:[^}]*\}\)/.exec(text);
if (!names) throw new Error('this speedscope has no importers where they were looked for');
const end = names.index + names[0].length;
text = `${text.slice(0, end)};globalThis.importers=${names[1]}${text.slice(end)}`;

/** Can be called, constructed and asked for anything. */
const anything = new Proxy(function () { /* stands for any element */ }, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => '' : key === Symbol.iterator ? () => [][Symbol.iterator]() : key === 'then' ? undefined : anything),
  apply: () => anything, construct: () => anything, set: () => true,
});
const stand = { window: globalThis, self: globalThis, document: anything, localStorage: anything, location: { hash: '', protocol: 'file:', href: '' }, addEventListener: () => undefined, requestAnimationFrame: () => 0, matchMedia: () => anything, devicePixelRatio: 1, Image: anything, FileReader: anything };
for (const [name, value] of Object.entries(stand)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
const log = console.log;
console.log = () => undefined;
try {
  runInThisContext(text, script);
} catch {
  // The page cannot be drawn; the importers come before it.
}
await new Promise((resolve) => setTimeout(resolve, 0));
const bytes = readFileSync(file);
const group = await globalThis.importers.importProfilesFromArrayBuffer(path.basename(file), bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
console.log = log;
if (!group) throw new Error('speedscope does not know the format');
console.log(JSON.stringify({ profiles: group.profiles.length, weight: group.profiles.reduce((sum, profile) => sum + profile.getTotalWeight(), 0) }));
process.exit(0);
