// C2SP tlog-tiles: a tree's hashes and entries as files of 256. Nothing a tile says is believed: what is computed from tiles (a path, a root)
// is compared with a root that was signed, and a changed tile gives another one.
import { concat, equal, VerifyError } from './bytes';
import { emptyRoot, leafHash, nodeHash, split, type Hash } from './merkle';

export const tileWidth = 256;

// 1234067 → "x001/x234/067".
export function indexPath(n: number): string {
  const groups = [];
  let rest = n;
  do {
    groups.unshift(String(rest % 1000).padStart(3, '0'));
    rest = Math.floor(rest / 1000);
  } while (rest > 0);
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

// "tile/0/x001/067.p/3"; `width` 256: a full tile.
export const tilePath = (level: number | 'entries', n: number, width: number): string =>
  `tile/${level}/${indexPath(n)}${width < tileWidth ? `.p/${width}` : ''}`;

// How many hashes (entries) of `level` a tree of `size` has in tile n.
export function widthOf(level: number, n: number, size: number): number {
  return Math.max(0, Math.min(tileWidth, Math.floor(size / tileWidth ** level) - n * tileWidth));
}

// Entry bundle: two bytes of length before each entry.
export function parseBundle(bytes: Uint8Array, count: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  let at = 0;
  while (out.length < count) {
    if (at + 2 > bytes.length) throw new VerifyError('bundle', { n: out.length });
    const length = bytes[at]! * 256 + bytes[at + 1]!;
    at += 2;
    if (at + length > bytes.length) throw new VerifyError('bundle', { n: out.length });
    out.push(bytes.subarray(at, at + length));
    at += length;
  }
  if (at !== bytes.length) throw new VerifyError('bundle', { n: out.length });
  return out;
}
const mostBundleBytes = tileWidth * 65_537;

// Reads a file below the log's address; throws what the caller's network throws.
export type Fetch = (path: string) => Promise<Uint8Array>;

// The tree of a checkpoint of `size` entries, read from tiles as they are needed.
export class Tree {
  readonly #kept = new Map<string, Promise<Uint8Array>>();
  constructor(
    readonly fetch: Fetch,
    readonly size: number,
  ) {}

  #file(path: string): Promise<Uint8Array> {
    let found = this.#kept.get(path);
    if (!found) this.#kept.set(path, (found = this.fetch(path)));
    return found;
  }
  // A partial tile may be gone once the log has grown past it: the full one begins with it.
  async #tile(level: number | 'entries', n: number, width: number): Promise<{ bytes: Uint8Array; full: boolean }> {
    if (width === tileWidth) return { bytes: await this.#file(tilePath(level, n, width)), full: true };
    try {
      return { bytes: await this.#file(tilePath(level, n, width)), full: false };
    } catch (error) {
      try {
        return { bytes: await this.#file(tilePath(level, n, tileWidth)), full: true };
      } catch {
        throw error;
      }
    }
  }

  async #hashes(level: number, n: number): Promise<Uint8Array> {
    const width = widthOf(level, n, this.size);
    const { bytes, full } = await this.#tile(level, n, width);
    if (bytes.length !== 32 * (full ? tileWidth : width)) throw new VerifyError('tile', { path: tilePath(level, n, width) });
    return bytes.subarray(0, 32 * width);
  }

  // The entries of bundle n that the tree has.
  async #bundle(n: number): Promise<Uint8Array[]> {
    const width = widthOf(0, n, this.size);
    const { bytes, full } = await this.#tile('entries', n, width);
    if (bytes.length > mostBundleBytes) throw new VerifyError('tile', { path: tilePath('entries', n, width) });
    return parseBundle(bytes, full ? tileWidth : width).slice(0, width);
  }

  async entry(index: number): Promise<Uint8Array> {
    if (index >= this.size) throw new VerifyError('outside', { index, size: this.size });
    return (await this.#bundle(Math.floor(index / tileWidth)))[index % tileWidth]!;
  }

  // That every entry of bundle n gives the hash at its place; how many there are.
  async checkBundle(n: number): Promise<number> {
    const hashes = await this.#hashes(0, n);
    const entries = await this.#bundle(n);
    const computed = await Promise.all(entries.map(leafHash));
    computed.forEach((hash, i) => {
      if (!equal(hash, hashes.subarray(32 * i, 32 * i + 32))) throw new VerifyError('leaf', { index: n * tileWidth + i });
    });
    return entries.length;
  }

  async leaf(index: number): Promise<Hash> {
    const at = index % tileWidth;
    return (await this.#hashes(0, Math.floor(index / tileWidth))).subarray(32 * at, 32 * at + 32);
  }

  // The hash of the complete subtree of 2^height leaves with that number.
  async #node(height: number, number: number): Promise<Hash> {
    const level = Math.floor(height / 8);
    const across = 2 ** (height % 8);
    const first = number * across;
    const n = Math.floor(first / tileWidth);
    const hashes = await this.#hashes(level, n);
    const at = first - n * tileWidth;
    return fold(hashes.subarray(32 * at, 32 * (at + across)));
  }

  // The hash over leaves [from, to), which is a node of the tree or its right edge.
  async range(from: number, to: number): Promise<Hash> {
    const n = to - from;
    const height = Math.round(Math.log2(n));
    if (2 ** height === n) return this.#node(height, from / n);
    const k = split(n);
    return nodeHash(await this.range(from, from + k), await this.range(from + k, to));
  }

  // From the hashes at the right edge of all levels.
  root(): Promise<Hash> {
    return this.size === 0 ? emptyRoot() : this.range(0, this.size);
  }

  // From all leaf hashes; with `entries`, these from the entries themselves. `done` is told how many leaves are through.
  async rootOfAll(entries: boolean, done?: (leaves: number) => void): Promise<Hash> {
    if (this.size === 0) return emptyRoot();
    const tops: Hash[] = [];
    for (let n = 0; n * tileWidth < this.size; ++n) {
      const width = widthOf(0, n, this.size);
      const hashes = await this.#hashes(0, n);
      if (entries) await this.checkBundle(n);
      tops.push(await fold(hashes));
      done?.(n * tileWidth + width);
    }
    return fold(concat(...tops));
  }

  // RFC 6962, section 2.1.1.
  async inclusionPath(index: number): Promise<Hash[]> {
    if (index >= this.size) throw new VerifyError('outside', { index, size: this.size });
    const path: Hash[] = [];
    let from = 0;
    let to = this.size;
    while (to - from > 1) {
      const middle = from + split(to - from);
      if (index < middle) {
        path.unshift(await this.range(middle, to));
        to = middle;
      } else {
        path.unshift(await this.range(from, middle));
        from = middle;
      }
    }
    return path;
  }

  // RFC 6962, section 2.1.2: that the first `first` leaves are the beginning of this tree.
  async consistencyProof(first: number): Promise<Hash[]> {
    if (first > this.size) throw new VerifyError('shrunk', { before: first, now: this.size });
    const proof: Hash[] = [];
    if (first === 0 || first === this.size) return proof;
    let from = 0;
    let to = this.size;
    // Whether the part at hand begins the tree: its old root is then known to whoever asks.
    let whole = true;
    while (to !== first) {
      const middle = from + split(to - from);
      if (first <= middle) {
        proof.unshift(await this.range(middle, to));
        to = middle;
      } else {
        proof.unshift(await this.range(from, middle));
        from = middle;
        whole = false;
      }
    }
    if (!whole) proof.unshift(await this.range(from, to));
    return proof;
  }
}

// The root over a row of hashes, 32 bytes each, at least one.
export async function fold(hashes: Uint8Array): Promise<Hash> {
  const n = hashes.length / 32;
  if (n === 1) return hashes.slice();
  // Level by level; an odd one out goes up unchanged, which gives the same root as splitting at the largest power of two.
  let row: Hash[] = [];
  for (let i = 0; i < n; ++i) row.push(hashes.subarray(32 * i, 32 * i + 32));
  while (row.length > 1) {
    const pairs: Promise<Hash>[] = [];
    for (let i = 0; i + 1 < row.length; i += 2) pairs.push(nodeHash(row[i]!, row[i + 1]!));
    const last = row.length % 2 === 1 ? row[row.length - 1]! : undefined;
    row = await Promise.all(pairs);
    if (last) row.push(last);
  }
  return row[0]!;
}
