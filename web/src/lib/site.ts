// What every page is given: the reader's language, the API, and how to name other pages. Provided by App.svelte; taken by useSite().
import { getContext, setContext } from 'svelte';
import type { Api } from './api';
import { Format } from './format';
import type { MessageKey, Messages, Values } from './i18n';

export type Mode = 'live' | 'static';

export class Site {
  readonly format: Format;
  constructor(
    readonly messages: Messages,
    readonly api: Api,
    readonly mode: Mode,
    // Where the registry is to be found ("https://registry.example"), or empty.
    readonly origin: string,
  ) {
    this.format = new Format(messages.language);
  }
  get language(): string {
    return this.messages.language;
  }
  t = (key: MessageKey, values?: Values): string => this.messages.text(key, values);
  // The address of a page in the reader's language: href('/supporters/bank/').
  href = (path: string): string => `/${this.language}${path}`;
}

const key = Symbol('site');
export const provideSite = (site: Site) => setContext(key, site);
export const useSite = (): Site => getContext<Site>(key);

// What a page's `load` is given.
export interface Request {
  site: Site;
  params: Record<string, string>;
  query: URLSearchParams;
  // True while `entente publish` renders the page.
  prerendering: boolean;
}
// What a page says of itself, for <title>, search engines and previews.
export interface Head {
  title: string;
  description?: string;
  // Kept out of search engines: forms, drafts.
  noindex?: boolean;
}
