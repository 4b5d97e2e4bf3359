// A page without TLS has no crypto.subtle: digests and signatures are then computed in JavaScript, with the same results.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fixture, filesOf, from, flipped } from './verify_support';

beforeAll(() => vi.stubGlobal('crypto', { getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto) }));
afterAll(() => vi.unstubAllGlobals());

it('verifies a ledger without crypto.subtle', async () => {
  const { verifyLedger } = await import('../src/lib/verify/ledger');
  expect(globalThis.crypto.subtle).toBeUndefined();
  const question = { vkey: fixture.log.vkey, witnesses: [], needed: 0, rulesLeaves: async function* () {}, entries: true };
  expect((await verifyLedger({ ...question, fetch: from(filesOf(fixture.log)) })).note).toBeDefined();
  const files = filesOf(fixture.log);
  files['tile/0/001'] = flipped(files['tile/0/001']!);
  expect((await verifyLedger({ ...question, fetch: from(files) })).verdict).toBe('bad');
});
