import { describe, expect, it } from 'vitest';
import { certainty, chosen, rowsOf, summary, type Relation } from '../src/lib/crosswalk';

const relation = (item: string, kind: string, confidence: number, incompatible = false): Relation => ({ item, relation: kind, target: 'paris-call.p1', confidence, incompatible });
const rows = rowsOf(
  [
    { instrument: 'a', title: 'A', provenance: 'seen', p1: [relation('a.1', 'subset-of', 80), relation('a.2', 'intersects-with', 90)], preamble: [], unmapped: ['a.3'] },
    { instrument: 'b', title: 'B', provenance: 'recall', p1: [relation('b.1', 'intersects-with', 40, true)], preamble: [], unmapped: [] },
    { instrument: 'gone', title: '?', provenance: 'seen', preamble: [], unmapped: [] },
  ],
  ['a', 'b'].map((id) => ({ id, title: id, issuer: '', date: '', status: '', addressees: id === 'a' ? ['state'] : ['private-sector'], provenance: id === 'a' ? 'seen' : 'recall', items: 1 })),
);
const all = { addressee: '', provenance: '', kind: '', conflicts: false };

describe('a cell', () => {
  it('shows the relation that says most, with its own confidence', () => {
    expect(summary(rows[0]!.cells.p1)).toEqual({ relation: 'subset-of', confidence: 80, count: 2, conflicts: 0 });
    expect(summary(rows[0]!.cells.p2)).toBeNull();
  });
  it('does not count a stated absence of relation', () => {
    expect(summary([relation('a.1', 'no-relationship', 70)])).toMatchObject({ relation: 'no-relationship', count: 0 });
  });
  it('has three steps of certainty', () => {
    expect([80, 79, 60, 59].map(certainty)).toEqual(['high', 'middle', 'middle', 'low']);
  });
});

describe('choosing', () => {
  it('leaves out instruments nobody describes', () => expect(rows.map((r) => r.id)).toEqual(['a', 'b']));
  it('by addressee, provenance and conflict', () => {
    expect(chosen(rows, { ...all, addressee: 'state' }).map((r) => r.id)).toEqual(['a']);
    expect(chosen(rows, { ...all, provenance: 'recall' }).map((r) => r.id)).toEqual(['b']);
    expect(chosen(rows, { ...all, conflicts: true }).map((r) => r.id)).toEqual(['b']);
  });
  it('by kind, once kinds are known', () => {
    const kinds = new Map([['a.1', 'duty'], ['a.2', 'restraint'], ['b.1', 'restraint']]);
    expect(chosen(rows, { ...all, kind: 'duty' })).toHaveLength(2);
    const duties = chosen(rows, { ...all, kind: 'duty' }, kinds);
    expect(duties.map((r) => r.id)).toEqual(['a']);
    expect(duties[0]!.cells.p1.map((r) => r.item)).toEqual(['a.1']);
  });
});
