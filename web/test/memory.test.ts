import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { forget, remember, remembered } from '../src/lib/verify/memory';

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal('localStorage', { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v), removeItem: (k: string) => kept.delete(k) });
});
afterEach(() => vi.unstubAllGlobals());

it('keeps the checkpoint, and the witnesses its rules named', () => {
  const rules = { leaf: 3, witnesses: ['w+00000000+x'] };
  expect(remember('k', 'n', new Date(0), rules)).toBe(true);
  expect(remembered()).toEqual({ vkey: 'k', note: 'n', seen: '1970-01-01T00:00:00.000Z', rules });
  remember('k', 'n', new Date(0), undefined);
  expect(remembered()).toEqual({ vkey: 'k', note: 'n', seen: '1970-01-01T00:00:00.000Z' });
  forget();
  expect(remembered()).toBeUndefined();
});
it('takes nothing that is not of its form', () => {
  const base = { vkey: 'k', note: 'n', seen: 's' };
  for (const text of ['', 'null', '7', '[]', '{}', JSON.stringify({ ...base, seen: 1 })]) {
    kept.set('entente-checkpoint', text);
    expect(remembered(), text).toBeUndefined();
  }
  for (const rules of [null, 7, {}, { leaf: '1', witnesses: [] }, { leaf: 1, witnesses: [2] }, { leaf: 1, witnesses: 'w' }]) {
    kept.set('entente-checkpoint', JSON.stringify({ ...base, rules }));
    expect(remembered()).toEqual(base);
  }
});
