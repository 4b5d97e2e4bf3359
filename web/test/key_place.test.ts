import { describe, expect, it } from 'vitest';
import { whyNoKeys } from '../src/lib/key_place';

describe('where a private key is asked for', () => {
  const here = 'https://registry.example';
  it('on the registry’s own pages', () => {
    expect(whyNoKeys({ framed: false, mode: 'live', registry: '', here })).toBeUndefined();
    expect(whyNoKeys({ framed: false, mode: 'live', registry: here, here })).toBeUndefined();
    expect(whyNoKeys({ framed: false, mode: 'static', registry: `${here}/`, here })).toBeUndefined();
  });
  it('never inside another page', () => {
    for (const mode of ['live', 'static'] as const) expect(whyNoKeys({ framed: true, mode, registry: here, here })).toBe('framed');
  });
  it('not on a copy elsewhere, or of which nobody knows whose it is', () => {
    for (const registry of ['', 'https://other.example', 'https://registry.example.evil.example', 'http://registry.example', 'https://registry.example:8443'])
      expect(whyNoKeys({ framed: false, mode: 'static', registry, here }), registry).toBe('copy');
    expect(whyNoKeys({ framed: false, mode: 'static', registry: here, here: 'null' })).toBe('copy');
  });
});
