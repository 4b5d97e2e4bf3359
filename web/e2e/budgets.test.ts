// Bytes a reader pays. Script of the first page: 150 kB compressed at most. The list of 1,222 supporters: far below the official list page,
// whose HTML alone is 727 KB in each language.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { launch, open, ready } from './support';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function weigh(origin: string, path: string): Promise<Record<string, number>> {
  const { page, close } = await open(browser, origin);
  const sizes: Record<string, number> = {};
  const waiting: Promise<void>[] = [];
  page.on('requestfinished', (request) =>
    waiting.push(
      request.sizes().then((s) => {
        sizes[request.resourceType()] = (sizes[request.resourceType()] ?? 0) + s.responseBodySize;
      }),
    ),
  );
  await page.goto(path);
  await ready(page);
  await page.waitForLoadState('networkidle');
  await Promise.all(waiting);
  await close();
  return sizes;
}

test('the first page', async () => {
  const sizes = await weigh(inject('example').url, '/en/');
  console.log('first page, bytes on the wire:', JSON.stringify(sizes));
  expect(sizes.script).toBeGreaterThan(10_000);
  expect(sizes.script).toBeLessThanOrEqual(150_000);
  const all = Object.values(sizes).reduce((a, b) => a + b, 0);
  expect(all).toBeLessThanOrEqual(300_000);
});

test('the list of 1,222 supporters', async ({ skip }) => {
  const official = inject('official');
  if (!official) return skip(inject('why'));
  const sizes = await weigh(official.url, '/en/supporters/');
  console.log('list of supporters, bytes on the wire:', JSON.stringify(sizes));
  const all = Object.values(sizes).reduce((a, b) => a + b, 0);
  expect(all).toBeLessThanOrEqual(250_000);
});
