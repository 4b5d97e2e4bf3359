// What the page of a ledger entry shows, and from where it has it. Kind, time and organisation are read out of the statement that is shown:
// the check compares that statement with the signed bytes, so nothing the API says beside it can pass for verified. What only the
// registry says (effect, reason, record) is kept apart.
import type { Request } from './site';
import { cut, type Cut } from './statement_view';
import { base64 } from './verify/bytes';
import type { Shown } from './verify/entry';
import { isStatement, kindOf, same, type Statement } from './verify/envelope';

interface Answer {
  leaf: number;
  envelope: string;
  disposition: string;
  supporter?: string;
  signers?: string[];
  ignored?: { code: string; what: string; pointer?: string; hint?: string };
  statement?: unknown;
  // In base64.
  bytes?: string;
}
// The registry's own reading of an entry: no check of the browser covers it.
export type Reading = Pick<Answer, 'disposition' | 'supporter' | 'ignored'> & { name?: string };
export interface EntryData {
  leaf: number;
  envelope: string;
  signers: string[];
  statement: Cut | null;
  // The beginning of an entry that is no statement.
  bytes: string | null;
  reading: Reading;
  size: number;
  vkey: string | null;
}
const mostBytes = 2000;
const soundId = /^[a-z0-9-]{1,200}$/;

export async function loadEntry({ site, params }: Request): Promise<EntryData> {
  const [entry, ledger] = await Promise.all([
    site.api.get<Answer>(`/statements/${params.leaf}`),
    site.api.get<{ size: number; vkey: string | null }>('/ledger'),
  ]);
  const { disposition, ignored } = entry;
  const supporter = entry.supporter && soundId.test(entry.supporter) ? entry.supporter : undefined;
  const statement = isStatement(entry.statement) ? cut(entry.statement) : null;
  const record =
    supporter && !factsOf(statement).name ? await site.api.get<{ name: string }>(`/supporters/${supporter}`).catch(() => undefined) : undefined;
  return {
    // The entry asked for, not the one an answer says it is.
    leaf: Number(params.leaf),
    envelope: entry.envelope,
    signers: entry.signers ?? [],
    statement,
    bytes: entry.bytes === undefined ? null : entry.bytes.slice(0, mostBytes),
    reading: { disposition, ...(supporter ? { supporter } : {}), ...(ignored ? { ignored } : {}), ...(record ? { name: record.name } : {}) },
    size: ledger.size,
    vkey: ledger.vkey,
  };
}

export interface Facts {
  // "pledge"; null: nothing, or nothing of ours.
  kind: string | null;
  at?: string;
  // The organisation the statement names by its id, and by name where it does.
  organisation?: string;
  name?: string;
}
export function factsOf(statement: Cut | null): Facts {
  if (!statement) return { kind: null };
  const said = statement.value as Statement;
  const { at, organisation } = said.predicate as { at?: unknown; organisation?: { id?: unknown; name?: unknown } };
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const id = text(organisation?.id);
  const name = text(organisation?.name);
  const time = text(at);
  return {
    kind: kindOf(said) || null,
    ...(time && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(time) ? { at: time } : {}),
    ...(id && soundId.test(id) ? { organisation: id } : {}),
    ...(name ? { name } : {}),
  };
}

// The same, as the check asks for it.
export const shownBy = (data: EntryData): Shown => ({
  signers: data.signers,
  ...(data.statement ? { statement: (said) => same(cut(said), data.statement) } : {}),
  ...(data.bytes === null ? {} : { bytes: (entry) => base64(entry).slice(0, mostBytes) === data.bytes }),
});
