// Verifies a whole ledger, as far as a browser can: the checkpoint's signature, that the tree has the root it states, that nothing this
// browser saw before was changed, and the witnesses' cosignatures.
import { equal, hex, VerifyError } from './bytes';
import { parseKey } from './keys';
import { checkConsistency, type Hash } from './merkle';
import { cosignedAt, openCheckpoint, type Checkpoint, type Note } from './note';
import { Course, type Step, type Verdict } from './steps';
import { Tree, type Fetch } from './tiles';

export interface Remembered {
  vkey: string;
  note: string;
  // When this browser saw it.
  seen: string;
}
export interface LedgerQuestion {
  fetch: Fetch;
  vkey: string;
  remembered?: Remembered | undefined;
  witnesses: { name: string; vkey: string }[];
  // How many of them the ledger's rules ask for.
  needed: number;
  // Hash every entry too, not only the hashes of entries.
  entries?: boolean;
  onStep?: (step: Step, all: Step[]) => void;
  progress?: (leaves: number, size: number) => void;
}
export interface LedgerAnswer {
  verdict: Verdict;
  steps: Step[];
  // What may be remembered: set only where all held.
  note?: string;
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

async function witnessSteps(course: Course, question: LedgerQuestion, note: Note): Promise<void> {
  const cosigned = new Set<string>();
  for (const { name, vkey } of question.witnesses.slice(0, 100)) {
    const [keyName, id] = vkey.split('+');
    if (!note.signatures.some((s) => s.name === keyName && s.id === id)) {
      course.note('witness-absent', { name });
      continue;
    }
    await course.attempt(
      'witness',
      async () => {
        const key = await parseKey(vkey);
        const at = await cosignedAt(note, key);
        // One key counts once, under whatever names it is listed.
        cosigned.add(hex(key.bytes));
        return { result: true, values: { time: new Date((at ?? 0) * 1000).toISOString() } };
      },
      { name },
    );
  }
  if (question.witnesses.length === 0) course.note('no-witnesses');
  else if (cosigned.size < question.needed)
    course.add({ what: 'witnesses-few', state: 'unknown', values: { n: cosigned.size, needed: question.needed } });
}

export async function verifyLedger(question: LedgerQuestion): Promise<LedgerAnswer> {
  const course = new Course(question.onStep);
  let text: string | undefined;
  const verdict = await course.run(async () => {
    const opened = await openLedger(course, question.fetch, question.vkey);
    text = opened.text;
    await rootStep(course, question, opened.tree, opened.checkpoint.root);
    if (question.remembered) await rememberedStep(course, question.remembered, question.vkey, opened.tree, opened.checkpoint);
    else course.note('first-visit');
    await witnessSteps(course, question, opened.note);
  });
  return { verdict, steps: course.steps, ...(verdict !== 'bad' && text !== undefined && course.steps.some((s) => s.what.startsWith('root-') && s.state === 'good') ? { note: text } : {}) };
}
