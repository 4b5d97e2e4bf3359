// Small ledgers made by the tests themselves, with keys of their own: what no honest program writes can be written here.
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { base64, concat, fromHex, utf8 } from '../src/lib/verify/bytes';
import { leafHash } from '../src/lib/verify/merkle';
import { Tree } from '../src/lib/verify/tiles';
import type { Files } from './verify_support';

export interface Pair {
  vkey: string;
  keyid: string;
  name: string;
  id: string;
  secret: KeyObject;
}
export function pair(name: string, type = 1): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const blob = Uint8Array.from([type, ...publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = createHash('sha256').update(`${name}\n`).update(blob).digest('hex').slice(0, 8);
  return { vkey: `${name}+${id}+${base64(blob)}`, keyid: `${name}+${id}`, name, id, secret: privateKey };
}
const signature = (key: Pair, message: Uint8Array): Uint8Array => Uint8Array.from(sign(null, message, key.secret));

export function envelope(kind: string, predicate: unknown, signers: Pair[]): Uint8Array {
  const payload = utf8(
    JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: [{ digest: { sha256: '0'.repeat(64) } }], predicateType: `https://entente.example/predicate/${kind}/v1`, predicate }),
  );
  const type = 'application/vnd.in-toto+json';
  const message = concat(utf8(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload);
  const signatures = signers.map((key) => `{"keyid":"${key.keyid}","sig":"${base64(signature(key, message))}"}`);
  return utf8(`{"payload":"${base64(payload)}","payloadType":"${type}","signatures":[${signatures.join(',')}]}`);
}
export const digestOf = (entry: Uint8Array): string => createHash('sha256').update(entry).digest('hex');

// Below 256 entries: one tile of hashes, one of entries, the checkpoint.
export async function makeLog(key: Pair, entries: Uint8Array[], witnesses: Pair[], time = 1_795_860_000n): Promise<Files> {
  const n = entries.length;
  const hashes = concat(...(await Promise.all(entries.map(leafHash))));
  const root = await new Tree(async () => hashes, n).root();
  const text = `${key.name}\n${n}\n${base64(root)}\n`;
  const line = (by: Pair, blob: Uint8Array) => `\u2014 ${by.name} ${base64(concat(fromHex(by.id), blob))}\n`;
  const stamp = fromHex(time.toString(16).padStart(16, '0'));
  const cosigned = witnesses.map((w) => line(w, concat(stamp, signature(w, utf8(`cosignature/v1\ntime ${time}\n${text}`)))));
  return {
    checkpoint: utf8(`${text}\n${line(key, signature(key, utf8(text)))}${cosigned.join('')}`),
    [`tile/0/000.p/${n}`]: hashes,
    [`tile/entries/000.p/${n}`]: concat(...entries.flatMap((e) => [Uint8Array.of(e.length >> 8, e.length & 255), e])),
  };
}
