// An officer reads the whole pledge, and the one that is decided on.
import { describe, expect, it } from 'vitest';
import { pledgeLines, saysDispute, statementBehind } from '../src/lib/pledge_lines';
import { VerifyError } from '../src/lib/verify/bytes';
import { filesOf, fixture, flipped, from } from './verify_support';

const pledge = {
  organisation: {
    id: 'scr2',
    name: 'Club',
    names: { fr: 'Ministère de l’Intérieur (officiel)', ar: 'ناد' },
    category: 'private-sector',
    lei: '529900T8BM49AURSDO55',
    wikidata: 'Q95',
    register_number: 'RCS \u202e 123',
  },
  text: { language: 'en', version: '2018-11-12', sha256: 'ab'.repeat(32) },
  principles: [1, 4],
  reservations: [{ principle: 1, text: 'Not this.' }, { text: 'Nor that.' }],
  why: { language: 'en', text: 'Because.' },
  key: 'club+00000000+AAAA',
  domains: ['club.example', 'club.test'],
  at: '2026-11-28T12:00:00Z',
  unforeseen: { deep: [{ x: null, y: true }], empty: [] },
};

describe('a pledge line by line', () => {
  const lines = pledgeLines(pledge);
  const at = (path: string) => lines.find((l) => l.path.join('/') === path)?.value;
  it('has every member', () => {
    for (const [path, value] of Object.entries({
      'organisation/names/fr': 'Ministère de l’Intérieur (officiel)',
      'organisation/lei': '529900T8BM49AURSDO55',
      'organisation/wikidata': 'Q95',
      'organisation/register_number': 'RCS \u202e 123',
      'text/sha256': 'ab'.repeat(32),
      principles: '1, 4',
      'reservations/1/principle': '1',
      'reservations/2/text': 'Nor that.',
      'why/text': 'Because.',
      key: 'club+00000000+AAAA',
      'domains/2': 'club.test',
      'unforeseen/deep/1/x': 'null',
      'unforeseen/deep/1/y': 'true',
      'unforeseen/empty': '[]',
    }))
      expect(at(path), path).toBe(value);
    // As many lines as there are values (the two numbers of the principles are one).
    let values = 0;
    JSON.stringify(pledge, (_, v) => ((typeof v !== 'object' || v === null) && ++values, v));
    expect(lines.length).toBe(values - 1 + 1);
  });
  it('begins with the name, and ends with what nobody foresaw', () => {
    expect(lines[0]!.path).toEqual(['organisation', 'name']);
    expect(lines.at(-1)!.path[0]).toBe('unforeseen');
    expect(pledgeLines(null)).toEqual([{ path: [], value: 'null' }]);
  });
});

describe('the statement behind a digest', () => {
  const { registry } = fixture;
  const some = registry.statements.find((s) => s.kind === 'pledge') ?? registry.statements[0]!;
  it('is read from the ledger', async () => {
    expect(await statementBehind(from(filesOf(registry)), some.leaf, some.envelope)).toEqual(some.statement);
  });
  it('is no other one', async () => {
    const refused = async (files: Record<string, Uint8Array>, leaf: number, digest: string) =>
      statementBehind(from(files), leaf, digest).then(
        () => '',
        (e) => (e instanceof VerifyError ? e.code : String(e)),
      );
    const files = filesOf(registry);
    expect(await refused(files, some.leaf, 'ab'.repeat(32))).toBe('other-entry');
    const other = registry.statements.find((s) => s.leaf !== some.leaf)!;
    expect(await refused(files, other.leaf, some.envelope)).toBe('other-entry');
    expect(await refused(files, 1e6, some.envelope)).toBe('outside');
    const [path] = Object.keys(files).filter((p) => p.startsWith('tile/entries/'));
    const spoilt = { ...files, [path!]: flipped(files[path!]!, files[path!]!.length - 5) };
    const last = registry.statements.at(-1)!;
    expect(['other-entry', 'outside']).toContain(await refused(spoilt, last.leaf, last.envelope));
  });
});

describe('a dispute', () => {
  const shown = { supporter: 'club', control: 'P1-01', reason: 'Measured elsewhere.' };
  const made = (predicate: Record<string, unknown>, kind = 'finding-dispute') => ({ _type: '', subject: [], predicateType: `https://entente.example/predicate/${kind}/v1`, predicate });
  const fields = { organisation: { id: 'club' }, control: 'P1-01', reason: 'Measured elsewhere.' };
  it('is the one that is shown', () => {
    expect(saysDispute(made(fields), shown)).toBe(true);
    expect(saysDispute(made({ ...fields, by: { id: 'other' } }), { ...shown, by: 'other' })).toBe(true);
    for (const other of [{ control: 'P1-02' }, { reason: 'Something else.' }, { organisation: { id: 'bank' } }, { by: { id: 'bank' } }]) expect(saysDispute(made({ ...fields, ...other }), shown)).toBe(false);
    expect(saysDispute(made(fields, 'approval'), shown)).toBe(false);
    expect(saysDispute(made({}), shown)).toBe(false);
  });
});
