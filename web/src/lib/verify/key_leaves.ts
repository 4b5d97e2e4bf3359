// Where the keys of an entry's signers came into the ledger, as the API says: a hint only, each entry is proven before its keys are used.
import type { Api } from '../api';
import type { Statement } from './envelope';
import type { RulesLeaves } from './rules';

interface Named {
  id?: unknown;
}
interface Record {
  keys?: { leaf: number }[];
  pledge?: { leaf: number };
  claim?: { leaf: number };
}
interface EntryPage {
  items: { leaf: number; kind: string | null; supporter?: string }[];
}
interface Commitment {
  commitment: string;
  holder?: string;
}
const soundId = /^[a-z0-9-]{1,200}$/;
const pageLength = 500;
const mostPages = 20;

export const keyLeaves = (api: Api, index: number) =>
  async function* (statement: Statement): AsyncIterable<number> {
    const predicate = statement.predicate as { organisation?: Named; by?: Named; reviewer?: Named; successor?: Named };
    const ids = [predicate.organisation, predicate.by, predicate.reviewer, predicate.successor].flatMap((named) =>
      typeof named?.id === 'string' && soundId.test(named.id) ? [named.id] : [],
    );
    // A commitment does not name who made it; the registry knows by the key.
    const commitment = (statement.predicate as { commitment?: { sha256?: unknown } }).commitment?.sha256;
    if (ids.length === 0 && typeof commitment === 'string') {
      const { items } = await api.get<{ items: Commitment[] }>('/commitments').catch(() => ({ items: [] }));
      const holder = items.find((item) => item.commitment === commitment)?.holder;
      if (holder !== undefined && soundId.test(holder)) ids.push(holder);
    }
    for (const id of new Set(ids)) {
      const record = await api.get<Record>(`/supporters/${id}`).catch(() => undefined);
      for (const part of [...(record?.keys ?? []), record?.pledge, record?.claim]) if (part) yield part.leaf;
    }
    const rules = await api.get<{ leaf: number }>('/rules').catch(() => undefined);
    if (rules) yield rules.leaf;
    yield 0;
    // Rosters and keys of earlier days: the latest before this entry first.
    const last = Math.floor(index / pageLength) * pageLength;
    for (let from = last, n = 0; from >= 0 && n < mostPages; from -= pageLength, ++n) {
      const page = await api.get<EntryPage>(`/pages/statements/${from}.json`).catch(() => undefined);
      for (const item of [...(page?.items ?? [])].reverse())
        if (item.kind === 'registry-rules' || (item.kind === 'key-set' && item.supporter !== undefined && ids.includes(item.supporter))) yield item.leaf;
    }
  };

// Where the registry's rules stand: the latest as the API says, or those below a leaf, the founding ones first.
export const rulesLeaves = (api: Api): RulesLeaves =>
  async function* (before) {
    if (before === undefined) {
      const rules = await api.get<{ leaf: number }>('/rules').catch(() => undefined);
      if (rules) yield rules.leaf;
      return;
    }
    yield 0;
    for (let from = Math.floor(before / pageLength) * pageLength, n = 0; from >= 0 && n < mostPages; from -= pageLength, ++n) {
      const page = await api.get<EntryPage>(`/pages/statements/${from}.json`).catch(() => undefined);
      for (const item of [...(page?.items ?? [])].reverse()) if (item.kind === 'registry-rules' && item.leaf > 0 && item.leaf < before) yield item.leaf;
    }
  };
