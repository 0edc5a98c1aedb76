// Lists the files of a ZIP archive. Layout: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.12 (central directory header) and
// 4.3.16 (end of central directory record).

const END_SIGNATURE = 0x06054b50;
const END_LENGTH = 22;
const HEADER_SIGNATURE = 0x02014b50;
const HEADER_LENGTH = 46;

/**
 * @param {Buffer} archive the whole file; ZIP64 archives (over 4 GB or 65,534 files) are not supported
 * @returns {{ name: string, size: number }[]} names with forward slashes and sizes in bytes after unpacking
 * @throws when the bytes are not a ZIP archive
 */
export function zipEntries(archive) {
  // The record at the end may be followed by a comment of up to 64 KiB.
  let end = archive.length - END_LENGTH;
  while (end >= 0 && archive.readUInt32LE(end) !== END_SIGNATURE) end--;
  if (end < 0) throw new Error('not a ZIP archive: it has no end of central directory');
  const entries = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== HEADER_SIGNATURE) throw new Error(`not a central directory header at byte ${at}`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    entries.push({ name: archive.toString('utf8', at + HEADER_LENGTH, at + HEADER_LENGTH + nameLength), size: archive.readUInt32LE(at + 24) });
    at += HEADER_LENGTH + nameLength + extraLength + commentLength;
  }
  return entries;
}
