// What an attacker may try byte by byte: every changed bit of a checkpoint or an envelope is noticed, and no input does more than fail with
// a reason of the verifier's own.
import { describe, expect, it } from 'vitest';
import { base64, text, utf8, VerifyError } from '../src/lib/verify/bytes';
import { verifyEd25519 } from '../src/lib/verify/ed25519';
import { checkJson, parseEnvelope, preAuthentication, statementOf } from '../src/lib/verify/envelope';
import { introducedKeys } from '../src/lib/verify/introduced';
import { keyId, parseKey } from '../src/lib/verify/keys';
import { openCheckpoint, parseNote } from '../src/lib/verify/note';
import { parseReceipt } from '../src/lib/verify/receipt';
import { parseBundle } from '../src/lib/verify/tiles';
import { fixture, filesOf } from './verify_support';

// Always the same numbers.
function* random(): Generator<number> {
  let x = 123456789;
  for (;;) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}
const ownReason = async (work: () => unknown) => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return true;
  }
  return false;
};

describe('every changed bit', () => {
  it('of a checkpoint is noticed', async () => {
    const key = await parseKey(fixture.registry.vkey);
    const good = filesOf(fixture.registry).checkpoint!;
    await openCheckpoint(good, key);
    for (let i = 0; i < good.length * 8; ++i) {
      const bytes = good.slice();
      bytes[i >> 3]! ^= 1 << (i & 7);
      expect(await ownReason(() => openCheckpoint(bytes, key)), `bit ${i}`).toBe(true);
    }
  });
  it('of an envelope is noticed', async () => {
    const good = parseBundle(filesOf(fixture.registry)['tile/entries/000.p/4']!, 4)[1]!;
    const [introduced] = await introducedKeys(statementOf(parseEnvelope(good)), 1);
    const holds = async (bytes: Uint8Array) => {
      const envelope = parseEnvelope(bytes);
      const [signature, ...more] = envelope.signatures;
      return more.length === 0 && signature!.keyid === keyId(introduced!.key) && (await verifyEd25519(introduced!.key.bytes, preAuthentication(envelope), signature!.sig));
    };
    expect(await holds(good)).toBe(true);
    for (let i = 0; i < good.length * 8; i += 3) {
      const bytes = good.slice();
      bytes[i >> 3]! ^= 1 << (i & 7);
      const noticed = await holds(bytes).then(
        (good) => !good,
        (error) => error instanceof VerifyError,
      );
      expect(noticed, `bit ${i}`).toBe(true);
    }
  });
});

describe('whatever comes in', () => {
  const seeds = [filesOf(fixture.log).checkpoint!, utf8(fixture.log.receipts['699']!), parseBundle(filesOf(fixture.registry)['tile/entries/000.p/4']!, 4)[2]!, utf8(fixture.log.vkey), filesOf(fixture.registry)['tile/entries/000.p/4']!];
  it('ends in a reason of our own', { timeout: 60_000 }, async () => {
    const numbers = random();
    const next = (below: number) => numbers.next().value! % below;
    for (let round = 0; round < 1500; ++round) {
      const seed = seeds[round % seeds.length]!;
      let bytes = seed.slice();
      for (let n = 1 + next(4); n > 0; --n) {
        const at = next(bytes.length);
        const how = next(3);
        if (how === 0) bytes[at] = next(256);
        else if (how === 1) bytes = bytes.slice(0, at + 1);
        else bytes = Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(next(bytes.length), next(bytes.length))].slice(0, 4000).concat([10]));
      }
      const spelt = new TextDecoder().decode(bytes);
      await ownReason(() => parseNote(bytes));
      await ownReason(() => parseReceipt(spelt));
      await ownReason(() => statementOf(parseEnvelope(bytes)));
      await ownReason(() => parseKey(spelt));
      await ownReason(() => parseBundle(bytes, 4));
    }
  });
  it('is bounded', async () => {
    expect(await ownReason(() => parseNote(new Uint8Array(1_000_001)))).toBe(true);
    expect(await ownReason(() => parseEnvelope(new Uint8Array(70_000)))).toBe(true);
    expect(await ownReason(() => checkJson('['.repeat(200)))).toBe(true);
    expect(await ownReason(() => checkJson('{"a":1,"b":{"a":2},"a":3}'))).toBe(true);
    expect(await ownReason(() => checkJson('{"a":"{\\"a\\":1}","b":[{"a":1},{"a":1}]}'))).toBe(false);
    expect(await ownReason(() => checkJson('{"a":1,"\\u0061":2}'))).toBe(true);
  });
  it('is read in one spelling only', async () => {
    const envelope = text(parseBundle(filesOf(fixture.registry)['tile/entries/000.p/4']!, 4)[1]!);
    const value = JSON.parse(envelope) as { payload: string };
    for (const other of [envelope.replace('{"payload"', '{ "payload"'), `${envelope}\n`, JSON.stringify({ more: 1, ...value }), envelope.replace('"keyid"', '"keyid":"","keyid"')])
      expect(await ownReason(() => parseEnvelope(utf8(other))), other.slice(0, 40)).toBe(true);
    expect(base64(Uint8Array.of(1))).toBe('AQ==');
    expect(await ownReason(() => parseKey(fixture.log.vkey.replace('+A', '+ A')))).toBe(true);
  });
});
