// Verifies a whole ledger, as far as a browser can: the checkpoint's signature, that the tree has the root it states, that nothing this
// browser saw before was changed, and the witnesses' cosignatures.
import { equal, hex, Undecided, VerifyError } from './bytes';
import { parseKey } from './keys';
import { checkConsistency, type Hash } from './merkle';
import { laterRules, provenRules, type Rules, type RulesLeaves } from './rules';
import { cosignedAt, openCheckpoint, type Checkpoint, type Note } from './note';
import { Course, type Step, type Verdict } from './steps';
import { Tree, type Fetch } from './tiles';

export interface Remembered {
  vkey: string;
  note: string;
  // When this browser saw it.
  seen: string;
  // The rules it had then: their entry, and the keys of the witnesses they named.
  rules?: { leaf: number; witnesses: string[] };
}
export interface LedgerQuestion {
  fetch: Fetch;
  vkey: string;
  remembered?: Remembered | undefined;
  // The witnesses the page shows, and how many of them it says are needed. Held against the rules in the ledger, not believed.
  witnesses: { vkey: string }[];
  needed: number;
  // Where these rules may stand.
  rulesLeaves: RulesLeaves;
  // Hash every entry too, not only the hashes of entries.
  entries?: boolean;
  onStep?: (step: Step, all: Step[]) => void;
  progress?: (leaves: number, size: number) => void;
}
export interface LedgerAnswer {
  verdict: Verdict;
  steps: Step[];
  // What may be remembered: set only where all held; the rules only where no witness is gone since the last visit.
  note?: string;
  rules?: { leaf: number; witnesses: string[] };
  // How many persons among the witnesses cosigned.
  cosigned: number;
}

// Above these many entries the root is computed from the right edge of the tree alone.
export const mostLeavesByDefault = 20_000;
export const mostEntriesHashed = 5_000;

export async function openLedger(course: Course, fetch: Fetch, vkey: string): Promise<{ text: string; note: Note; checkpoint: Checkpoint; tree: Tree }> {
  const key = await course.step('key', async () => {
    const result = await parseKey(vkey);
    if (result.type !== 'ed25519') throw new VerifyError('key-not-log', { key: result.name });
    return { result, values: { key: `${result.name}+${result.id}` } };
  });
  return course.step('checkpoint', async () => {
    const bytes = await fetch('checkpoint');
    const opened = await openCheckpoint(bytes, key);
    const { checkpoint } = opened;
    return {
      result: { ...opened, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), tree: new Tree(fetch, checkpoint.size) },
      values: { key: key.name, size: checkpoint.size },
      detail: hex(checkpoint.root),
    };
  });
}

async function rootStep(course: Course, question: LedgerQuestion, tree: Tree, root: Hash): Promise<void> {
  const size = tree.size;
  const same = (computed: Hash) => {
    if (!equal(computed, root)) throw new VerifyError('root', { computed: hex(computed), stated: hex(root) });
    return { result: true, values: { size }, detail: hex(computed) };
  };
  if (question.entries && size <= mostEntriesHashed)
    await course.step('root-entries', async () => same(await tree.rootOfAll(true, (n) => question.progress?.(n, size))), { size });
  else if (size <= mostLeavesByDefault)
    await course.step('root-leaves', async () => same(await tree.rootOfAll(false, (n) => question.progress?.(n, size))), { size });
  else await course.step('root-edge', async () => same(await tree.root()), { size });
}

// That the ledger continues what this browser saw before.
export async function rememberedStep(course: Course, before: Remembered, vkey: string, tree: Tree, now: Checkpoint): Promise<void> {
  const [name, id] = vkey.split('+');
  const [oldName, oldId] = before.vkey.split('+');
  await course.step('consistency', async () => {
    if (before.vkey.trim() !== vkey.trim()) throw new VerifyError('key-changed', { before: `${oldName}+${oldId}`, now: `${name}+${id}` });
    const { checkpoint } = await openCheckpoint(before.note, await parseKey(before.vkey));
    const proof = checkpoint.size <= now.size ? await tree.consistencyProof(checkpoint.size) : [];
    await checkConsistency(checkpoint.size, now.size, proof, checkpoint.root, now.root);
    return { result: true, values: { before: checkpoint.size, now: now.size, n: now.size - checkpoint.size, seen: before.seen } };
  });
}

// The rules in force, read out of the ledger; nothing where they could not be found.
async function rulesStep(course: Course, question: LedgerQuestion, tree: Tree, checkpoint: Checkpoint): Promise<Rules | undefined> {
  if (tree.size === 0) return undefined;
  const before = question.remembered?.rules;
  const all = question.entries === true && tree.size <= mostEntriesHashed;
  const done = await course.attempt(all ? 'rules-latest' : 'rules', async () => {
    const result = await provenRules(tree, checkpoint.root, checkpoint.origin, question.rulesLeaves);
    if (!result) throw new Undecided('rules-unknown');
    if (before && result.leaf < before.leaf) throw new VerifyError('rules-older', { before: before.leaf, leaf: result.leaf });
    if (all) {
      const later = await laterRules(tree, result);
      if (later !== undefined) throw new VerifyError('rules-later', { leaf: result.leaf, later });
    }
    // What the page shows must not be more than the rules say.
    const named = new Set(result.witnesses.map((w) => w.key.vkey));
    const stranger = question.witnesses.find((w) => !named.has(w.vkey));
    if (stranger) throw new VerifyError('other-witness', { key: stranger.vkey.slice(0, 200) });
    return { result, values: { leaf: result.leaf, n: result.witnesses.length, needed: result.needed } };
  });
  return done?.result;
}

// Witnesses this browser knows from before: rules may let one go, and should not do so unseen.
function goneStep(course: Course, before: string[], rules: Rules): boolean {
  const now = new Set(rules.witnesses.map((w) => w.key.vkey));
  const gone = before.filter((vkey) => !now.has(vkey));
  if (gone.length > 0)
    course.add({ what: 'witnesses-gone', state: 'unknown', values: { n: gone.length, leaf: rules.leaf }, detail: gone.join(' ').slice(0, 2000) });
  return gone.length > 0;
}

async function witnessSteps(course: Course, question: LedgerQuestion, rules: Rules, note: Note): Promise<number> {
  const cosigned = new Set<string>();
  for (const { person, key } of rules.witnesses.slice(0, 100)) {
    // The key's own name: a person's is what the rules' writers call them.
    const name = `${key.name}+${key.id}`;
    if (!note.signatures.some((s) => s.name === key.name && s.id === key.id)) {
      course.note('witness-absent', { name });
      continue;
    }
    const done = await course.attempt('witness', async () => {
      const at = await cosignedAt(note, key);
      return { result: true, values: { time: new Date((at ?? 0) * 1000).toISOString() } };
    }, { name });
    // A person counts once, whatever keys they have.
    if (done) cosigned.add(person);
  }
  if (rules.witnesses.length === 0) course.note('no-witnesses');
  else if (cosigned.size < rules.needed) course.add({ what: 'witnesses-few', state: 'unknown', values: { n: cosigned.size, needed: rules.needed } });
  const shown = new Set(question.witnesses.map((w) => w.vkey));
  const left = rules.witnesses.filter((w) => !shown.has(w.key.vkey));
  if (left.length > 0) course.add({ what: 'witnesses-hidden', state: 'unknown', values: { n: left.length, needed: rules.needed } });
  else if (question.needed !== rules.needed) course.add({ what: 'witnesses-needed', state: 'bad', values: { n: question.needed, needed: rules.needed } });
  return cosigned.size;
}

export async function verifyLedger(question: LedgerQuestion): Promise<LedgerAnswer> {
  const course = new Course(question.onStep);
  let text: string | undefined;
  let rules: LedgerAnswer['rules'];
  let cosigned = 0;
  const verdict = await course.run(async () => {
    const opened = await openLedger(course, question.fetch, question.vkey);
    text = opened.text;
    await rootStep(course, question, opened.tree, opened.checkpoint.root);
    if (question.remembered) await rememberedStep(course, question.remembered, question.vkey, opened.tree, opened.checkpoint);
    else course.note('first-visit');
    const found = await rulesStep(course, question, opened.tree, opened.checkpoint);
    if (!found) return;
    const gone = goneStep(course, question.remembered?.rules?.witnesses ?? [], found);
    if (!gone) rules = { leaf: found.leaf, witnesses: found.witnesses.map((w) => w.key.vkey) };
    cosigned = await witnessSteps(course, question, found, opened.note);
  });
  const sound = verdict !== 'bad' && course.steps.some((s) => s.what.startsWith('root-') && s.state === 'good');
  return { verdict, steps: course.steps, cosigned, ...(sound && text !== undefined ? { note: text, ...(rules ? { rules } : {}) } : {}) };
}
