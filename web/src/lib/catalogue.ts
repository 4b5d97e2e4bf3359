// The rules as the API gives them: principles, controls, and who measures what. A page keeps only the members it shows.
import type { Api } from './api';

export type Text = { [language: string]: string };
export type EvidenceClass = 'M' | 'V' | 'A' | 'D';
export const classes: EvidenceClass[] = ['M', 'V', 'A', 'D'];

export interface Measured {
  // An engine's name, "registry", or null: nobody.
  by: string | null;
  command?: string;
  why?: string;
}
export interface Edge {
  sources: string[];
  relation: string;
  targets: string[];
  confidence: number;
  incompatible: boolean;
  note: string;
}
export interface Principle {
  number: number;
  id: string;
  title: Text;
  text: Text;
  controls: string[];
}
export interface Control {
  id: string;
  title: Text;
  roles: string[];
  evidence_class: EvidenceClass;
  max_age_days: number;
  standard: string;
  evidence: Text;
  test: Text;
  satisfied: Text;
  partial: Text;
  not_applicable: Text;
  hooks: string[];
  measured?: Measured;
}

// The catalogue's short texts are written for a keyboard: ">=95%".
export const tidy = (text: string): string => text.replace(/>= ?/g, '≥\u202f').replace(/<= ?/g, '≤\u202f');

// How a control comes to a result today. "none": it could be measured, but no program does yet.
export const means = ['engine', 'registry', 'attested', 'declared', 'none'] as const;
export type Means = (typeof means)[number];
export function meansOf(control: Pick<Control, 'evidence_class' | 'measured'>): Means {
  const { measured } = control;
  if (measured?.by) return measured.by === 'registry' ? 'registry' : 'engine';
  if (control.evidence_class === 'D' || measured?.why === 'declared') return 'declared';
  if (control.evidence_class === 'A' || measured?.why === 'attested') return 'attested';
  return 'none';
}
export const measuredToday = (m: Means) => m === 'engine' || m === 'registry';

// "P6-02": 6.
export const principleOf = (control: string): number => Number(control.charAt(1));

export async function principlesOf(api: Api): Promise<Principle[]> {
  const answer = await api.get<{ items: Principle[] }>('/principles');
  return answer.items;
}
export async function controlsOf(api: Api): Promise<{ version: string; controls: Control[] }> {
  const answer = await api.get<{ catalog: { version: string }; controls: Control[] }>('/controls');
  return { version: answer.catalog.version, controls: answer.controls };
}

// What a list shows of a control.
export interface ControlHead {
  id: string;
  title: Text;
  class: EvidenceClass;
  days: number;
  means: Means;
}
export const headOf = (c: Control): ControlHead => ({ id: c.id, title: c.title, class: c.evidence_class, days: c.max_age_days, means: meansOf(c) });
// In the order of `means`.
export function countMeans(controls: { means: Means }[]): Record<Means, number> {
  const out: Record<Means, number> = { engine: 0, registry: 0, attested: 0, declared: 0, none: 0 };
  for (const c of controls) ++out[c.means];
  return out;
}

// Where an item of a norm is: "gge-2015.i" is item "i" of "gge-2015". Items of the Call itself: "paris-call.p6", "paris-call.pre3".
export function itemOf(id: string): { instrument: string; item: string } {
  const dot = id.indexOf('.');
  return dot < 0 ? { instrument: id, item: '' } : { instrument: id.slice(0, dot), item: id.slice(dot + 1) };
}
export const instrumentsOf = (answer: any): any[] => answer.items ?? answer.instruments ?? answer;
