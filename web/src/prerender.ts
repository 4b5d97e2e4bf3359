// Run by `entente publish` with node: writes every page in every language from the API's snapshots.
//   node prerender.js --site FOLDER --out FOLDER --public-url URL
// FOLDER/api/v1/… are the snapshots. Standard output has lines "progress DONE TOTAL" and at the end "done FILES".
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { render } from 'svelte/server';
import App from './App.svelte';
import { ApiError, apiPrefix, type Api } from './lib/api';
import { direction, languages, loadMessages } from './lib/i18n';
import { view, type View } from './lib/render';
import { fill, routes, sections } from './lib/routes';
import { Site } from './lib/site';

export const description = () => ({ format: 1, languages, sections, rtl: languages.filter((l) => direction(l) === 'rtl') });

class FolderApi implements Api {
  // One answer is asked for by many pages; a registry's snapshots need not all fit in memory.
  readonly #kept = new Map<string, unknown>();
  #bytes = 0;
  constructor(readonly folder: string) {}
  #file(address: string): string {
    const path = decodeURIComponent(address.split('?')[0]!);
    if (path.split('/').includes('..')) throw new ApiError(400, address);
    const last = path.slice(path.lastIndexOf('/') + 1);
    return join(this.folder, path, last.includes('.') ? '' : 'index.json').replace(/\/$/, '');
  }
  async get<T>(path: string): Promise<T> {
    if (this.#kept.has(path)) return this.#kept.get(path) as T;
    const file = this.#file(apiPrefix + path);
    if (!existsSync(file)) throw new ApiError(404, path);
    const text = readFileSync(file, 'utf8');
    const value = JSON.parse(text) as T;
    if (text.length > 65_536 || this.#bytes < 67_108_864) {
      this.#kept.set(path, value);
      this.#bytes += text.length;
    }
    return value;
  }
  async bytes(address: string): Promise<Uint8Array> {
    const file = this.#file(address);
    if (!existsSync(file)) throw new ApiError(404, address);
    return readFileSync(file);
  }
}

const escape = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
// JSON in a script element: nothing in it can end the element.
const embedded = (value: unknown) => JSON.stringify(value).replace(/[<>\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'";

type Chunk = { file: string; imports?: string[]; src?: string };
class Template {
  readonly #shell: string;
  readonly #manifest: Record<string, Chunk>;
  constructor(client: string) {
    this.#shell = readFileSync(join(client, 'shell.html'), 'utf8');
    this.#manifest = JSON.parse(readFileSync(join(client, 'manifest.json'), 'utf8'));
  }
  // The scripts a page needs beyond the entry, so that the browser need not find out one after the other.
  #preloads(sources: string[]): string[] {
    const out = new Set<string>();
    const walk = (key: string) => {
      const chunk = this.#manifest[key];
      if (!chunk || out.has(chunk.file)) return;
      out.add(chunk.file);
      chunk.imports?.forEach(walk);
    };
    sources.forEach(walk);
    return [...out].filter((file) => file.endsWith('.js') && !this.#shell.includes(file));
  }
  page(site: Site, shown: View, body: string): string {
    const { head, path } = shown;
    const title = head.title === 'Entente' ? 'Entente' : `${head.title} – Entente`;
    const absolute = (language: string) => `${site.origin}/${language}${path}`;
    const text = head.description ?? site.t('site.description');
    const lines = [
      `<meta http-equiv="Content-Security-Policy" content="${policy}" />`,
      '<meta name="referrer" content="no-referrer" />',
      `<meta name="entente-origin" content="${escape(site.origin)}" />`,
      `<meta name="description" content="${escape(text)}" />`,
      `<meta property="og:title" content="${escape(title)}" />`,
      `<meta property="og:description" content="${escape(text)}" />`,
      '<meta property="og:type" content="website" />',
      ...(head.noindex || shown.status !== 200 ? ['<meta name="robots" content="noindex" />'] : []),
      ...(shown.status === 200
        ? [
            ...(site.origin ? [`<link rel="canonical" href="${escape(absolute(site.language))}" />`] : []),
            ...languages.map((l) => `<link rel="alternate" hreflang="${l}" href="${escape(absolute(l))}" />`),
            `<link rel="alternate" hreflang="x-default" href="${escape(absolute('en'))}" />`,
          ]
        : []),
      `<link rel="alternate" type="application/atom+xml" title="${escape(site.t('site.changes'))}" href="/api/v1/changes.atom" />`,
      ...this.#preloads([`src/pages/${shown.file}.svelte`, `src/locales/${site.language}.json`]).map(
        (file) => `<link rel="modulepreload" crossorigin href="/${file}" />`,
      ),
    ];
    const data = shown.status === 200 ? `<script type="application/json" id="entente-data">${embedded(shown.data)}</script>` : '';
    return this.#shell
      .replaceAll('{{lang}}', site.language)
      .replaceAll('{{dir}}', direction(site.language))
      .replaceAll('{{mode}}', 'static')
      .replace('<title>Entente</title>', () => `<title>${escape(title)}</title>\n    ${lines.join('\n    ')}`)
      .replace(/(<div id="app">)[\s\S]*?(<\/div>\s*)(<script|<\/body>)/, (_, open: string, close: string, after: string) => `${open}${body}${close}${data}${after}`);
  }
}

function argument(name: string): string {
  const at = process.argv.indexOf(name);
  const value = at < 0 ? undefined : process.argv[at + 1];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

async function main(): Promise<void> {
  const folder = argument('--site');
  const out = argument('--out');
  const origin = argument('--public-url').replace(/\/+$/, '');
  const client = join(dirname(fileURLToPath(import.meta.url)), '../client');
  const template = new Template(client);
  const api = new FolderApi(folder);
  let files = 0;
  const write = (path: string, text: string) => {
    const file = join(out, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    ++files;
  };

  const addresses: string[] = [];
  for (const route of routes) {
    for (const params of route.each ? await route.each(api) : [{}]) addresses.push(fill(route.pattern, params));
  }
  const total = addresses.length * languages.length;
  const sitemap: string[] = [];
  let done = 0;
  for (const language of languages) {
    const site = new Site(await loadMessages(language), api, 'static', origin);
    const draw = (shown: View) => template.page(site, shown, render(App, { props: { site, router: { current: shown, busy: false, announced: '' } } }).body);
    for (const path of addresses) {
      const shown = await view(site, path, new URLSearchParams(), true);
      write(`${language}${decodeURIComponent(path)}index.html`, draw(shown));
      if (!shown.head.noindex) sitemap.push(`${origin}/${language}${path}`);
      if (++done % 100 === 0) console.log(`progress ${done} ${total}`);
    }
    const missing = draw(await view(site, '/404.html', new URLSearchParams(), false));
    write(`${language}/404.html`, missing);
    if (language === languages[0]) write('404.html', missing);
  }
  const choices = languages.map((l) => `<li><a lang="${l}" hreflang="${l}" href="/${l}/">${escape(new Intl.DisplayNames(l, { type: 'language' }).of(l) ?? l)}</a></li>`);
  write(
    'index.html',
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta http-equiv="Content-Security-Policy" content="${policy}">\n<title>Entente</title>\n<link rel="icon" href="/favicon.svg" type="image/svg+xml">\n<script src="/language.js" data-languages="${languages.join(' ')}"></script>\n</head>\n<body><main><h1>Entente</h1><ul>${choices.join('')}</ul></main></body>\n</html>\n`,
  );
  if (origin) {
    write('sitemap.xml', `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${sitemap.map((u) => `<url><loc>${escape(u)}</loc></url>`).join('\n')}\n</urlset>\n`);
    write('robots.txt', `User-agent: *\nAllow: /\nSitemap: ${origin}/sitemap.xml\n`);
  }
  console.log(`done ${files}`);
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  main().catch((error) => {
    console.error(`cannot write the pages: ${error instanceof ApiError ? `${error.path}: ${error.message}` : (error?.stack ?? error)}`);
    process.exitCode = 1;
  });
}
