// What the front page shows, from /counters, /growth, /absence and /changes: only what it needs.
import type { Request } from './site';

export interface Country {
  country: string;
  supporters: number;
  // Whether the state itself is among the supporters.
  state: boolean;
  // In a country whose state is not: how many of its supporters; 0 where the state is.
  absent: number;
}
export interface DateSeries {
  kind: string;
  without: number;
  months: { month: string; records: number }[];
}
export interface LedgerMonth {
  month: string;
  joined: number;
  left: number;
  total: number;
}
// One line of "latest changes": a statement, or several imports in a row.
export interface Change {
  leaf: number;
  kind: string;
  at: string;
  supporter: string | null;
  name: string | null;
  // Of imports: entries and records.
  entries: number;
  records: number;
}
export interface HomeData {
  ledger: { size: number; time: string };
  // The Call's nine, with their short titles in the page's language.
  principles: { number: number; title: string }[];
  supporters: number;
  proven: number;
  assessed: number;
  imported: number;
  categories: { category: string | null; supporters: number }[];
  countries: Country[];
  withoutCountry: number;
  absence: { supporters: number; undecided: number };
  growth: { ledger: LedgerMonth[]; dates: DateSeries[] };
  changes: Change[];
}

interface Counters {
  ledger: { size: number; time: string };
  supporters: number;
  proven_domain: number;
  assessed: number;
  records: { imported: number };
  categories: { category: string | null; supporters: number }[];
  countries: { country: string | null; supporters: number; categories: { category: string | null; supporters: number }[] }[];
}
interface Absence {
  supporters: number;
  undecided: number;
  countries: { country: string; supporters: number }[];
}
interface ChangeItem {
  leaf: number;
  kind: string;
  at: string;
  supporter: string | null;
  name: string | null;
  title: string;
}

// Imports that follow one another are one line; how many records each brought stands at the end of its title.
export function joinImports(items: ChangeItem[], most: number): Change[] {
  const out: Change[] = [];
  for (const item of items) {
    const records = item.kind === 'import' ? Number(/(\d+)$/.exec(item.title)?.[1] ?? 0) : 0;
    const last = out.at(-1);
    if (last && item.kind === 'import' && last.kind === 'import' && last.at.slice(0, 10) === item.at.slice(0, 10)) {
      last.entries += 1;
      last.records += records;
      last.leaf = item.leaf;
      continue;
    }
    if (out.length === most) break;
    out.push({ leaf: item.leaf, kind: item.kind, at: item.at, supporter: item.supporter, name: item.name, entries: 1, records });
  }
  return out;
}

const mostChanges = 7;
const order = ['state', 'intergovernmental', 'public-authority', 'private-sector', 'civil-society'];

export async function loadHome({ site }: Request): Promise<HomeData> {
  const [counters, growth, absence, changes, principles] = await Promise.all([
    site.api.get<Counters>('/counters'),
    site.api.get<HomeData['growth']>('/growth'),
    site.api.get<Absence>('/absence'),
    site.api.get<{ items: ChangeItem[] }>('/changes'),
    site.api.get<{ items: { number: number; title: Record<string, string> }[] }>('/principles'),
  ]);
  const absent = new Map(absence.countries.map((c) => [c.country, c.supporters]));
  const rank = (category: string | null) => (category === null ? order.length + 1 : order.includes(category) ? order.indexOf(category) : order.length);
  return {
    ledger: counters.ledger,
    principles: principles.items.filter((p) => p.number > 0).map((p) => ({ number: p.number, title: site.format.pick(p.title) })),
    supporters: counters.supporters,
    proven: counters.proven_domain,
    assessed: counters.assessed,
    imported: counters.records.imported,
    categories: counters.categories.filter((c) => c.supporters > 0).sort((a, b) => rank(a.category) - rank(b.category)),
    countries: counters.countries
      .filter((c) => c.country !== null)
      .map((c) => ({
        country: c.country!,
        supporters: c.supporters,
        state: c.categories.some((k) => k.category === 'state' && k.supporters > 0),
        absent: absent.get(c.country!) ?? 0,
      })),
    withoutCountry: counters.countries.find((c) => c.country === null)?.supporters ?? 0,
    absence: { supporters: absence.supporters, undecided: absence.undecided },
    growth,
    changes: joinImports(changes.items, mostChanges),
  };
}

// Five classes of a map: 1, 2–5, 6–20, 21–60, more.
export const classBounds = [1, 2, 6, 21, 61];
export const classOf = (n: number): number => classBounds.filter((bound) => n >= bound).length;

// "2019-11" as a number of months, for distances on an axis.
export const monthNumber = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
export const monthText = (n: number): string => `${Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`;

// The top of an axis: a round number not far above n.
export function axisTop(n: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, n)));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((k) => k * power).find((top) => top >= n && Number.isInteger(top)) ?? n;
}
