import { createReadStream } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { pprof } from '../../formats/pprof.ts';
import { PROBLEM_FILE, serviceProblem } from '../go/serviceProblem.ts';
import { fetchProfile, ServiceRefusal, type ServiceRequest } from '../go/serviceRequest.ts';

/** Seconds of one request for a CPU profile. What was fetched stays, whatever becomes of the rest. */
const SLICE = 10;
/** Milliseconds that a service has beyond the seconds it was asked for. */
const SILENCE = 60_000;
/** Milliseconds that a service has to send a profile that we ended early. */
const EARLY = 2500;

/**
 * `go-service ADDRESS PROFILE SECONDS FOLDER`: fetches a profile of a running service. A CPU profile comes in slices (0 seconds: until it is stopped). An
 * interrupt ends it with what there is.
 */
export async function goService([address, profile, seconds, folder]: readonly string[]): Promise<number> {
  let running: ServiceRequest | undefined;
  let stopped = 0;
  const stop = () => {
    stopped++;
    if (stopped > 1 || profile !== 'cpu') running?.abort();
    else {
      running?.finishEarly();
      setTimeout(() => running?.abort(), EARLY).unref();
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const fetchOne = async (url: string, file: string, wait: number): Promise<void> => {
    running = fetchProfile(url, file, wait);
    try {
      const bytes = await running.done;
      await checkProfile(file);
      console.log(`${path.basename(file)}: ${bytes.toLocaleString('en-US')} bytes`);
    } finally {
      running = undefined;
    }
  };
  const kept: string[] = [];
  let url = address;
  try {
    if (profile !== 'cpu') {
      url = new URL(profile === 'memory' ? 'heap' : profile, address).href;
      console.log(`Asking ${url}`);
      await fetchOne(url, path.join(folder, `${profile}.pprof`), SILENCE);
      return 0;
    }
    const wanted = Number(seconds);
    let slice = SLICE;
    for (let asked = 0; (wanted === 0 || asked < wanted) && stopped === 0;) {
      const length = wanted === 0 ? slice : Math.min(slice, Math.ceil(wanted - asked));
      url = new URL(`profile?seconds=${length}`, address).href;
      console.log(`Asking ${url}${wanted === 0 ? '' : ` (${asked} of ${wanted} s done)`}`);
      const file = path.join(folder, `cpu-${String(kept.length + 1).padStart(4, '0')}.pprof`);
      try {
        await fetchOne(url, file, length * 1000 + SILENCE);
        kept.push(file);
        asked += length;
      } catch (error) {
        // A server with a WriteTimeout refuses longer profiles than it may send.
        if (!(error instanceof ServiceRefusal && error.status === 400 && /WriteTimeout|timeout/i.test(error.text) && slice > 1)) throw error;
        slice = Math.max(1, Math.floor(length / 2));
      }
    }
    return 0;
  } catch (error) {
    if (stopped > 0) {
      if (kept.length === 0) console.error('Stopped before the service had sent a profile.');
      return kept.length > 0 ? 0 : 1;
    }
    const problem = serviceProblem(error as Error, url);
    console.error(`${problem.message} ${problem.why}`);
    await writeFile(path.join(folder, PROBLEM_FILE), JSON.stringify(problem));
    return kept.length > 0 ? 0 : 1;
  }
}

/** Keeps what a service calls a profile only when it is one; else it goes to a file that is not read. */
async function checkProfile(file: string): Promise<void> {
  const raw = createReadStream(file, { end: 1 << 20 });
  let head: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of raw) head = Buffer.concat([head, chunk as Buffer]);
    if (head[0] === 0x1f && head[1] === 0x8b) head = await inflatedHead(head);
    if (pprof.sniff(head.subarray(0, 65536), path.basename(file))) return;
  } catch {
    // It is none.
  }
  await rename(file, `${file}.answer`);
  throw new ServiceRefusal(200, 'What it sent is no pprof profile. Is this the address of its profiles?');
}

async function inflatedHead(packed: Buffer): Promise<Buffer> {
  const unzipped = createGunzip();
  unzipped.end(packed);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of unzipped) {
      chunks.push(chunk as Buffer);
      if ((length += (chunk as Buffer).length) >= 65536) break;
    }
  } catch {
    // The head of a longer file ends in the middle.
  }
  return Buffer.concat(chunks);
}
