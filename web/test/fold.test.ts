// The forms are those of src/registry/names_test.cc. On whole lists the search is held against the server's: e2e/fold.test.ts.
import { expect, it } from 'vitest';
import { fold, foldedWords } from '../src/lib/fold';

it.each([
  ['  Société  d’Exemple (S.A.) ', 'societe d exemple s a'],
  ['Łódź ŒUVRE Straße İstanbul Þór Øre', 'lodz oeuvre strasse istanbul thor ore'],
  ['ＦＵＬＬ １２', 'full 12'],
  ['Ελλάς', 'ελλασ'],
  ['ΕΛΛΑΣ', 'ελλασ'],
  ['Йод', 'иод'],
  ['हिन्दी', 'हिन्दी'],
  ['&', ''],
  ['A-B\u00ADC', 'a bc'],
  ['Đà Nẵng ıŧħ', 'da nang ith'],
  ['ﬁne ½', 'fine 1 2'],
])('folds %j', (text, folded) => {
  expect(fold(text)).toBe(folded);
  expect(fold(folded)).toBe(folded);
});

it('splits a query into words', () => {
  expect(foldedWords('  Café,  Été ')).toEqual(['cafe', 'ete']);
  expect(foldedWords('!?')).toEqual([]);
});
