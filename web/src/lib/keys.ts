// Ed25519 keys in the browser, in the files of docs/keys.md: C2SP verifier and signer keys, and the encrypted form (Argon2id,
// XSalsa20-Poly1305). A key lives in the page's memory only: nothing here stores or sends one. Where the browser knows Ed25519 it signs;
// else @noble/ed25519 does, loaded when it is needed, as are the libraries of the encrypted form.
import { base64, base64Url, fromBase64, fromBase64Url, hex, joined, sha256, utf8, type Bytes } from './bytes';

export type KeyType = 'ed25519' | 'cosignature';
const typeBytes: Record<number, KeyType> = { 1: 'ed25519', 4: 'cosignature' };

// Why a key cannot be read or made: `keys.errors.<code>` has the words.
export type KeyFault =
  | 'insecure' // no WebCrypto: the page did not come over HTTPS
  | 'name' // empty, or with white space, control characters or +
  | 'too-large'
  | 'encoding' // byte order mark or UTF-16
  | 'lines'
  | 'public' // a public key where a private one is asked for
  | 'private' // a private key where a public one is asked for
  | 'form'
  | 'id' // does not belong to name, type and key
  | 'type'
  | 'point' // small order or non-canonical encoding
  | 'passphrase-needed'
  | 'passphrase';
export class KeyError extends Error {
  constructor(readonly fault: KeyFault) {
    super(fault);
  }
}

export interface PublicKey {
  name: string;
  // Four bytes as eight hexadecimal digits.
  id: string;
  type: KeyType;
  bytes: Bytes;
  // name+id+base64, without newline.
  vkey: string;
}
export interface OpenKey extends PublicKey {
  // As a DSSE signature names it: "name+id".
  keyid: string;
  sign: (message: Bytes) => Promise<Bytes>;
  // The private key file's text, newline included.
  file: () => string;
}

export const validName = (name: string): boolean => name !== '' && name.length <= 300 && !/[\s+\p{Cc}\u0085\u{feff}]/u.test(name);

// SHA-256(name ‖ 0x0A ‖ type ‖ public key), its first four bytes.
async function keyId(name: string, type: number, publicKey: Bytes): Promise<string> {
  if (!globalThis.crypto?.subtle) throw new KeyError('insecure');
  return hex((await sha256(joined(utf8(name), [0x0a, type], publicKey))).subarray(0, 4));
}

// A key file has one line that ends with LF, CRLF or nothing.
function line(text: string): string {
  if (text.length > 16384) throw new KeyError('too-large');
  if (text.startsWith('\ufeff') || text.includes('\0') || text.includes('\ufffd')) throw new KeyError('encoding');
  const only = text.replace(/\r?\n$/, '');
  if (/[\r\n]/.test(only)) throw new KeyError('lines');
  return only;
}

const privatePrefix = 'PRIVATE+KEY+';
const encryptedPrefix = 'ENCRYPTED+KEY+v1+';
export const isEncrypted = (text: string): boolean => text.startsWith(encryptedPrefix);

// "name+id+base64(type ‖ 32 bytes)"; the parts, before the id is checked.
function parts(text: string): { name: string; id: string; type: number; rest: Bytes } {
  const found = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const bytes = found ? fromBase64(found[3]!) : undefined;
  if (!found || !bytes || bytes.length !== 33 || !validName(found[1]!)) throw new KeyError('form');
  return { name: found[1]!, id: found[2]!, type: bytes[0]!, rest: bytes.subarray(1) as Bytes };
}

async function soundPoint(bytes: Bytes): Promise<void> {
  const { Point } = await import('@noble/ed25519');
  let point;
  try {
    point = Point.fromHex(hex(bytes), false);
  } catch {
    throw new KeyError('point');
  }
  if (point.isSmallOrder()) throw new KeyError('point');
}

export async function readPublicKey(text: string): Promise<PublicKey> {
  const vkey = line(text);
  if (vkey.startsWith(privatePrefix) || isEncrypted(vkey)) throw new KeyError('private');
  const { name, id, type, rest } = parts(vkey);
  const known = typeBytes[type];
  if (!known) throw new KeyError('type');
  if ((await keyId(name, type, rest)) !== id) throw new KeyError('id');
  await soundPoint(rest);
  return { name, id, type: known, bytes: rest, vkey };
}

// PKCS #8 of an Ed25519 seed (RFC 8410): this much before its 32 bytes.
const pkcs8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
// The browser's own signer, or undefined where it knows no Ed25519.
async function browserSigner(seed: Bytes): Promise<((message: Bytes) => Promise<Bytes>) | undefined> {
  try {
    const key = await crypto.subtle.importKey('pkcs8', joined(pkcs8, seed), 'Ed25519', false, ['sign']);
    return async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, message));
  } catch {
    return undefined;
  }
}

async function openSeed(name: string, seed: Bytes): Promise<OpenKey> {
  if (!globalThis.crypto?.subtle) throw new KeyError('insecure');
  const noble = await import('@noble/ed25519');
  const bytes = Uint8Array.from(await noble.getPublicKeyAsync(seed));
  const id = await keyId(name, 1, bytes);
  const sign = (await browserSigner(seed)) ?? (async (message: Bytes) => Uint8Array.from(await noble.signAsync(message, seed)));
  return {
    name,
    id,
    type: 'ed25519',
    bytes,
    vkey: `${name}+${id}+${base64(joined([1], bytes))}`,
    keyid: `${name}+${id}`,
    sign,
    file: () => `${privatePrefix}${name}+${id}+${base64(joined([1], seed))}\n`,
  };
}

// The browser's generator where it knows Ed25519; else its random numbers are the seed (RFC 8032 asks for nothing more).
async function newSeed(): Promise<Bytes> {
  try {
    const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
    return new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)).slice(-32);
  } catch {
    return crypto.getRandomValues(new Uint8Array(32));
  }
}

export async function makeKey(name: string): Promise<OpenKey> {
  if (!validName(name)) throw new KeyError('name');
  if (!globalThis.crypto?.subtle) throw new KeyError('insecure');
  return openSeed(name, await newSeed());
}

// Of a private key file's text, with the passphrase where it is encrypted.
export async function openKey(text: string, passphrase?: string): Promise<OpenKey> {
  const only = line(text);
  if (isEncrypted(only)) {
    if (!passphrase) throw new KeyError('passphrase-needed');
    return openKey(await decrypt(only, passphrase));
  }
  if (!only.startsWith(privatePrefix)) throw new KeyError(/\+[0-9a-f]{8}\+/.test(only) ? 'public' : 'form');
  const { name, id, type, rest } = parts(only.slice(privatePrefix.length));
  if (type !== 1) throw new KeyError('type');
  const key = await openSeed(name, rest);
  if (key.id !== id) throw new KeyError('id');
  return key;
}

// crypto_pwhash with the INTERACTIVE limits: two passes, 64 MiB. Takes a second or two; the page stays usable meanwhile.
async function boxKey(passphrase: string, salt: Bytes): Promise<Uint8Array> {
  const { argon2idAsync } = await import('@noble/hashes/argon2');
  return argon2idAsync(utf8(passphrase), salt, { t: 2, m: 65536, p: 1, dkLen: 32, version: 0x13, asyncTick: 20 });
}
async function decrypt(text: string, passphrase: string): Promise<string> {
  const [salt, nonce, box, ...more] = text.slice(encryptedPrefix.length).split('+').map(fromBase64Url);
  if (!salt || !nonce || !box || more.length > 0 || salt.length !== 16 || nonce.length !== 24 || box.length < 17) throw new KeyError('form');
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa');
  const key = await boxKey(passphrase, salt);
  try {
    return new TextDecoder().decode(xsalsa20poly1305(key, nonce).decrypt(box));
  } catch {
    throw new KeyError('passphrase');
  }
}
export async function encryptedFile(key: OpenKey, passphrase: string): Promise<string> {
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa');
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(24));
  const box = xsalsa20poly1305(await boxKey(passphrase, salt), nonce).encrypt(utf8(key.file().trimEnd()));
  return `${encryptedPrefix}${[salt, nonce, box].map(base64Url).join('+')}\n`;
}
