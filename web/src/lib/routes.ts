// All pages: where they are, and, for those with a parameter, which ones there are. The first segments become the "sections" of web.json,
// by which the server tells pages from mistakes.
import type { Component } from 'svelte';
import type { Api } from './api';
import type { Head, Request, Site } from './site';

export type Params = Record<string, string>;
export interface Page<Data = any> {
  default: Component<{ data: Data }>;
  load?: (request: Request) => Promise<Data>;
  head: (data: Data, site: Site) => Head;
}
const files = import.meta.glob<Page>('../pages/*.svelte');

export interface Route {
  name: string;
  // Segments; one in braces is a parameter. Addresses of pages end with a slash.
  pattern: string;
  // In src/pages.
  file: string;
  // For `entente publish`: the parameters there are. Absent: one page.
  each?: (api: Api) => Promise<Params[]>;
}

interface Directory {
  columns: string[];
  rows: unknown[][];
}
async function supporterIds(api: Api): Promise<Params[]> {
  const directory = await api.get<Directory>('/directory');
  const column = directory.columns.indexOf('id');
  // Sign-ups that wait are in no list of supporters, but the secretariat's page leads to them.
  const { items } = await api.get<{ items: { supporter: string }[] }>('/queue');
  const all = new Set([...directory.rows.map((row) => String(row[column])), ...items.map((item) => item.supporter)]);
  return [...all].map((id) => ({ id }));
}
const ids = (path: string, list: (answer: any) => any[]) => async (api: Api) =>
  list(await api.get(path)).map((item) => ({ id: String(item.id) }));

// More entries than these are not written ahead: the newest are.
export const mostEntryPages = 5000;
async function leaves(api: Api): Promise<Params[]> {
  const { size } = await api.get<{ size: number }>('/ledger');
  const out: Params[] = [];
  for (let leaf = Math.max(0, size - mostEntryPages); leaf < size; ++leaf) out.push({ leaf: String(leaf) });
  return out;
}
// All that count for anything, not only each supporter's latest: replaced and questioned ones too, since entries and histories point at the older ones.
async function assessments(api: Api): Promise<Params[]> {
  const out: Params[] = [];
  for (let from: number | null = 0; from !== null; ) {
    const page: { items: { kind: string; envelope: string; disposition: string }[]; next_from: number | null } = await api.get(`/pages/statements/${from}.json`);
    for (const item of page.items) if (item.kind === 'assessment' && item.disposition !== 'ignored') out.push({ envelope: item.envelope.replace(/^sha256:/, '') });
    from = page.next_from;
  }
  return out;
}

// What a parameter may look like. It becomes part of an address of the API: anything else ("../rules") is no page.
const slug = /^[a-z0-9](?:[a-z0-9-]{0,198}[a-z0-9])?$/;
export const forms: Record<string, RegExp> = {
  'supporter.id': slug,
  'principle.number': /^[1-9]$/,
  'control.id': /^P[0-9]-[0-9]{2}$/,
  'norm.id': slug,
  'entry.leaf': /^(?:0|[1-9][0-9]{0,14})$/,
  'assessment.envelope': /^[0-9a-f]{64}$/,
};

export const routes: Route[] = [
  { name: 'home', pattern: '/', file: 'Home' },
  { name: 'supporters', pattern: '/supporters/', file: 'Supporters' },
  { name: 'supporters-all', pattern: '/supporters-all/', file: 'SupportersAll' },
  { name: 'supporter', pattern: '/supporters/{id}/', file: 'Supporter', each: supporterIds },
  { name: 'principles', pattern: '/principles/', file: 'Principles' },
  {
    name: 'principle',
    pattern: '/principles/{number}/',
    file: 'Principle',
    each: async () => Array.from({ length: 9 }, (_, i) => ({ number: String(i + 1) })),
  },
  { name: 'controls', pattern: '/controls/', file: 'Controls' },
  { name: 'control', pattern: '/controls/{id}/', file: 'Control', each: ids('/controls', (a) => a.controls) },
  { name: 'index', pattern: '/index/', file: 'IndexPage' },
  { name: 'method', pattern: '/method/', file: 'Method' },
  { name: 'crosswalk', pattern: '/crosswalk/', file: 'Crosswalk' },
  { name: 'norm', pattern: '/norms/{id}/', file: 'Norm', each: ids('/norms', (a) => a.items ?? a) },
  { name: 'ledger', pattern: '/ledger/', file: 'Ledger' },
  { name: 'entry', pattern: '/ledger/{leaf}/', file: 'Entry', each: leaves },
  { name: 'assessment', pattern: '/assessments/{envelope}/', file: 'Assessment', each: assessments },
  { name: 'take-part', pattern: '/take-part/', file: 'TakePart' },
  { name: 'sign-up', pattern: '/sign-up/', file: 'SignUp' },
  { name: 'keys', pattern: '/keys/', file: 'Keys' },
  { name: 'events', pattern: '/events/', file: 'Events' },
  { name: 'secretariat', pattern: '/secretariat/', file: 'Secretariat' },
  { name: 'not-measured', pattern: '/not-measured/', file: 'NotMeasured' },
];

export const pageOf = (file: string): Promise<Page> => files[`../pages/${file}.svelte`]!();

const split = (path: string) => path.split('/').filter((s) => s !== '');

// "/supporters/bank/" and its route; undefined: no such page. `path` is without the language.
export function match(path: string): { route: Route; params: Params } | undefined {
  const segments = split(path);
  for (const route of routes) {
    const pattern = split(route.pattern);
    if (pattern.length !== segments.length) continue;
    const params: Params = {};
    const fits = pattern.every((part, i) => {
      if (!part.startsWith('{')) return part === segments[i];
      const name = part.slice(1, -1);
      const value = segments[i]!;
      params[name] = value;
      // Nothing that fits a form is ever spelt with percent signs.
      return forms[`${route.name}.${name}`]?.test(value) ?? false;
    });
    if (fits) return { route, params };
  }
  return undefined;
}

export function fill(pattern: string, params: Params): string {
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

export const sections = [...new Set(routes.flatMap((r) => split(r.pattern).slice(0, 1)))].sort();
