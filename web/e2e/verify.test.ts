// Verification in the browser: green only after a real check, red for every kind of forgery a server or the way to it could try.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page, Route } from 'playwright-core';
import { entente, launch, open, ready, temporary, violations } from './support';

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
