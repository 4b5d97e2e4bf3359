import { expect, it } from 'vitest';
import { cut, leafy } from '../src/lib/statement_view';

it('cuts long lists and says how long they are', () => {
  const whole = { predicate: { records: Array.from({ length: 110 }, (_, id) => ({ id, few: [1, 2] })), name: 'x' } };
  const { value, cuts } = cut(whole);
  expect(cuts).toEqual({ '/predicate/records': 110 });
  expect((value as typeof whole).predicate.records.length).toBe(12);
  expect((value as typeof whole).predicate.records[3]).toEqual({ id: 3, few: [1, 2] });
  expect(whole.predicate.records.length).toBe(110);
  expect(cut({ a: [1], b: null })).toEqual({ value: { a: [1], b: null }, cuts: {} });
});

it('tells what a value is', () => {
  const kind = (key: string, value: string | number | boolean | null) => leafy(key, value).kind;
  expect([kind('sha256', 'ab'.repeat(32)), kind('at', '2026-11-24T11:00:00Z'), kind('url', 'https://a.example/x'), kind('url', 'javascript:alert(1)')]).toEqual(['digest', 'time', 'code', 'text']);
  expect([kind('key', 'a.example+01234567+AQ=='), kind('id', 'alpha'), kind('name', 'Alpha'), kind('n', 3), kind('x', true), kind('x', null)]).toEqual(['code', 'code', 'text', 'number', 'truth', 'nothing']);
});
