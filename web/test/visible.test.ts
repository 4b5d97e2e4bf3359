import { describe, expect, it } from 'vitest';
import { hasHidden, visible, visibleJson, visibleText } from '../src/lib/visible';

describe('what would not be seen', () => {
  it('names direction and zero-width characters in their place', () => {
    expect(visibleText('Alpha \u202egpj.exe')).toBe('Alpha [U+202E]gpj.exe');
    expect(visibleText('Al\u200bpha')).toBe('Al[U+200B]pha');
    expect(visible('a\u2066b')).toEqual([{ text: 'a' }, { text: '\u2066', code: 'U+2066' }, { text: 'b' }]);
    expect(visibleText('\u200b\u200b\u200bx')).toBe('[U+200B ×3]x');
    expect(visibleText('')).toBe('');
  });
  it('knows every kind of them', () => {
    // Bidi controls, joiners among Latin letters, soft hyphen, tags, fillers, separators, private use, controls, a lone surrogate, a selector.
    for (const c of '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u2067\u2068\u2069\u200c\u200d\u2060\u2063\ufeff\u00ad\u3164\u115f\uffa0\u2800\u2028\u2029\ue000\u0000\u001b\u0085\u{e0041}\u{e0100}\ufe0f\u034f')
      expect(hasHidden(`Al${c}pha`), c.codePointAt(0)!.toString(16)).toBe(true);
    expect(hasHidden('Al\ud800pha')).toBe(true);
  });
  it('leaves alone what languages write', () => {
    for (const text of [
      'Ministère de l’Intérieur\u202f: 5\u00a0000\u202f€\nTwo lines\tand a tab',
      'می\u200cخواهم', // Persian, with a non-joiner
      'क्\u200dष', // Hindi, with a joiner
      'Tiếng Việt — “日本語” ελληνικά עִבְרִית',
      '👩\u200d💻 ❤\ufe0f',
      'Z\u0300\u0301\u0302',
    ])
      expect(visible(text), text).toEqual([{ text }]);
  });
  it('does not let marks pile up', () => {
    expect(visibleText(`Z${'\u0300'.repeat(100)}!`)).toBe(`Z${'\u0300'.repeat(6)}[U+0300 ×94]!`);
  });
  it('writes JSON that says the same', () => {
    const value = { reason: 'x \u202e\u200b "quoted" \\u202e\n', tag: '\u{e0041}', name: 'Banque de l’Exemple' };
    const text = visibleJson(value, 1);
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toContain('\\u202e\\u200b');
    expect(text).toContain('\\udb40\\udc41');
    expect(text).toContain('Banque de l’Exemple');
  });
});
