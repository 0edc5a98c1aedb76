/** Milliseconds between two breaths of the page while it unpacks. */
const BREATH = 50;

/** The packed profile that the page carries: base64 of gzip, in as many elements as the writer needed. Rejects when it is broken. */
export async function carriedBytes(): Promise<Uint8Array> {
  const unzip = new DecompressionStream('gzip');
  const read = new Response(unzip.readable).arrayBuffer();
  const writer = unzip.writable.getWriter();
  const feed = async () => {
    let breath = performance.now();
    for (const element of document.querySelectorAll('script.profile')) {
      await writer.write(decoded(element.textContent ?? ''));
      // What was decoded need not be held twice.
      element.remove();
      if (performance.now() - breath < BREATH) continue;
      await new Promise((resolve) => setTimeout(resolve));
      breath = performance.now();
    }
    await writer.close();
  };
  const [bytes] = await Promise.all([read, feed()]);
  return new Uint8Array(bytes);
}

function decoded(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
