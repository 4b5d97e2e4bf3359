// One rule for signatures (docs/ed25519.md), whichever of the two implementations decides the equation: the browser's own, and the curve in
// JavaScript. The vectors are not in the repository: $ENTENTE_SHARED/conformance, or ../shared beside it.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, utf8 } from '../src/lib/verify/bytes';
import { byCurve, soundPoint, verifyEd25519 } from '../src/lib/verify/ed25519';

const shared = process.env.ENTENTE_SHARED ?? new URL('../../../shared', import.meta.url).pathname;
const read = (path: string) => JSON.parse(readFileSync(`${shared}/conformance/ledger/${path}`, 'utf8'));
const refusing = new Set(['low_order_A', 'low_order_R', 'non_canonical_A', 'non_canonical_R', 'low_order_residue']);
const bytes = (digits: string) => fromHex(digits);

describe.skipIf(!existsSync(`${shared}/conformance/ledger/cctv`))('edge cases of C2SP’s CCTV', () => {
  interface Case {
    key: string;
    sig: string;
    msg: string;
    flags: string[] | null;
  }
  const cases = (existsSync(`${shared}/conformance/ledger/cctv`) ? read('cctv/ed25519/ed25519vectors.json') : []) as Case[];
  const wrong = async (equation?: typeof byCurve) => {
    const out: Case[] = [];
    for (const c of cases) {
      const expected = !(c.flags ?? []).some((flag) => refusing.has(flag));
      if ((await verifyEd25519(bytes(c.key), utf8(c.msg), bytes(c.sig), equation)) !== expected) out.push(c);
    }
    return out;
  };
  it('914 of them by the platform', async () => {
    expect(cases.length).toBe(914);
    expect(await wrong()).toEqual([]);
  });
  it('914 of them by the curve', { timeout: 60_000 }, async () => expect(await wrong(byCurve)).toEqual([]));
});

describe.skipIf(!existsSync(`${shared}/conformance/ledger/wycheproof`))('Wycheproof', () => {
  it.each([
    ['the platform', undefined],
    ['the curve', byCurve],
  ])('all cases by %s', { timeout: 60_000 }, async (_, equation) => {
    let n = 0;
    for (const group of read('wycheproof/testvectors_v1/ed25519_test.json').testGroups)
      for (const c of group.tests) {
        ++n;
        const holds = await verifyEd25519(bytes(group.publicKey.pk), bytes(c.msg), bytes(c.sig), equation);
        expect([c.tcId, holds]).toEqual([c.tcId, c.result === 'valid']);
      }
    expect(n).toBe(151);
  });
});

describe('points', () => {
  it('refuses small order and other spellings', () => {
    const point = (first: number, last: number) => Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? first : i === 31 ? last : first === 0xec || first === 0xed ? 0xff : 0));
    for (const p of [point(0, 0), point(0, 0x80), point(1, 0), point(1, 0x80), point(0xec, 0x7f), point(0xed, 0x7f), new Uint8Array(31)])
      expect(soundPoint(p)).toBe(false);
    expect(soundPoint(bytes('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'))).toBe(true);
  });
});
