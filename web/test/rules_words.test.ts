import { describe, expect, it } from 'vitest';
import { match } from '../src/lib/routes';
import en from '../src/locales/en.json';
import fr from '../src/locales/fr.json';

const sections = ['principles', 'controls', 'index', 'method', 'crosswalk', 'norm', 'notMeasured'] as const;
type Tree = { [key: string]: string | Tree };
// "controls.days.other": the text.
function* texts(tree: Tree, path: string): Generator<[string, string]> {
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') yield [`${path}.${key}`, value];
    else yield* texts(value, `${path}.${key}`);
  }
}
const all = (words: any) => sections.flatMap((s) => [...texts(words[s], s)]);
const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
const prose = (text: string) => text.replace(/`[^`]*`/g, '').replace(/\]\([^)]*\)/g, ']');

describe('the words of the pages on rules and index', () => {
  it('are there in both languages, with the same values', () => {
    const french = new Map(all(fr));
    expect([...french.keys()]).toEqual(all(en).map(([key]) => key));
    for (const [key, text] of all(en)) if (!key.endsWith('.one')) expect(values(french.get(key)!), key).toEqual(values(text));
  });
  it('link to pages there are', () => {
    for (const [key, text] of [...all(en), ...all(fr)])
      for (const [, to] of text.matchAll(/\]\(([^)]+)\)/g)) expect(match(to!.split('#')[0]!), `${key}: ${to}`).toBeDefined();
  });
  it('follow French typography', () => {
    for (const [key, text] of all(fr)) {
      expect(prose(text), key).not.toMatch(/ [:;!?%»]|« |'/);
      expect(prose(text).replace(/https?:/g, ''), key).not.toMatch(/[a-zé)][;!?»]/);
    }
  });
});
