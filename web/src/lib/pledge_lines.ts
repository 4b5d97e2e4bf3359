// A pledge line by line, whole: what an officer reads before approving it. Nothing is left out for want of a name: a member nobody foresaw has
// its line too, under its own name.
import { parseCheckpoint, parseNote } from './verify/note';
import { hex, VerifyError } from './verify/bytes';
import { sha256 } from './verify/digest';
import { parseEnvelope, statementOf, type Statement } from './verify/envelope';
import { Tree } from './verify/tiles';

export interface Line {
  // ["organisation", "names", "fr"].
  path: string[];
  // Of what is no list and no object; numbers in lists are one line ("1, 4").
  value: string;
}

// In the order they are read; what is not here comes after, in the statement's own order.
const order = [
  'organisation/name',
  'organisation/names',
  'organisation/id',
  'organisation/category',
  'organisation/nature',
  'organisation/country',
  'organisation/website',
  'organisation/lei',
  'organisation/ror',
  'organisation/wikidata',
  'organisation/register_number',
  'domains',
  'text',
  'principles',
  'reservations',
  'why',
  'key',
  'at',
];
const rank = (path: string[]): number => {
  const spelt = `${path.join('/')}/`;
  const found = order.findIndex((o) => spelt.startsWith(`${o}/`));
  return found < 0 ? order.length : found;
};

export function pledgeLines(pledge: unknown): Line[] {
  const out: Line[] = [];
  const walk = (at: unknown, path: string[]): void => {
    if (Array.isArray(at) && at.length > 0 && at.every((item) => typeof item === 'number')) out.push({ path, value: at.join(', ') });
    else if (Array.isArray(at) && at.length > 0) at.forEach((item, i) => walk(item, [...path, String(i + 1)]));
    else if (typeof at === 'object' && at !== null && Object.keys(at).length > 0) for (const [name, item] of Object.entries(at)) walk(item, [...path, name]);
    else out.push({ path, value: typeof at === 'string' ? at : JSON.stringify(at) });
  };
  walk(pledge, []);
  return out.sort((a, b) => rank(a.path) - rank(b.path));
}

// The statement whose envelope has this digest, from the ledger's own bytes: a decision names the digest, so what is shown is what is decided
// on, whatever the API says. Throws VerifyError where the entry is another one.
export async function statementBehind(fetch: (path: string) => Promise<Uint8Array>, leaf: number, digest: string): Promise<Statement> {
  // Of the checkpoint only the size is used, to find the file: the digest decides.
  const { size } = parseCheckpoint(parseNote(await fetch('checkpoint')).text);
  const entry = await new Tree(fetch, size).entry(leaf);
  if (hex(await sha256(entry)) !== digest.replace(/^sha256:/, '')) throw new VerifyError('other-entry', { index: leaf });
  return statementOf(parseEnvelope(entry));
}

// Whether a statement is the dispute that is shown: the same finding of the same organisation, for the same reason.
export function saysDispute(made: Statement, shown: { supporter: string; control: string; reason: string; by?: string }): boolean {
  const p = made.predicate as { organisation?: { id?: unknown }; control?: unknown; reason?: unknown; by?: { id?: unknown } };
  return (
    /\/predicate\/finding-dispute\/v\d+$/.test(made.predicateType) &&
    p.organisation?.id === shown.supporter &&
    p.control === shown.control &&
    p.reason === shown.reason &&
    p.by?.id === shown.by
  );
}
