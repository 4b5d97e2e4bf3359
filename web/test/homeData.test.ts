// What the front page makes of the API's answers.
import { expect, it } from 'vitest';
import { axisTop, classOf, joinImports, monthNumber, monthText } from '../src/lib/homeData';

const item = (leaf: number, kind: string, title: string, at = '2026-11-28T10:00:00Z') => ({ leaf, kind, at, supporter: null, name: null, title });

it('joins imports that follow one another on one day', () => {
  const joined = joinImports(
    [item(9, 'approval', 'x'), item(8, 'import', 'Records imported: 72'), item(7, 'import', 'Records imported: 100'), item(6, 'import', 'Records imported: 5', '2026-11-27T10:00:00Z'), item(5, 'pledge', 'y'), item(4, 'pledge', 'z')],
    4,
  );
  expect(joined.map((c) => [c.leaf, c.kind, c.entries, c.records])).toEqual([
    [9, 'approval', 1, 0],
    [7, 'import', 2, 172],
    [6, 'import', 1, 5],
    [5, 'pledge', 1, 0],
  ]);
});
it('classes, months and axes', () => {
  expect([0, 1, 2, 5, 6, 20, 21, 60, 61, 155].map(classOf)).toEqual([0, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  expect(monthText(monthNumber('2019-12') + 1)).toBe('2020-01');
  expect([0, 1, 3, 41, 47, 566, 1222].map(axisTop)).toEqual([1, 1, 3, 50, 50, 600, 1500]);
});
