// The rules of a registry, from its ledger: who witnesses it, and how many of them a checkpoint needs. A page is told where the rules in
// force stand; that is a hint. What is shown: each set of rules down to the founding one is in the tree, names the one before by its
// digest, and is signed by as many persons of that one's secretariat as it asks for. (Keys revoked in between are not followed here;
// `entente registry rebuild` does.)
import { hex, VerifyError } from './bytes';
import { sha256 } from './digest';
import { verifyEd25519 } from './ed25519';
import { kindOf, parseEnvelope, preAuthentication, statementOf, type Envelope } from './envelope';
import { keyId, parseKey, type VerifierKey } from './keys';
import { checkInclusion, leafHash, type Hash } from './merkle';
import type { Tree } from './tiles';

export interface RosterKey {
  role: string;
  person: string;
  key: VerifierKey;
}
export interface Rules {
  leaf: number;
  // SHA-256 of the envelope.
  digest: string;
  previous: string | undefined;
  log: string;
  // Persons a later set of rules takes.
  quorum: number;
  roster: RosterKey[];
  witnesses: RosterKey[];
  // Different persons among the witnesses: as stated, else more than half.
  needed: number;
  envelope: Envelope;
}
// Where rules may be found: the latest (`before` absent), or those below a leaf, best first.
export type RulesLeaves = (before?: number) => AsyncIterable<number>;

const mostRules = 200;
const count = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0);
const persons = (keys: RosterKey[]): number => new Set(keys.map((k) => k.person)).size;

// Undefined: the entry is no rules.
export async function readRules(entry: Uint8Array, leaf: number): Promise<Rules | undefined> {
  let envelope: Envelope;
  let predicate: { log?: unknown; previous?: { sha256?: unknown }; quorum?: { rules?: unknown; witnesses?: unknown }; roster?: unknown };
  try {
    envelope = parseEnvelope(entry);
    const statement = statementOf(envelope);
    if (kindOf(statement) !== 'registry-rules') return undefined;
    predicate = statement.predicate;
  } catch (error) {
    if (error instanceof VerifyError) return undefined;
    throw error;
  }
  if (typeof predicate.log !== 'string' || !Array.isArray(predicate.roster) || predicate.roster.length > 10_000) return undefined;
  const roster: RosterKey[] = [];
  for (const row of predicate.roster as { role?: unknown; person?: unknown; key?: unknown }[]) {
    if (typeof row?.role !== 'string' || typeof row.person !== 'string' || typeof row.key !== 'string') return undefined;
    roster.push({ role: row.role, person: row.person, key: await parseKey(row.key) });
  }
  const witnesses = roster.filter((k) => k.role === 'witness');
  const previous = predicate.previous?.sha256;
  return {
    leaf,
    digest: hex(await sha256(entry)),
    previous: typeof previous === 'string' ? previous : undefined,
    log: predicate.log,
    quorum: Math.max(1, count(predicate.quorum?.rules)),
    roster,
    witnesses,
    needed: witnesses.length === 0 ? 0 : count(predicate.quorum?.witnesses) || Math.floor(persons(witnesses) / 2) + 1,
    envelope,
  };
}

// Whether enough persons of that secretariat signed these rules.
async function signedBy(rules: Rules, secretariat: Rules): Promise<boolean> {
  const message = preAuthentication(rules.envelope);
  const signed = new Set<string>();
  for (const { keyid, sig } of rules.envelope.signatures)
    for (const { role, person, key } of secretariat.roster)
      if (role === 'secretariat' && key.type === 'ed25519' && keyId(key) === keyid && (await verifyEd25519(key.bytes, message, sig))) signed.add(person);
  return signed.size >= secretariat.quorum;
}

async function rulesAt(tree: Tree, root: Hash, leaf: number): Promise<Rules | undefined> {
  if (!Number.isInteger(leaf) || leaf < 0 || leaf >= tree.size) return undefined;
  const entry = await tree.entry(leaf);
  await checkInclusion(leaf, tree.size, await leafHash(entry), await tree.inclusionPath(leaf), root);
  return readRules(entry, leaf);
}

async function first(leaves: AsyncIterable<number>, look: (leaf: number) => Promise<Rules | undefined>): Promise<Rules | undefined> {
  let n = 0;
  for await (const leaf of leaves) {
    if (++n > mostRules) return undefined;
    const found = await look(leaf);
    if (found) return found;
  }
  return undefined;
}

// Nothing: no hint led to any. Throws where what it led to does not hold.
export async function provenRules(tree: Tree, root: Hash, origin: string, leaves: RulesLeaves): Promise<Rules | undefined> {
  const latest = await first(leaves(), (leaf) => rulesAt(tree, root, leaf));
  if (!latest) return undefined;
  let rules = latest;
  for (let n = 0; rules.previous !== undefined; ++n) {
    const { leaf, previous } = rules;
    const before: Rules | undefined = await first(leaves(leaf), async (at) => {
      const found = at < leaf ? await rulesAt(tree, root, at) : undefined;
      return found?.digest === previous ? found : undefined;
    });
    if (!before || n > mostRules) throw new VerifyError('rules-chain', { leaf });
    if (rules.log !== before.log || !(await signedBy(rules, before))) throw new VerifyError('rules-unsigned', { leaf });
    rules = before;
  }
  if (rules.log !== origin) throw new VerifyError('rules-of', { origin: rules.log });
  if (!(await signedBy(rules, rules))) throw new VerifyError('rules-unsigned', { leaf: rules.leaf });
  // There is one founding statement. Before it nothing counts, so it stands at the beginning.
  for (let leaf = 0; leaf < rules.leaf; ++leaf) {
    if (leaf >= mostRules) throw new VerifyError('rules-chain', { leaf: rules.leaf });
    const other = await readRules(await tree.entry(leaf), leaf).catch(() => undefined);
    if (other && other.log === origin && other.previous === undefined && (await signedBy(other, other))) throw new VerifyError('rules-chain', { leaf: rules.leaf });
  }
  return latest;
}

// Rules that follow these in the ledger; each entry is looked at.
export async function laterRules(tree: Tree, rules: Rules): Promise<number | undefined> {
  for (let leaf = rules.leaf + 1; leaf < tree.size; ++leaf) {
    const other = await readRules(await tree.entry(leaf), leaf).catch(() => undefined);
    if (other?.previous === rules.digest && other.log === rules.log && (await signedBy(other, rules))) return leaf;
  }
  return undefined;
}
