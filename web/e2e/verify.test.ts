// Verification in the browser: green only after a real check, red for every kind of forgery a server or the way to it could try.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page, Route } from 'playwright-core';
import { entente, launch, open, ready, serve, temporary, violations } from './support';

const { url: origin, folder } = inject('example');
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const entry = '/en/ledger/7/';
async function check(page: Page, button: string): Promise<string> {
  await page.getByRole('button', { name: button, exact: true }).click();
  const verdict = page.locator('.verdict .callout');
  await verdict.waitFor({ timeout: 60_000 });
  return (await verdict.getAttribute('class')) ?? '';
}
const flip = (at: (length: number) => number) => async (route: Route) => {
  const answer = await route.fetch();
  const body = Buffer.from(await answer.body());
  const i = at(body.length);
  body[i] = body[i]! ^ 1;
  await route.fulfill({ response: answer, body });
};

test('an entry', async () => {
  const { page, problems, close } = await open(browser, origin);
  await page.goto(entry);
  await ready(page);
  expect(await page.locator('.callout.good').count(), 'nothing is green before a check').toBe(0);
  expect(await check(page, 'Verify this entry')).toContain('good');
  expect(await page.locator('.verification li.good').count()).toBeGreaterThanOrEqual(5);
  expect(await page.locator('.verification li.bad').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

test('the whole ledger, and its past at the next visit', async () => {
  const { page, problems, close } = await open(browser, origin);
  await page.goto('/en/ledger/');
  await ready(page);
  expect(await check(page, 'Verify the ledger')).toContain('good');
  await page.reload();
  await ready(page);
  expect(await check(page, 'Verify the ledger')).toContain('good');
  expect(await page.locator('.verification').innerText()).toContain('Same past as last time');
  expect(problems).toEqual([]);
  await close();
});

const forgeries: [string, string, (route: Route) => Promise<void>][] = [
  ['a hash in a tile', '**/log/tile/0/**', flip(() => 7 * 32 + 3)],
  ['the bytes of the entry', '**/log/tile/entries/**', flip((n) => n >> 1)],
  ['the root of the checkpoint', '**/log/checkpoint', async (route) => {
    const answer = await route.fetch();
    const lines = (await answer.text()).split('\n');
    lines[2] = (lines[2]!.startsWith('A') ? 'B' : 'A') + lines[2]!.slice(1);
    await route.fulfill({ response: answer, body: lines.join('\n') });
  }],
  ['the size of the checkpoint', '**/log/checkpoint', async (route) => {
    const answer = await route.fetch();
    const lines = (await answer.text()).split('\n');
    lines[1] = String(Number(lines[1]) + 1);
    await route.fulfill({ response: answer, body: lines.join('\n') });
  }],
  ['the signature of the checkpoint', '**/log/checkpoint', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/(— \S+ \S{20})(\S)/, (_, before: string, c: string) => before + (c === 'x' ? 'y' : 'x')) });
  }],
];
for (const [what, pattern, forge] of forgeries)
  test(`${what} changed turns it red`, async () => {
    const { page, close } = await open(browser, origin);
    await page.route(pattern, forge);
    await page.goto(entry);
    await ready(page);
    expect(await check(page, 'Verify this entry')).toContain('bad');
    expect(await page.locator('.verification li.bad').count()).toBeGreaterThan(0);
    expect(await page.locator('.callout.good').count()).toBe(0);
    await close();
  });

// What a server, or the way to it, could say beside the signed bytes.
const answers = (page: Page, pattern: string, change: (answer: any) => void) =>
  page.route(pattern, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    change(json);
    await route.fulfill({ response: answer, json });
  });

test('an entry whose statement is kept back is red, whatever text stands in its place', async () => {
  for (const bytes of ['The secretariat has removed Alpha from the register.', undefined]) {
    const { page, close } = await open(browser, origin);
    await answers(page, '**/api/v1/statements/7', (answer) => {
      delete answer.statement;
      answer.kind = null;
      if (bytes) answer.bytes = bytes;
    });
    await page.goto(entry);
    await ready(page);
    expect(await check(page, 'Verify this entry')).toContain('bad');
    expect(await page.locator('.callout.good').count()).toBe(0);
    await close();
  }
});

test('what the API says beside a statement is not shown as signed', async () => {
  const { page, close } = await open(browser, origin);
  await page.goto(entry);
  await ready(page);
  const [heading, lead] = await Promise.all([page.locator('h1').innerText(), page.locator('.lead').innerText()]);
  await answers(page, '**/api/v1/statements/7', (answer) =>
    Object.assign(answer, { kind: 'withdrawal', at: '2020-01-01T00:00:00Z', disposition: 'ignored', ignored: { code: 'forged', what: 'FORGED reason' } }),
  );
  await page.reload();
  await ready(page);
  expect(await page.locator('h1').innerText()).toBe(heading);
  expect(await page.locator('.lead').innerText()).toBe(lead);
  expect(await page.locator('aside').innerText()).not.toContain('2020');
  expect(await page.locator('.callout.bad').innerText()).toContain('own reading');
  // Other signers than the entry's: red.
  await answers(page, '**/api/v1/statements/7', (answer) => (answer.signers = ['forged-signer+00000000']));
  await page.reload();
  await ready(page);
  expect(await check(page, 'Verify this entry')).toContain('bad');
  await close();
});

test('witnesses are those of the rules in the ledger, whatever the API says', async () => {
  const ask = async (change: (answer: any) => void) => {
    const { page, close } = await open(browser, origin);
    await answers(page, '**/api/v1/ledger', change);
    await page.goto('/en/ledger/');
    await ready(page);
    const verdict = await check(page, 'Verify the ledger');
    const text = await page.locator('.verification').first().innerText();
    await close();
    return { verdict, text };
  };
  const none = await ask((answer) => Object.assign(answer, { witnesses: [], witnesses_needed: 0 }));
  expect(none.verdict).not.toContain('good');
  expect(none.text).toContain('witness-1.example');
  const { publicKey } = generateKeyPairSync('ed25519');
  const blob = Buffer.concat([Buffer.from([4]), publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = createHash('sha256').update('mine.example\n').update(blob).digest('hex').slice(0, 8);
  const vkey = `mine.example+${id}+${blob.toString('base64')}`;
  const invented = await ask((answer) => Object.assign(answer, { witnesses: [{ person: 'ANSSI', name: 'ANSSI', vkey, cosigned: true, cosigned_at: answer.time }], witnesses_needed: 1 }));
  expect(invented.verdict).toContain('bad');
  expect(invented.text).not.toContain('ANSSI');
});

test('a registry without witnesses is verified in other words', async () => {
  const lone = temporary();
  const server = await serve(join(lone.path, 'registry'));
  const { page, problems, close } = await open(browser, server.url);
  await page.goto('/en/ledger/');
  await ready(page);
  expect(await check(page, 'Verify the ledger')).toContain('good');
  expect(await page.locator('.verdict .callout').innerText()).toContain('No witness stands behind it');
  expect(problems).toEqual([]);
  await close();
  await server.stop();
  lone.remove();
});

test('no address leads a page to another part of the API, and none breaks it', async () => {
  const { page, close } = await open(browser, origin);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  for (const path of ['/en/ledger/..%2fsupporters%2fx/', '/en/assessments/..%2fstatements%2f7%3f/', '/en/ledger/7/#%E0%A4%A']) {
    await page.goto(path);
    await ready(page);
  }
  expect(asked.filter((url) => url.includes('..') && url.includes('/api/'))).toEqual([]);
  expect(await page.locator('h1').innerText()).not.toBe('');
  await close();
});

test('no command is offered with a key whose name a shell would run', async () => {
  const { page, close } = await open(browser, origin);
  await answers(page, '**/api/v1/ledger', (answer) => (answer.vkey = answer.vkey.replace(/^[^+]*/, 'x$(touch${IFS}/tmp/pwn)')));
  for (const path of [entry, '/en/ledger/']) {
    await page.goto(path);
    await ready(page);
    for (const command of await page.locator('pre').allInnerTexts()) expect(command).not.toMatch(/entente .*touch/);
  }
  await close();
});

test('a proof can be checked with a key of one’s own', async () => {
  const { page, close } = await open(browser, origin, { acceptDownloads: true });
  await page.goto(entry);
  await ready(page);
  const work = temporary();
  const take = async (name: string, file: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
    const path = join(work.path, file);
    writeFileSync(path, readFileSync(await download.path()));
    return path;
  };
  const statement = await take('Download the signed statement', 'entry.json');
  const proof = await take('Download the proof', 'entry.tlog-proof');
  entente('keygen', 'registry.example/ledger', '-o', join(work.path, 'other.key'));
  await page.goto('/en/ledger/');
  await ready(page);
  const section = page.locator('section[aria-labelledby=proof]');
  const verdict = async () => {
    await section.getByRole('button', { name: 'Check the proof' }).click();
    const callout = section.locator('.verdict .callout');
    await callout.waitFor();
    return (await callout.getAttribute('class')) ?? '';
  };
  await section.getByLabel('The proof (.tlog-proof)').setInputFiles(proof);
  await section.getByLabel('The signed statement').setInputFiles(statement);
  expect(await verdict()).toContain('good');
  await section.getByText('Use a key you got elsewhere').click();
  await section.getByLabel('The ledger’s verifier key').fill(readFileSync(join(work.path, 'other.key.vkey'), 'utf8').trim());
  expect(await verdict()).toContain('bad');
  work.remove();
  await close();
});

test('another history than last time turns the ledger red', async () => {
  // The operator of a split view: the same key has signed another ledger, and this browser saw that one first.
  const work = temporary();
  const fork = join(work.path, 'fork');
  const key = join(folder, 'keys/log.key');
  entente('ledger', 'init', fork, '--key', key);
  for (const name of ['one', 'two', 'three']) writeFileSync(join(work.path, name), name);
  entente('ledger', 'append', fork, '--key', key, ...['one', 'two', 'three'].map((name) => join(work.path, name)));
  const memory = { vkey: readFileSync(`${key}.vkey`, 'utf8').trim(), note: entente('ledger', 'checkpoint', fork), seen: '2026-11-01T00:00:00.000Z' };
  const { page, close } = await open(browser, origin);
  await page.goto('/en/ledger/');
  await page.evaluate((text) => localStorage.setItem('entente-checkpoint', text), JSON.stringify(memory));
  await page.reload();
  await ready(page);
  expect(await check(page, 'Verify the ledger')).toContain('bad');
  work.remove();
  await close();
});

test('a key that is not the ledger’s turns it red', async () => {
  const { page, close } = await open(browser, origin);
  const keys = temporary();
  entente('keygen', 'registry.example/ledger', '-o', join(keys.path, 'other.key'));
  await page.goto(entry);
  await ready(page);
  await page.getByText('Use a key you got elsewhere').click();
  await page.getByLabel('The ledger’s verifier key').fill(readFileSync(join(keys.path, 'other.key.vkey'), 'utf8').trim());
  expect(await check(page, 'Verify this entry')).toContain('bad');
  keys.remove();
  await close();
});

test('without WebCrypto the same checks run in the page’s own code', async () => {
  const { page, problems, close } = await open(browser, origin);
  await page.addInitScript(() => Object.defineProperty(crypto, 'subtle', { value: undefined }));
  await page.goto(entry);
  await ready(page);
  expect(await check(page, 'Verify this entry')).toContain('good');
  expect(problems).toEqual([]);
  await page.route('**/log/tile/entries/**', flip((n) => n >> 1));
  await page.reload();
  await ready(page);
  expect(await check(page, 'Verify this entry')).toContain('bad');
  await close();
});

test('the proof that is downloaded satisfies the program', async () => {
  const { page, close } = await open(browser, origin, { acceptDownloads: true });
  await page.goto(entry);
  await ready(page);
  const take = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
    return readFileSync(await download.path());
  };
  const work = temporary();
  writeFileSync(join(work.path, 'entry.json'), await take('Download the signed statement'));
  writeFileSync(join(work.path, 'entry.tlog-proof'), await take('Download the proof'));
  const answer = entente('verify', join(work.path, 'entry.tlog-proof'), '--entry', join(work.path, 'entry.json'), '--log', join(folder, 'keys/log.key.vkey'));
  expect(answer).toBeTruthy();
  work.remove();
  await close();
});
