// The page's search and the server's, on the same records and some thirty queries.
import { expect, inject, test } from 'vitest';
import { Directory, noChoice, readDirectory, type DirectoryAnswer } from '../src/lib/directory';

const registry = (inject('official') ?? inject('example')).url;
const queries = [
  'orange', 'société', 'SOCIETE', 'universite', 'Université', 'fédération française', 'francaise federation', 'sarl', 'ltd', 'bank', 'États',
  'etat', 'Türk', 'turk', 'são', 'sao paulo', 'lodz', 'Łódź', 'østerreich', 'Österreich', 'straße', 'strasse', "d'", 'd’', 'cyber peace', 'micro soft',
  'a b', '&', '3d', 'Île', 'oeuvre', 'œuvre', 'zzzz', 'the of', 'pokonaj raka',
];
test('the search in the page finds what the server finds', { timeout: 60_000 }, async () => {
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
