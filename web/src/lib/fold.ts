// Names in the form that search compares, the same as the server's (src/registry/names_fold.cc, docs/registry-import.md): case folded,
// compatibility forms taken apart, accents dropped, letters that Unicode does not take apart spelt out, all else one space.
const spelt: Record<string, string> = {
  ł: 'l', ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ı: 'i', ŧ: 't', æ: 'ae', œ: 'oe', þ: 'th', ŋ: 'ng', ə: 'e', ĸ: 'k',
};
const ignorable = /\p{Default_Ignorable_Code_Point}/gu;
const diacritic = /(?=\p{Mn})\p{Script=Inherited}/gu;
const letter = /[łøđðħıŧæœþŋəĸ]/g;
const gap = /[^\p{L}\p{N}\p{M}]+/gu;
const plain = /^[\x00-\x7f]*$/;
const plainGap = /[^a-z0-9]+/g;

// Upper case and back finds what lower case alone does not: ß is ss.
const caseFolded = (text: string) =>
  text.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').replace(ignorable, '').normalize('NFKC');

function once(text: string): string {
  return caseFolded(text)
    .normalize('NFD')
    .replace(diacritic, '')
    .replace(letter, (c) => spelt[c]!)
    .replace(gap, ' ')
    .trim()
    .normalize('NFC');
}

export function fold(text: string): string {
  if (plain.test(text)) return text.toLowerCase().replace(plainGap, ' ').trim();
  const out = once(text);
  return once(out);
}

// The words of a query: all of them must be in a record's names.
export const foldedWords = (text: string): string[] => fold(text).split(' ').filter((word) => word !== '');
