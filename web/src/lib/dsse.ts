// Statements in their envelopes: in-toto Statement v1 in a canonical DSSE envelope (docs/statements.md), byte for byte as admission takes it.
import { base64, fromBase64, joined, sha256Hex, utf8, type Bytes } from './bytes';
import type { OpenKey } from './keys';
import { verifyEd25519 } from './verify/ed25519';
import { checkJson, same } from './verify/envelope';
import { keyId, parseKey } from './verify/keys';

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

// Of a canonical envelope only: what is spelt otherwise has another digest. A payload that two parsers could read differently (a key twice),
// or that is not byte for byte what its own value is written as, is none either. Undefined: it is no envelope, or no such one.
export function read(text: string): { envelope: Envelope; statement: Statement } | undefined {
  try {
    const json = JSON.parse(text.trim());
    const payload = fromBase64(json.payload);
    if (json.payloadType !== payloadType || !payload || !Array.isArray(json.signatures)) return undefined;
    const sound = (s: Signature) => typeof s.keyid === 'string' && typeof s.sig === 'string' && fromBase64(s.sig)?.length === 64;
    if (!json.signatures.every(sound)) return undefined;
    const envelope: Envelope = { payload, signatures: json.signatures };
    if (write(envelope) !== text.trim()) return undefined;
    const words = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
    const statement = JSON.parse(words);
    checkJson(words);
    if (JSON.stringify(statement) !== words) return undefined;
    return { envelope, statement };
  } catch {
    return undefined;
  }
}

// Members of the predicates by which officers decide (data/schemas/predicate); all are shown before they are signed.
const decisions: Record<string, { members: string[]; words: string[] }> = {
  approval: { members: ['pledge', 'organisation', 'decision', 'reason', 'at'], words: ['approved', 'refused'] },
  removal: { members: ['record', 'organisation', 'reason', 'at'], words: [] },
  'dispute-decision': { members: ['dispute', 'organisation', 'decision', 'reason', 'at'], words: ['upheld', 'rejected'] },
};
export interface Decision {
  kind: 'approval' | 'removal' | 'dispute-decision';
  organisation: string;
  // Digest of what is decided on.
  about: string;
  decision?: string;
  reason?: string;
  at: string;
}
// What a statement decides, with nothing in it that is not in the answer; undefined: it is no decision of an officer.
export function decisionOf(made: Statement): Decision | undefined {
  const kind = /^https:\/\/entente\.example\/predicate\/([a-z-]+)\/v1$/.exec(made?.predicateType ?? '')?.[1] ?? '';
  const form = Object.hasOwn(decisions, kind) ? decisions[kind] : undefined;
  const p = made?.predicate;
  if (!form || typeof p !== 'object' || p === null || !Object.keys(p).every((name) => form.members.includes(name))) return undefined;
  const [object] = form.members as [string];
  const about = (p[object] as Digest | undefined)?.sha256;
  const organisation = (p.organisation as { id?: unknown } | undefined)?.id;
  if (typeof about !== 'string' || typeof organisation !== 'string' || typeof p.at !== 'string') return undefined;
  if (form.words.length > 0 && !form.words.includes(p.decision as string)) return undefined;
  if (p.reason !== undefined && typeof p.reason !== 'string') return undefined;
  // Nothing else anywhere: no other subject, no other member of what is nested.
  if (!same(made, statement(kind as Kind, { ...p, [object]: { sha256: about }, organisation: { id: organisation } }))) return undefined;
  return {
    kind: kind as Decision['kind'],
    organisation,
    about,
    ...(form.words.length > 0 ? { decision: p.decision as string } : {}),
    ...(typeof p.reason === 'string' ? { reason: p.reason } : {}),
    at: p.at,
  };
}

export interface Checked {
  keyid: string;
  // Of the roster: whose key it is.
  person?: string;
  // 'unknown': no key of the roster has this keyid, so nothing can be said.
  holds: 'yes' | 'no' | 'unknown';
}
// Each signature against the roster's keys.
export async function checkSignatures(envelope: Envelope, roster: { person: string; vkey: string }[]): Promise<Checked[]> {
  const message = preAuthentication(envelope.payload);
  const out: Checked[] = [];
  for (const { keyid, sig } of envelope.signatures) {
    const member = roster.find((m) => m.vkey.startsWith(`${keyid}+`));
    const key = member ? await parseKey(member.vkey).catch(() => undefined) : undefined;
    if (!member || !key || keyId(key) !== keyid || key.type !== 'ed25519') out.push({ keyid, holds: 'unknown' });
    else out.push({ keyid, person: member.person, holds: (await verifyEd25519(key.bytes, message, fromBase64(sig)!)) ? 'yes' : 'no' });
  }
  return out;
}

// One more person's signature on the same words.
export async function countersign(text: string, key: OpenKey): Promise<string | undefined> {
  const found = read(text);
  return found ? write(await signedBy(found.envelope, key)) : undefined;
}

// By which later statements name this one.
export const envelopeDigest = (text: string): Promise<string> => sha256Hex(text);
