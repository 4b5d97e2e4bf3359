// Search, facets, sorting, downloads and addresses on the official list's 1,222 records; every count is held against the API's own answer.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launch, open, ready } from './support';

const official = inject('official');
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const total = async (query: string): Promise<number> => (await (await fetch(`${official!.url}/api/v1/supporters?limit=0&${query}`)).json()).total;
const hits = (page: Page, n: number) => page.getByRole('heading', { level: 2, name: new RegExp(`^${n === 0 ? 'No' : n.toLocaleString('en')} supporter`) }).waitFor();

describe.skipIf(!official)(`the official list ${official ? '' : inject('why')}`, () => {
  const start = async (path = '/en/supporters/') => {
    const opened = await open(browser, official!.url, { viewport: { width: 1280, height: 900 }, acceptDownloads: true });
    await opened.page.goto(path);
    await ready(opened.page);
    return opened;
  };

  test('is searched as one types, whatever the accents', async () => {
    const { page, problems, close } = await start();
    await hits(page, await total(''));
    const search = page.getByRole('searchbox');
    for (const text of ['orange', 'universite', 'UNIVERSITÉ', 'société générale', 'societe generale', 'telefonica', 'siemens', 'são', 'institut d', 'nothing at all']) {
      await search.fill(text);
      await hits(page, await total(`q=${encodeURIComponent(text)}`));
    }
    expect(await page.locator('main').innerText()).toContain('Nobody fits all of this');
    expect(problems).toEqual([]);
    await close();
  });

  test('is narrowed by facets, and the address says by which', async () => {
    const { page, problems, close } = await start();
    await page.getByRole('checkbox', { name: /^State/ }).check();
    await hits(page, await total('category=state'));
    expect(page.url()).toContain('category=state');
    await page.getByRole('searchbox').fill('re');
    await hits(page, await total('category=state&q=re'));
    const address = page.url();
    const names = await page.locator('main li .who a').allInnerTexts();
    // The address alone brings the same rows back.
    await page.goto(address);
    await ready(page);
    await hits(page, await total('category=state&q=re'));
    expect(await page.locator('main li .who a').allInnerTexts()).toEqual(names);
    // A profile and back: the choice is still there.
    await page.locator('main li .who a').first().click();
    await page.waitForURL(/\/supporters\/[^/]+\/$/);
    await page.goBack();
    await hits(page, await total('category=state&q=re'));
    expect(problems).toEqual([]);
    await close();
  });

  test('is sorted', async () => {
    const { page, close } = await start('/en/supporters/?category=state');
    const first = async () => page.locator('main li .who a').first().innerText();
    const asked = async (sort: string) => (await (await fetch(`${official!.url}/api/v1/supporters?limit=1&category=state&sort=${sort}`)).json()).items[0].name;
    for (const sort of ['name', '-name']) {
      await page.getByLabel('Sort by').selectOption(sort);
      expect(await first(), sort).toBe(await asked(sort));
    }
    await close();
  });

  test('is downloaded as shown', async () => {
    const { page, close } = await start('/en/supporters/?category=state&q=an');
    const wanted = await total('category=state&q=an');
    await hits(page, wanted);
    for (const [name, count] of [
      ['CSV', (text: string) => text.trim().split('\n').length - 1],
      ['JSON', (text: string) => (JSON.parse(text).supporters ?? JSON.parse(text).rows ?? JSON.parse(text).items).length],
    ] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
      const text = readFileSync(await download.path(), 'utf8');
      expect(count(text), name).toBe(wanted);
    }
    await close();
  });

  test('is walked to its end', async () => {
    const { page, problems, close } = await start();
    const all = await total('');
    for (let i = 0; i < 40 && (await page.locator('main ol > li').count()) < all; ++i) {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await page.waitForTimeout(60);
    }
    expect(await page.locator('main ol > li').count()).toBe(all);
    expect(problems).toEqual([]);
    await close();
  });

  test('has a page for every record that is asked for', async () => {
    const { page, problems, close } = await start();
    const answer = await (await fetch(`${official!.url}/api/v1/supporters?limit=500&offset=300`)).json();
    for (let i = 0; i < 500; i += 41) {
      const { id, name } = answer.items[i];
      await page.goto(`/fr/supporters/${encodeURIComponent(id)}/`);
      await ready(page);
      expect(await page.locator('h1').innerText()).toBe(name);
    }
    expect(problems).toEqual([]);
    await close();
  });
});
