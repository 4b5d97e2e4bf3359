// The forms are those of src/registry/names_test.cc. With a registry at ENTENTE_TEST_REGISTRY (its address), the search here is held
// against the server's.
import { expect, it } from 'vitest';
import { Directory, noChoice, readDirectory, type DirectoryAnswer } from '../src/lib/directory';
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

const registry = process.env.ENTENTE_TEST_REGISTRY;
const queries = [
  'orange', 'société', 'SOCIETE', 'universite', 'Université', 'fédération française', 'francaise federation', 'sarl', 'ltd', 'bank', 'États',
  'etat', 'Türk', 'turk', 'são', 'sao paulo', 'lodz', 'Łódź', 'østerreich', 'Österreich', 'straße', 'strasse', "d'", 'd’', 'cyber peace', 'micro soft',
  'a b', '&', '3d', 'Île', 'oeuvre', 'œuvre', 'zzzz', 'the of', 'pokonaj raka',
];
it.skipIf(!registry)('finds what the server finds (without ENTENTE_TEST_REGISTRY: skipped)', { timeout: 60_000 }, async () => {
  const ask = async (path: string) => (await fetch(`${registry}/api/v1${path}`)).json();
  const answer: DirectoryAnswer = await ask('/directory');
  const directory = new Directory(readDirectory(answer), answer.ledger);
  for (const q of queries) {
    const theirs = (await ask(`/supporters?limit=500&q=${encodeURIComponent(q)}`)) as { total: number; items: { id: string }[]; facets: Record<string, Record<string, number>> };
    const mine = directory.find({ ...noChoice(), q });
    expect([q, mine.rows.length]).toEqual([q, theirs.total]);
    expect(mine.rows.slice(0, 500).map((r) => r.id).sort()).toEqual(theirs.items.map((i) => i.id).sort());
    for (const facet of ['category', 'country', 'nature'] as const)
      expect(Object.fromEntries(mine.counts[facet])).toEqual(theirs.facets[facet]);
  }
});
