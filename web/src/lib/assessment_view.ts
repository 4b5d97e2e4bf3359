// An assessment made ready to be read: the signed figures and rows, with the texts of the controls in the reader's language.
import type { Request, Site } from './site';

export const statuses = ['satisfied', 'partial', 'not-satisfied', 'not-assessed', 'not-applicable'] as const;
export type Status = (typeof statuses)[number];
type Names = Record<string, string>;

export interface Figures {
  principle: number;
  tier: string;
  coverage: number;
  score: number | null;
  low: number;
  high: number;
  counts: Record<Status, number>;
}
export interface Row {
  id: string;
  principle: number;
  title: string;
  status: Status;
  class: string;
  reason?: string;
  // Pieces of evidence, and the digests of the first four.
  evidence: number;
  digests: string[];
  // When the evidence was collected, as far as the registry knows.
  evidenceAt?: string;
  // How it is tested, and what would make it satisfied: only where it is not.
  test?: string;
  need?: string;
  // Why the index counts it otherwise than it was signed; absent where it does not.
  ground?: string;
}
export interface AssessmentData {
  envelope: string;
  leaf: number;
  supporter: string;
  name: string;
  at: string;
  document: string;
  bundle: string;
  catalog: { version: string; sha256: string };
  otherRules: boolean;
  signer: string;
  vkey: string | null;
  person: string | null;
  tool: string;
  // A later assessment of the same supporter; null: this is the latest.
  later: string | null;
  questioned: boolean;
  principles: (Figures & { title: string })[];
  rows: Row[];
  disputes: { leaf: number; control: string; state: string }[];
}

interface SignedRow {
  control: string;
  status: Status;
  class: string;
  weight: number;
  reason?: string;
  evidence?: string[];
  evidence_count?: number;
}
interface Answer {
  leaf: number;
  envelope: string;
  supporter: string;
  at: string;
  document: string;
  bundle: string;
  catalog: { version: string; sha256: string };
  signer: string;
  person?: string;
  controls?: SignedRow[];
}
interface Statement {
  statement?: { predicate?: { principles?: Figures[]; organisation?: { name?: string }; tool?: { name: string; version: string } } };
}
interface IndexLine {
  assessment?: { envelope: string; questioned?: boolean; catalog?: { other_rules?: boolean } } | null;
  findings?: { control: string; ground: string; evidence_at?: string }[];
}
interface Dispute {
  leaf: number;
  assessment: string;
  control: string;
  state: string;
}

const principleOf = (control: string): number => Number(/^P(\d)-/.exec(control)?.[1] ?? 0);
const bare = (digest: string): string => digest.replace(/^sha256:/, '');
const judged = (status: Status): boolean => status !== 'not-assessed' && status !== 'not-applicable';
// Grounds that say no more than the status does.
const quiet = new Set(['counted', 'not-assessed', 'not-applicable', 'left-out']);

interface Assessed {
  name: string;
  keys?: { vkey: string }[];
}
async function vkeyOf(site: Site, answer: Answer, record: Assessed | undefined): Promise<string | null> {
  const found = (list: { vkey: string }[] | undefined) => list?.find((k) => k.vkey.startsWith(`${answer.signer}+`))?.vkey;
  const own = found(record?.keys);
  if (own) return own;
  return found((await site.api.get<{ roster?: { vkey: string }[] }>('/rules').catch(() => undefined))?.roster) ?? null;
}

export async function loadAssessment({ site, params }: Request): Promise<AssessmentData> {
  const { api, format } = site;
  const answer = await api.get<Answer>(`/assessments/${params.envelope}`);
  const asked = api.get<Assessed>(`/supporters/${answer.supporter}`).catch(() => undefined);
  const [statement, controls, principles, line, disputes, record, vkey] = await Promise.all([
    api.get<Statement>(`/statements/${answer.leaf}`),
    api.get<{ controls?: ControlText[]; items?: ControlText[] }>('/controls'),
    api.get<{ items: { number: number; title: Names }[] }>('/principles'),
    api.get<IndexLine>(`/index/${answer.supporter}`).catch(() => undefined),
    api.get<{ items: Dispute[] }>('/disputes').catch(() => undefined),
    asked,
    asked.then((found) => vkeyOf(site, answer, found)),
  ]);
  const text = new Map((controls.controls ?? controls.items ?? []).map((c) => [c.id, c]));
  const predicate = statement.statement?.predicate;
  const latest = line?.assessment ? bare(line.assessment.envelope) : null;
  const isLatest = latest === answer.envelope;
  const counted = new Map(isLatest ? line?.findings?.map((f) => [f.control, f]) : []);
  return {
    envelope: answer.envelope,
    leaf: answer.leaf,
    supporter: answer.supporter,
    name: record?.name ?? predicate?.organisation?.name ?? answer.supporter,
    at: answer.at,
    document: answer.document,
    bundle: answer.bundle,
    catalog: answer.catalog,
    otherRules: isLatest && (line?.assessment?.catalog?.other_rules ?? false),
    signer: answer.signer,
    vkey,
    person: answer.person ?? null,
    tool: predicate?.tool ? `${predicate.tool.name} ${predicate.tool.version}` : '',
    later: isLatest ? null : latest,
    questioned: isLatest && (line?.assessment?.questioned ?? false),
    principles: (predicate?.principles ?? []).map((p) => ({ ...p, title: format.pick(principles.items.find((x) => x.number === p.principle)?.title) })),
    rows: (answer.controls ?? []).map((row) => {
      const control = text.get(row.control);
      const ground = counted.get(row.control)?.ground;
      const evidenceAt = judged(row.status) ? counted.get(row.control)?.evidence_at : undefined;
      return {
        id: row.control,
        principle: principleOf(row.control),
        title: format.pick(control?.title) || row.control,
        status: row.status,
        class: row.class,
        ...(row.reason ? { reason: row.reason } : {}),
        evidence: row.evidence_count ?? row.evidence?.length ?? 0,
        digests: row.evidence ?? [],
        ...(evidenceAt ? { evidenceAt } : {}),
        ...(toFix(row.status) && control ? { test: printed(format.pick(control.test)), need: printed(format.pick(control.satisfied)) } : {}),
        ...(ground !== undefined && !quiet.has(ground) && judged(row.status) ? { ground } : {}),
      };
    }),
    disputes: (disputes?.items ?? [])
      .filter((d) => d.assessment === answer.envelope)
      .map(({ leaf, control, state }) => ({ leaf, control, state })),
  };
}
interface ControlText {
  id: string;
  title: Names;
  test: Names;
  satisfied: Names;
}
// The catalogue's English has comparisons as they are typed.
const printed = (text: string): string => text.replaceAll('>=', '≥\u202f').replaceAll('<=', '≤\u202f');

export const toFix = (status: Status): boolean => status === 'not-satisfied' || status === 'partial';

// What fails before what holds in part; within that what counts fully before what counts half or not; then as the controls are numbered.
export function fixFirst(rows: Row[]): Row[] {
  const weight = (row: Row) => ({ M: 0, V: 0, A: 1, D: 2 })[row.class] ?? 2;
  const failing = (row: Row) => (row.status === 'not-satisfied' ? 0 : 1);
  return rows
    .filter((row) => toFix(row.status))
    .sort((a, b) => failing(a) - failing(b) || weight(a) - weight(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

export function countsOf(rows: Row[]): Record<Status, number> {
  const out = Object.fromEntries(statuses.map((s) => [s, 0])) as Record<Status, number>;
  for (const row of rows) if (row.status in out) ++out[row.status];
  return out;
}
