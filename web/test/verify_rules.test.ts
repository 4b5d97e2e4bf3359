// Witnesses are those the rules in the ledger name, however the registry answers: each lie of its API, and each forged set of rules, against
// the check of the ledger.
import { describe, expect, it } from 'vitest';
import { verifyLedger, type LedgerQuestion } from '../src/lib/verify/ledger';
import { rulesLeaves } from '../src/lib/verify/key_leaves';
import type { Api } from '../src/lib/api';
import { from, type Files } from './verify_support';
import { digestOf, envelope, makeLog, pair, type Pair } from './verify_made';

const log = pair('registry.example/ledger');
const officers = [pair('one.example'), pair('two.example')];
const witnesses = [pair('w1.example', 4), pair('w2.example', 4), pair('w3.example', 4)];
const stranger = pair('stranger.example', 4);

interface Made {
  witnesses?: Pair[];
  needed?: number;
  previous?: Uint8Array;
  officers?: Pair[];
  signers?: Pair[];
  origin?: string;
}
const rules = (made: Made = {}) =>
  envelope(
    'registry-rules',
    {
      log: made.origin ?? log.name,
      quorum: { rules: 2, ...(made.needed === undefined ? {} : { witnesses: made.needed }) },
      ...(made.previous ? { previous: { sha256: digestOf(made.previous) } } : {}),
      roster: [
        ...(made.officers ?? officers).map((key, i) => ({ role: 'secretariat', person: `officer-${i}`, key: key.vkey })),
        ...(made.witnesses ?? witnesses).map((key, i) => ({ role: 'witness', person: `witness-${i}`, key: key.vkey })),
      ],
    },
    made.signers ?? officers,
  );
const other = envelope('event', {}, officers);
const founding = rules({ needed: 2 });

// `hint`: the rules as the registry names them.
const hints = (hint: number, before: number[] = [0]) =>
  async function* (below?: number) {
    if (below === undefined) yield hint;
    else yield* before;
  };
const shownOf = (keys: Pair[]) => keys.map(({ vkey }) => ({ vkey }));
const ask = (files: Files, more: Partial<LedgerQuestion> = {}) =>
  verifyLedger({ fetch: from(files), vkey: log.vkey, witnesses: shownOf(witnesses), needed: 2, rulesLeaves: hints(0), ...more });
async function told(files: Files, more: Partial<LedgerQuestion> = {}) {
  const answer = await ask(files, more);
  return { ...answer, said: answer.steps.slice(4).map((s) => `${s.what} ${s.state}${s.error ? ` ${s.error.code}` : ''}`) };
}

describe('witnesses', () => {
  it('are read from the rules, and named by their keys', async () => {
    const answer = await told(await makeLog(log, [founding, other], witnesses.slice(0, 2)));
    expect(answer.said).toEqual(['rules good', 'witness good', 'witness good', 'witness-absent note']);
    expect(answer).toMatchObject({ verdict: 'good', cosigned: 2, rules: { leaf: 0, witnesses: witnesses.map((w) => w.vkey) } });
    expect(answer.steps[5]?.values.name).toBe(witnesses[0]!.keyid);
  });
  it('that the registry does not show are asked for all the same', async () => {
    const files = await makeLog(log, [founding, other], witnesses.slice(0, 2));
    const answer = await told(files, { witnesses: [], needed: 0 });
    expect(answer).toMatchObject({ verdict: 'incomplete', cosigned: 2 });
    expect(answer.said.at(-1)).toBe('witnesses-hidden unknown');
    expect(await told(await makeLog(log, [founding, other], []), { witnesses: [], needed: 0 })).toMatchObject({ verdict: 'incomplete', cosigned: 0 });
  });
  it('that the registry invents turn it red, whoever they are said to be', async () => {
    const files = await makeLog(log, [founding, other], [stranger]);
    const answer = await told(files, { witnesses: [{ vkey: stranger.vkey, person: 'ANSSI' } as { vkey: string }], needed: 1 });
    expect(answer).toMatchObject({ verdict: 'bad', cosigned: 0, said: ['rules bad other-witness'] });
  });
  it('must be as many as the rules ask for, not as the page says', async () => {
    const one = await makeLog(log, [founding, other], witnesses.slice(0, 1));
    expect((await told(one)).said).toContain('witnesses-few unknown');
    expect(await told(one, { needed: 1 })).toMatchObject({ verdict: 'bad' });
    // Where they do not say: more than half, by persons.
    expect((await told(await makeLog(log, [rules()], witnesses.slice(0, 1)))).said).toContain('witnesses-few unknown');
    expect(await told(await makeLog(log, [rules()], witnesses.slice(0, 2)))).toMatchObject({ verdict: 'good' });
  });
  it('with a bad cosignature turn it red', async () => {
    const files = await makeLog(log, [founding, other], witnesses);
    const lines = new TextDecoder().decode(files.checkpoint!).split('\n');
    // The first witness's bytes under the second one's time: another instant than was signed.
    const elsewhere = new TextDecoder().decode((await makeLog(log, [founding, other, other], witnesses)).checkpoint!).split('\n');
    lines[5] = elsewhere[5]!;
    expect((await told({ ...files, checkpoint: new TextEncoder().encode(lines.join('\n')) })).said).toContain('witness bad signature');
  });
  it('where the rules name none, are said to be none', async () => {
    const answer = await told(await makeLog(log, [rules({ witnesses: [] })], []), { witnesses: [], needed: 0 });
    expect(answer).toMatchObject({ verdict: 'good', cosigned: 0, said: ['rules good', 'no-witnesses note'] });
  });
});

describe('rules', () => {
  const second = rules({ witnesses: witnesses.slice(0, 2), needed: 1, previous: founding });
  const two = { witnesses: shownOf(witnesses.slice(0, 2)), needed: 1 };
  it('follow from the founding ones', async () => {
    const files = await makeLog(log, [founding, other, second], witnesses.slice(0, 1));
    expect(await told(files, { ...two, rulesLeaves: hints(2) })).toMatchObject({ verdict: 'good', rules: { leaf: 2 } });
    expect(await told(files, { ...two, rulesLeaves: hints(2), entries: true })).toMatchObject({ verdict: 'good' });
    expect((await told(files, { ...two, rulesLeaves: hints(2, []) })).said).toEqual(['rules bad rules-chain']);
  });
  it('that others have replaced are noticed where all entries are looked at', async () => {
    const files = await makeLog(log, [founding, other, second], witnesses.slice(0, 2));
    expect((await told(files, { entries: true })).said).toEqual(['rules-latest bad rules-later']);
    // Entries that merely say so replace nothing.
    const false1 = rules({ previous: founding, signers: officers.slice(0, 1) });
    expect(await told(await makeLog(log, [founding, false1], witnesses.slice(0, 2)), { entries: true })).toMatchObject({ verdict: 'good' });
  });
  it('nobody entitled has signed turn it red', async () => {
    const mine = [pair('evil-1.example'), pair('evil-2.example')];
    for (const forged of [
      rules({ witnesses: [stranger], needed: 1, previous: founding, officers: mine, signers: mine }),
      rules({ witnesses: [stranger], needed: 1, previous: founding, signers: officers.slice(0, 1) }),
      rules({ witnesses: [stranger], needed: 1, previous: founding, signers: [officers[0]!, officers[0]!] }),
    ])
      expect((await told(await makeLog(log, [founding, forged], [stranger]), { witnesses: shownOf([stranger]), needed: 1, rulesLeaves: hints(1) })).said).toEqual(['rules bad rules-unsigned']);
    // A second founding statement.
    const again = rules({ witnesses: [stranger], needed: 1, officers: mine, signers: mine });
    expect((await told(await makeLog(log, [founding, again], [stranger]), { witnesses: shownOf([stranger]), needed: 1, rulesLeaves: hints(1) })).said).toEqual(['rules bad rules-chain']);
    expect((await told(await makeLog(log, [rules({ origin: 'other.example/ledger' })], []))).said).toEqual(['rules bad rules-of']);
  });
  it('that cannot be found leave it undecided', async () => {
    const files = await makeLog(log, [founding, other], witnesses);
    for (const hint of [1, 7, -1, 0.5]) expect(await told(files, { rulesLeaves: hints(hint) })).toMatchObject({ verdict: 'incomplete', cosigned: 0, said: ['rules unknown rules-unknown'] });
  });
  it('are held against what this browser remembers', async () => {
    const before = (await ask(await makeLog(log, [founding, other], witnesses))) as Required<Awaited<ReturnType<typeof ask>>>;
    const files = await makeLog(log, [founding, other, second], witnesses.slice(0, 2));
    const remembered = { vkey: log.vkey, note: before.note, seen: '', rules: before.rules };
    const answer = await told(files, { ...two, rulesLeaves: hints(2), remembered });
    expect(answer.verdict).toBe('incomplete');
    expect(answer.steps.find((s) => s.what === 'witnesses-gone')).toMatchObject({ state: 'unknown', detail: witnesses[2]!.vkey });
    // The old ones stay remembered.
    expect(answer.rules).toBeUndefined();
    expect(answer.note).toBeDefined();
    // And the registry cannot go back to earlier rules.
    const later = { ...remembered, rules: { leaf: 2, witnesses: [] } };
    expect((await told(files, { remembered: later })).said).toContain('rules bad rules-older');
  });
  it('are looked for where the API says, the founding ones first', async () => {
    const answers: Record<string, unknown> = {
      '/rules': { leaf: 700 },
      '/pages/statements/500.json': { items: [{ leaf: 600, kind: 'registry-rules' }, { leaf: 601, kind: 'pledge' }, { leaf: 700, kind: 'registry-rules' }] },
      '/pages/statements/0.json': { items: [{ leaf: 0, kind: 'registry-rules' }, { leaf: 9, kind: 'registry-rules' }] },
    };
    const leaves = rulesLeaves({ get: async (path: string) => answers[path] ?? Promise.reject(new Error(path)) } as unknown as Api);
    const all = async (from: AsyncIterable<number>) => {
      const out: number[] = [];
      for await (const leaf of from) out.push(leaf);
      return out;
    };
    expect(await all(leaves())).toEqual([700]);
    expect(await all(leaves(700))).toEqual([0, 600, 9]);
  });
});
