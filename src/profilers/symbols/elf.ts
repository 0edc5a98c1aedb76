import { open, type FileHandle } from 'node:fs/promises';

/** A part of the file that is mapped into memory. */
export interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly executable: boolean;
}

export interface ElfSection {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** What the headers of an ELF file say. */
export interface ElfFile {
  /** True for executables that are loaded where their addresses say (ET_EXEC); others may be moved. */
  readonly fixed: boolean;
  /** What processor it is for: e_machine. */
  readonly machine: number;
  /** Whether a dynamic loader starts it (PT_INTERP); false for static executables and for libraries. */
  readonly interpreted: boolean;
  readonly segments: readonly Segment[];
  readonly sections: readonly ElfSection[];
  /** The linker's id of the build in hexadecimal; undefined when there is none. */
  readonly buildId: string | undefined;
}

const PT_LOAD = 1;
const PT_INTERP = 3;
const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
const ET_EXEC = 2;
/** Header tables of real binaries are far smaller; a larger one is a broken file. */
const MAX_TABLE = 8 * 1024 * 1024;

/**
 * Reads the headers of an ELF file, 32 or 64 bits, of either byte order; undefined when the file is no ELF file or its
 * headers are broken. Only headers are read. Source: elf(5).
 * @throws the system's error when the file cannot be read
 */
export async function readElf(path: string): Promise<ElfFile | undefined> {
  const file = await open(path, 'r');
  try {
    return await parse(file);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}

/** Reads numbers of a header by the file's word size and byte order. */
class Fields {
  constructor(private readonly view: DataView, readonly wide: boolean, private readonly little: boolean) {}

  half(at: number): number {
    return this.view.getUint16(at, this.little);
  }

  word(at: number): number {
    return this.view.getUint32(at, this.little);
  }

  /** An address, offset or size: 8 or 4 bytes. Values beyond 2^53 are rounded; no real offset is. */
  long(at: number): number {
    return this.wide ? Number(this.view.getBigUint64(at, this.little)) : this.view.getUint32(at, this.little);
  }
}

async function bytesAt(file: FileHandle, offset: number, length: number): Promise<DataView> {
  if (!(length >= 0 && length <= MAX_TABLE && Number.isSafeInteger(offset))) throw new RangeError('header table out of range');
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, offset + read);
    if (bytesRead === 0) throw new RangeError('header table behind the end of the file');
    read += bytesRead;
  }
  return new DataView(bytes.buffer);
}

async function parse(file: FileHandle): Promise<ElfFile | undefined> {
  const ident = await bytesAt(file, 0, 20);
  if (ident.getUint32(0) !== 0x7f454c46) return undefined;
  const wide = ident.getUint8(4) === 2;
  const little = ident.getUint8(5) === 1;
  const header = new Fields(await bytesAt(file, 0, wide ? 64 : 52), wide, little);
  const fields = async (offset: number, length: number) => new Fields(await bytesAt(file, offset, length), wide, little);

  const programSize = header.half(wide ? 54 : 42);
  const programCount = header.half(wide ? 56 : 44);
  const programs = await fields(header.long(wide ? 32 : 28), programSize * programCount);
  const segments: Segment[] = [];
  let buildId: string | undefined;
  let interpreted = false;
  for (let i = 0; i < programCount; i++) {
    const at = i * programSize;
    const type = programs.word(at);
    const offset = programs.long(at + (wide ? 8 : 4));
    const fileSize = programs.long(at + (wide ? 32 : 16));
    if (type === PT_LOAD) {
      const executable = (programs.word(at + (wide ? 4 : 24)) & 1) !== 0;
      segments.push({ offset, address: programs.long(at + (wide ? 16 : 8)), fileSize, executable });
    } else if (type === PT_INTERP) {
      interpreted = true;
    } else if (type === PT_NOTE && fileSize <= 65536) {
      buildId ??= findBuildId(await bytesAt(file, offset, fileSize), little);
    }
  }

  const sectionSize = header.half(wide ? 58 : 46);
  const sectionCount = header.half(wide ? 60 : 48);
  const namesIndex = header.half(wide ? 62 : 50);
  const sections: ElfSection[] = [];
  if (sectionCount > 0 && namesIndex < sectionCount) {
    const table = await fields(header.long(wide ? 40 : 32), sectionSize * sectionCount);
    const place = (index: number) => ({ offset: table.long(index * sectionSize + (wide ? 24 : 16)), size: table.long(index * sectionSize + (wide ? 32 : 20)) });
    const names = place(namesIndex);
    const nameBytes = await bytesAt(file, names.offset, names.size);
    for (let i = 0; i < sectionCount; i++) sections.push({ name: textAt(nameBytes, table.word(i * sectionSize)), ...place(i) });
  }
  return { fixed: header.half(16) === ET_EXEC, machine: header.half(18), interpreted, segments, sections, buildId };
}

function textAt(view: DataView, start: number): string {
  let text = '';
  for (let at = start; at < view.byteLength && view.getUint8(at) !== 0; at++) text += String.fromCharCode(view.getUint8(at));
  return text;
}

function findBuildId(notes: DataView, little: boolean): string | undefined {
  let at = 0;
  while (at + 12 <= notes.byteLength) {
    const nameSize = notes.getUint32(at, little);
    const size = notes.getUint32(at + 4, little);
    const type = notes.getUint32(at + 8, little);
    const start = at + 12 + Math.ceil(nameSize / 4) * 4;
    if (start + size > notes.byteLength) return undefined;
    if (type === NT_GNU_BUILD_ID && nameSize === 4 && textAt(notes, at + 12) === 'GNU') {
      let id = '';
      for (let i = 0; i < size; i++) id += notes.getUint8(start + i).toString(16).padStart(2, '0');
      return id;
    }
    at = start + Math.ceil(size / 4) * 4;
  }
  return undefined;
}

/**
 * The virtual address that `perf script` means by `address`; -1 when it lies in no segment. With call chains perf prints
 * offsets into the file (`vaddr = offset - p_offset + p_vaddr`); without, the address in memory, which is the virtual
 * address only of executables that are never moved.
 */
export function virtualAddress(elf: ElfFile, address: number): number {
  const within = (start: number, size: number) => address >= start && address < start + size;
  const loaded = [...elf.segments].sort((a, b) => Number(b.executable) - Number(a.executable));
  const byOffset = loaded.find((segment) => within(segment.offset, segment.fileSize));
  if (byOffset) return address - byOffset.offset + byOffset.address;
  return elf.fixed && loaded.some((segment) => within(segment.address, segment.fileSize)) ? address : -1;
}
