// Bytes and their spellings. Reading is strict: what is signed or hashed has one spelling only, and input may be hostile.

// What does not hold, or cannot be read: a code of the section verify.error of the messages, and what it names.
export class VerifyError extends Error {
  constructor(
    readonly code: string,
    readonly values: Record<string, string | number> = {},
  ) {
    super(`${code} ${JSON.stringify(values)}`);
  }
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export function text(bytes: Uint8Array): string {
  try {
    // A byte order mark is a character like any other here.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new VerifyError('utf8');
  }
}

export function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

export function fromHex(digits: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new VerifyError('hex');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function base64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 0x8000) out += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(out);
}

// RFC 4648 section 4 with padding and zero unused bits.
export function fromBase64(spelt: string): Uint8Array<ArrayBuffer> {
  if (spelt.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(spelt)) throw new VerifyError('base64');
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(spelt), (c) => c.charCodeAt(0));
  } catch {
    throw new VerifyError('base64');
  }
  if (base64(bytes) !== spelt) throw new VerifyError('base64');
  return bytes;
}

// A decimal number without sign or leading zero, exact in this language.
export function decimal(digits: string, what: string): number {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(digits)) throw new VerifyError('number', { what });
  const value = Number(digits);
  if (!Number.isSafeInteger(value)) throw new VerifyError('too-many', { what });
  return value;
}
