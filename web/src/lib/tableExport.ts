// The rows a reader sees as files: CSV after RFC 4180 with the API's own protection (docs/index-and-scoreboard.md, Formats), and JSON.
import type { Row } from './directory';

const turnsText = /[\u202a-\u202e\u2066-\u2069]/g;
// A spreadsheet takes what begins so for a formula; the last four are full-width forms.
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

export function csvCell(value: string): string {
  let text = value.replace(turnsText, '');
  if (formula.test(text)) text = `'${text}`;
  return /[,"\r\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Dashes alone would pass for a formula, and say nothing.
const assessed = (tiers: string) => (/^-*$/.test(tiers) ? '' : tiers);
const columns = ['id', 'name', 'category', 'country', 'nature', 'status', 'day', 'day_kind', 'principles', 'tiers', 'changed_leaf', 'aliases'];

export function rowsAsCsv(rows: Row[]): string {
  const line = (cells: string[]) => `${cells.map(csvCell).join(',')}\r\n`;
  return (
    line(columns) +
    rows
      .map((r) =>
        line([r.id, r.name, r.category, r.country, r.nature, r.status, r.day, r.dayKind, (r.principles ?? [1, 2, 3, 4, 5, 6, 7, 8, 9]).join(' '),
          assessed(r.tiers), String(r.changed), r.aliases.join(' | ')]),
      )
      .join('')
  );
}

// What was asked for goes along, so that the file says what it is a part of.
export function rowsAsJson(rows: Row[], ledger: { size: number; time: string }, query: string): string {
  const or = (text: string) => (text === '' ? null : text);
  const supporters = rows.map((r) => ({
    id: r.id, name: r.name, category: or(r.category), country: or(r.country), nature: or(r.nature), status: r.status, day: or(r.day),
    day_kind: or(r.dayKind), principles: r.principles ?? [1, 2, 3, 4, 5, 6, 7, 8, 9], tiers: r.tiers, changed_leaf: r.changed, aliases: r.aliases,
  }));
  return JSON.stringify({ ledger, query, count: rows.length, supporters }, null, 1) + '\n';
}
