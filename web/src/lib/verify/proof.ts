// Verifies a receipt somebody holds (tlog-proof@v1) with the bytes it is for, and that the ledger of today continues the checkpoint in it:
// whoever kept a receipt can show a ledger that was rewritten.
import { hex, VerifyError } from './bytes';
import { parseKey } from './keys';
import { openLedger } from './ledger';
import { checkConsistency, checkInclusion, leafHash } from './merkle';
import { openCheckpoint } from './note';
import { parseReceipt } from './receipt';
import { Course, type Step, type Verdict } from './steps';
import type { Fetch } from './tiles';

export const mostReceiptBytes = 1_100_000;
export const mostEntryBytes = 65_535;

export interface ProofQuestion {
  fetch: Fetch;
  vkey: string;
  receipt: string;
  entry: Uint8Array;
  onStep?: (step: Step, all: Step[]) => void;
}

export async function verifyProof(question: ProofQuestion): Promise<{ verdict: Verdict; steps: Step[]; index?: number }> {
  const course = new Course(question.onStep);
  let index: number | undefined;
  const verdict = await course.run(async () => {
    const { receipt, then } = await course.step('receipt', async () => {
      const key = await parseKey(question.vkey);
      const parsed = parseReceipt(question.receipt);
      const { checkpoint } = await openCheckpoint(parsed.note, key);
      return { result: { receipt: parsed, then: checkpoint }, values: { key: key.name, size: checkpoint.size }, detail: hex(checkpoint.root) };
    });
    await course.step('receipt-entry', async () => {
      if (question.entry.length > mostEntryBytes) throw new VerifyError('envelope-form');
      await checkInclusion(receipt.index, then.size, await leafHash(question.entry), receipt.path, then.root);
      index = receipt.index;
      return { result: true, values: { index: receipt.index, n: receipt.path.length } };
    });
    const { checkpoint: now, tree } = await openLedger(course, question.fetch, question.vkey);
    await course.step('since', async () => {
      const proof = then.size <= now.size ? await tree.consistencyProof(then.size) : [];
      await checkConsistency(then.size, now.size, proof, then.root, now.root);
      return { result: true, values: { before: then.size, n: now.size - then.size } };
    });
  });
  return { verdict, steps: course.steps, ...(index === undefined ? {} : { index }) };
}
