// Small things a supporter's page is made with.
import { expect, it } from 'vitest';
import { daysBetween, hexOf, keyName, principleOf, siteAddress, webAddress } from '../src/lib/profile';

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
