// Counts by month with the empty months between filled in, so that an axis of months is even.
export interface Month {
  // "2026-11"
  month: string;
  entries: number;
  total: number;
}
const mostMonths = 1200;

export function everyMonth(given: Month[]): Month[] {
  const sorted = [...given].filter((m) => /^\d{4}-(0[1-9]|1[0-2])$/.test(m.month)).sort((a, b) => (a.month < b.month ? -1 : 1));
  const out: Month[] = [];
  for (const m of sorted) {
    let last = out.at(-1);
    while (last && last.month < m.month && out.length < mostMonths) {
      const [year, month] = last.month.split('-').map(Number) as [number, number];
      const next = month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, '0')}`;
      if (next === m.month) break;
      out.push((last = { month: next, entries: 0, total: last.total }));
    }
    out.push(m);
  }
  return out;
}
