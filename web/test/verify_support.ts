// What the tests of the verifier share.
import { readFileSync } from 'node:fs';
import { ApiError } from '../src/lib/api';
import { fromBase64 } from '../src/lib/verify/bytes';
import type { Fetch } from '../src/lib/verify/tiles';

export type Files = Record<string, Uint8Array>;
interface Log {
  vkey: string;
  files: Record<string, string>;
}
interface Fixture {
  log: Log & { witness: string; stranger: string; before: string; receipts: Record<string, string> };
  registry: Log & { statements: { leaf: number; kind: string; envelope: string; statement: unknown }[] };
}
export const fixture = JSON.parse(readFileSync(new URL('fixtures/ledger.json', import.meta.url), 'utf8')) as Fixture;

// A copy, to be spoilt.
export const filesOf = (log: Log): Files => Object.fromEntries(Object.entries(log.files).map(([path, bytes]) => [path, fromBase64(bytes)]));

// A log that is served from these files.
export const from =
  (files: Files): Fetch =>
  async (path) => {
    const found = files[path];
    if (!found) throw new ApiError(404, path);
    return found;
  };

export function flipped(bytes: Uint8Array, at = 5): Uint8Array {
  const out = bytes.slice();
  out[at] = out[at]! ^ 1;
  return out;
}
