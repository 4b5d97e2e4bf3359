// C2SP verifier keys: name+id+base64(type ‖ 32 bytes), read strictly (docs/keys.md), so that one key has one spelling.
import { concat, fromBase64, hex, utf8, VerifyError } from './bytes';
import { sha256 } from './digest';
import { soundPoint } from './ed25519';

export type KeyType = 'ed25519' | 'cosignature';
export interface VerifierKey {
  vkey: string;
  name: string;
  // 8 hex digits.
  id: string;
  type: KeyType;
  bytes: Uint8Array;
}

const types: Record<number, KeyType> = { 1: 'ed25519', 4: 'cosignature' };

// Not empty; no white space, control characters or "+".
export const soundName = (name: string): boolean => name.length > 0 && name.length <= 1024 && !/[\p{White_Space}\p{Cc}+]/u.test(name);

export async function parseKey(spelt: string): Promise<VerifierKey> {
  const vkey = spelt.replace(/\r?\n$/, '');
  if (vkey.length > 2048) throw new VerifyError('key-form');
  const found = /^([^+]*)\+([0-9a-f]{8})\+([^\s]*)$/u.exec(vkey);
  if (!found || !soundName(found[1]!)) throw new VerifyError('key-form');
  const name = found[1]!;
  const id = found[2]!;
  const blob = fromBase64(found[3]!);
  const type = types[blob[0] ?? 0];
  if (!type || blob.length !== 33) throw new VerifyError('key-type', { key: name });
  const expected = hex((await sha256(concat(utf8(`${name}\n`), blob))).subarray(0, 4));
  if (expected !== id) throw new VerifyError('key-id', { key: name, id, expected });
  if (!soundPoint(blob.subarray(1))) throw new VerifyError('key-weak', { key: name });
  return { vkey, name, id, type, bytes: blob.subarray(1) };
}

// "name+id", as a keyid of an envelope and the API's lists of signers spell it.
export const keyId = (key: VerifierKey): string => `${key.name}+${key.id}`;
