// The index seen from afar: tiers over all, peer groups with their coverage, and CSV. Pure; no order by figure anywhere.
export const tiers = ['A', 'B', 'C', 'D', '?'] as const;
export type Tier = (typeof tiers)[number];
export type TierCounts = Record<Tier, number>;

interface Score {
  principle: number;
  tier: Tier;
  score: number | null;
  coverage: number;
  low: number | null;
  high: number | null;
  // How many controls apply; absent from old answers.
  applicable?: number;
}
// Where no control applies there is nothing to know: that is no "?", and no coverage of nought.
const applies = (s: Score) => s.applicable !== 0;

export interface IndexRow {
  id: string;
  name: string;
  category: string | null;
  nature: string | null;
  country: string | null;
  status: string;
  assessment: unknown;
  identity?: Score;
  principles?: Score[];
}
export interface PeerGroup {
  category: string | null;
  nature: string | null;
  size: string | null;
  members: number;
  assessed: number;
  published: boolean;
  principles: { principle: number; tiers: TierCounts; scored: number; quartiles: [number, number, number] | null }[] | null;
}

export const noTiers = (): TierCounts => ({ A: 0, B: 0, C: 0, D: 0, '?': 0 });
export const tierOf = (score: number): Tier => (score >= 0.9 ? 'A' : score >= 0.75 ? 'B' : score >= 0.5 ? 'C' : 'D');

function scores(row: IndexRow): Score[] {
  const all = [...(row.principles ?? [])];
  if (row.identity && !all.some((p) => p.principle === 0)) all.unshift({ ...row.identity, principle: 0 });
  return all;
}

// Ten rows. Principle 0 is the registry's own judgement of everybody; the others speak of those who have an assessment.
// `of` are those with a tier or "?"; `none` those for whom no control of the principle applies.
export function tiersOverAll(rows: IndexRow[]): { tiers: TierCounts; of: number; none: number }[] {
  const out = Array.from({ length: 10 }, () => ({ tiers: noTiers(), of: 0, none: 0 }));
  for (const row of rows) {
    for (const s of scores(row)) {
      if (s.principle > 0 && !row.assessment) continue;
      const at = out[s.principle];
      if (!at) continue;
      if (!applies(s)) {
        ++at.none;
        continue;
      }
      ++at.tiers[s.tier in at.tiers ? s.tier : '?'];
      ++at.of;
    }
  }
  return out;
}

// The middle value that occurs (nearest rank, as the registry's quartiles).
export function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1]!;
}

export const groupKey = (g: { category: string | null; nature: string | null; size?: string | null }) => `${g.category ?? ''}/${g.nature ?? ''}/${g.size ?? ''}`;

export interface Cell {
  principle: number;
  quartiles: [number, number, number] | null;
  // Median coverage of the assessed members for whom something applies; null: not known.
  coverage: number | null;
  scored: number;
  // No control applies to any assessed member.
  inapplicable: boolean;
}
export interface GroupRow {
  category: string | null;
  nature: string | null;
  size: string | null;
  members: number;
  assessed: number;
  cells: Cell[];
}

// Published groups with the coverage of their members, in the order the registry gives them; and how many are kept back as too small.
export function groupRows(groups: PeerGroup[], rows: IndexRow[]): { shown: GroupRow[]; hidden: number; hiddenAssessed: number } {
  const coverages = new Map<string, number[][]>();
  const without = new Map<string, number[]>();
  for (const row of rows) {
    if (!row.assessment) continue;
    const key = groupKey(row);
    let of = coverages.get(key);
    if (!of) {
      coverages.set(key, (of = Array.from({ length: 10 }, () => [])));
      without.set(key, Array<number>(10).fill(0));
    }
    for (const s of scores(row)) {
      if (applies(s)) of[s.principle]?.push(s.coverage);
      else ++without.get(key)![s.principle]!;
    }
  }
  const shown: GroupRow[] = [];
  let hidden = 0;
  let hiddenAssessed = 0;
  for (const g of groups) {
    if (!g.published || !g.principles) {
      if (g.assessed > 0) {
        ++hidden;
        hiddenAssessed += g.assessed;
      }
      continue;
    }
    const known = g.size ? undefined : coverages.get(groupKey(g));
    shown.push({
      category: g.category,
      nature: g.nature,
      size: g.size,
      members: g.members,
      assessed: g.assessed,
      cells: g.principles
        .filter((p) => p.principle > 0)
        .map((p) => {
          const of = known?.[p.principle] ?? [];
          return { principle: p.principle, quartiles: p.quartiles, coverage: median(of), scored: p.scored, inapplicable: of.length === 0 && (without.get(groupKey(g))?.[p.principle] ?? 0) > 0 && !g.size };
        }),
    });
  }
  return { shown, hidden, hiddenAssessed };
}

// A cell a spreadsheet would take for a formula gets an apostrophe, as in the registry's own CSV.
export function csvCell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
export const csv = (rows: (string | number | null | undefined)[][]): string => rows.map((r) => `${r.map(csvCell).join(',')}\r\n`).join('');

export function indexCsv(rows: IndexRow[]): string {
  const out: (string | number | null)[][] = [['id', 'name', 'category', 'nature', 'country', 'status', 'principle', 'tier', 'score', 'coverage', 'low', 'high']];
  for (const r of rows)
    for (const s of scores(r)) out.push([r.id, r.name, r.category, r.nature, r.country, r.status, s.principle, s.tier, s.score, s.coverage, s.low, s.high]);
  return csv(out);
}
export function groupsCsv(groups: PeerGroup[]): string {
  const out: (string | number | null)[][] = [
    ['category', 'nature', 'size', 'members', 'assessed', 'published', 'principle', ...tiers.map((x) => (x === '?' ? 'unknown' : x)), 'scored', 'q1', 'median', 'q3'],
  ];
  for (const g of groups) {
    const head = [g.category, g.nature, g.size, g.members, g.assessed, g.published ? 'yes' : 'no'];
    if (!g.principles) out.push([...head, ...Array<null>(10).fill(null)]);
    else for (const p of g.principles) out.push([...head, p.principle, ...tiers.map((x) => p.tiers[x] ?? 0), p.scored, ...(p.quartiles ?? [null, null, null])]);
  }
  return csv(out);
}
