// Pictures of every page in both languages and themes, at a desk and on a phone.
//   node tools/screenshots.mjs URL ../docs/images/web     what a reader sees first: the manual's gallery
//   node tools/screenshots.mjs URL FOLDER whole           whole pages, to look at
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [url, folder, which] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const ask = async (path) => (await fetch(`${url}/api/v1${path}`)).json();
const directory = await ask('/directory');
const column = (name) => directory.columns.indexOf(name);
const id = (directory.rows.find((row) => /[ABC]/.test(row[column('tiers')])) ?? directory.rows[0])[column('id')];
const index = await ask('/index');
const envelope = index.supporters.find((s) => s.assessment)?.assessment.envelope.replace(/^sha256:/, '');
const pages = {
  home: '/',
  supporters: '/supporters/',
  'supporters-all': '/supporters-all/',
  supporter: `/supporters/${id}/`,
  principles: '/principles/',
  principle: '/principles/6/',
  controls: '/controls/',
  control: '/controls/P6-02/',
  index: '/index/',
  method: '/method/',
  crosswalk: '/crosswalk/',
  norm: '/norms/gge-2015/',
  ledger: '/ledger/',
  entry: '/ledger/7/',
  ...(envelope ? { assessment: `/assessments/${envelope}/` } : {}),
  'take-part': '/take-part/',
  'sign-up': '/sign-up/',
  keys: '/keys/',
  events: '/events/',
  secretariat: '/secretariat/',
  'not-measured': '/not-measured/',
};
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const whole = which === 'whole';
for (const [name, path] of Object.entries(pages))
  for (const [language, colorScheme] of [['en', 'light'], ['fr', 'dark']])
    for (const [size, width, height] of [['', 1280, 900], ['-phone', 390, 844]]) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
      page.on('console', (message) => message.type() === 'error' && console.error(`${language} ${name}: ${message.text()}`));
      await page.goto(`${url}/${language}${path}`, { waitUntil: 'networkidle' });
      if (name === 'entry') {
        await page.locator('button.primary').first().click();
        await page.locator('.verdict .callout').waitFor();
        await page.locator('.verification').scrollIntoViewIfNeeded();
      }
      const file = join(folder, `${name}-${language}${size}`);
      await page.screenshot(whole ? { path: `${file}.png`, fullPage: true } : { path: `${file}.jpg`, type: 'jpeg', quality: 62 });
      await page.close();
    }
await browser.close();
