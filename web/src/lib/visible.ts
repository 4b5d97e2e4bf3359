// Text of strangers, with nothing in it hidden: characters that show nothing, turn the direction of what follows, or pile up on a letter are
// told apart from the rest, so that a page can name them in their place. What scripts need to be written well is left alone.
export interface Piece {
  text: string;
  // "U+202E", "U+200B ×3": set where `text` is what a reader would not see.
  code?: string;
}

// Control and format characters (among them every direction character, zero-width characters and tags), line and paragraph separators, private
// and unassigned code points, lone surrogates, and letters that are drawn as nothing. Not the line feed and the tab: they are white space.
const hidden =
  /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/u;
const mark = /\p{M}/u;
// Scripts in which a zero-width (non-)joiner changes letters: Persian, Hindi and their like; and pictures joined to one another.
const joining =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]/u;
const pictured = /[\p{Extended_Pictographic}0-9#*]/u;
// More marks on one letter than any language writes.
const mostMarks = 6;

// Nearly every name: nothing to look for.
const plain = /^[\n\t\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u202f]*$/;

const codeOf = (c: string): string => `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

function needed(c: string, before: string, after: string): boolean {
  if (c === '\u200c' || c === '\u200d') return joining.test(before) && joining.test(after);
  // The picture form of a character that has one.
  return c === '\ufe0f' && pictured.test(before);
}

export function visible(text: string): Piece[] {
  if (plain.test(text)) return text === '' ? [] : [{ text }];
  const out: Piece[] = [];
  const all = [...text];
  let marks = 0;
  let run: { c: string; n: number } | undefined;
  const close = () => {
    if (run) out.push({ text: run.c.repeat(run.n), code: run.n > 1 ? `${codeOf(run.c)} ×${run.n}` : codeOf(run.c) });
    run = undefined;
  };
  all.forEach((c, i) => {
    const strange = hidden.test(c) && !needed(c, all[i - 1] ?? '', all[i + 1] ?? '');
    marks = mark.test(c) ? marks + 1 : 0;
    if (!strange && marks <= mostMarks) {
      close();
      const last = out[out.length - 1];
      if (last && last.code === undefined) last.text += c;
      else out.push({ text: c });
    } else if (run?.c === c) ++run.n;
    else {
      close();
      run = { c, n: 1 };
    }
  });
  close();
  return out;
}

export const hasHidden = (text: string): boolean => visible(text).some((p) => p.code !== undefined);

// In one string, where there can be no markup: "Alpha [U+202E]gpj.exe".
export const visibleText = (text: string): string =>
  visible(text)
    .map((p) => (p.code === undefined ? p.text : `[${p.code}]`))
    .join('');

// JSON to read and to copy: the same value, with what would not be seen escaped.
export function visibleJson(value: unknown, indent?: number): string {
  const escaped = (c: string) => [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return [...JSON.stringify(value, null, indent)].map((c) => (hidden.test(c) ? escaped(c) : c)).join('');
}
