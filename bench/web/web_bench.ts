// Times of the pages, in a real browser against the real program: largest contentful paint on loopback with the processor slowed to a quarter (of
// published pages behind nginx, and of the served app), filtering 1,222 rows, and publishing 1,222 supporters in two languages. Run by tools/bench_web.sh (./dev bench).
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { binary, bundle, launch, nginx, officialRegistry, open, ready, serve, temporary } from '../../web/e2e/support';

const middle = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const line = (what: string, values: number[], goal: number, unit = 'ms') =>
  console.log(`${what.padEnd(78)} ${middle(values).toFixed(0).padStart(6)} ${unit}  (${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}, ${values.length} runs)  goal ${goal} ${unit}: ${middle(values) <= goal ? 'reached' : 'MISSED'}`);

const folder = temporary();
const registry = join(folder.path, 'registry');
officialRegistry(registry);
const server = await serve(registry);
const browser = await launch();
const rounds = Number(process.argv[2] ?? 5);
async function paint(where: string, origin: string): Promise<void> {
  for (const path of ['/en/', '/fr/supporters/', '/en/supporters/microsoft/', '/en/crosswalk/']) {
    const times: number[] = [];
    for (let i = 0; i < rounds; ++i) {
      const { page, close } = await open(browser, origin, { viewport: { width: 412, height: 823 } });
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      await page.goto(path);
      await ready(page);
      await page.waitForLoadState('networkidle');
      times.push(
        await page.evaluate(
          () =>
            new Promise<number>((done) => {
              new PerformanceObserver((list) => done(list.getEntries().at(-1)!.startTime)).observe({ type: 'largest-contentful-paint', buffered: true });
            }),
        ),
      );
      await close();
    }
    line(`largest contentful paint, processor ÷ 4, ${where}, ${path}`, times, 1000);
  }
}

try {
  const times: number[] = [];
  for (let i = 0; i < 3; ++i) {
    const start = performance.now();
    const run = spawnSync(binary, ['publish', join(folder.path, `public-${i}`), '--registry', registry, '--public-url', 'https://registry.example', '--web', bundle], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    times.push(performance.now() - start);
  }
  line('publishing 1,222 supporters in two languages', times, 60_000);
  mkdirSync(join(folder.path, 'nginx'));
  const copy = await nginx(join(folder.path, 'public-0'), join(folder.path, 'nginx'));
  await paint('published', copy.url);
  await copy.stop();
  await paint('served', server.url);
  for (const rate of [1, 4]) {
    const { page, close } = await open(browser, server.url, { viewport: { width: 1280, height: 900 } });
    await page.goto('/en/supporters/');
    await ready(page);
    await page.waitForLoadState('networkidle');
    await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate });
    const times = await page.evaluate(async () => {
      const input = document.querySelector<HTMLInputElement>('input[type=search]')!;
      const out: number[] = [];
      for (const text of ['a', 'an', 'ban', 'bank', 'ban', 'e', 'te', 'tec', 'tech', '', 's', 'so', 'soc', '', 'uni', 'univ', '']) {
        const start = performance.now();
        input.value = text;
        input.dispatchEvent(new InputEvent('input', { bubbles: true }));
        // The frame that shows the new rows: laid out, and handed to the painter.
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        out.push(performance.now() - start);
        await new Promise((done) => setTimeout(done, 60));
      }
      return out;
    });
    line(`filtering 1,222 rows, key to frame${rate === 1 ? '' : ', processor ÷ 4'}`, times, rate === 1 ? 50 : 200);
    await close();
  }
} finally {
  await browser.close();
  await server.stop();
  folder.remove();
}
