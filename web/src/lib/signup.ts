// The sign-up form's logic, apart from any page: the draft, what is wrong with it, the pledge it becomes, likely duplicates, and to which
// field a refusal of the registry belongs. Rules: data/schemas/predicate/pledge-v1.json.
import { argument } from './command';

export interface Reservation {
  // '' : the whole text.
  principle: string;
  text: string;
}
export interface Draft {
  claim: boolean;
  name: string;
  names: { tag: string; name: string }[];
  id: string;
  // Whether the id was typed; else it follows the name.
  ownId: boolean;
  category: string;
  country: string;
  nature: string;
  domain: string;
  lei: string;
  ror: string;
  textLanguage: string;
  textVersion: string;
  textSha256: string;
  all: boolean;
  principles: number[];
  reservations: Reservation[];
  why: string;
  whyLanguage: string;
}
export const emptyDraft = (language: string): Draft => ({
  claim: false,
  name: '',
  names: [],
  id: '',
  ownId: false,
  category: '',
  country: '',
  nature: '',
  domain: '',
  lei: '',
  ror: '',
  textLanguage: '',
  textVersion: '',
  textSha256: '',
  all: true,
  principles: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  reservations: [],
  why: '',
  whyLanguage: language,
});

export type Step = 'organisation' | 'text' | 'key' | 'sign' | 'proof' | 'status';
export const steps: Step[] = ['organisation', 'text', 'key', 'sign', 'proof', 'status'];
// A field's name is the id of its control in the page; `signUp.wrong.<why>` has the words.
export interface Fault {
  field: string;
  why: string;
}

const slug = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;
const domainName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z0-9-]{2,63}$/;
const tag = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
// Not taken by admission: control characters and bidirectional controls.
const unseen = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

// ISO 17442: the characters as numbers (A = 10), modulo 97, leave 1.
export function validLei(text: string): boolean {
  if (!/^[A-Z0-9]{18}[0-9]{2}$/.test(text)) return false;
  let rest = 0;
  for (const digit of [...text].map((c) => parseInt(c, 36)).join('')) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

const letters: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', þ: 'th', ı: 'i' };
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđþı]/g, (c) => letters[c]!);
// "Société Générale (France)" → "societe-generale-france".
export const idFromName = (name: string): string =>
  folded(name)
    // l'exemple → l-exemple, but Bank's → banks.
    .replace(/(?<![a-z0-9])([a-z]|qu)['’]/g, '$1-')
    .replace(/['’.]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 64)
    .replace(/-+$/, '');

// What people paste: "https://www.Bank.example/about" → "www.bank.example".
export function tidyDomain(text: string): string {
  const host = text.trim().replace(/^[a-z]+:\/\//i, '').replace(/[/?#].*$/, '').replace(/\.$/, '').toLowerCase();
  try {
    // The browser makes the A-label form of names in other scripts.
    return /[^ -~]/.test(host) ? new URL(`https://${host}`).hostname : host;
  } catch {
    return host;
  }
}

export function wrong(step: Step, draft: Draft): Fault[] {
  const out: Fault[] = [];
  const check = (sound: boolean, field: string, why: string) => {
    if (!sound) out.push({ field, why });
  };
  const line = (text: string) => text === text.trim() && text !== '' && text.length <= 400 && !unseen.test(text);
  if (step === 'organisation') {
    check(line(draft.name.trim()), 'name', draft.name.trim() === '' ? 'nameEmpty' : 'name');
    draft.names.forEach((n, i) => {
      check(tag.test(n.tag), `names-${i}-tag`, 'tag');
      check(line(n.name.trim()), `names-${i}-name`, 'name');
      check(draft.names.findIndex((m) => m.tag === n.tag) === i, `names-${i}-tag`, 'tagTwice');
    });
    check(slug.test(draft.id), 'id', draft.id === '' ? 'idEmpty' : 'id');
    check(draft.category !== '', 'category', 'category');
    check(draft.country !== '' || draft.category === 'intergovernmental', 'country', 'country');
    check(draft.domain === '' || (domainName.test(draft.domain) && draft.domain.length <= 253), 'domain', 'domain');
    check(!draft.claim || draft.domain !== '', 'domain', 'claimDomain');
    check(draft.lei === '' || validLei(draft.lei), 'lei', 'lei');
    check(draft.ror === '' || /^0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}$/.test(draft.ror), 'ror', 'ror');
  }
  if (step === 'text') {
    check(/^[0-9a-f]{64}$/.test(draft.textSha256), 'text', draft.textSha256 === '' ? 'textEmpty' : 'textDigest');
    check(/^[a-z]{2,3}$/.test(draft.textLanguage), 'textLanguage', 'textLanguage');
    check(draft.textVersion === '' || /^[0-9A-Za-z][0-9A-Za-z.-]{0,63}$/.test(draft.textVersion), 'textVersion', 'textVersion');
    check(draft.all || draft.principles.length > 0, 'principles', 'principles');
    draft.reservations.forEach((r, i) => check(r.text.trim() !== '' && r.text.length <= 2000, `reservations-${i}`, 'reservation'));
    check(draft.why.length <= 4000, 'why', 'why');
  }
  return out;
}

export interface Pledge extends Record<string, unknown> {
  organisation: { id: string; name: string };
  text: { language: string; sha256: string };
  domains?: string[];
}
// Without key and time, it is what `entente registry sign pledge` takes.
export function pledgeOf(draft: Draft, vkey?: string, at?: string): Pledge {
  const optional = <T>(name: string, value: T, given: boolean) => (given ? { [name]: value } : {});
  const names = Object.fromEntries(draft.names.map((n) => [n.tag, n.name.trim()]));
  return {
    organisation: {
      id: draft.id,
      name: draft.name.trim(),
      ...optional('names', names, draft.names.length > 0),
      category: draft.category,
      ...optional('nature', draft.nature, draft.nature !== ''),
      ...optional('country', draft.country, draft.country !== ''),
      ...optional('website', draft.domain, draft.domain !== ''),
      ...optional('lei', draft.lei, draft.lei !== ''),
      ...optional('ror', draft.ror, draft.ror !== ''),
    },
    text: { language: draft.textLanguage, ...optional('version', draft.textVersion, draft.textVersion !== ''), sha256: draft.textSha256 },
    ...optional('principles', [...draft.principles].sort((a, b) => a - b), !draft.all),
    ...optional(
      'reservations',
      draft.reservations.map((r) => ({ ...(r.principle === '' ? {} : { principle: Number(r.principle) }), text: r.text.trim() })),
      draft.reservations.length > 0,
    ),
    ...optional('why', { language: draft.whyLanguage, text: draft.why.trim() }, draft.why.trim() !== ''),
    ...optional('key', vkey, vkey !== undefined),
    ...optional('domains', [draft.domain], draft.domain !== ''),
    ...optional('at', at, at !== undefined),
  } as Pledge;
}

// For a terminal. The JSON goes through a quoted here-document, so that nothing in it is anything to a shell.
export function commandsFor(draft: Draft, url: string): { make: string; prove: string } {
  const key = argument(`${draft.id}.key`);
  const make = `entente keygen ${argument(draft.domain || draft.id)} --out ${key} --passphrase
cat > pledge.json <<'END-OF-PLEDGE'
${JSON.stringify(pledgeOf(draft), null, 2)}
END-OF-PLEDGE
entente registry sign pledge pledge.json \\
  --key ${key} --send ${argument(url)}`;
  return { make, prove: proofCommands(draft.id, draft.domain, url) };
}
export function proofCommands(id: string, domain: string, url: string): string {
  const [at, who] = [argument(url), argument(id)];
  const prove = domain
    ? `entente registry challenge ${at} \\\n  ${who} ${argument(domain)}\nentente registry prove ${at} \\\n  ${who} ${argument(domain)}\n`
    : `entente registry confirm ${at} ${who} ADDRESS --key ${argument(`${id}.key`)}\n`;
  return `${prove}entente registry signup ${at} ${who}`;
}

// To which field (and step) a pointer of a refusal leads; the codes that need none.
const fieldsOfCodes: Record<string, string> = { 'id-taken': 'id', 'domain-taken': 'domain', 'unknown-text': 'text' };
export function fieldOf(problem: { code?: string; pointer?: string }): { step: Step; field: string } | undefined {
  const pointer = (problem.pointer ?? '').replace(/^\/predicate(?=\/)/, '');
  const first = (pattern: RegExp) => pattern.exec(pointer)?.[1];
  const organisation = first(/^\/organisation\/(\w+)/);
  let field = fieldsOfCodes[problem.code ?? ''];
  if (organisation) field = organisation === 'website' ? 'domain' : organisation === 'names' ? 'name' : organisation;
  else if (pointer.startsWith('/domains')) field = 'domain';
  else if (pointer.startsWith('/text')) field = 'text';
  else if (pointer.startsWith('/why')) field = 'why';
  else if (pointer.startsWith('/principles')) field = 'principles';
  else if (pointer.startsWith('/reservations')) field = `reservations-${first(/^\/reservations\/(\d+)/) ?? 0}`;
  if (!field) return undefined;
  return { step: /^(text|why|principles|reservations)/.test(field) ? 'text' : 'organisation', field };
}

// --- is it there already?
export interface Known {
  id: string;
  name: string;
  category: string | null;
  country: string | null;
  status: string;
  aliases: string[];
}
export function knownOf(directory: { columns: string[]; rows: unknown[][] }): Known[] {
  const at = (name: string) => directory.columns.indexOf(name);
  const [id, name, category, country, status, aliases] = ['id', 'name', 'category', 'country', 'status', 'aliases'].map(at) as [number, number, number, number, number, number];
  return directory.rows.map((row) => ({
    id: String(row[id]),
    name: String(row[name] ?? row[id]),
    category: (row[category] as string | null) ?? null,
    country: (row[country] as string | null) ?? null,
    status: String(row[status] ?? ''),
    aliases: aliases < 0 ? [] : ((row[aliases] as string[] | null) ?? []),
  }));
}
// Words that tell no organisations apart.
const common = new Set('the of and for de la le les du des et der die und für fur ltd limited inc llc plc gmbh ag sa sas sarl srl spa bv nv oy ab as co company corp corporation group'.split(' '));
const words = (text: string): string[] =>
  folded(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((w) => w !== '' && !common.has(w));
// 0…1.15: the words of both by those of either; one that begins a word while it is being typed counts half.
function likeness(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  let same = 0;
  for (const word of a) same += b.includes(word) ? 1 : b.some((w) => word.length > 3 && w.startsWith(word)) ? 0.5 : 0;
  const share = same / (a.length + b.length - Math.min(a.length, Math.floor(same + 0.5)));
  // The same words in a row say more than the same words anywhere.
  return share > 0 && ` ${b.join(' ')} `.includes(` ${a.join(' ')} `) ? share + 0.15 : share;
}
// Taken apart once: the list is compared at every pause of typing.
const taken = new WeakMap<Known, string[][]>();
function namesOf(known: Known): string[][] {
  let found = taken.get(known);
  if (!found) taken.set(known, (found = [known.name, ...known.aliases].map(words)));
  return found;
}
export function alike(draft: Pick<Draft, 'name' | 'id' | 'country'>, known: Known[], most = 4): Known[] {
  const own = words(draft.name);
  const scored = known.map((k) => {
    let score = Math.max(...namesOf(k).map((n) => likeness(own, n)));
    if (k.id === draft.id && draft.id !== '') score = Math.max(score, 1);
    if (score > 0 && draft.country !== '' && k.country === draft.country) score += 0.1;
    return { k, score };
  });
  return scored
    .filter((s) => s.score >= 0.45)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map((s) => s.k);
}

// What each place saw, from the registry's sentence: "…: north (192.0.2.1): …; south (…): …".
export interface Seen {
  place: string;
  saw: string;
}
export function seenBy(detail: string): { first: string; seen: Seen[] } {
  const start = /(?:^|[:;.] )([a-z0-9-]{1,64} \([^()]*\)): /.exec(detail);
  if (!start) return { first: detail, seen: [] };
  const begin = start.index + start[0].indexOf(start[1]!);
  const seen = detail
    .slice(begin)
    .split(/; (?=[a-z0-9-]{1,64} \([^()]*\): )/)
    .map((part) => {
      const [, place, saw] = /^([a-z0-9-]{1,64} \([^()]*\)): ([\s\S]*)$/.exec(part) ?? [];
      return { place: place ?? '', saw: saw ?? part };
    });
  return { first: detail.slice(0, begin).replace(/[:;.] $/, ''), seen };
}
