// The matrix of instruments and principles: what a cell shows of several relations, and how rows are chosen.
export interface Relation {
  item: string;
  relation: string;
  target: string;
  confidence: number;
  incompatible: boolean;
}
export interface CrosswalkAnswer {
  instrument: string;
  title: string;
  provenance: string;
  preamble: Relation[];
  unmapped: string[];
  [principle: string]: unknown;
}
export interface Instrument {
  id: string;
  title: string;
  issuer: string;
  date: string;
  status: string;
  addressees: string[];
  provenance: string;
  items: number;
}
export const columns = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9', 'preamble'] as const;
export type Column = (typeof columns)[number];
export interface Row extends Instrument {
  cells: Record<Column, Relation[]>;
  unmapped: number;
}

// From the relation that says most to the one that says least.
const strength = ['equal-to', 'equivalent-to', 'superset-of', 'subset-of', 'intersects-with', 'no-relationship'];
export const signs: Record<string, string> = {
  'equal-to': '=',
  'equivalent-to': '≡',
  'superset-of': '⊃',
  'subset-of': '⊂',
  'intersects-with': '∩',
  'no-relationship': '∅',
};
const rank = (relation: string) => (strength.includes(relation) ? strength.indexOf(relation) : strength.length);

export interface CellSummary {
  relation: string;
  // The highest confidence of relations of that kind.
  confidence: number;
  // Relations that say something is shared; "no relationship" is not one.
  count: number;
  conflicts: number;
}
export function summary(relations: Relation[]): CellSummary | null {
  if (relations.length === 0) return null;
  const best = relations.reduce((a, b) => (rank(b.relation) < rank(a.relation) ? b : a)).relation;
  return {
    relation: best,
    confidence: Math.max(...relations.filter((r) => r.relation === best).map((r) => r.confidence)),
    count: relations.filter((r) => r.relation !== 'no-relationship').length,
    conflicts: relations.filter((r) => r.incompatible).length,
  };
}
// Three steps of certainty: a finer scale would promise more than a reading by one person holds.
export const certainty = (confidence: number): 'low' | 'middle' | 'high' => (confidence >= 80 ? 'high' : confidence >= 60 ? 'middle' : 'low');

export function rowsOf(matrix: CrosswalkAnswer[], instruments: Instrument[]): Row[] {
  const heads = new Map(instruments.map((i) => [i.id, i]));
  return matrix.flatMap((m) => {
    const head = heads.get(m.instrument);
    if (!head) return [];
    const { id, title, issuer, date, status, addressees, provenance, items } = head;
    const cells = Object.fromEntries(
      columns.map((c) => [
        c,
        ((m[c] as Relation[] | undefined) ?? []).map(({ item, relation, target, confidence, incompatible }) => ({ item, relation, target, confidence, incompatible })),
      ]),
    ) as Record<Column, Relation[]>;
    return [{ id, title, issuer, date, status, addressees, provenance, items, cells, unmapped: m.unmapped.length }];
  });
}

export interface Choice {
  addressee: string;
  provenance: string;
  kind: string;
  conflicts: boolean;
}
// `kinds` says of an item what it asks (restraint, duty …); relations of other kinds leave their cells. Without it, kinds are not looked at.
export function chosen(rows: Row[], choice: Choice, kinds?: Map<string, string>): Row[] {
  const out: Row[] = [];
  for (const row of rows) {
    if (choice.addressee && !row.addressees.includes(choice.addressee)) continue;
    if (choice.provenance && row.provenance !== choice.provenance) continue;
    const keep = (r: Relation) => (!choice.conflicts || r.incompatible) && (!choice.kind || !kinds || kinds.get(r.item) === choice.kind);
    const cells = Object.fromEntries(columns.map((c) => [c, row.cells[c].filter(keep)])) as Record<Column, Relation[]>;
    if ((choice.conflicts || (choice.kind && kinds)) && columns.every((c) => cells[c].length === 0)) continue;
    out.push({ ...row, cells });
  }
  return out;
}
