import { describe, expect, it } from 'vitest';
import { ApiError } from '../src/lib/api';
import { countMeans, itemOf, meansOf, principleOf, type EvidenceClass } from '../src/lib/catalogue';
import { cases } from '../src/lib/cases';
import { countsOf, resultsOf, controlResults } from '../src/lib/results';
import en from '../src/locales/en.json';
import fr from '../src/locales/fr.json';

const control = (evidence_class: EvidenceClass, measured?: { by: string | null; why?: string }) => ({ evidence_class, measured });

describe('who measures a control', () => {
  it('is the engine or the registry where the API says so, whatever the class', () => {
    expect(meansOf(control('A', { by: 'supply' }))).toBe('engine');
    expect(meansOf(control('M', { by: 'registry' }))).toBe('registry');
  });
  it('is nobody otherwise, and the class says why', () => {
    expect(meansOf(control('M', { by: null, why: 'no-engine-yet' }))).toBe('none');
    expect(meansOf(control('V'))).toBe('none');
    expect(meansOf(control('A', { by: null, why: 'attested' }))).toBe('attested');
    expect(meansOf(control('D', { by: null, why: 'declared' }))).toBe('declared');
  });
  it('is counted by kind', () => {
    expect(countMeans([{ means: 'none' }, { means: 'none' }, { means: 'engine' }])).toEqual({ engine: 1, registry: 0, attested: 0, declared: 0, none: 2 });
  });
});

describe('ids', () => {
  it('name the principle and the instrument', () => {
    expect(principleOf('P6-02')).toBe(6);
    expect(itemOf('cra.a2.1')).toEqual({ instrument: 'cra', item: 'a2.1' });
    expect(itemOf('cra')).toEqual({ instrument: 'cra', item: '' });
  });
});

describe('results', () => {
  it('add up where the total is missing', () => {
    expect(countsOf({ counts: { satisfied: 2, unknown: 3 } }).of).toBe(5);
    expect(countsOf({}).of).toBe(0);
  });
  it('are undefined where the registry has none, and fail where it fails', async () => {
    const api = (status: number) => ({ get: () => Promise.reject(new ApiError(status, '/results')), bytes: () => Promise.reject(new Error()) });
    expect(await resultsOf(api(404))).toBeUndefined();
    expect(await controlResults(api(404), 'P6-01', 5)).toBeUndefined();
    await expect(resultsOf(api(500))).rejects.toThrow();
  });
  it('keep what a page shows', async () => {
    const answer = {
      at: '2026-11-28T00:00:00Z',
      of: 3,
      counts: { satisfied: 3 },
      categories: [{ category: null, of: 3, counts: { satisfied: 3 } }],
      items: [1, 2, 3].map((n) => ({ supporter: `s${n}`, name: `S ${n}`, category: null, counted_as: 'not-assessed', ground: 'left-out', pointer: '/x' })),
    };
    const api = { get: <T>() => Promise.resolve(answer as T), bytes: () => Promise.reject(new Error()) };
    const got = await controlResults(api, 'P6-01', 2);
    expect(got?.items).toHaveLength(2);
    expect(got?.listed).toBe(3);
    expect(got?.items?.[0]).toMatchObject({ supporter: 's1', counted_as: 'unknown' });
    expect(got?.items?.[0]).not.toHaveProperty('pointer');
  });
});

describe('cases', () => {
  it('there is one for each principle, of its own controls, with its story in both languages', () => {
    expect(cases).toHaveLength(9);
    cases.forEach((c, i) => {
      for (const id of c.controls) expect(principleOf(id)).toBe(i + 1);
      for (const words of [en, fr]) {
        const story = (words.principles as any).cases[`p${i + 1}`];
        for (const part of ['title', 'did', 'shows', 'open']) expect(story[part], `p${i + 1}.${part}`).toMatch(/\S/);
      }
    });
  });
});
