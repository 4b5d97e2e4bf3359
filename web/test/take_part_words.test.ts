// The words of these pages: the same keys and the same {names} in English and French, and French spacing before high punctuation.
import { describe, expect, it } from 'vitest';
import en from '../src/locales/en.json';
import fr from '../src/locales/fr.json';

type Tree = { [key: string]: string | Tree };
function flat(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : flat(value, `${path}${key}.`)));
}
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();

describe.each(['takePart', 'signUp', 'keys', 'events', 'secretariat'] as const)('%s', (section) => {
  const english = flat(en[section] as Tree);
  const french = new Map(flat(fr[section] as Tree));
  it('has the same keys', () => expect([...french.keys()].sort()).toEqual(english.map(([k]) => k).sort()));
  it('has the same names to fill in', () => {
    for (const [key, text] of english) if (!key.endsWith('.one')) expect(names(french.get(key) ?? ''), key).toEqual(names(text));
  });
  it('is spaced as French is', () => {
    for (const [key, text] of french) expect(text.replace(/https?:/g, ''), key).not.toMatch(/ [:;!?»%]|« |'/);
  });
});
