// RFC 6962 trees over SHA-256 (RFC 9162, section 2.1): hashes of leaves and nodes, and what inclusion and consistency proofs show.
// Sizes are exact numbers below 2⁵³; halving them is done by division, since bit operators know 32 bits only.
import { concat, equal, VerifyError } from './bytes';
import { sha256 } from './digest';

export type Hash = Uint8Array;
const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export const leafHash = (entry: Uint8Array): Promise<Hash> => sha256(concat(leafPrefix, entry));
export const nodeHash = (left: Hash, right: Hash): Promise<Hash> => sha256(concat(nodePrefix, left, right));
export const emptyRoot = (): Promise<Hash> => sha256(new Uint8Array());

const half = (n: number) => Math.floor(n / 2);
const odd = (n: number) => n % 2 === 1;
// The largest power of two below n (n ≥ 2).
export function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// RFC 9162, section 2.1.3.2. Throws unless the leaf at `index` leads to `root` in a tree of `size` leaves.
export async function checkInclusion(index: number, size: number, leaf: Hash, path: Hash[], root: Hash): Promise<void> {
  if (index >= size) throw new VerifyError('outside', { index, size });
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const other of path) {
    if (sn === 0) throw new VerifyError('path-length', { n: path.length });
    if (odd(fn) || fn === sn) {
      hash = await nodeHash(other, hash);
      while (!odd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      hash = await nodeHash(hash, other);
    }
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0) throw new VerifyError('path-length', { n: path.length });
  if (!equal(hash, root)) throw new VerifyError('inclusion', { index });
}

// RFC 9162, section 2.1.4.2. Throws unless the tree of `first` leaves with `firstRoot` is the beginning of the one of `second`.
export async function checkConsistency(first: number, second: number, proof: Hash[], firstRoot: Hash, secondRoot: Hash): Promise<void> {
  if (first > second) throw new VerifyError('shrunk', { before: first, now: second });
  if (first === second || first === 0) {
    if (proof.length > 0) throw new VerifyError('path-length', { n: proof.length });
    if (!equal(first === 0 ? await emptyRoot() : secondRoot, firstRoot)) throw new VerifyError('fork', { size: first });
    return;
  }
  let fn = first - 1;
  let sn = second - 1;
  while (odd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  const path = [...proof];
  // A tree whose size is a power of two is a node of the later one: the proof leaves it out.
  const start = Number.isInteger(Math.log2(first)) ? firstRoot : path.shift();
  if (!start) throw new VerifyError('path-length', { n: proof.length });
  let one = start;
  let two = start;
  for (const other of path) {
    if (sn === 0) throw new VerifyError('path-length', { n: proof.length });
    if (odd(fn) || fn === sn) {
      one = await nodeHash(other, one);
      two = await nodeHash(other, two);
      while (!odd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      two = await nodeHash(two, other);
    }
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0) throw new VerifyError('path-length', { n: proof.length });
  if (!equal(one, firstRoot) || !equal(two, secondRoot)) throw new VerifyError('fork', { size: first });
}
