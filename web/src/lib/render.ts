// From an address to a page that can be drawn: the same on both sides.
import { ApiError } from './api';
import { match, pageOf, type Page } from './routes';
import type { Head, Request, Site } from './site';

export interface View {
  name: string;
  // The page's file in src/pages.
  file: string;
  page: Page;
  data: unknown;
  head: Head;
  // Without the language: "/supporters/bank/".
  path: string;
  status: number;
}

async function failure(site: Site, path: string, error: unknown): Promise<View> {
  const status = error instanceof ApiError ? error.status : 500;
  const page = await pageOf('Failure');
  const problem = error instanceof ApiError ? error.problem : undefined;
  const data = { status, path: error instanceof ApiError ? error.path : path, detail: problem?.detail ?? String((error as Error).message ?? error) };
  return { name: 'failure', file: 'Failure', page, data, head: page.head(data, site), path, status: status === 404 ? 404 : 500 };
}

export async function view(site: Site, path: string, query: URLSearchParams, prerendering: boolean): Promise<View> {
  const found = match(path);
  if (!found) return failure(site, path, new ApiError(404, path));
  try {
    const page = await pageOf(found.route.file);
    const request: Request = { site, params: found.params, query, prerendering };
    const data = page.load ? await page.load(request) : null;
    return { name: found.route.name, file: found.route.file, page, data, head: page.head(data, site), path, status: 200 };
  } catch (error) {
    if (prerendering) throw error;
    return failure(site, path, error);
  }
}
