import { afterEach, describe, expect, it, vi } from 'vitest';
import { match, routes } from '../src/lib/routes';
import { pointedAt } from '../src/lib/router.svelte';

describe('an address', () => {
  it('leads to its page', () => {
    expect(match('/ledger/600/')).toMatchObject({ route: { name: 'entry' }, params: { leaf: '600' } });
    expect(match('/supporters/bank-of-x/')?.params.id).toBe('bank-of-x');
    expect(match(`/assessments/${'ab'.repeat(32)}/`)?.route.name).toBe('assessment');
    expect(match('/controls/P6-02/')?.params.id).toBe('P6-02');
    expect(match('/norms/gge-2015/')?.params.id).toBe('gge-2015');
  });
  it('cannot lead the page to another part of the API', () => {
    for (const path of [
      '/ledger/..%2fsupporters%2fscr/', '/ledger/%36/', '/ledger/007/', '/ledger/6e3/', '/ledger/1?x/', '/ledger/9999999999999999/',
      '/assessments/..%2fstatements%2f13%3f/', '/assessments/AB/', '/supporters/..%2frules/', '/supporters/a%00/', '/supporters/-a/', '/supporters/../',
      '/principles/0/', '/principles/10/', '/controls/..%2findex/', '/norms/x%3fy/', '/norms/%E0%A4%A/',
    ])
      expect(match(path), path).toBeUndefined();
  });
  it('has a form for each of its parameters', () => {
    // A parameter without a form fits nothing, so a new page cannot forget it.
    const samples: Record<string, string> = { supporter: 'a', principle: '1', control: 'P1-01', norm: 'a', entry: '0', assessment: '0'.repeat(64) };
    for (const route of routes.filter((r) => r.pattern.includes('{'))) expect(match(route.pattern.replace(/\{\w+\}/, samples[route.name] ?? '?'))?.route.name).toBe(route.name);
  });
});

describe('a hash', () => {
  afterEach(() => vi.unstubAllGlobals());
  it('that cannot be decoded is no error', () => {
    const asked: string[] = [];
    vi.stubGlobal('document', { getElementById: (id: string) => (asked.push(id), null) });
    for (const hash of ['', '#', '#%E0%A4%A', '#d%C3%A9j%C3%A0']) expect(pointedAt(hash)).toBeNull();
    expect(asked).toEqual(['%E0%A4%A', 'déjà']);
  });
});
