// Search, facets, order, addresses and files over a small list.
import { expect, it } from 'vitest';
import { Directory, noChoice, readChoice, readDirectory, writeChoice, type DirectoryAnswer } from '../src/lib/directory';
import { csvCell, rowsAsCsv, rowsAsJson } from '../src/lib/tableExport';

const answer: DirectoryAnswer = {
  ledger: { size: 9, time: '2026-11-24T09:23:00Z' },
  columns: ['id', 'name', 'category', 'country', 'nature', 'status', 'day', 'day_kind', 'principles', 'tiers', 'changed', 'aliases'],
  rows: [
    ['aurora', 'Éclair & Fils', 'private-sector', 'FRA', 'company', 'approved', '2026-11-01', 'signed-on', [1, 5], 'DA?-------', 7, ['Αστραπή', 'Lightning']],
    ['bank', 'Example Bank', 'private-sector', 'DEU', null, 'approved', '2024-02-03', 'signed-on', null, 'DBA-------', 8, []],
    ['club', '=Club', 'civil-society', null, null, 'imported', null, null, null, '----------', 1, []],
    ['gone', 'Gone Ltd', 'private-sector', 'FRA', null, 'withdrawn', '2025-01-01', 'signed-on', null, '----------', 5, []],
  ],
};
const directory = new Directory(readDirectory(answer), answer.ledger);
const ids = (query: string) => directory.find(readChoice(new URLSearchParams(query))).rows.map((r) => r.id);

it('finds names and aliases without accents', () => {
  expect(ids('q=eclair')).toEqual(['aurora']);
  expect(ids('q=ΑΣΤΡΑΠΗ')).toEqual(['aurora']);
  expect(ids('q=bank exa')).toEqual(['bank']);
  expect(ids('q=nothing')).toEqual([]);
});
it('leaves tombstones out unless their status is asked for', () => {
  expect(ids('')).toEqual(['aurora', 'bank', 'club']);
  expect(ids('status=withdrawn')).toEqual(['gone']);
  expect(ids('status=withdrawn,approved')).toEqual(['aurora', 'bank', 'gone']);
});
it('takes any of a facet and all of principles and tiers', () => {
  expect(ids('country=FRA,-')).toEqual(['aurora', 'club']);
  expect(ids('principle=5')).toEqual(['aurora', 'bank', 'club']);
  expect(ids('principle=5,2')).toEqual(['bank', 'club']);
  expect(ids('tier=0D')).toEqual(['aurora', 'bank']);
  expect(ids('tier=0D,1B')).toEqual(['bank']);
  expect(ids('tier=2?')).toEqual(['aurora']);
});
it('takes days, where a record has one', () => {
  expect(ids('from=2024-02-03')).toEqual(['aurora', 'bank']);
  expect(ids('to=2024-02-03')).toEqual(['bank']);
});
it('sorts, records without a day last', () => {
  expect(ids('sort=-name')).toEqual(['club', 'bank', 'aurora']);
  expect(ids('sort=-day')).toEqual(['aurora', 'bank', 'club']);
  expect(ids('sort=day')).toEqual(['bank', 'aurora', 'club']);
  expect(ids('sort=-changed')).toEqual(['bank', 'aurora', 'club']);
});
it('counts what would be left', () => {
  const { counts } = directory.find(readChoice(new URLSearchParams('category=private-sector&country=FRA')));
  expect(Object.fromEntries(counts.country)).toEqual({ FRA: 1, DEU: 1 });
  expect(Object.fromEntries(counts.category)).toEqual({ 'private-sector': 1 });
  expect(Object.fromEntries(counts.status)).toEqual({ approved: 1, withdrawn: 1 });
  expect(counts.tier.get('1A')).toBe(1);
});
it('reads and writes addresses, and nothing that does not fit', () => {
  const text = 'q=a+b&category=state&country=FRA%2CDEU&principle=2&tier=3A&from=2020-01-01&sort=-day';
  expect(writeChoice(readChoice(new URLSearchParams(text))).toString()).toBe(text);
  expect(readChoice(new URLSearchParams('country=<b>&tier=AA&sort=score&from=now'))).toEqual(noChoice());
});
it('protects cells of a CSV', () => {
  for (const bad of ['=1+1', '+1', '-1', '@a', '\tx', '＝1']) expect(csvCell(bad).replace(/^"/, '')).toMatch(/^'/);
  expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  expect(csvCell('a\u202eb')).toBe('ab');
  const { rows } = directory.find(noChoice());
  const csv = rowsAsCsv(rows).split('\r\n');
  expect(csv).toHaveLength(5);
  expect(csv[3]).toBe("club,'=Club,civil-society,,,imported,,,1 2 3 4 5 6 7 8 9,,1,");
  const json = JSON.parse(rowsAsJson(rows, answer.ledger, 'q=x'));
  expect(json.count).toBe(3);
  expect(json.supporters[2]).toMatchObject({ id: 'club', name: '=Club', country: null, day: null });
});
