// SHA-256 and SHA-512 of the browser, where it has them. It has none in a page that came without TLS (http:// on a network): there the
// functions of @noble/hashes do the same, fetched only then.
type Algorithm = 'SHA-256' | 'SHA-512';

export const subtle = (): SubtleCrypto | undefined => globalThis.crypto?.subtle;

async function digest(algorithm: Algorithm, data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const native = subtle();
  if (native) return new Uint8Array(await native.digest(algorithm, data as Uint8Array<ArrayBuffer>));
  const { sha256, sha512 } = await import('@noble/hashes/sha2');
  return Uint8Array.from((algorithm === 'SHA-256' ? sha256 : sha512)(data));
}

export const sha256 = (data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> => digest('SHA-256', data);
export const sha512 = (data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> => digest('SHA-512', data);
