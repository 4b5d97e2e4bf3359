import { describe, expect, it } from 'vitest';
import type { Api } from '../src/lib/api';
import { countsOf, fixFirst, loadAssessment, type Row } from '../src/lib/assessment_view';
import { loadMessages } from '../src/lib/i18n';
import { Site } from '../src/lib/site';

const row = (id: string, status: Row['status'], cls: string): Row => ({ id, principle: Number(id[1]), title: id, status, class: cls, evidence: 0, digests: [] });

it('puts first what fails, then what holds in part; attested and declared last', () => {
  const rows = [row('P1-02', 'partial', 'M'), row('P2-01', 'not-satisfied', 'A'), row('P3-01', 'satisfied', 'V'), row('P4-01', 'not-satisfied', 'D'), row('P5-01', 'not-satisfied', 'V'), row('P1-01', 'partial', 'V'), row('P9-01', 'not-assessed', 'V')];
  expect(fixFirst(rows).map((r) => r.id)).toEqual(['P5-01', 'P2-01', 'P4-01', 'P1-01', 'P1-02']);
  expect(countsOf(rows)).toEqual({ satisfied: 1, partial: 2, 'not-satisfied': 3, 'not-assessed': 1, 'not-applicable': 0 });
});

describe('loading', () => {
  const signed = { leaf: 3, envelope: 'aa', supporter: 'alpha', at: '2026-11-28T11:00:00Z', document: 'd', bundle: 'b', catalog: { version: '1', sha256: 'c' }, signer: 'alpha+01234567' };
  const answers: Record<string, unknown> = {
    '/assessments/aa': {
      ...signed,
      controls: [
        { control: 'P6-02', status: 'not-satisfied', class: 'V', weight: 1, evidence: ['e1', 'e2'] },
        { control: 'P6-03', status: 'satisfied', class: 'V', weight: 1, evidence_count: 9 },
      ],
    },
    '/statements/3': { statement: { predicate: { organisation: { name: 'Alpha' }, principles: [{ principle: 6, tier: 'D', coverage: 1, score: 0.5, low: 0.5, high: 0.5, counts: {} }], tool: { name: 'entente', version: '1.0' } } } },
    '/controls': { controls: [{ id: 'P6-02', title: { en: 'Vulnerabilities', fr: 'Vulnérabilités' }, test: { en: '', fr: '' }, satisfied: { en: 'open <=5 and >=95%', fr: '' } }] },
    '/principles': { items: [{ number: 6, title: { en: 'Lifecycle', fr: 'Cycle de vie' } }] },
    '/supporters/alpha': { keys: [{ vkey: 'alpha+01234567+AQ==' }] },
    '/disputes': { items: [{ leaf: 4, assessment: 'aa', control: 'P6-02', state: 'open' }, { leaf: 5, assessment: 'bb', control: 'P6-02', state: 'open' }] },
  };
  const load = async (index: unknown) => {
    const all: Record<string, unknown> = { ...answers, '/index/alpha': index };
    const api = { get: async (path: string) => (path in all && all[path] !== undefined ? all[path] : Promise.reject(new Error(path))) } as unknown as Api;
    const site = new Site(await loadMessages('en'), api, 'live', '');
    return loadAssessment({ site, params: { envelope: 'aa' }, query: new URLSearchParams(), prerendering: false });
  };
  it('joins rows with the catalogue, the disputes and what the index makes of them', async () => {
    const data = await load({ assessment: { envelope: 'sha256:aa' }, findings: [{ control: 'P6-02', ground: 'disputed' }, { control: 'P6-03', ground: 'counted' }] });
    expect(data).toMatchObject({ name: 'Alpha', later: null, vkey: 'alpha+01234567+AQ==', person: null, tool: 'entente 1.0', disputes: [{ leaf: 4, control: 'P6-02', state: 'open' }] });
    expect(data.rows[0]).toMatchObject({ title: 'Vulnerabilities', evidence: 2, ground: 'disputed', need: 'open ≤\u202f5 and ≥\u202f95%' });
    expect(data.rows[1]).toMatchObject({ title: 'P6-03', evidence: 9 });
    expect(data.rows[1]?.ground).toBeUndefined();
  });
  it('says that there is a later one, and counts nothing by it', async () => {
    const data = await load({ assessment: { envelope: 'sha256:bb' }, findings: [{ control: 'P6-02', ground: 'disputed' }] });
    expect(data.later).toBe('bb');
    expect(data.rows[0]?.ground).toBeUndefined();
  });
  it('does without the index', async () => {
    expect((await load(undefined)).later).toBeNull();
  });
});
