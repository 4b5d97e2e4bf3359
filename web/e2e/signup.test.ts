// From the form to the list: an organisation signs in the browser, proves its domain by a real name server, two officers approve in the
// browser, and the record stands in the registry. No password, nothing but signatures.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { freePort, launch, open, ready, serve, temporary, violations, type Running } from './support';

const folder = temporary();
const registry = join(folder.path, 'registry');
const text = join(folder.path, 'call-en.txt');
const servers: ChildProcess[] = [];
let browser: Browser;
let running: Running;
let ports: number[];

// A real NSD that answers for bank.example; as a resolver would, it is asked on loopback.
function nameServer(port: number, name: string, value: string): void {
  const at = join(folder.path, `nsd-${port}`);
  const zone = `$ORIGIN bank.example.\n$TTL 60\n@ IN SOA ns.bank.example. host.bank.example. 1 3600 900 86400 60\n@ IN NS ns.bank.example.\nns IN A 127.0.0.1\n${name.replace(/\.bank\.example\.?$/, '')} IN TXT "${value}"\n`;
  writeFileSync(`${at}.zone`, zone);
  writeFileSync(
    `${at}.conf`,
    `server:\n  ip-address: 127.0.0.1@${port}\n  username: ""\n  chroot: ""\n  database: ""\n  zonesdir: "${folder.path}"\n  pidfile: "${at}.pid"\n  xfrdfile: "${at}.xfrd"\n  zonelistfile: "${at}.zones"\n  xfrdir: "${folder.path}"\n  server-count: 1\nremote-control:\n  control-enable: no\nzone:\n  name: "bank.example"\n  zonefile: "nsd-${port}.zone"\n`,
  );
  servers.push(spawn('/usr/sbin/nsd', ['-d', '-c', `${at}.conf`], { stdio: 'ignore' }));
}

beforeAll(async () => {
  writeFileSync(text, 'The text of the Call, for a test.\n');
  ports = [await freePort(), await freePort()];
  running = await serve(registry, '--vantage', `north=127.0.0.1:${ports[0]}`, '--vantage', `south=127.0.0.1:${ports[1]}`, '--call-text', `en@2018-11-12=${text}`);
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await running.stop();
  for (const server of servers) server.kill('SIGKILL');
  folder.remove();
});

test('an organisation signs, proves its domain, and is approved by two officers', async () => {
  const { page, problems, close } = await open(browser, running.url, { acceptDownloads: true });
  const next = () => page.getByRole('button', { name: 'Continue', exact: true }).click();
  const step = (name: string) => page.getByRole('heading', { level: 2, name }).waitFor();
  await page.goto('/en/sign-up/');
  await ready(page);

  // What is missing is said at its field, and the summary takes the focus.
  await step('Who signs?');
  await next();
  expect(await page.locator('[role=alert], .summary').first().innerText()).toContain('must be put right');
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Name of the organisation').fill('Banque de l’Exemple');
  expect(await page.getByLabel('Short name in the registry').inputValue()).toBe('banque-de-l-exemple');
  await page.getByLabel('Category').selectOption('private-sector');
  await page.getByLabel('Country of its seat').selectOption('FRA');
  await page.getByLabel('Domain and website').fill('https://bank.example/about');
  await next();

  await step('What do you sign?');
  await page.locator('input[name=text]').first().check();
  await page.getByLabel('Why we sign').fill('Because trust has to be shown.');
  // A reload loses nothing.
  await page.reload();
  await ready(page);
  await step('What do you sign?');
  expect(await page.getByLabel('Why we sign').inputValue()).toBe('Because trust has to be shown.');
  await next();

  await step('Your organisation’s key');
  await page.getByRole('button', { name: /^Make a key/ }).click();
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^Save the private key/ }).click()]);
  expect(readFileSync(await saved.path(), 'utf8')).toMatch(/^PRIVATE\+KEY\+/);
  await page.getByRole('button', { name: 'Continue', exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await next();

  await step('Read it, then sign');
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await page.getByText('The pledge of banque-de-l-exemple is in the ledger.').waitFor();

  await step('Show that it is you');
  await page.getByRole('button', { name: 'Get the line to publish' }).click();
  const value = page.locator('code', { hasText: 'entente-challenge=' }).or(page.locator('pre', { hasText: 'entente-challenge=' })).first();
  await value.waitFor();
  const name = page.locator('code, pre').filter({ hasText: '_entente-challenge.bank.example' }).first();
  for (const port of ports) nameServer(port, (await name.innerText()).trim(), (await value.innerText()).trim());
  await new Promise((done) => setTimeout(done, 700));
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText('bank.example is proven until').waitFor({ timeout: 60_000 });
  expect(await violations(page)).toEqual([]);

  // Two officers, each with a key file opened in the browser.
  for (const officer of ['officer-1', 'officer-2']) {
    const office = await open(browser, running.url);
    await office.page.goto('/en/secretariat/');
    await ready(office.page);
    await office.page.getByLabel('Private key file').setInputFiles(join(registry, 'keys', `${officer}.key`));
    // The whole pledge stands there before the button does.
    const card = office.page.locator('article.card', { hasText: 'Banque de l’Exemple' });
    await card.getByRole('button', { name: /^Approve/ }).waitFor();
    const shown = await card.innerText();
    for (const part of ['Because trust has to be shown.', /bank\.example\+[0-9a-f]{8}\+\S{44}/, /\b[0-9a-f]{64}\b/]) expect(shown).toMatch(part);
    expect(await violations(office.page)).toEqual([]);
    await office.page.getByRole('button', { name: /^Approve/ }).first().click();
    await office.page.getByRole('button', { name: /^Sign and send/ }).click();
    await office.page.getByText(/Entry \d+|in the ledger/).first().waitFor();
    expect(office.problems).toEqual([]);
    await office.close();
  }
  await page.getByRole('button', { name: 'To the status' }).or(page.getByRole('button', { name: 'Look again' })).first().click();
  await page.goto('/en/supporters/banque-de-l-exemple/');
  await ready(page);
  expect(await page.locator('h1').innerText()).toBe('Banque de l’Exemple');
  expect(await page.locator('main').innerText()).toContain('Because trust has to be shown.');
  const record = await (await fetch(`${running.url}/api/v1/supporters/banque-de-l-exemple`)).json();
  expect(record.status).toBe('approved');
  expect(record.domains[0]).toMatchObject({ domain: 'bank.example' });
  expect(problems).toEqual([]);
  await close();
});

test('what the registry refuses is said in words', async () => {
  const { page, close } = await open(browser, running.url, {}, [/status of 4\d\d/]);
  await page.goto('/en/secretariat/');
  await ready(page);
  await page.getByLabel('Private key file').setInputFiles({ name: 'not-a-key', mimeType: 'text/plain', buffer: Buffer.from('PRIVATE+KEY+nonsense') });
  expect(await page.locator('main').innerText()).not.toContain('PRIVATE+KEY+nonsense');
  expect(await page.locator('main .error, main [role=alert]').count()).toBeGreaterThan(0);
  await close();
});

test('an envelope with two readings is not signed', async () => {
  const { page, close } = await open(browser, running.url);
  await page.goto('/en/secretariat/');
  await ready(page);
  await page.getByLabel('Private key file').setInputFiles(join(registry, 'keys', 'officer-2.key'));
  const digest = 'ab'.repeat(32);
  const payload = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${digest}"}}],"predicateType":"https://entente.example/predicate/approval/v1","predicate":{"pledge":{"sha256":"${digest}"},"organisation":{"id":"evil"},"decision":"refused","reason":"x \u202e y","at":"2026-11-28T12:00:00Z"}}`;
  const officer = readFileSync(join(registry, 'keys/officer-1.key.vkey'), 'utf8').trim().split('+').slice(0, 2).join('+');
  const envelope = (text: string) => ({
    name: 'decision.dsse.json',
    mimeType: 'application/json',
    buffer: Buffer.from(
      `{"payload":"${Buffer.from(text).toString('base64')}","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"${officer}","sig":"${Buffer.alloc(64).toString('base64')}"}]}`,
    ),
  });
  const second = page.locator('section[aria-labelledby=second]');
  await page.locator('#envelope').setInputFiles(envelope(payload.replace('"decision":', '"decision":"approved","decision":')));
  await second.getByText('This is no canonical DSSE envelope').waitFor();
  await page.locator('#envelope').setInputFiles(envelope(payload.replace('approval/v1', 'key-set/v1')));
  await second.getByText('This is no decision of an officer').waitFor();
  // One reading, and a signature that is nobody's.
  await page.locator('#envelope').setInputFiles(envelope(payload));
  await second.getByText('does not hold').waitFor();
  expect(await second.innerText()).toContain('U+202E');
  expect(await second.getByRole('button', { name: /^Sign/ }).count()).toBe(0);
  await close();
});

test('the draft never holds a key', async () => {
  const { page, close } = await open(browser, running.url);
  await page.goto('/en/keys/');
  await ready(page);
  await page.getByLabel(/name/i).first().fill('bank.example/pledge');
  await page.getByRole('button', { name: /^Make/ }).first().click();
  await page.getByText(/bank\.example\/pledge\+[0-9a-f]{8}/).first().waitFor();
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(stored).not.toContain('PRIVATE');
  await close();
});
