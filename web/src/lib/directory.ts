// The list of all supporters as /directory gives it, and search in it: what the server's search does (src/registry/search.cc), here in the
// reader's own browser, so that a static copy can be searched too and no query leaves the machine.
import { fold, foldedWords } from './fold';

export interface DirectoryAnswer {
  ledger: { size: number; time: string };
  columns: string[];
  rows: unknown[][];
}
export interface Row {
  id: string;
  name: string;
  // '' where the record has none.
  category: string;
  country: string;
  nature: string;
  status: string;
  // YYYY-MM-DD, and which of the three kinds it is.
  day: string;
  dayKind: string;
  // Principles supported; null: all nine.
  principles: number[] | null;
  // Ten characters, principle 0 … 9: A B C D ? and - for no assessment.
  tiers: string;
  // Ledger entry of the last change.
  changed: number;
  aliases: string[];
  // Place in the server's order by name.
  order: number;
}

export function readDirectory(answer: DirectoryAnswer, most = Infinity): Row[] {
  const at = Object.fromEntries(answer.columns.map((name, i) => [name, i]));
  const text = (row: unknown[], name: string) => String(row[at[name] ?? -1] ?? '');
  return answer.rows.slice(0, most).map((row, order) => ({
    id: text(row, 'id'),
    name: text(row, 'name'),
    category: text(row, 'category'),
    country: text(row, 'country'),
    nature: text(row, 'nature'),
    status: text(row, 'status'),
    day: text(row, 'day'),
    dayKind: text(row, 'day_kind'),
    principles: (row[at.principles ?? -1] as number[] | null | undefined) ?? null,
    tiers: text(row, 'tiers') || '----------',
    changed: Number(row[at.changed ?? -1] ?? 0),
    aliases: (row[at.aliases ?? -1] as string[] | undefined) ?? [],
    order,
  }));
}

// Only these are in the counters; the others are tombstones, found when their status is asked for.
export const countsAsSupporter = (status: string): boolean => status === 'approved' || status === 'imported';

export type FacetName = 'category' | 'country' | 'nature' | 'status' | 'principle' | 'tier';
export const facetNames: FacetName[] = ['category', 'country', 'nature', 'status', 'principle', 'tier'];
export const sortNames = ['name', '-name', '-day', 'day', '-changed'] as const;
export type SortName = (typeof sortNames)[number];

export interface Choice {
  q: string;
  // Any of the values of category, country, nature, status; all of the values of principle and tier ("2A": principle 2 in tier A).
  facets: Record<FacetName, string[]>;
  from: string;
  to: string;
  sort: SortName;
}

export function noChoice(): Choice {
  return { q: '', facets: { category: [], country: [], nature: [], status: [], principle: [], tier: [] }, from: '', to: '', sort: 'name' };
}

const most = { q: 399, values: 60 };
const shapes: Record<FacetName, RegExp> = {
  category: /^(-|[a-z-]{1,40})$/,
  country: /^(-|[A-Z]{3})$/,
  nature: /^(-|[a-z0-9-]{1,60})$/,
  status: /^[a-z]{1,20}$/,
  principle: /^[1-9]$/,
  tier: /^[0-9][A-D?]$/,
};
const day = /^\d{4}-\d{2}-\d{2}$/;

// From an address; what does not fit is left out. The names are those of the API's search.
export function readChoice(query: URLSearchParams): Choice {
  const out = noChoice();
  out.q = (query.get('q') ?? '').slice(0, most.q);
  for (const name of facetNames) {
    const values = query.getAll(name).flatMap((v) => v.split(','));
    out.facets[name] = [...new Set(values)].filter((v) => shapes[name].test(v)).slice(0, most.values);
  }
  for (const name of ['from', 'to'] as const) if (day.test(query.get(name) ?? '')) out[name] = query.get(name)!;
  out.sort = sortNames.find((name) => name === query.get('sort')) ?? 'name';
  return out;
}

export function writeChoice(choice: Choice): URLSearchParams {
  const out = new URLSearchParams();
  if (choice.q.trim() !== '') out.set('q', choice.q.trim());
  for (const name of facetNames) if (choice.facets[name].length > 0) out.set(name, choice.facets[name].join(','));
  for (const name of ['from', 'to'] as const) if (choice[name] !== '') out.set(name, choice[name]);
  if (choice.sort !== 'name') out.set('sort', choice.sort);
  return out;
}

export type Counts = Map<string, number>;
export interface Found {
  rows: Row[];
  // For each facet: how many there would be with that value. A facet's own choice does not narrow its counts, except where all chosen
  // values must hold.
  counts: Record<FacetName, Counts>;
}

const orDash = (text: string) => text || '-';
const supports = (row: Row, principle: string) => row.principles === null || row.principles.includes(Number(principle));
const hasTier = (row: Row, tier: string) => row.tiers[Number(tier[0])] === tier[1];
const add = (counts: Counts, value: string) => counts.set(value, (counts.get(value) ?? 0) + 1);

// Names are folded once; a search looks at every row, which for some thousands is less than a frame.
export class Directory {
  readonly #names: string[];
  constructor(
    readonly rows: Row[],
    readonly ledger: { size: number; time: string },
  ) {
    this.#names = rows.map((row) => [row.name, ...row.aliases].map(fold).join('\n'));
  }

  find(choice: Choice): Found {
    const words = foldedWords(choice.q);
    const { facets, from, to } = choice;
    const any = { category: new Set(facets.category), country: new Set(facets.country), nature: new Set(facets.nature), status: new Set(facets.status) };
    const counts = Object.fromEntries(facetNames.map((name) => [name, new Map()])) as Record<FacetName, Counts>;
    const rows: Row[] = [];
    this.rows.forEach((row, i) => {
      if (!words.every((word) => this.#names[i]!.includes(word))) return;
      if (from !== '' && row.day < from) return; // without a day: ''
      if (to !== '' && (row.day === '' || row.day > to)) return;
      if (!facets.principle.every((p) => supports(row, p)) || !facets.tier.every((t) => hasTier(row, t))) return;
      const category = any.category.size === 0 || any.category.has(orDash(row.category));
      const country = any.country.size === 0 || any.country.has(orDash(row.country));
      const nature = any.nature.size === 0 || any.nature.has(orDash(row.nature));
      const status = any.status.size === 0 ? countsAsSupporter(row.status) : any.status.has(row.status);
      if (country && nature && status) add(counts.category, orDash(row.category));
      if (category && nature && status) add(counts.country, orDash(row.country));
      if (category && country && status) add(counts.nature, orDash(row.nature));
      if (category && country && nature) add(counts.status, row.status);
      if (!category || !country || !nature || !status) return;
      for (let p = 1; p <= 9; ++p) if (supports(row, String(p))) add(counts.principle, String(p));
      for (let p = 0; p <= 9; ++p) if (row.tiers[p] !== '-') add(counts.tier, `${p}${row.tiers[p]}`);
      rows.push(row);
    });
    return { rows: sorted(rows, choice.sort), counts };
  }
}

// Records without a day stand at the end either way; equal ones by name.
function sorted(rows: Row[], by: SortName): Row[] {
  const turn = by.startsWith('-') ? -1 : 1;
  const byDay = (a: Row, b: Row) => (a.day === b.day ? 0 : a.day === '' ? 1 : b.day === '' ? -1 : turn * (a.day < b.day ? -1 : 1));
  if (by === 'name') return rows;
  if (by === '-name') return rows.reverse();
  if (by === '-changed') return rows.sort((a, b) => b.changed - a.changed || a.order - b.order);
  return rows.sort((a, b) => byDay(a, b) || a.order - b.order);
}
