import { describe, expect, it } from 'vitest';
import { csv, csvCell, groupRows, groupsCsv, indexCsv, median, noTiers, tierOf, tiersOverAll, type IndexRow, type PeerGroup } from '../src/lib/spread';

const score = (principle: number, tier: any, s: number | null, coverage: number) => ({ principle, tier, score: s, coverage, low: 0, high: 1 });
const row = (id: string, assessed: boolean, principles: any[]): IndexRow => ({
  id,
  name: id,
  category: 'private-sector',
  nature: 'company',
  country: null,
  status: 'approved',
  assessment: assessed ? {} : null,
  identity: score(0, '?', null, 0.2),
  principles,
});

describe('tiers over all', () => {
  it('judge the pledge of everybody and the rest of those assessed', () => {
    const all = tiersOverAll([row('a', true, [score(6, 'B', 0.8, 0.9)]), row('b', false, [score(6, 'A', 1, 1)])]);
    expect(all[0]).toEqual({ tiers: { ...noTiers(), '?': 2 }, of: 2, none: 0 });
    expect(all[6]).toEqual({ tiers: { ...noTiers(), B: 1 }, of: 1, none: 0 });
    expect(all[7]!.of).toBe(0);
  });
  it('are not asked of those to whom nothing applies', () => {
    const all = tiersOverAll([row('a', true, [{ ...score(3, '?', null, 0), applicable: 0 }]), row('b', true, [{ ...score(3, 'A', 1, 1), applicable: 2 }])]);
    expect(all[3]).toEqual({ tiers: { ...noTiers(), A: 1 }, of: 1, none: 1 });
  });
  it('begin where the method says', () => {
    expect([0.9, 0.89, 0.75, 0.5, 0.49].map(tierOf)).toEqual(['A', 'B', 'B', 'C', 'D']);
  });
});

describe('peer groups', () => {
  const group = (more: Partial<PeerGroup>): PeerGroup => ({ category: 'private-sector', nature: 'company', size: null, members: 9, assessed: 5, published: true, principles: [], ...more });
  it('take the coverage from their members, and say how many are kept back', () => {
    const principles = [0, 6].map((principle) => ({ principle, tiers: noTiers(), scored: 5, quartiles: [0.2, 0.5, 0.8] as [number, number, number] }));
    const { shown, hidden, hiddenAssessed } = groupRows(
      [group({ principles }), group({ nature: 'x', published: false, principles: null, assessed: 2 }), group({ nature: 'y', published: false, principles: null, assessed: 0 })],
      [row('a', true, [score(6, 'B', 0.8, 0.4)]), row('b', true, [score(6, 'B', 0.8, 0.6)]), row('c', false, [])],
    );
    expect(shown).toHaveLength(1);
    expect(shown[0]!.cells.map((c) => c.principle)).toEqual([6]);
    expect(shown[0]!.cells[0]!.coverage).toBe(0.4);
    expect([hidden, hiddenAssessed]).toEqual([1, 2]);
  });
  it('leave members to whom nothing applies out of the coverage', () => {
    const principles = [3, 4].map((principle) => ({ principle, tiers: noTiers(), scored: 0, quartiles: null }));
    const none = (principle: number) => ({ ...score(principle, '?', null, 0), applicable: 0 });
    const { shown } = groupRows(
      [group({ principles })],
      [row('a', true, [{ ...score(3, 'A', 1, 1), applicable: 2 }, none(4)]), row('b', true, [none(3), none(4)]), row('c', true, [none(3), none(4)])],
    );
    expect(shown[0]!.cells.map((c) => [c.coverage, c.inapplicable])).toEqual([
      [1, false],
      [null, true],
    ]);
  });
  it('have a middle value that occurs', () => {
    expect(median([])).toBeNull();
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2);
  });
});

describe('CSV', () => {
  it('quotes, and disarms formulas', () => {
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
    expect(csvCell('=1+1')).toBe("'=1+1");
    expect(csvCell(-1)).toBe('-1');
    expect(csvCell(null)).toBe('');
    expect(csv([['a', 1]])).toBe('a,1\r\n');
  });
  it('has one line for each supporter and principle, and one for each group', () => {
    expect(indexCsv([row('a', true, [score(6, 'B', 0.8, 0.9)])]).trim().split('\r\n')).toHaveLength(3);
    const lines = groupsCsv([{ category: 'state', nature: null, size: null, members: 2, assessed: 1, published: false, principles: null }]).trim().split('\r\n');
    expect(lines[1]).toBe('state,,,2,1,no,,,,,,,,,,');
    expect(lines[1]!.split(',')).toHaveLength(lines[0]!.split(',').length);
  });
});
