// Statements in their envelopes: in-toto Statement v1 in a canonical DSSE envelope (docs/statements.md), byte for byte as admission takes it.
import { base64, fromBase64, joined, sha256Hex, utf8, type Bytes } from './bytes';
import type { OpenKey } from './keys';

export const payloadType = 'application/vnd.in-toto+json';
export interface Digest {
  sha256: string;
}
export interface Statement {
  _type: string;
  subject: { name?: string; digest: Digest }[];
  predicateType: string;
  predicate: Record<string, unknown>;
}
export interface Signature {
  keyid: string;
  sig: string;
}
export interface Envelope {
  payload: Bytes;
  signatures: Signature[];
}

// The digest by which a statement names its object: `x-entente-subject` of its schema.
const objects: Record<string, (p: any) => string> = {
  pledge: (p) => p.text.sha256,
  approval: (p) => p.pledge.sha256,
  removal: (p) => p.record.sha256,
  'dispute-decision': (p) => p.dispute.sha256,
  'confirmation-request': (p) => p.pledge.sha256,
};
export type Kind = 'pledge' | 'approval' | 'removal' | 'dispute-decision' | 'confirmation-request';

export function statement(kind: Kind, predicate: Record<string, unknown>): Statement {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: objects[kind]!(predicate) } }],
    predicateType: `https://entente.example/predicate/${kind}/v1`,
    predicate,
  };
}

// Now as statements write it: whole seconds, UTC.
export const instant = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

// What is signed: lengths in bytes.
const preAuthentication = (payload: Bytes): Bytes => joined(utf8(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload);

export function write(envelope: Envelope): string {
  const signatures = envelope.signatures.map((s) => `{"keyid":${JSON.stringify(s.keyid)},"sig":"${s.sig}"}`);
  return `{"payload":"${base64(envelope.payload)}","payloadType":"${payloadType}","signatures":[${signatures.join(',')}]}`;
}

async function signedBy(envelope: Envelope, key: OpenKey): Promise<Envelope> {
  const sig = base64(await key.sign(preAuthentication(envelope.payload)));
  return { payload: envelope.payload, signatures: [...envelope.signatures.filter((s) => s.keyid !== key.keyid), { keyid: key.keyid, sig }] };
}

export async function sign(made: Statement, keys: OpenKey[]): Promise<string> {
  let envelope: Envelope = { payload: utf8(JSON.stringify(made)), signatures: [] };
  for (const key of keys) envelope = await signedBy(envelope, key);
  return write(envelope);
}

// Of a canonical envelope only: what is spelt otherwise has another digest. Undefined: it is none.
export function read(text: string): { envelope: Envelope; statement: Statement } | undefined {
  try {
    const json = JSON.parse(text.trim());
    const payload = fromBase64(json.payload);
    if (json.payloadType !== payloadType || !payload || !Array.isArray(json.signatures)) return undefined;
    const envelope: Envelope = { payload, signatures: json.signatures };
    if (write(envelope) !== text.trim()) return undefined;
    return { envelope, statement: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) };
  } catch {
    return undefined;
  }
}

// One more person's signature on the same words.
export async function countersign(text: string, key: OpenKey): Promise<string | undefined> {
  const found = read(text);
  return found ? write(await signedBy(found.envelope, key)) : undefined;
}

// By which later statements name this one.
export const envelopeDigest = (text: string): Promise<string> => sha256Hex(text);
