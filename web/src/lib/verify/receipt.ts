// C2SP tlog-proof@v1: a receipt that holds on its own. `entente verify FILE.tlog-proof --entry FILE --log VKEY` reads what is written here.
import { base64, decimal, fromBase64, VerifyError } from './bytes';
import { checkInclusion, leafHash, type Hash } from './merkle';
import type { VerifierKey } from './keys';
import { openCheckpoint } from './note';

export interface Receipt {
  index: number;
  path: Hash[];
  // The signed checkpoint.
  note: string;
}
const firstLine = 'c2sp.org/tlog-proof@v1';
const mostPath = 63;

export const writeReceipt = (receipt: Receipt): string =>
  `${firstLine}\nindex ${receipt.index}\n${receipt.path.map((hash) => `${base64(hash)}\n`).join('')}\n${receipt.note}`;

export function parseReceipt(written: string): Receipt {
  if (written.length > 1_100_000) throw new VerifyError('receipt-form');
  const end = written.indexOf('\n\n');
  const lines = written.slice(0, Math.max(end, 0)).split('\n');
  if (lines.shift() !== firstLine) throw new VerifyError('receipt-form');
  if (lines[0]?.startsWith('extra ')) fromBase64(lines.shift()!.slice(6)); // authenticated by nothing
  const index = /^index (\d+)$/.exec(lines.shift() ?? '');
  if (!index || lines.length > mostPath) throw new VerifyError('receipt-form');
  const path = lines.map((line) => {
    const hash = fromBase64(line);
    if (hash.length !== 32) throw new VerifyError('receipt-form');
    return hash;
  });
  return { index: decimal(index[1]!, 'index'), path, note: written.slice(end + 2) };
}

export async function checkReceipt(receipt: Receipt, entry: Uint8Array, key: VerifierKey): Promise<void> {
  const { checkpoint } = await openCheckpoint(receipt.note, key);
  await checkInclusion(receipt.index, checkpoint.size, await leafHash(entry), receipt.path, checkpoint.root);
}
