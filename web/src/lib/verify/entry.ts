// Verifies one entry: that the bytes are in the ledger the checkpoint states, and that those who are said to have signed them did.
import { equal, hex, VerifyError } from './bytes';
import { sha256 } from './digest';
import { verifyEd25519 } from './ed25519';
import { kindOf, parseEnvelope, preAuthentication, statementOf, type Envelope, type Statement } from './envelope';
import { introducedKeys, type IntroducedKey } from './introduced';
import { keyId } from './keys';
import { openLedger, rememberedStep, type Remembered } from './ledger';
import { checkInclusion, leafHash, type Hash } from './merkle';
import { writeReceipt } from './receipt';
import { Course, type Step, type Verdict } from './steps';
import { tileWidth, type Fetch, type Tree } from './tiles';

// What a page shows of an entry. All of it is held against the bytes in the ledger.
export interface Shown {
  // Whose signatures it speaks of, as keyids.
  signers: string[];
  // Whether a statement is the one shown. Absent: the page shows none, and there must be none.
  statement?: (statement: Statement) => boolean;
  // Whether an entry is the one whose bytes are shown. Absent: the page shows none.
  bytes?: (entry: Uint8Array) => boolean;
}
export interface EntryQuestion {
  fetch: Fetch;
  vkey: string;
  index: number;
  // The SHA-256 the page shows.
  envelope: string;
  shown: Shown;
  // Leaves that may have brought the signers' keys, best first. What they say is proven, not believed.
  keyLeaves: (statement: Statement) => AsyncIterable<number>;
  // The checkpoint this browser verified last, if there is one.
  remembered?: Remembered | undefined;
  onStep?: (step: Step, all: Step[]) => void;
}
export interface EntryAnswer {
  verdict: Verdict;
  steps: Step[];
  // Set once the entry is shown to be in the ledger.
  entry?: Uint8Array;
  receipt?: string;
  // How many signatures on the statement were verified.
  signed: number;
}

interface Place {
  tree: Tree;
  root: Hash;
}

// The entry, shown to be in the tree.
async function included(place: Place, index: number): Promise<{ entry: Uint8Array; path: Hash[] }> {
  const entry = await place.tree.entry(index);
  const path = await place.tree.inclusionPath(index);
  await checkInclusion(index, place.tree.size, await leafHash(entry), path, place.root);
  return { entry, path };
}

// The key behind each keyid, from the entry itself or an earlier one that is in the same tree.
async function findKeys(place: Place, question: EntryQuestion, statement: Statement, keyids: string[]): Promise<Map<string, IntroducedKey>> {
  const found = new Map<string, IntroducedKey>();
  const wanted = new Set(keyids);
  const take = (keys: IntroducedKey[]) => {
    for (const key of keys) if (wanted.has(keyId(key.key)) && !found.has(keyId(key.key))) found.set(keyId(key.key), key);
  };
  take(await introducedKeys(statement, question.index));
  if (found.size === wanted.size) return found;
  const seen = new Set([question.index]);
  for await (const leaf of question.keyLeaves(statement)) {
    if (found.size === wanted.size || seen.size > 200) break;
    if (seen.has(leaf) || !Number.isInteger(leaf) || leaf < 0 || leaf >= question.index) continue;
    seen.add(leaf);
    const { entry } = await included(place, leaf);
    take(await introducedKeys(statementOf(parseEnvelope(entry)), leaf));
  }
  return found;
}

async function signatureSteps(course: Course, place: Place, question: EntryQuestion, envelope: Envelope, statement: Statement): Promise<number> {
  let signed = 0;
  const keyids = envelope.signatures.map((s) => s.keyid);
  let keys = new Map<string, IntroducedKey>();
  try {
    keys = await findKeys(place, question, statement, keyids);
  } catch (error) {
    await course.attempt('signer-keys', () => Promise.reject(error));
  }
  const message = preAuthentication(envelope);
  for (const { keyid, sig } of envelope.signatures.slice(0, 64)) {
    const known = keys.get(keyid);
    const signer = keyid.slice(0, 200);
    if (!known) {
      course.add({ what: 'signer-unknown', state: 'unknown', values: { signer } });
      continue;
    }
    const own = known.leaf === question.index;
    const done = await course.attempt(
      own ? 'signer-own' : 'signer',
      async () => {
        if (!(await verifyEd25519(known.key.bytes, message, sig))) throw new VerifyError('signature', { key: signer });
        return { result: true, values: { leaf: known.leaf, holder: known.holder, role: known.role } };
      },
      { signer },
    );
    if (done) ++signed;
  }
  return signed;
}

// The entry as a statement; nothing where it is none. A page that shows a statement is told why it is none.
function readStatement(entry: Uint8Array, asked: boolean): { envelope: Envelope; statement: Statement } | undefined {
  try {
    const envelope = parseEnvelope(entry);
    return { envelope, statement: statementOf(envelope) };
  } catch (error) {
    if (asked || !(error instanceof VerifyError)) throw error;
    return undefined;
  }
}

// That the page shows what the entry says, and no more: the statement, or that there is none. The entry is read in any case.
async function shownStep(course: Course, entry: Uint8Array, shown: Shown): Promise<{ envelope: Envelope; statement: Statement } | undefined> {
  type Read = { said: ReturnType<typeof readStatement> };
  const read = await course.step<Read>('statement', async () => {
    const result = readStatement(entry, shown.statement !== undefined);
    if (shown.bytes && !shown.bytes(entry)) throw new VerifyError('other-bytes');
    if (!result) {
      if (shown.signers.length > 0) throw new VerifyError('other-signers');
      return { result: { said: undefined }, values: { kind: '', n: 0 } };
    }
    if (!shown.statement) throw new VerifyError('statement-hidden');
    if (!shown.statement(result.statement)) throw new VerifyError('other-statement');
    const made = new Set(result.envelope.signatures.map((s) => s.keyid));
    // An entry without effect may be shown without its signers; one who did not sign is never shown.
    if (shown.signers.length > 0 && !(shown.signers.every((s) => made.has(s)) && made.size === new Set(shown.signers).size)) throw new VerifyError('other-signers');
    return { result: { said: result }, values: { kind: kindOf(result.statement), n: result.envelope.signatures.length } };
  });
  if (!read.said) course.note('no-statement');
  return read.said;
}

export async function verifyEntry(question: EntryQuestion): Promise<EntryAnswer> {
  const course = new Course(question.onStep);
  const answer: { entry?: Uint8Array; receipt?: string; signed: number } = { signed: 0 };
  const index = question.index;
  const verdict = await course.run(async () => {
    const { text, checkpoint, tree } = await openLedger(course, question.fetch, question.vkey);
    const entry = await course.step('entry', async () => {
      const result = await tree.entry(index);
      const digest = hex(await sha256(result));
      if (digest !== question.envelope) throw new VerifyError('other-entry', { index });
      return { result, values: { index, bytes: result.length }, detail: digest };
    });
    await course.step('leaf', async () => {
      const leaf = await leafHash(entry);
      if (!equal(leaf, await tree.leaf(index))) throw new VerifyError('leaf', { index });
      // Its neighbours came in the same file: a file that was changed anywhere is not to be relied on.
      const n = await tree.checkBundle(Math.floor(index / tileWidth));
      return { result: leaf, values: { n }, detail: hex(leaf) };
    });
    await course.step('inclusion', async () => {
      const { path } = await included({ tree, root: checkpoint.root }, index);
      answer.entry = entry;
      answer.receipt = writeReceipt({ index, path, note: text });
      return { result: true, values: { n: path.length, size: checkpoint.size }, detail: hex(checkpoint.root) };
    });
    if (question.remembered) await rememberedStep(course, question.remembered, question.vkey, tree, checkpoint);
    const said = await shownStep(course, entry, question.shown);
    if (said) answer.signed = await signatureSteps(course, { tree, root: checkpoint.root }, question, said.envelope, said.statement);
  });
  return { verdict, steps: course.steps, ...answer };
}
