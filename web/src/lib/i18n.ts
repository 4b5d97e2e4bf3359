// Messages: one JSON file a language in src/locales; adding that file adds the language. A message is a text with {names}, or an object of
// plural forms (CLDR: zero, one, two, few, many, other) chosen by the value {n}. What a language lacks is taken from English.
import type en from '../locales/en.json';

type Leaf = string | { other: string };
type Paths<T, P extends string = ''> = {
  [K in keyof T & string]: T[K] extends Leaf ? `${P}${K}` : Paths<T[K], `${P}${K}.`>;
}[keyof T & string];
export type MessageKey = Paths<typeof en>;
export type Values = Record<string, string | number>;
type Tree = { [key: string]: string | Tree };

const files = import.meta.glob<{ default: Tree }>('../locales/*.json');
const tag = (path: string) => path.slice(path.lastIndexOf('/') + 1, -5);
// English first, the others in alphabetical order.
export const languages = Object.keys(files)
  .map(tag)
  .sort((a, b) => (a === 'en' ? -1 : b === 'en' ? 1 : a < b ? -1 : 1));
const rightToLeft = new Set(['ar', 'fa', 'he', 'ur']);
export const direction = (language: string) => (rightToLeft.has(language.split('-')[0] ?? '') ? 'rtl' : 'ltr');

function look(tree: Tree, key: string): string | Tree | undefined {
  let at: string | Tree | undefined = tree;
  for (const part of key.split('.')) {
    if (at === undefined || typeof at === 'string') return undefined;
    at = at[part];
  }
  return at;
}

export class Messages {
  readonly #number: Intl.NumberFormat;
  readonly #plural: Intl.PluralRules;
  constructor(
    readonly language: string,
    readonly trees: Tree[],
  ) {
    this.#number = new Intl.NumberFormat(language);
    this.#plural = new Intl.PluralRules(language);
  }
  has(key: string): boolean {
    return this.trees.some((tree) => look(tree, key) !== undefined);
  }
  // A key made at run time (`status.${code}`) goes through `some`, which falls back to the given text.
  some(key: string, otherwise: string, values: Values = {}): string {
    return this.has(key) ? this.text(key as MessageKey, values) : otherwise;
  }
  text(key: MessageKey, values: Values = {}): string {
    for (const tree of this.trees) {
      let found = look(tree, key);
      if (found === undefined) continue;
      if (typeof found !== 'string') {
        const form = this.#plural.select(Number(values.n ?? 0));
        found = found[form] ?? found.other;
      }
      if (typeof found !== 'string') continue;
      return found.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        return value === undefined ? whole : typeof value === 'number' ? this.#number.format(value) : value;
      });
    }
    return key;
  }
}

export async function loadMessages(language: string): Promise<Messages> {
  const wanted = languages.includes(language) ? language : 'en';
  const names = wanted === 'en' ? ['en'] : [wanted, 'en'];
  const trees = await Promise.all(names.map(async (n) => (await files[`../locales/${n}.json`]!()).default));
  return new Messages(wanted, trees);
}
