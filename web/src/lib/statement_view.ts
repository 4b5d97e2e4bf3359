// A statement cut to what a page can show: long lists lose their tails, and it is said how many.
export interface Cut {
  value: unknown;
  // JSON pointer of a list → how many items it really has.
  cuts: Record<string, number>;
}
const longest = 24;
const shown = 12;

export function cut(value: unknown): Cut {
  const cuts: Record<string, number> = {};
  const walk = (at: unknown, pointer: string): unknown => {
    if (Array.isArray(at)) {
      if (at.length > longest) cuts[pointer] = at.length;
      return (at.length > longest ? at.slice(0, shown) : at).map((item, i) => walk(item, `${pointer}/${i}`));
    }
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([key, item]) => [key, walk(item, `${pointer}/${key}`)]));
  };
  return { value: walk(value, ''), cuts };
}

export type Leafy =
  | { kind: 'digest'; sha256: string }
  | { kind: 'time'; at: string }
  | { kind: 'day'; at: string }
  | { kind: 'code'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'number'; n: number }
  | { kind: 'truth'; yes: boolean }
  | { kind: 'nothing' };

// How a value that is no list and no object is best read.
export function leafy(key: string, value: string | number | boolean | null): Leafy {
  if (value === null) return { kind: 'nothing' };
  if (typeof value === 'number') return { kind: 'number', n: value };
  if (typeof value === 'boolean') return { kind: 'truth', yes: value };
  if (/^(sha256:)?[0-9a-f]{64}$/.test(value)) return { kind: 'digest', sha256: value };
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) return { kind: 'time', at: value };
  if (key !== 'version' && /^\d{4}-\d\d-\d\d$/.test(value)) return { kind: 'day', at: value };
  // Addresses are shown, not linked: nobody has proven that they belong to whom they are said to.
  if (value.includes('\n') || /^https?:\/\/\S+$/.test(value) || /^\S+\+[0-9a-f]{8}\+\S+$/.test(value) || ['_type', 'predicateType', 'id', 'pointer', 'keyid'].includes(key)) return { kind: 'code', text: value };
  return { kind: 'text', text: value };
}
