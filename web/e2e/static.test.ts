// The published copy, as nginx serves it by the configuration of docs/publish.md: read without scripts, and alive with them.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { bundle, entente, has, launch, nginx, open, ready, temporary, violations, type Running } from './support';

const registry = inject('official') ?? inject('example');
const folder = temporary();
const site = join(folder.path, 'public');
let browser: Browser;
let server: Running | undefined;

beforeAll(async () => {
  entente('publish', site, '--registry', registry.folder, '--public-url', 'https://registry.example', '--web', bundle);
  const work = join(folder.path, 'nginx');
  mkdirSync(work);
  if (has('nginx')) server = await nginx(site, work);
  browser = await launch();
}, 300_000);
afterAll(async () => {
  await browser.close();
  await server?.stop();
  folder.remove();
});

test('verifies, and is what its own ledger gives', () => {
  const key = join(registry.folder, 'keys/log.key.vkey');
  expect(JSON.parse(entente('verify', site, '--log', key, '--json'))).toBeTruthy();
  expect(entente('publish', site, '--check', '--log', key, '--web', bundle)).toBeTruthy();
}, 300_000);

test('is read without scripts', async () => {
  if (!server) throw new Error('nginx is not installed: ./dev setup');
  const { page, problems, close } = await open(browser, server.url, { javaScriptEnabled: false });
  await page.goto('/en/');
  expect(await page.locator('h1').count()).toBe(1);
  expect((await page.locator('main').innerText()).length).toBeGreaterThan(500);
  await page.locator('header a[href="/en/supporters/"]').click();
  await page.locator('a[href="/en/supporters-all/"]').first().click();
  const names = page.locator('main a[href^="/en/supporters/"]');
  expect(await names.count()).toBeGreaterThan(150);
  const name = await names.nth(20).innerText();
  await names.nth(20).click();
  expect(await page.locator('h1').innerText()).toBe(name);
  await page.locator('header a[hreflang=fr]').click();
  expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  expect(await page.locator('h1').innerText()).toBe(name);
  await page.goto('/fr/controls/P6-02/');
  expect(await page.locator('h1').innerText()).toContain('Les vulnérabilités ouvertes sont connues et traitées');
  expect(problems).toEqual([]);
  await close();
});

test('comes alive with scripts, without a change of what is read', async () => {
  if (!server) throw new Error('nginx is not installed: ./dev setup');
  for (const path of ['/en/', '/fr/supporters/', '/en/index/', '/fr/principles/6/', '/en/crosswalk/', '/fr/ledger/', '/en/method/', '/fr/not-measured/']) {
    const plain = await open(browser, server.url, { javaScriptEnabled: false });
    await plain.page.goto(path);
    const before = await plain.page.locator('h1').innerText();
    await plain.close();
    const { page, problems, close } = await open(browser, server.url);
    const answer = await page.goto(path);
    expect(answer?.headers()['content-security-policy'], path).toContain("script-src 'self'");
    await ready(page);
    await page.waitForLoadState('networkidle');
    expect(await page.locator('h1').innerText(), path).toBe(before);
    expect(await page.locator('h1').count(), path).toBe(1);
    expect(await violations(page), path).toEqual([]);
    expect(problems, path).toEqual([]);
    await close();
  }
});

test('a page that does not exist is answered 404', async () => {
  if (!server) throw new Error('nginx is not installed: ./dev setup');
  const { page, close } = await open(browser, server.url);
  const answer = await page.goto('/en/nothing-here/');
  expect(answer?.status()).toBe(404);
  await close();
});

test('pages name each other in both languages', () => {
  const html = readFileSync(join(site, 'en/principles/6/index.html'), 'utf8');
  expect(html).toContain('<link rel="alternate" hreflang="fr" href="https://registry.example/fr/principles/6/" />');
  expect(html).toContain('<link rel="canonical" href="https://registry.example/en/principles/6/" />');
  expect(html).not.toMatch(/ style="|<style|<script>|javascript:/);
});
