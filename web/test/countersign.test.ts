// What an officer is given to sign is read strictly: one meaning, nothing hidden, and whose signatures hold.
import { describe, expect, it } from 'vitest';
import { base64, utf8 } from '../src/lib/bytes';
import { checkSignatures, countersign, decisionOf, payloadType, read, sign, statement, type Statement } from '../src/lib/dsse';
import { makeKey } from '../src/lib/keys';

const sha256 = 'ab'.repeat(32);
const fields = { pledge: { sha256 }, organisation: { id: 'club' }, decision: 'approved', reason: 'Known to us.', at: '2026-11-28T12:00:00Z' };
const made = statement('approval', fields);
const none = base64(new Uint8Array(64));
const around = (payload: string, signatures = `[{"keyid":"officer-1+deadbeef","sig":"${none}"}]`) =>
  `{"payload":"${base64(utf8(payload))}","payloadType":"${payloadType}","signatures":${signatures}}`;

describe('an envelope to sign', () => {
  it('has one meaning', async () => {
    const plain = JSON.stringify(made);
    expect(read(around(plain))?.statement).toEqual(made);
    const key = await makeKey('officer-2');
    for (const payload of [
      plain.replace('"decision":"approved"', '"decision":"approved","decision":"refused"'),
      plain.replace('"decision":"approved"', '"decision":"approved","decisio\\u006e":"refused"'),
      plain.replace('{"_type"', '{ "_type"'),
      plain.replace('Known', '\\u004bnown'),
      `\ufeff${plain}`,
      `${plain}{}`,
    ]) {
      expect(read(around(payload)), payload).toBeUndefined();
      expect(await countersign(around(payload), key)).toBeUndefined();
    }
    expect(read(around(plain, `[{"keyid":"a","sig":"AAAA"}]`))).toBeUndefined();
    expect(read(around(plain, `[{"keyid":"a","keyid":"b","sig":"${none}"}]`))).toBeUndefined();
    expect(read(around(plain, '[null]'))).toBeUndefined();
  });
  it('tells which signatures hold', async () => {
    const [one, two, stranger] = [await makeKey('o/1'), await makeKey('o/2'), await makeKey('o/3')];
    const roster = [one, two].map((k, i) => ({ person: `officer-${i + 1}`, vkey: k.vkey }));
    const good = read(await sign(made, [one, stranger]))!.envelope;
    expect(await checkSignatures(good, roster)).toEqual([
      { keyid: one.keyid, person: 'officer-1', holds: 'yes' },
      { keyid: stranger.keyid, holds: 'unknown' },
    ]);
    const forged = read(around(JSON.stringify(made), `[{"keyid":"${two.keyid}","sig":"${none}"}]`))!.envelope;
    expect(await checkSignatures(forged, roster)).toEqual([{ keyid: two.keyid, person: 'officer-2', holds: 'no' }]);
    // Another statement under a signature that was made for this one.
    const moved = { ...good, payload: read(await sign(statement('approval', { ...fields, decision: 'refused' }), [one]))!.envelope.payload };
    expect((await checkSignatures(moved, roster))[0]!.holds).toBe('no');
    // A roster that ties the keyid to another key.
    expect((await checkSignatures(good, [{ person: 'x', vkey: `${one.keyid}+${two.vkey.split('+').at(-1)}` }]))[0]!.holds).toBe('unknown');
  });
});

describe('a decision', () => {
  it('is one of three kinds, told whole', () => {
    expect(decisionOf(made)).toEqual({ kind: 'approval', organisation: 'club', about: sha256, decision: 'approved', reason: 'Known to us.', at: fields.at });
    expect(decisionOf(statement('removal', { record: { sha256 }, organisation: { id: 'club' }, reason: 'Gone.', at: fields.at }))).toMatchObject({ kind: 'removal', about: sha256 });
    expect(decisionOf(statement('dispute-decision', { dispute: { sha256 }, organisation: { id: 'club' }, decision: 'upheld', reason: 'So.', at: fields.at }))?.decision).toBe('upheld');
  });
  it('holds nothing else', () => {
    const changed = (change: (s: any) => void) => {
      const copy = JSON.parse(JSON.stringify(made));
      change(copy);
      return decisionOf(copy as Statement);
    };
    expect(changed(() => {})).toBeDefined();
    expect(changed((s) => (s.predicateType = s.predicateType.replace('approval', 'key-set')))).toBeUndefined();
    expect(changed((s) => (s.predicateType = 'https://other.example/predicate/approval/v1'))).toBeUndefined();
    expect(changed((s) => (s._type = 'x'))).toBeUndefined();
    expect(changed((s) => (s.subject[0].name = 'another'))).toBeUndefined();
    expect(changed((s) => s.subject.push({ digest: { sha256: 'cd'.repeat(32) } }))).toBeUndefined();
    expect(changed((s) => (s.subject[0].digest.sha256 = 'cd'.repeat(32)))).toBeUndefined();
    expect(changed((s) => (s.predicate.more = 1))).toBeUndefined();
    expect(changed((s) => (s.predicate.organisation.name = 'Other'))).toBeUndefined();
    expect(changed((s) => (s.predicate.decision = 'perhaps'))).toBeUndefined();
    expect(changed((s) => delete s.predicate.at)).toBeUndefined();
    expect(changed((s) => (s.extra = 1))).toBeUndefined();
    expect(decisionOf(null as unknown as Statement)).toBeUndefined();
    expect(decisionOf({ ...made, predicate: null } as unknown as Statement)).toBeUndefined();
  });
});
