// The page of an entry against an API that lies: whatever it says beside the statement is either not shown as verified, or turns the check red.
import { describe, expect, it } from 'vitest';
import type { Api } from '../src/lib/api';
import { factsOf, loadEntry, shownBy } from '../src/lib/entry_view';
import type { Request } from '../src/lib/site';
import { base64 } from '../src/lib/verify/bytes';
import { kindOf, type Statement } from '../src/lib/verify/envelope';
import { verifyEntry, type Shown } from '../src/lib/verify/entry';
import { parseBundle } from '../src/lib/verify/tiles';
import { fixture, filesOf, from } from './verify_support';

type Json = Record<string, any>;
const { registry, log } = fixture;

async function page(leaf: number, forge: (answer: Json) => void = () => {}) {
  const answer = structuredClone(registry.statements[leaf]) as Json;
  forge(answer);
  const answers: Json = { [`/statements/${leaf}`]: answer, '/ledger': { size: 4, vkey: registry.vkey }, '/supporters/alpha': { name: 'Alpha in its record' } };
  const api = { get: async (path: string) => answers[path] ?? Promise.reject(new Error(path)) } as unknown as Api;
  return loadEntry({ site: { api }, params: { leaf: String(leaf) } } as unknown as Request);
}
async function check(leaf: number, forge?: (answer: Json) => void) {
  const data = await page(leaf, forge);
  const answer = await verifyEntry({
    fetch: from(filesOf(registry)), vkey: registry.vkey, index: data.leaf, envelope: data.envelope, shown: shownBy(data),
    keyLeaves: async function* () { yield* [1, 0]; },
  });
  return { verdict: answer.verdict, signed: answer.signed, bad: answer.steps.filter((s) => s.state === 'bad').map((s) => s.error?.code), data };
}

describe('the page of an entry', () => {
  it('is good as the registry answers', async () => {
    expect(await check(1)).toMatchObject({ verdict: 'good', signed: 1 });
    expect(await check(2)).toMatchObject({ verdict: 'good', signed: 2 });
  });
  it('is red where the statement is kept back, whatever text stands in its place', async () => {
    const hide = (bytes?: string) => (answer: Json) => {
      delete answer.statement;
      answer.kind = null;
      if (bytes !== undefined) answer.bytes = bytes;
    };
    expect(await check(1, hide('The secretariat has removed Alpha from the register.'))).toMatchObject({ verdict: 'bad', signed: 0, bad: ['other-bytes'] });
    expect(await check(1, hide())).toMatchObject({ verdict: 'bad', bad: ['statement-hidden'] });
    const entry = parseBundle(filesOf(registry)['tile/entries/000.p/4']!, 4)[1]!;
    expect(await check(1, hide(base64(entry)))).toMatchObject({ verdict: 'bad', bad: ['statement-hidden'] });
    expect(await check(1, (answer) => (answer.statement = { text: 'no statement' }))).toMatchObject({ verdict: 'bad', bad: ['statement-hidden'] });
    expect(await check(1, (answer) => (answer.bytes = 'more'))).toMatchObject({ verdict: 'bad', bad: ['other-bytes'] });
  });
  it('takes kind, time and organisation from the statement, not from what stands beside it', async () => {
    const forge = (answer: Json) => Object.assign(answer, { leaf: 3, kind: 'withdrawal', at: '2020-01-01T00:00:00Z', supporter: 'forged' });
    const { verdict, data } = await check(1, forge);
    expect(verdict).toBe('good');
    expect(data.leaf).toBe(1);
    expect(factsOf(data.statement)).toEqual({ kind: 'pledge', at: '2026-11-28T11:05:05Z', organisation: 'alpha', name: 'Alpha “Société”' });
    // A record's name is the registry's word, and stays apart.
    const approval = await page(2);
    expect(factsOf(approval.statement)).toEqual({ kind: 'approval', at: '2026-11-28T11:05:05Z', organisation: 'alpha' });
    expect(approval.reading).toEqual({ disposition: 'applied', supporter: 'alpha', name: 'Alpha in its record' });
  });
  it('asks for no record of a name that is none', async () => {
    expect((await page(2, (answer) => (answer.supporter = '../rules'))).reading).toEqual({ disposition: 'applied' });
  });
  it('is red where it names other signers', async () => {
    for (const signers of [['forged-signer+00000000'], ['registry.example/officer-1+1b5b78e8'], ['registry.example/officer-1+1b5b78e8', 'registry.example/officer-2+b1a347ee', 'x+00000000']])
      expect(await check(2, (answer) => (answer.signers = signers)), signers.join()).toMatchObject({ verdict: 'bad', bad: ['other-signers'] });
    expect((await check(2, (answer) => (answer.signers = answer.signers.reverse()))).verdict).toBe('good');
  });
  it('is red where the statement it shows is another one', async () => {
    for (const change of [
      (s: Json) => (s.predicateType = s.predicateType.replace('pledge', 'withdrawal')),
      (s: Json) => (s.predicate.at = '2020-01-01T00:00:00Z'),
      (s: Json) => (s.predicate.organisation.id = 'beta'),
      (s: Json) => (s.predicate.more = 1),
    ])
      expect(await check(1, (answer) => change(answer.statement))).toMatchObject({ verdict: 'bad', bad: ['other-statement'] });
  });
  it('that is no statement says no signature was checked', async () => {
    const bytes = (entry: Uint8Array) => base64(entry) === base64(new TextEncoder().encode('entry 7'));
    const { createHash } = await import('node:crypto');
    const digest = createHash('sha256').update('entry 7').digest('hex');
    const asked = (shown: Shown) => verifyEntry({ fetch: from(filesOf(log)), vkey: log.vkey, index: 7, envelope: digest, shown, keyLeaves: async function* () {} });
    const answer = await asked({ signers: [], bytes });
    expect(answer).toMatchObject({ verdict: 'good', signed: 0 });
    expect(answer.steps.at(-1)).toMatchObject({ what: 'no-statement', state: 'note' });
    expect((await asked({ signers: ['somebody+00000000'], bytes })).verdict).toBe('bad');
    expect((await asked({ signers: [], bytes: () => false })).verdict).toBe('bad');
    expect((await asked({ signers: [], statement: () => true })).verdict).toBe('bad');
  });
});

it('only our own predicate types have a kind', () => {
  const kind = (predicateType: string) => kindOf({ predicateType } as Statement);
  expect(kind('https://entente.example/predicate/pledge/v1')).toBe('pledge');
  expect(kind('https://evil.example/predicate/registry-rules/v1')).toBe('');
  expect(kind('https://evil.example/https://entente.example/predicate/pledge/v1')).toBe('');
});
