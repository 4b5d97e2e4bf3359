// Data the pages are built with: countries, natures and categories from data/catalog/registry, and the outlines of countries, projected
// once here, so that no browser needs a map library.
import { geoNaturalEarth1, geoPath, geoCentroid, geoArea } from 'd3-geo';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { feature } from 'topojson-client';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const registry = join(web, '../data/catalog/registry');
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const out = join(web, 'src/generated');
mkdirSync(out, { recursive: true });
const write = (name, value) => writeFileSync(join(out, name), JSON.stringify(value));

const countries = read(join(registry, 'countries.json')).countries;
write('countries.json', Object.fromEntries(countries.map((c) => [c.alpha_3, { code: c.alpha_2, ...c.names }])));
write('natures.json', Object.fromEntries(read(join(registry, 'natures.json')).natures.map((n) => [n.code, n.names])));
// Labels older lists used as a nature are names to show, not natures to choose.
write('nature_choices.json', read(join(registry, 'natures.json')).natures.filter((n) => !n.label).map((n) => n.code));
write('categories.json', Object.fromEntries(read(join(registry, 'categories.json')).categories.map((c) => [c.code, c.names])));

const byNumber = new Map(countries.filter((c) => c.numeric).map((c) => [c.numeric, c.alpha_3]));
const width = 960;
const atlas = read(join(web, 'node_modules/world-atlas/countries-110m.json'));
const small = read(join(web, 'node_modules/world-atlas/countries-50m.json'));
const land = feature(atlas, atlas.objects.countries).features.filter((f) => f.id !== '010'); // Antarctica has no supporters to show
const collection = { type: 'FeatureCollection', features: land };
const projection = geoNaturalEarth1().fitWidth(width, collection);
const path = geoPath(projection).digits(1);
const height = Math.ceil(geoPath(projection).bounds(collection)[1][1]);
const shapes = [];
const drawn = new Set();
for (const f of land) {
  const id = byNumber.get(String(f.id).padStart(3, '0'));
  const d = path(f);
  if (!d) continue;
  if (id) drawn.add(id);
  shapes.push(id ? { id, d } : { d });
}
// Countries too small for the outlines of this scale are dots.
const dots = [];
for (const f of feature(small, small.objects.countries).features) {
  const id = byNumber.get(String(f.id ?? '').padStart(3, '0'));
  if (!id || id === 'ATA') continue;
  if (drawn.has(id) && geoArea(f) > 0.0004) continue;
  const [x, y] = projection(geoCentroid(f));
  dots.push({ id, x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 });
}
write('world.json', { width, height, shapes, dots: dots.sort((a, b) => (a.id < b.id ? -1 : 1)) });
