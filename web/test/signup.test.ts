import { describe, expect, it } from 'vitest';
import { alike, commandsFor, emptyDraft, fieldOf, idFromName, knownOf, pledgeOf, seenBy, tidyDomain, validLei, wrong, type Draft } from '../src/lib/signup';

const draft = (more: Partial<Draft> = {}): Draft => ({
  ...emptyDraft('en'),
  name: 'Example Bank',
  id: 'example-bank',
  category: 'private-sector',
  country: 'FRA',
  domain: 'bank.example',
  textLanguage: 'en',
  textSha256: 'a'.repeat(64),
  ...more,
});
const faults = (step: 'organisation' | 'text', more: Partial<Draft>) => wrong(step, draft(more)).map((f) => `${f.field}:${f.why}`);

describe('names and ids', () => {
  it('makes an id of a name', () => {
    expect(idFromName('Société Générale (France)')).toBe('societe-generale-france');
    expect(idFromName("L'Œuvre d’Été S.A.")).toBe('l-oeuvre-d-ete-sa');
    expect(idFromName("Bank's and Co.")).toBe('banks-and-co');
    expect(idFromName('Straße & Łódź')).toBe('strasse-lodz');
    expect(idFromName('組織')).toBe('');
    expect(idFromName('x'.repeat(90))).toHaveLength(64);
    expect(idFromName(`${'x'.repeat(63)} y`)).toBe('x'.repeat(63));
  });
  it('tidies what is pasted as a domain', () => {
    expect(tidyDomain(' https://www.Bank.example/about?x ')).toBe('www.bank.example');
    expect(tidyDomain('bank.example.')).toBe('bank.example');
    expect(tidyDomain('bücher.example')).toBe('xn--bcher-kva.example');
  });
  it('checks the LEI', () => {
    expect(validLei('EXAMPLE0000000000184')).toBe(true);
    expect(validLei('EXAMPLE0000000000200')).toBe(false);
    expect(validLei('example')).toBe(false);
  });
});

describe('what is wrong', () => {
  it('nothing', () => {
    expect([...wrong('organisation', draft()), ...wrong('text', draft())]).toEqual([]);
    expect(faults('organisation', { category: 'intergovernmental', country: '' })).toEqual([]);
    expect(faults('organisation', { domain: '' })).toEqual([]);
  });
  it('of the organisation', () => {
    expect(faults('organisation', { name: ' ' })).toEqual(['name:nameEmpty']);
    expect(faults('organisation', { name: 'a\u202eb' })).toEqual(['name:name']);
    expect(faults('organisation', { id: '-x' })).toEqual(['id:id']);
    expect(faults('organisation', { country: '' })).toEqual(['country:country']);
    expect(faults('organisation', { domain: 'bank' })).toEqual(['domain:domain']);
    expect(faults('organisation', { domain: '', claim: true })).toEqual(['domain:claimDomain']);
    expect(faults('organisation', { lei: 'X', ror: 'X' })).toEqual(['lei:lei', 'ror:ror']);
    const twice = { tag: 'fr', name: 'Banque' };
    expect(faults('organisation', { names: [twice, twice] })).toEqual(['names-1-tag:tagTwice']);
  });
  it('of the text', () => {
    expect(faults('text', { textSha256: '' })).toEqual(['text:textEmpty']);
    expect(faults('text', { textSha256: 'A'.repeat(64) })).toEqual(['text:textDigest']);
    expect(faults('text', { all: false, principles: [] })).toEqual(['principles:principles']);
    expect(faults('text', { reservations: [{ principle: '', text: ' ' }] })).toEqual(['reservations-0:reservation']);
  });
});

describe('the pledge', () => {
  it('has what was given and nothing else', () => {
    expect(pledgeOf(draft(), 'k', '2026-11-28T10:00:00Z')).toEqual({
      organisation: { id: 'example-bank', name: 'Example Bank', category: 'private-sector', country: 'FRA', website: 'bank.example' },
      text: { language: 'en', sha256: 'a'.repeat(64) },
      key: 'k',
      domains: ['bank.example'],
      at: '2026-11-28T10:00:00Z',
    });
    const full = pledgeOf(draft({ domain: '', all: false, principles: [9, 2], reservations: [{ principle: '8', text: ' No. ' }], why: 'Because.', names: [{ tag: 'fr', name: 'Banque' }] }));
    expect(full).toMatchObject({ principles: [2, 9], reservations: [{ principle: 8, text: 'No.' }], why: { language: 'en', text: 'Because.' } });
    expect(full.organisation).toMatchObject({ names: { fr: 'Banque' } });
    expect(full.domains).toBeUndefined();
  });
  it('is quoted for a shell', () => {
    const { make } = commandsFor(draft({ name: "Bank's $(rm)" }), 'https://registry.example');
    expect(make).toContain("<<'END-OF-PLEDGE'\n");
    expect(make).toContain(`"name": "Bank's $(rm)"`);
  });
});

describe('refusals', () => {
  it('belong to fields', () => {
    expect(fieldOf({ code: 'id-taken' })).toEqual({ step: 'organisation', field: 'id' });
    expect(fieldOf({ code: 'schema', pointer: '/predicate/organisation/country' })).toEqual({ step: 'organisation', field: 'country' });
    expect(fieldOf({ code: 'domain-taken', pointer: '/domains/0' })).toEqual({ step: 'organisation', field: 'domain' });
    expect(fieldOf({ code: 'unknown-text' })).toEqual({ step: 'text', field: 'text' });
    expect(fieldOf({ code: 'schema', pointer: '/predicate/reservations/1/text' })).toEqual({ step: 'text', field: 'reservations-1' });
    expect(fieldOf({ code: 'stale' })).toBeUndefined();
  });
  it('tell what each place saw', () => {
    const told = seenBy('bank.example is not proven by dns-txt. north (192.0.2.1): the challenge was seen; south (198.51.100.1): x; y does not exist');
    expect(told.first).toBe('bank.example is not proven by dns-txt');
    expect(told.seen).toEqual([
      { place: 'north (192.0.2.1)', saw: 'the challenge was seen' },
      { place: 'south (198.51.100.1)', saw: 'x; y does not exist' },
    ]);
    expect(seenBy('anything').seen).toEqual([]);
  });
});

describe('duplicates', () => {
  const known = knownOf({
    columns: ['id', 'name', 'country', 'status', 'category', 'aliases'],
    rows: [
      ['example-bank', 'Example Bank Ltd', 'FRA', 'imported', 'private-sector', ['Banque Exemple']],
      ['other-bank', 'Other Bank of Commerce', 'FRA', 'approved', 'private-sector', null],
      ['university', 'University of Nowhere', null, 'imported', null, []],
    ],
  });
  const ids = (name: string, id = '', country = '') => alike({ name, id, country }, known).map((k) => k.id);
  it('are found by name, alias, beginning and id', () => {
    expect(ids('example bank')).toEqual(['example-bank']);
    expect(ids('La Banque Exemple SA')).toEqual(['example-bank']);
    expect(ids('Exampl')).toEqual([]);
    expect(ids('Universit Nowhere')).toEqual(['university']);
    expect(ids('Something', 'other-bank')).toEqual(['other-bank']);
    expect(ids('')).toEqual([]);
  });
});
