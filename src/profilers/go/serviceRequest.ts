import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Most bytes that a service may answer with. */
const MOST_BYTES = 512 * 2 ** 20;
/** Most characters of a refusal that are read. */
const MOST_TEXT = 2000;

/** An answer that is no profile. */
export class ServiceRefusal extends Error {
  constructor(readonly status: number, readonly text: string) {
    super(text);
    this.name = 'ServiceRefusal';
  }
}

/** A request that is under way. */
export interface ServiceRequest {
  /** Resolves with the number of bytes; rejects with a ServiceRefusal or the error of the connection. */
  readonly done: Promise<number>;
  /** Closes our direction of the connection: Go's server then ends the profile early and sends what it has. */
  finishEarly(): void;
  /** Gives up. */
  abort(): void;
}

/**
 * Asks a service for a profile and writes it to `file`, which is there when it is whole only. No redirect is followed: the answer comes from the host that the
 * person named, or not at all. `silence`: milliseconds without a byte after which it is given up.
 */
export function fetchProfile(url: string, file: string, silence: number): ServiceRequest {
  const { get } = url.startsWith('https:') ? https : http;
  const abort = new AbortController();
  // A connection of its own, for it may be closed half.
  const request = get(url, { signal: abort.signal, agent: false, timeout: silence, headers: { Accept: 'application/octet-stream' } });
  request.on('timeout', () => request.destroy(Object.assign(new Error(`no answer within ${Math.round(silence / 1000)} s`), { code: 'ETIMEDOUT' })));
  const done = (async () => {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject);
    });
    const status = response.statusCode ?? 0;
    if (status !== 200) throw new ServiceRefusal(status, response.headers.location ?? (await start(response)));
    let bytes = 0;
    const bounded = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        bytes += chunk.length;
        next(bytes > MOST_BYTES ? new ServiceRefusal(200, `The answer is larger than ${MOST_BYTES / 2 ** 20} MB.`) : null, chunk);
      },
    });
    try {
      await pipeline(response, bounded, createWriteStream(`${file}.new`));
      await rename(`${file}.new`, file);
    } catch (error) {
      await rm(`${file}.new`, { force: true });
      throw error;
    } finally {
      request.destroy();
    }
    return bytes;
  })();
  return { done, finishEarly: () => void request.socket?.end(), abort: () => abort.abort() };
}

async function start(response: http.IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk as string;
    if (text.length > MOST_TEXT) break;
  }
  return text.slice(0, MOST_TEXT).trim();
}
