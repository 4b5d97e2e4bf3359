// What a supporter's page shows, gathered from the record, its history and its line of the index. Everything is as the API says it
// (docs/api.md); what the page does not show is left out, since it is written into every page that is made ahead.
import { ApiError } from './api';
import { instrumentsOf } from './catalogue';
import { countsAsSupporter } from './directory';
import type { Request, Site } from './site';

export interface Pledge {
  leaf: number;
  at: string;
  text: { language: string; version?: string; sha256: string };
  principles: number[];
  reservations?: { principle: number; text: string }[];
  why?: { language: string; text: string };
  domains?: string[];
}
export interface ContactEntry {
  role: string;
  channels: number;
  languages?: string[];
  audience: string;
  // In the clear, from a live registry, where it is for everybody.
  contact?: { name?: string; channels?: { kind: string; address: string }[] };
}
export interface SupporterRecord {
  id: string;
  name: string;
  names?: Record<string, string>;
  category?: string;
  nature?: string;
  country?: string;
  website?: string;
  lei?: string;
  ror?: string;
  wikidata?: string;
  register_number?: string;
  status: string;
  dates: Partial<Record<'signed_on' | 'published_on' | 'signed_no_later_than' | 'pledged_at' | 'approved_at' | 'renewed_until' | 'ended_at', string>>;
  pledge?: Pledge;
  keys?: { vkey: string; leaf: number; from: string; until?: string; ended?: string }[];
  former_names?: string[];
  memberships?: { instrument: string; basis: string; leaf: number; since?: string; ended?: boolean; url?: string }[];
  domains?: { domain: string; leaf: number; at: string; until: string; dnssec: string; vantages: number }[];
  mailbox?: { leaf: number; at: string; until: string };
  reviews?: { leaf: number; at: string; reviewer: string; report: string; url?: string; controls?: string[]; answer?: string }[];
  contacts?: { leaf: number; at: string; contacts?: ContactEntry[] };
  evidence?: { leaf: number; document: string; url?: string }[];
  reason?: string;
  successor?: string;
  predecessors?: string[];
  source?: string;
  claim?: Pledge;
  leaves: { record: number; status: number; changed: number };
}
export interface HistoryItem {
  leaf: number;
  kind: string | null;
  disposition: string;
  at?: string;
  signers?: string[];
  ignored?: { what: string };
}
export interface PrincipleScore {
  principle: number;
  tier: string;
  score: number | null;
  coverage: number;
  low: number | null;
  high: number | null;
  applicable: number;
  controls?: Record<string, number>;
}
export interface ProfileFinding {
  control: string;
  class: string;
  claimed: string;
  counted_as: string;
  reason?: string;
  ground: string;
  leaf?: number;
  leaves?: number[];
  evidence?: string[];
  evidence_list?: { count: number; digest: string };
  evidence_at?: string;
  disputes?: { leaf: number; state: 'open' | 'upheld' | 'rejected'; due: string }[];
}
export interface ProfileAssessment {
  leaf: number;
  envelope: string;
  at: string;
  ledger_time: string;
  catalog: { version: string; other_rules: boolean };
  by: { kind: 'supporter' | 'assessor'; person: string | null; keyid: string };
  questioned: boolean;
}
export interface Profile {
  record: SupporterRecord;
  history: HistoryItem[];
  assessment: ProfileAssessment | null;
  identity: PrincipleScore | null;
  principles: PrincipleScore[];
  findings: ProfileFinding[];
  // In the reader's language: titles of the principles 0 … 9, and of the controls that have a finding.
  titles: string[];
  controls: Record<string, string>;
  // Names of the other supporters this one speaks of.
  others: Record<string, string>;
  memberships: Membership[];
  // Evidence digest → the entry that shows it.
  shown: Record<string, number>;
}

// Another instrument and all that is said of the membership in it.
export interface Membership {
  instrument: string;
  // The instrument's page, where the crosswalk knows it by this name.
  norm?: { id: string; title: string };
  said: NonNullable<SupporterRecord['memberships']>;
}
// Lists write names as they like ("Tech Accord", "tech-accord"): one instrument is shown once, by its title where it has a page here.
export function membershipsOf(list: SupporterRecord['memberships'], norms: { id: string; title: string; symbol?: string }[]): Membership[] {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  const out = new Map<string, Membership>();
  for (const said of list ?? []) {
    const name = plain(said.instrument);
    const norm = norms.find((n) => [n.id, n.title, n.symbol ?? ''].some((text) => plain(text) === name));
    const key = norm?.id ?? name;
    const found = out.get(key);
    if (found) found.said.push(said);
    else out.set(key, { instrument: said.instrument, said: [said], ...(norm ? { norm: { id: norm.id, title: norm.title } } : {}) });
  }
  return [...out.values()];
}

interface IndexLine {
  assessment: ProfileAssessment | null;
  identity?: PrincipleScore;
  principles?: PrincipleScore[];
  findings?: ProfileFinding[];
}

export const hexOf = (digest: string): string => digest.replace(/^sha256:/, '');
const keep = <T extends object, K extends keyof T>(from: T, names: K[]): Pick<T, K> =>
  Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])) as Pick<T, K>;

export async function nameOf(site: Site, id: string): Promise<[string, string]> {
  try {
    return [id, (await site.api.get<{ name: string }>(`/supporters/${id}`)).name];
  } catch {
    return [id, id];
  }
}

// Only records that count have a line of the index.
async function indexLine(site: Site, id: string, status: string): Promise<IndexLine> {
  if (!countsAsSupporter(status)) return { assessment: null };
  try {
    return await site.api.get<IndexLine>(`/index/${id}`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { assessment: null };
    throw error;
  }
}

export async function loadProfile({ site, params }: Request): Promise<Profile> {
  const id = encodeURIComponent(params.id ?? '');
  const asked = site.api.get<SupporterRecord>(`/supporters/${id}`);
  const [full, said, line, principles, catalogue] = await Promise.all([
    asked,
    site.api.get<{ items: HistoryItem[] }>(`/supporters/${id}/statements`),
    asked.then((record) => indexLine(site, id, record.status)),
    site.api.get<{ items: { number: number; title: Record<string, string> }[] }>('/principles'),
    site.api.get<{ controls: { id: string; title: Record<string, string> }[] }>('/controls'),
  ]);
  const { evidence, memberships, ...record } = full;
  const norms = memberships?.length ? instrumentsOf(await site.api.get<unknown>('/norms')) : [];
  for (const unused of ['statements', 'assessments', 'disputes', 'assessment', 'counts']) delete (record as Record<string, unknown>)[unused];
  const findings = (line.findings ?? []).map((f) =>
    keep(f, ['control', 'class', 'claimed', 'counted_as', 'reason', 'ground', 'leaf', 'leaves', 'evidence', 'evidence_list', 'evidence_at', 'disputes']),
  );
  const wanted = new Set(findings.map((f) => f.control));
  const cited = new Set(findings.flatMap((f) => (f.evidence ?? []).map(hexOf)));
  const mentioned = [...new Set([record.successor, ...(record.predecessors ?? []), ...(record.reviews ?? []).map((r) => r.reviewer)])].filter(
    (other): other is string => other !== undefined,
  );
  return {
    record,
    history: said.items.map((item) => keep(item, ['leaf', 'kind', 'disposition', 'at', 'signers', 'ignored'])),
    assessment: line.assessment,
    identity: line.identity ?? line.principles?.find((p) => p.principle === 0) ?? null,
    principles: (line.principles ?? []).filter((p) => p.principle > 0),
    findings,
    titles: principles.items.sort((a, b) => a.number - b.number).map((p) => site.format.pick(p.title)),
    controls: Object.fromEntries(catalogue.controls.filter((c) => wanted.has(c.id)).map((c) => [c.id, site.format.pick(c.title)])),
    others: Object.fromEntries(await Promise.all(mentioned.map((other) => nameOf(site, other)))),
    memberships: membershipsOf(memberships, norms),
    shown: Object.fromEntries((evidence ?? []).filter((e) => cited.has(hexOf(e.document))).map((e) => [hexOf(e.document), e.leaf])),
  };
}

export const principleOf = (control: string): number => Number(/^P(\d+)-/.exec(control)?.[1] ?? -1);

// The findings of a principle by how they enter its figure.
export const tallyNames = ['counted', 'declared', 'unknown', 'inapplicable'] as const;
export function tallyOf(findings: Pick<ProfileFinding, 'control' | 'ground'>[], principle: number): Record<(typeof tallyNames)[number], number> {
  const out = { counted: 0, declared: 0, unknown: 0, inapplicable: 0 };
  for (const { control, ground } of findings)
    if (principleOf(control) === principle) ++out[ground === 'counted' || ground === 'declared' ? ground : ground === 'not-applicable' ? 'inapplicable' : 'unknown'];
  return out;
}

// Whole days from one instant to a later one; undefined where either is missing or they are the wrong way round.
export function daysBetween(from: string | undefined, to: string | undefined): number | undefined {
  const days = Math.floor((Date.parse(to ?? '') - Date.parse(from ?? '')) / 86_400_000);
  return Number.isNaN(days) || days < 0 ? undefined : days;
}

// "bank.example+6771df95+ARQm…" → "bank.example+6771df95": enough to tell a key by.
export const keyName = (vkey: string): string => vkey.split('+').slice(0, 2).join('+');

// An address may be followed only if it is one of the web.
export const webAddress = (text: string | undefined): string | undefined => (text && /^https?:\/\/[^\s]+$/i.test(text) ? text : undefined);

// A record names its website by its domain.
export const siteAddress = (text: string | undefined): string | undefined =>
  text && /^[a-z0-9.-]+\.[a-z0-9-]{2,63}$/.test(text) ? `https://${text}` : webAddress(text);

export function languageName(code: string, reader: string): string {
  try {
    return new Intl.DisplayNames(reader, { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}
