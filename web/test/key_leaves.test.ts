import { expect, it } from 'vitest';
import type { Api } from '../src/lib/api';
import type { Statement } from '../src/lib/verify/envelope';
import { keyLeaves } from '../src/lib/verify/key_leaves';

const all = async (from: AsyncIterable<number>) => {
  const out: number[] = [];
  for await (const leaf of from) out.push(leaf);
  return out;
};

it('looks at the records a statement names, the rules, and earlier rules and key-sets', async () => {
  const asked: string[] = [];
  const answers: Record<string, unknown> = {
    '/supporters/alpha': { keys: [{ leaf: 7 }, { leaf: 9 }], pledge: { leaf: 7 } },
    '/rules': { leaf: 500 },
    '/pages/statements/500.json': { items: [{ leaf: 500, kind: 'registry-rules' }, { leaf: 501, kind: 'pledge', supporter: 'alpha' }] },
    '/pages/statements/0.json': { items: [{ leaf: 0, kind: 'registry-rules' }, { leaf: 8, kind: 'key-set', supporter: 'alpha' }, { leaf: 9, kind: 'key-set', supporter: 'other' }] },
  };
  const api = { get: async (path: string) => (asked.push(path), answers[path] ?? Promise.reject(new Error(path))) } as unknown as Api;
  const statement = { predicate: { organisation: { id: 'alpha' }, by: { id: '../evil' }, reviewer: { id: 'beta' } } } as unknown as Statement;
  expect(await all(keyLeaves(api, 600)(statement))).toEqual([7, 9, 7, 500, 0, 500, 8, 0]);
  expect(asked).toEqual(['/supporters/alpha', '/supporters/beta', '/rules', '/pages/statements/500.json', '/pages/statements/0.json']);
});

it('finds the holder of a commitment, which its statement does not name', async () => {
  const answers: Record<string, unknown> = {
    '/commitments': { items: [{ commitment: 'aa', holder: 'other' }, { commitment: 'bb', holder: 'alpha' }] },
    '/supporters/alpha': { keys: [{ leaf: 7 }] },
  };
  const api = { get: async (path: string) => answers[path] ?? Promise.reject(new Error(path)) } as unknown as Api;
  const statement = { predicate: { commitment: { sha256: 'bb' } } } as unknown as Statement;
  expect(await all(keyLeaves(api, 10)(statement))).toEqual([7, 0]);
});
