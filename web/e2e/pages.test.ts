// Every page, in both languages and both themes: no violation of WCAG 2.2 AA, no complaint of the browser, nothing asked of others, no cookie.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { launch, open, ready, violations } from './support';

const origin = inject('example').url;
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const ask = async (path: string) => (await fetch(`${origin}/api/v1${path}`)).json();
const directory = await ask('/directory');
const column = (name: string) => directory.columns.indexOf(name);
const assessed = directory.rows.find((r: any[]) => /[ABC]/.test(r[column('tiers')]))[column('id')];
const ended = directory.rows.find((r: any[]) => ['withdrawn', 'succeeded'].includes(r[column('status')]))[column('id')];
const index = await ask('/index');
const envelope = index.supporters.find((s: any) => s.assessment).assessment.envelope.replace(/^sha256:/, '');

export const paths = [
  '/',
  '/supporters/',
  '/supporters/?q=an&category=private-sector',
  '/supporters-all/',
  `/supporters/${assessed}/`,
  `/supporters/${ended}/`,
  '/principles/',
  '/principles/6/',
  '/controls/',
  '/controls/P6-02/',
  '/controls/P0-01/',
  '/index/',
  '/method/',
  '/crosswalk/',
  '/norms/gge-2015/',
  '/ledger/',
  '/ledger/1/',
  `/assessments/${envelope}/`,
  '/take-part/',
  '/sign-up/',
  '/keys/',
  '/events/',
  '/secretariat/',
  '/not-measured/',
];

for (const language of ['en', 'fr'])
  describe(language, () => {
    for (const path of paths)
      test(path, async () => {
        const { page, problems, close } = await open(browser, origin, { colorScheme: 'light' });
        await page.goto(`/${language}${path}`);
        await ready(page);
        await page.waitForLoadState('networkidle');
        expect(await page.locator('h1').count()).toBe(1);
        expect(await page.title()).toMatch(/Entente$/);
        expect(await page.locator('html').getAttribute('lang')).toBe(language);
        // A message that has no text shows its key.
        expect(await page.locator('body').innerText()).not.toMatch(/\b(home|supporters?|principles|controls|index|method|crosswalk|norm|ledger|entry|verify|assessment|takePart|signUp|keys|events|secretariat|notMeasured)\.(?!json\b|html\b)[a-z]\w+\b/);
        expect(await violations(page), 'light').toEqual([]);
        await page.emulateMedia({ colorScheme: 'dark' });
        expect(await violations(page, ['color-contrast']), 'dark').toEqual([]);
        // A phone: nothing wider than the screen, targets large enough.
        await page.setViewportSize({ width: 360, height: 740 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), 'width on a phone').toBeLessThanOrEqual(360);
        expect(await violations(page, ['target-size', 'scrollable-region-focusable']), 'phone').toEqual([]);
        expect(problems).toEqual([]);
        await close();
      });
  });

test('a page that does not exist says so and is answered 404', async () => {
  const { page, close } = await open(browser, origin);
  const answer = await page.goto('/en/nothing-here/');
  expect(answer?.status()).toBe(404);
  await ready(page);
  expect(await page.locator('h1').innerText()).toBe('There is no such page');
  await close();
});

test('the language switch keeps the page and its filters', async () => {
  const { page, close } = await open(browser, origin);
  await page.goto('/en/supporters/?category=state');
  await ready(page);
  await page.locator('header a[hreflang=fr]').click();
  await ready(page);
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/fr/supporters/?category=state');
  expect(await page.locator('h1').innerText()).toBe('Soutiens');
  await close();
});

test('the front door goes by the language the browser asks for', async () => {
  for (const [locale, wanted] of [
    ['fr-FR', '/fr/'],
    ['de-DE', '/en/'],
  ]) {
    const { page, close } = await open(browser, origin, { locale });
    await page.goto('/');
    expect(new URL(page.url()).pathname).toBe(wanted);
    await close();
  }
});

test('the theme can be chosen and is kept', async () => {
  const { page, close } = await open(browser, origin, { colorScheme: 'light' });
  await page.goto('/en/');
  await ready(page);
  await page.getByRole('button', { name: 'Light or dark' }).click();
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  await page.reload();
  await ready(page);
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  expect(await violations(page)).toEqual([]);
  await close();
});

test('all pages are reached by keyboard, and a change of page moves the focus to its heading', async () => {
  const { page, problems, close } = await open(browser, origin);
  await page.goto('/en/');
  await ready(page);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  const seen = new Set<string>();
  await page.goto('/en/');
  await ready(page);
  for (let i = 0; i < 14; ++i) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement as HTMLElement;
      const style = getComputedStyle(e);
      return { href: e.getAttribute('href') ?? '', outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 };
    });
    expect(at.outline, `focus is seen on ${at.href}`).toBe(true);
    seen.add(at.href);
  }
  for (const to of ['/en/supporters/', '/en/principles/', '/en/index/', '/en/crosswalk/', '/en/ledger/', '/en/take-part/']) expect(seen).toContain(to);
  await page.locator('header a[href="/en/principles/"]').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  expect(new URL(page.url()).pathname).toBe('/en/principles/');
  expect(problems).toEqual([]);
  await close();
});
