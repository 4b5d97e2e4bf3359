import { hydrate, mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { HttpApi } from './lib/api';
import { loadMessages } from './lib/i18n';
import { view, type View } from './lib/render';
import { match, pageOf } from './lib/routes';
import { applyHead, pointedAt, Router, setRouter } from './lib/router.svelte';
import { Site } from './lib/site';

const meta = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';

async function start(): Promise<void> {
  const language = document.documentElement.lang || 'en';
  const path = location.pathname.replace(/^\/[^/]+/, '') || '/';
  const target = document.getElementById('app')!;
  const written = document.getElementById('entente-data');
  const found = match(path);
  // The page's code, its messages and its data are asked for together.
  if (found) void pageOf(found.route.file);
  const messages = await loadMessages(language);
  const site = new Site(messages, new HttpApi(), meta('entente-mode') === 'static' ? 'static' : 'live', meta('entente-origin'));
  let first: View;
  if (written && found) {
    const page = await pageOf(found.route.file);
    const data: unknown = JSON.parse(written.textContent ?? 'null');
    first = { name: found.route.name, file: found.route.file, page, data, head: page.head(data, site), path, status: 200 };
  } else {
    first = await view(site, path, new URLSearchParams(location.search), false);
    applyHead(first, site);
  }
  const router = new Router(site, first);
  setRouter(router);
  if (written && found) {
    hydrate(App, { target, props: { site, router } });
  } else {
    target.replaceChildren();
    mount(App, { target, props: { site, router } });
  }
  router.start();
  // What the address points at was not there when the browser looked for it.
  if (!written) pointedAt(location.hash)?.scrollIntoView();
  document.documentElement.dataset.ready = 'yes';
}

void start();
