// Bytes and their spellings. Reading is strict: what is signed or hashed has one spelling only, and input may be hostile.

import { base64, fromBase64 as strictBase64, hex, joined as concat, utf8, type Bytes } from '../bytes';

export { base64, concat, hex, utf8 };

// What does not hold, or cannot be read: a code of the section verify.error of the messages, and what it names.
export class VerifyError extends Error {
  constructor(
    readonly code: string,
    readonly values: Record<string, string | number> = {},
  ) {
    super(`${code} ${JSON.stringify(values)}`);
  }
}
// What could not be found out, either way.
export class Undecided extends VerifyError {}

export function text(bytes: Uint8Array): string {
  try {
    // A byte order mark is a character like any other here.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new VerifyError('utf8');
  }
}

export const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

export function fromHex(digits: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new VerifyError('hex');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

// RFC 4648 section 4 with padding and zero unused bits.
export function fromBase64(spelt: string): Bytes {
  const bytes = strictBase64(spelt);
  if (!bytes) throw new VerifyError('base64');
  return bytes;
}

// A decimal number without sign or leading zero, exact in this language.
export function decimal(digits: string, what: string): number {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(digits)) throw new VerifyError('number', { what });
  const value = Number(digits);
  if (!Number.isSafeInteger(value)) throw new VerifyError('too-many', { what });
  return value;
}
