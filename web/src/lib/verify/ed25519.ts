// One rule for Ed25519 signatures, the one of docs/ed25519.md: S < L; R and A in canonical encoding and not of small order; and
// [S]B = R + [k]A without the cofactor. The browser's own verifier decides the equation where it has Ed25519 (it recomputes R and compares
// bytes); else the curve of @noble/ed25519 does, fetched only then. The rest is checked here, whichever of the two it is.
import { concat } from './bytes';
import { sha512, subtle } from './digest';

const p = 2n ** 255n - 19n;
const order = 2n ** 252n + 27742317777372353535851937790883648493n;

function littleEndian(bytes: Uint8Array): bigint {
  let out = 0n;
  for (let i = bytes.length - 1; i >= 0; --i) out = (out << 8n) | BigInt(bytes[i]!);
  return out;
}

// y of the points whose order divides 8: 0 (order 4), 1, -1, and those of order 8.
const y8 = littleEndian(Uint8Array.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'.match(/../g)!, (h) => parseInt(h, 16)));
const smallOrder = new Set([0n, 1n, p - 1n, y8, p - y8]);

// Canonical, and not of small order. Where x = 0, y is 1 or -1, so a wrong sign bit beside it is refused too.
export function soundPoint(encoded: Uint8Array): boolean {
  if (encoded.length !== 32) return false;
  const y = littleEndian(encoded) & (2n ** 255n - 1n);
  return y < p && !smallOrder.has(y);
}

type Equation = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;

const byBrowser: Equation = async (key, message, signature) => {
  const imported = await subtle()!.importKey('raw', key as Uint8Array<ArrayBuffer>, 'Ed25519', false, ['verify']);
  return subtle()!.verify('Ed25519', imported, signature as Uint8Array<ArrayBuffer>, message as Uint8Array<ArrayBuffer>);
};

export const byCurve: Equation = async (key, message, signature) => {
  const { Point } = await import('@noble/ed25519');
  try {
    const a = Point.fromBytes(key);
    const r = Point.fromBytes(signature.subarray(0, 32));
    const s = littleEndian(signature.subarray(32));
    const k = littleEndian(await sha512(concat(signature.subarray(0, 32), key, message))) % order;
    const left = s === 0n ? Point.ZERO : Point.BASE.multiply(s, false);
    return r.add(k === 0n ? Point.ZERO : a.multiply(k, false)).equals(left);
  } catch {
    return false; // no point of the curve
  }
};

// Whether the browser has Ed25519 is asked once, with the first example of RFC 8032 (a key, an empty message, its signature).
let chosen: Promise<Equation> | undefined;
const example = {
  key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  signature:
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
};
async function choose(): Promise<Equation> {
  const bytes = (digits: string) => Uint8Array.from(digits.match(/../g)!, (h) => parseInt(h, 16));
  try {
    if (subtle() && (await byBrowser(bytes(example.key), new Uint8Array(), bytes(example.signature)))) return byBrowser;
  } catch {
    // no Ed25519 here
  }
  return byCurve;
}

export async function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array, equation?: Equation): Promise<boolean> {
  if (signature.length !== 64 || !soundPoint(key) || !soundPoint(signature.subarray(0, 32))) return false;
  if (littleEndian(signature.subarray(32)) >= order) return false;
  try {
    return await (equation ?? (await (chosen ??= choose())))(key, message, signature);
  } catch {
    return false; // importKey refuses what is no point
  }
}
