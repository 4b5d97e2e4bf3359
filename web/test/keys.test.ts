// Against the real program where it is built (ENTENTE_BINARY, else ../build/release/entente): it must read our files and we must read its.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromBase64, sha256Hex } from '../src/lib/bytes';
import { countersign, envelopeDigest, read, sign, statement, type Kind } from '../src/lib/dsse';
import { encryptedFile, KeyError, makeKey, openKey, readPublicKey, validName } from '../src/lib/keys';

const binary = process.env.ENTENTE_BINARY ?? resolve(dirname(fileURLToPath(import.meta.url)), '../../build/release/entente');
const there = existsSync(binary);
// The example of docs/statements.md.
const vkey = 'bank.example+b7a6d733+AUOB3CqxQoUWDICGWa7gBdUSVa3XJksxjQfHQXKSx0Qs';
const fault = async (work: Promise<unknown>) => work.then(() => 'none', (e) => (e instanceof KeyError ? e.fault : String(e)));

describe('base64', () => {
  it('refuses every second spelling', () => {
    expect(fromBase64('AAA=')).toEqual(new Uint8Array(2));
    for (const text of ['AAA', 'AAB=', 'AA A', 'AA-_', '====', 'A===']) expect(fromBase64(text), text).toBeUndefined();
  });
});

describe('public keys', () => {
  it('reads a vkey and tells its parts', async () => {
    expect(await readPublicKey(`${vkey}\r\n`)).toMatchObject({ name: 'bank.example', id: 'b7a6d733', type: 'ed25519', vkey });
  });
  it('says what is wrong', async () => {
    expect(await fault(readPublicKey(vkey.replace('bank', 'bonk')))).toBe('id');
    expect(await fault(readPublicKey(`\ufeff${vkey}`))).toBe('encoding');
    expect(await fault(readPublicKey(`${vkey}\n${vkey}`))).toBe('lines');
    expect(await fault(readPublicKey('x'.repeat(17000)))).toBe('too-large');
    expect(await fault(readPublicKey('bank.example'))).toBe('form');
    expect(await fault(readPublicKey('PRIVATE+KEY+a+00000000+AA=='))).toBe('private');
    // A key of small order (all zeros but the identity's 1), with its right id.
    const bytes = new Uint8Array(33);
    bytes.set([1, 1]);
    const id = (await sha256Hex(new Uint8Array([0x61, 0x0a, ...bytes]))).slice(0, 8);
    expect(await fault(readPublicKey(`a+${id}+${Buffer.from(bytes).toString('base64')}`))).toBe('point');
  });
  it('knows names', () => {
    for (const name of ['a', 'bank.example/2027', 'Crédit']) expect(validName(name)).toBe(true);
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\u0007b', 'a\u0085b']) expect(validName(name)).toBe(false);
  });
});

describe('private keys', () => {
  it('makes one, writes it and reads it back', async () => {
    const key = await makeKey('club.example');
    const again = await openKey(key.file());
    expect(again.vkey).toBe(key.vkey);
    expect((await readPublicKey(key.vkey)).id).toBe(key.id);
    const altered = key.file().replace('club', 'clab');
    expect(await fault(openKey(altered))).toBe('id');
    expect(await fault(openKey(key.vkey))).toBe('public');
    expect(await fault(makeKey('a b'))).toBe('name');
  });
  it('encrypts one, and opens it with the passphrase only', { timeout: 60000 }, async () => {
    const key = await makeKey('club.example');
    const file = await encryptedFile(key, 'pass phrase');
    expect(file).toMatch(/^ENCRYPTED\+KEY\+v1\+[\w-]{22}==\+[\w-]{32}\+[\w-]+=*\n$/);
    expect((await openKey(file, 'pass phrase')).vkey).toBe(key.vkey);
    expect(await fault(openKey(file))).toBe('passphrase-needed');
    expect(await fault(openKey(file, 'Pass phrase'))).toBe('passphrase');
    expect(await fault(openKey('ENCRYPTED+KEY+v1+AA==+AA==+AA==', 'x'))).toBe('form');
  });
  it('signs the same with and without WebCrypto', async () => {
    const noble = await import('@noble/ed25519');
    const key = await makeKey('club.example');
    const message = new Uint8Array([1, 2, 3]);
    const seed = fromBase64(key.file().trim().split('+').slice(4).join('+'))!.slice(1);
    expect(await key.sign(message)).toEqual(Uint8Array.from(await noble.signAsync(message, seed)));
  });
});

describe('envelopes', () => {
  const made = statement('approval', { pledge: { sha256: 'a'.repeat(64) }, organisation: { id: 'club' }, decision: 'approved', at: '2026-11-28T10:00:00Z' });
  it('are canonical, and take a second signature', async () => {
    const [one, two] = [await makeKey('o/1'), await makeKey('o/2')];
    const first = await sign(made, [one]);
    const both = (await countersign(first, two))!;
    expect(both).toBe(await sign(made, [one, two]));
    expect(read(both)?.envelope.signatures.map((s) => s.keyid)).toEqual([one.keyid, two.keyid]);
    expect(read(both)?.statement).toEqual(made);
    expect(await countersign(both, two)).toBe(both);
    expect(read(` ${both}`.replace('{"payload', '{ "payload'))).toBeUndefined();
    expect(read('{}')).toBeUndefined();
    expect(await envelopeDigest('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

describe.skipIf(!there)('beside the program', () => {
  let folder = '';
  const entente = (args: string[], env = {}) => execFileSync(binary, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-keys-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('opens its plain and its encrypted files', { timeout: 60000 }, async () => {
    for (const passphrase of [undefined, 'Käse und Brot']) {
      const file = join(folder, passphrase ? 'secret.key' : 'plain.key');
      entente(['keygen', 'club.example/key', '-o', file, ...(passphrase ? ['--passphrase'] : [])], passphrase ? { ENTENTE_PASSPHRASE: passphrase } : {});
      const key = await openKey(readFileSync(file, 'utf8'), passphrase);
      expect(`${key.vkey}\n`).toBe(readFileSync(`${file}.vkey`, 'utf8'));
      if (!passphrase) expect(key.file()).toBe(readFileSync(file, 'utf8'));
      expect((await readPublicKey(readFileSync(`${file}.vkey`, 'utf8'))).type).toBe('ed25519');
    }
  });
  it('writes files it opens, and the very envelope it makes', { timeout: 60000 }, async () => {
    const key = await makeKey('browser.example');
    const predicate = {
      organisation: { id: 'browser', name: 'Été « Browser »', category: 'private-sector', country: 'FRA' },
      text: { language: 'en', sha256: 'b'.repeat(64) },
      key: key.vkey,
      at: '2026-11-28T10:00:00Z',
    };
    const fields = join(folder, 'pledge.json');
    writeFileSync(fields, JSON.stringify(predicate));
    for (const [name, text] of [
      ['browser.key', key.file()],
      ['browser2.key', await encryptedFile(key, 'pass')],
    ] as const) {
      const file = join(folder, name);
      writeFileSync(file, text, { mode: 0o600 });
      chmodSync(file, 0o600);
      const theirs = entente(['registry', 'sign', 'pledge', fields, '--key', file], { ENTENTE_PASSPHRASE: 'pass' }).trim();
      const found = read(theirs)!;
      expect(found.statement.predicate).toEqual(predicate);
      expect(found.statement.subject[0]!.digest).toEqual({ sha256: 'b'.repeat(64) });
      // The same payload, signed here, is the same envelope: Ed25519 has one signature a message.
      expect(await sign(found.statement, [key])).toBe(theirs);
    }
  });
  it('makes the statements the program makes of the same fields', { timeout: 60000 }, async () => {
    const key = await makeKey('officer.example');
    const file = join(folder, 'officer.key');
    writeFileSync(file, key.file(), { mode: 0o600 });
    const at = '2026-11-28T10:00:00Z';
    const organisation = { id: 'club' };
    const sha256 = 'c'.repeat(64);
    const kinds: [Kind, Record<string, unknown>][] = [
      ['approval', { pledge: { sha256 }, organisation, decision: 'refused', reason: 'No.', at }],
      ['removal', { record: { sha256 }, organisation, reason: 'Why.', at }],
      ['dispute-decision', { dispute: { sha256 }, organisation, decision: 'rejected', reason: 'Why.', at }],
    ];
    for (const [kind, predicate] of kinds) {
      const fields = join(folder, `${kind}.json`);
      writeFileSync(fields, JSON.stringify(predicate));
      // The program checks the fields by the schema before it signs.
      const theirs = read(entente(['registry', 'sign', kind, fields, '--key', file]).trim())!.statement;
      const ours = statement(kind, predicate);
      expect(theirs.predicateType).toBe(ours.predicateType);
      expect(theirs.predicate).toEqual(ours.predicate);
      expect(theirs.subject.map((s) => s.digest)).toEqual(ours.subject.map((s) => s.digest));
    }
  });
});
