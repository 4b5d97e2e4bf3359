// The client's router: links between pages of one language are followed without a new document; everything else the browser does.
import { tick } from 'svelte';
import { view, type View } from './render';
import { match } from './routes';
import type { Site } from './site';

export class Router {
  current: View = $state.raw() as View;
  // True while the next page's data is under way: a bar shows it.
  busy = $state(false);
  // Said by screen readers after a change of page.
  announced = $state('');
  #turn = 0;

  constructor(
    readonly site: Site,
    first: View,
  ) {
    this.current = first;
  }

  start(): void {
    history.scrollRestoration = 'manual';
    history.replaceState({ ...history.state, y: scrollY }, '');
    addEventListener('click', (event) => this.#click(event));
    addEventListener('popstate', (event) => {
      const y = typeof event.state?.y === 'number' ? event.state.y : 0;
      void this.#show(location.href, y);
    });
  }

  // The part of an address of this app behind the language, or undefined.
  #local(address: URL): string | undefined {
    const prefix = `/${this.site.language}/`;
    if (address.origin !== location.origin || !address.pathname.startsWith(prefix)) return undefined;
    const path = address.pathname.slice(prefix.length - 1);
    return match(path) ? path : undefined;
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || link.target || link.hasAttribute('download') || link.hreflang) return;
    const address = new URL(link.href, location.href);
    if (this.#local(address) === undefined) return;
    if (address.pathname === location.pathname && address.search === location.search && address.hash !== '') return;
    event.preventDefault();
    void this.go(address.href);
  }

  async go(href: string): Promise<void> {
    history.replaceState({ ...history.state, y: scrollY }, '');
    history.pushState({ y: 0 }, '', href);
    await this.#show(href, undefined);
  }

  // Puts state into the address without leaving the page, so that it can be shared.
  setQuery(query: URLSearchParams): void {
    const text = query.toString();
    history.replaceState(history.state, '', text === '' ? location.pathname : `?${text}`);
  }

  async #show(href: string, y: number | undefined): Promise<void> {
    const address = new URL(href, location.href);
    const path = this.#local(address) ?? address.pathname;
    const turn = ++this.#turn;
    this.busy = true;
    const next = await view(this.site, path, address.searchParams, false);
    if (turn !== this.#turn) return; // somebody went elsewhere meanwhile
    this.busy = false;
    this.current = next;
    applyHead(next, this.site);
    await tick();
    const target = pointedAt(address.hash);
    if (target && y === undefined) target.scrollIntoView();
    else scrollTo(0, y ?? 0);
    if (y === undefined) {
      const heading = document.querySelector<HTMLElement>('main h1');
      heading?.setAttribute('tabindex', '-1');
      heading?.focus({ preventScroll: true });
    }
    this.announced = next.head.title;
  }
}

// What "#says" points at. A hash may be anything: one that cannot be decoded is looked for as it is.
export function pointedAt(hash: string): HTMLElement | null {
  if (hash.length < 2) return null;
  let id = hash.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    // "#%E0%A4%A"
  }
  return document.getElementById(id);
}

export function applyHead(shown: View, site: Site): void {
  document.title = shown.head.title === 'Entente' ? 'Entente' : `${shown.head.title} – Entente`;
  let description = document.querySelector<HTMLMetaElement>('meta[name=description]');
  if (!description) {
    description = document.createElement('meta');
    description.name = 'description';
    document.head.append(description);
  }
  description.content = shown.head.description ?? site.t('site.description');
}

let running: Router | undefined;
export const setRouter = (router: Router) => (running = router);
// The client's router; undefined while a page is rendered ahead.
export const useRouter = (): Router | undefined => running;
