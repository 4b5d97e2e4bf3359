// Small things a supporter's page is made with.
import { describe, expect, it } from 'vitest';
import { daysBetween, hexOf, keyName, membershipsOf, principleOf, siteAddress, tallyOf, webAddress } from '../src/lib/profile';

it('ages, names and addresses', () => {
  expect(daysBetween('2026-07-30T00:00:00Z', '2026-08-21T09:00:00Z')).toBe(22);
  expect(daysBetween('2026-08-30T00:00:00Z', '2026-08-21T09:00:00Z')).toBeUndefined();
  expect(daysBetween(undefined, '2026-08-21T09:00:00Z')).toBeUndefined();
  expect(keyName('bank.example+6771df95+ARQm')).toBe('bank.example+6771df95');
  expect(hexOf('sha256:ab')).toBe('ab');
  expect([principleOf('P0-01'), principleOf('P9-08'), principleOf('x')]).toEqual([0, 9, -1]);
});
it('knows a website by its domain', () => {
  expect(siteAddress('bank.example')).toBe('https://bank.example');
  expect(siteAddress('https://bank.example/en')).toBe('https://bank.example/en');
  for (const bad of ['javascript:alert(1)', 'a b.example', 'n/a', '', undefined]) expect(siteAddress(bad)).toBeUndefined();
});
it('follows addresses of the web only', () => {
  expect(webAddress('https://bank.example')).toBe('https://bank.example');
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'bank.example', 'https://a b', undefined]) expect(webAddress(bad)).toBeUndefined();
});

describe('memberships', () => {
  const norms = [{ id: 'tech-accord', title: 'Cybersecurity Tech Accord' }];
  const said = (instrument: string, basis: string, leaf: number) => ({ instrument, basis, leaf });
  it('name an instrument once, however it is written, with all that is said of it', () => {
    const found = membershipsOf([said('Tech Accord', 'imported', 8), said('tech-accord', 'declared', 20), said('Cybersecurity Tech Accord', 'confirmed', 21)], norms);
    expect(found).toHaveLength(1);
    expect(found[0]!.norm).toEqual({ id: 'tech-accord', title: 'Cybersecurity Tech Accord' });
    expect(found[0]!.said.map((s) => s.leaf)).toEqual([8, 20, 21]);
  });
  it('keep the name of one that is not known here', () => {
    expect(membershipsOf([said('Quiet Pact', 'declared', 3)], norms)).toEqual([{ instrument: 'Quiet Pact', said: [said('Quiet Pact', 'declared', 3)] }]);
    expect(membershipsOf(undefined, norms)).toEqual([]);
  });
});

describe('the findings of a principle', () => {
  it('are told apart by how they enter its figure', () => {
    const findings = ['counted', 'declared', 'not-applicable', 'not-assessed', 'disputed'].map((ground, i) => ({ control: `P3-0${i + 1}`, ground }));
    expect(tallyOf([...findings, { control: 'P4-01', ground: 'counted' }], 3)).toEqual({ counted: 1, declared: 1, unknown: 2, inapplicable: 1 });
  });
});
