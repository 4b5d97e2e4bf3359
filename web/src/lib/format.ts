// Numbers, dates and names in the reader's language. All dates are UTC: a registry has one clock.
import countriesJson from '../generated/countries.json';
import naturesJson from '../generated/natures.json';
import categoriesJson from '../generated/categories.json';

type Names = { [language: string]: string };
const countries = countriesJson as Record<string, Names & { code: string }>;
const natures = naturesJson as Record<string, Names>;
const categories = categoriesJson as Record<string, Names>;
export const categoryCodes = Object.keys(categories);
export const countryCodes = Object.keys(countries);

export class Format {
  readonly #number: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #date: Intl.DateTimeFormat;
  readonly #month: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly collator: Intl.Collator;
  // The locale dates and times are written in: day before month and 24 hours, as most readers of English outside one country expect.
  readonly dates: string;
  constructor(readonly language: string) {
    const dates = (this.dates = language === 'en' ? 'en-GB' : language);
    this.#number = new Intl.NumberFormat(language);
    this.#percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
    this.#date = new Intl.DateTimeFormat(dates, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
    this.#month = new Intl.DateTimeFormat(dates, { month: 'short', year: 'numeric', timeZone: 'UTC' });
    this.#time = new Intl.DateTimeFormat(dates, {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: 'UTC',
      timeZoneName: 'short',
    });
    this.#clock = new Intl.DateTimeFormat(dates, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
    this.collator = new Intl.Collator(language, { sensitivity: 'base', numeric: true });
  }
  number(n: number): string {
    return this.#number.format(n);
  }
  // 0…1 as a percentage.
  percent(share: number): string {
    return this.#percent.format(share);
  }
  date(text: string): string {
    const time = Date.parse(text);
    return Number.isNaN(time) ? text : this.#date.format(time);
  }
  month(text: string): string {
    const time = Date.parse(text.length === 7 ? `${text}-01` : text);
    return Number.isNaN(time) ? text : this.#month.format(time);
  }
  time(text: string): string {
    const time = Date.parse(text);
    return Number.isNaN(time) ? text : this.#time.format(time);
  }
  // "09:00": the hour alone, in UTC.
  clock(text: string): string {
    const time = Date.parse(text);
    return Number.isNaN(time) ? text : this.#clock.format(time);
  }
  bytes(n: number): string {
    if (n < 1000) return `${this.number(n)} B`;
    const units = ['kB', 'MB', 'GB', 'TB'];
    let i = -1;
    do {
      n /= 1000;
      ++i;
    } while (n >= 1000 && i < 3);
    return `${new Intl.NumberFormat(this.language, { maximumFractionDigits: n < 10 ? 1 : 0 }).format(n)} ${units[i]}`;
  }
  // ISO 3166-1 alpha-3.
  country(code: string | null | undefined): string {
    if (!code) return '';
    const known = countries[code];
    if (!known) return code;
    if (known[this.language]) return known[this.language]!;
    try {
      return new Intl.DisplayNames(this.language, { type: 'region' }).of(known.code) ?? known.en ?? code;
    } catch {
      return known.en ?? code;
    }
  }
  category(code: string | null | undefined): string {
    return code ? (categories[code]?.[this.language] ?? categories[code]?.en ?? code) : '';
  }
  nature(code: string | null | undefined): string {
    return code ? (natures[code]?.[this.language] ?? natures[code]?.en ?? code) : '';
  }
  // A text the API gives in several languages.
  pick(names: Names | string | null | undefined): string {
    if (!names) return '';
    return typeof names === 'string' ? names : (names[this.language] ?? names.en ?? Object.values(names)[0] ?? '');
  }
}
