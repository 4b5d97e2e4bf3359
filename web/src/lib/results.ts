// How many supporters satisfy a control, as the index counts them. A registry that does not answer this yet gives undefined.
import { ApiError, type Api } from './api';

export const resultStatuses = ['satisfied', 'partial', 'not-satisfied', 'unknown', 'not-applicable'] as const;
export type ResultStatus = (typeof resultStatuses)[number];
export type Counts = Record<ResultStatus, number>;
export interface ControlCounts {
  of: number;
  counts: Counts;
}
export interface Results {
  assessed: number;
  supporters: number;
  controls: Record<string, ControlCounts>;
}

const noCounts = (): Counts => ({ satisfied: 0, partial: 0, 'not-satisfied': 0, unknown: 0, 'not-applicable': 0 });
export function countsOf(row: { of?: number; counts?: Partial<Counts> }): ControlCounts {
  const counts = noCounts();
  for (const s of resultStatuses) counts[s] = row.counts?.[s] ?? 0;
  return { of: row.of ?? resultStatuses.reduce((sum, s) => sum + counts[s], 0), counts };
}

// Absent is an answer; anything else that goes wrong is the page's failure.
export async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

export async function resultsOf(api: Api, wanted?: string[]): Promise<Results | undefined> {
  const answer = await orAbsent(api.get<any>('/results'));
  if (!answer) return undefined;
  const controls: Record<string, ControlCounts> = {};
  for (const row of answer.controls) if (!wanted || wanted.includes(row.control)) controls[row.control] = countsOf(row);
  return { assessed: answer.assessed, supporters: answer.supporters, controls };
}

export interface ResultItem {
  supporter: string;
  name: string;
  category: string | null;
  counted_as: string;
  ground: string;
  leaf?: number;
  assessed_at?: string;
  evidence_at?: string;
}
export interface ControlResults extends ControlCounts {
  at: string;
  categories: (ControlCounts & { category: string | null })[];
  // null: too many to be listed (principle 0, which is judged of everybody).
  items: ResultItem[] | null;
}
export const itemHead = (item: any): ResultItem => {
  const { supporter, name, category, counted_as, ground, assessed_at, evidence_at } = item;
  // What the registry judges itself rests on statements, not on an assessment's row.
  const leaf = item.leaf ?? item.leaves?.[0];
  return { supporter, name, category, counted_as: counted_as === 'not-assessed' ? 'unknown' : counted_as, ground, leaf, assessed_at, evidence_at };
};
export async function controlResults(api: Api, id: string, most: number): Promise<(ControlResults & { listed: number }) | undefined> {
  const answer = await orAbsent(api.get<any>(`/controls/${encodeURIComponent(id)}/results`));
  if (!answer) return undefined;
  return {
    ...countsOf(answer),
    at: answer.at,
    categories: answer.categories.map((row: any) => ({ category: row.category, ...countsOf(row) })),
    items: answer.items ? answer.items.slice(0, most).map(itemHead) : null,
    listed: answer.items?.length ?? 0,
  };
}
