import { expect, it } from 'vitest';
import { everyMonth } from '../src/lib/months';

it('fills in the months between', () => {
  const row = (month: string, entries: number, total: number) => ({ month, entries, total });
  expect(everyMonth([row('2026-11', 2, 5), row('2026-02', 3, 3)]).map((m) => `${m.month} ${m.entries} ${m.total}`)).toEqual([
    '2026-02 3 3', '2026-03 0 3', '2026-04 0 3', '2026-05 0 3', '2026-06 0 3', '2026-07 0 3', '2026-08 0 3', '2026-09 0 3', '2026-10 0 3', '2026-11 2 5',
  ]);
  expect(everyMonth([row('2025-12', 1, 1), row('2026-01', 1, 2)]).length).toBe(2);
  expect(everyMonth([row('2025-11', 1, 1), row('2026-01', 1, 2)])[1]?.month).toBe('2025-12');
  expect(everyMonth([row('nonsense', 1, 1)])).toEqual([]);
});
