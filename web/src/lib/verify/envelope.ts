// DSSE envelopes in the canonical form a ledger stores (docs/statements.md): one envelope, one spelling. The payload is decoded once; those
// bytes are verified, and those bytes are parsed.
import { concat, fromBase64, text, utf8, VerifyError } from './bytes';

export interface EnvelopeSignature {
  keyid: string;
  sig: Uint8Array;
}
export interface Statement {
  _type: string;
  subject: { name?: string; digest: { sha256: string } }[];
  predicateType: string;
  predicate: Record<string, unknown>;
}
export interface Envelope {
  payload: Uint8Array;
  payloadType: string;
  signatures: EnvelopeSignature[];
}
export const statementType = 'application/vnd.in-toto+json';
const mostDepth = 128;

// Refuses what two parsers would read differently (a key twice), and what is nested too deep. `json` has been parsed before.
export function checkJson(json: string): void {
  const open: (Set<string> | null)[] = [];
  for (const found of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const token = found[0];
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : null);
      if (open.length > mostDepth) throw new VerifyError('json-depth');
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (found[1] !== undefined) {
      const key = JSON.parse(token.slice(0, token.length - found[1].length)) as string;
      const keys = open[open.length - 1];
      if (keys?.has(key)) throw new VerifyError('json-twice', { key });
      keys?.add(key);
    }
  }
}

function parsed(json: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new VerifyError('json');
  }
  checkJson(json);
  return value;
}
const record = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

export function parseEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length > 65_535) throw new VerifyError('envelope-form');
  const json = text(bytes);
  const value = parsed(json);
  if (!record(value) || typeof value.payload !== 'string' || typeof value.payloadType !== 'string' || !Array.isArray(value.signatures))
    throw new VerifyError('envelope-form');
  const signatures = value.signatures as unknown[];
  if (signatures.length === 0 || signatures.length > 64) throw new VerifyError('envelope-form');
  const canonical = { payload: value.payload, payloadType: value.payloadType, signatures: [] as { keyid: string; sig: string }[] };
  const out: Envelope = { payload: fromBase64(value.payload), payloadType: value.payloadType, signatures: [] };
  for (const signature of signatures) {
    if (!record(signature) || typeof signature.keyid !== 'string' || typeof signature.sig !== 'string') throw new VerifyError('envelope-form');
    canonical.signatures.push({ keyid: signature.keyid, sig: signature.sig });
    out.signatures.push({ keyid: signature.keyid, sig: fromBase64(signature.sig) });
  }
  // No other members, no other order, no spaces.
  if (JSON.stringify(canonical) !== json) throw new VerifyError('envelope-canonical');
  return out;
}

export function statementOf(envelope: Envelope): Statement {
  if (envelope.payloadType !== statementType) throw new VerifyError('payload-type', { type: envelope.payloadType.slice(0, 100) });
  const value = parsed(text(envelope.payload));
  if (!isStatement(value)) throw new VerifyError('statement-form');
  return value;
}
export const isStatement = (value: unknown): value is Statement =>
  record(value) && value._type === 'https://in-toto.io/Statement/v1' && typeof value.predicateType === 'string' && record(value.predicate);

// What is signed.
export const preAuthentication = (envelope: Envelope): Uint8Array =>
  concat(utf8(`DSSEv1 ${utf8(envelope.payloadType).length} ${envelope.payloadType} ${envelope.payload.length} `), envelope.payload);

// "https://entente.example/predicate/pledge/v1" → "pledge". Another's type of the same ending is not ours.
export const kindOf = (statement: Statement): string => /^https:\/\/entente\.example\/predicate\/([a-z0-9-]+)\/v\d+$/.exec(statement.predicateType)?.[1] ?? '';

export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (!record(a) || !record(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
