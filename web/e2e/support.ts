// What the browser tests share: programs started and stopped, a browser that reports everything a page does wrong, axe.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = process.env.ENTENTE_BINARY ?? join(root, 'build/release/entente');
export const bundle = process.env.ENTENTE_WEB ?? join(root, 'build/web');
export const shared = process.env.ENTENTE_SHARED ?? resolve(root, '../shared');
export const official = join(shared, 'registry/supporters.json');

export function temporary(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'entente-web-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function entente(...args: string[]): string {
  const run = spawnSync(binary, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(`entente ${args.join(' ')}: ${run.status}\n${run.stderr}`);
  return run.stdout;
}

// A folder to serve, with the official list's records.
export function officialRegistry(folder: string): void {
  const run = spawnSync('sh', [join(root, 'tools/registry_1222.sh'), binary, folder], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`tools/registry_1222.sh: ${run.stderr}`);
}

export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

export interface Running {
  url: string;
  stop: () => Promise<void>;
}
const stopChild = (child: ChildProcess) =>
  new Promise<void>((done) => {
    if (child.exitCode !== null) return done();
    child.once('exit', () => done());
    child.kill('SIGTERM');
  });

// `entente serve FOLDER …`; its first line of output is where it listens.
export async function serve(folder: string, ...args: string[]): Promise<Running> {
  const child = spawn(binary, ['serve', folder, '--listen', '127.0.0.1:0', '--web', bundle, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  const url = await new Promise<string>((done, fail) => {
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
      const found = /https?:\/\/\S+/.exec(out);
      if (found && out.includes('\n')) done(found[0]);
    });
    child.once('exit', (code) => fail(new Error(`serve ended with ${code}: ${errors}`)));
  });
  return { url, stop: () => stopChild(child) };
}

// nginx over a published folder, configured as docs/publish.md says.
export async function nginx(site: string, work: string): Promise<Running> {
  const port = await freePort();
  const page = readFileSync(join(root, 'docs/publish.md'), 'utf8');
  const block = /```nginx\n([\s\S]*?)```/.exec(page)?.[1];
  if (!block) throw new Error('docs/publish.md has no nginx configuration');
  // A worker of root's would be nobody, who may not look into a temporary folder.
  const conf = `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${work}/nginx.pid; error_log ${work}/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${work}/t1; proxy_temp_path ${work}/t2; fastcgi_temp_path ${work}/t3; uwsgi_temp_path ${work}/t4; scgi_temp_path ${work}/t5;
  ${block.replace(/listen [^;]+;/, `listen 127.0.0.1:${port};`).replaceAll('/srv/public', site)}
}`;
  const file = join(work, 'nginx.conf');
  writeFileSync(file, conf);
  const child = spawn('nginx', ['-c', file, '-p', work], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; ; ++i) {
    try {
      await fetch(`${url}/index.html`);
      return { url, stop: () => stopChild(child) };
    } catch (error) {
      if (i > 100 || child.exitCode !== null) throw new Error(`nginx does not answer: ${errors} ${error}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

// The flags keep Chromium from asking its maker for anything.
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface Watched {
  page: Page;
  // What the browser complained of, and what it asked of other hosts; both must stay empty.
  problems: string[];
  close: () => Promise<void>;
}
// A page of its own context. `expected` are complaints a test provokes itself.
export async function open(browser: Browser, origin: string, options: BrowserContextOptions = {}, expected: RegExp[] = []): Promise<Watched> {
  // Reduced motion: a colour is looked at, not its way there.
  const context = await browser.newContext({ baseURL: origin, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  const note = (text: string) => {
    if (!expected.some((e) => e.test(text))) problems.push(text);
  };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(`${message.type()}: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => note(`exception: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith('blob:')) note(`asks elsewhere: ${url}`);
  });
  page.on('response', (response) => {
    if (response.headers()['set-cookie']) note(`cookie: ${response.url()}`);
  });
  return { page, problems, close: () => context.close() };
}

// The app has taken over (or the page needs none).
export const ready = (page: Page) => page.waitForSelector('html[data-ready=yes]', { state: 'attached' });

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
// Violations of WCAG 2.2 A and AA and of axe's best practices, one line each.
export async function violations(page: Page, only?: string[]): Promise<string[]> {
  // Evaluated by the debugger, so the page's content security policy stays as strict as it is.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  return page.evaluate(
    async ({ tags, only }) => {
      const axe = (window as any).axe;
      const result = await axe.run(document, only ? { runOnly: only } : { runOnly: { type: 'tag', values: tags } });
      return result.violations.flatMap((v: any) => v.nodes.slice(0, 4).map((n: any) => `${v.id}: ${n.html.slice(0, 200)} — ${n.failureSummary.split('\n').slice(1, 3).join(' ')}`));
    },
    { tags, only },
  );
}

export const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
export const there = (path: string) => existsSync(path);
