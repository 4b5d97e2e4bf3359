// C2SP signed notes, and checkpoints (tlog-checkpoint) signed that way. Lines of keys that are not asked for are ignored, as signed-note
// says; a line that bears the name and id of the key asked for and does not verify makes the note bad, even beside a good one.
import { concat, decimal, equal, fromBase64, text, utf8, VerifyError } from './bytes';
import { verifyEd25519 } from './ed25519';
import { soundName, type VerifierKey } from './keys';

export interface NoteSignature {
  name: string;
  id: string;
  // Behind the four bytes of the id.
  blob: Uint8Array;
}
export interface Note {
  // Ends in a newline: these bytes are signed.
  text: string;
  signatures: NoteSignature[];
}
export const mostNoteBytes = 1_000_000;

export function parseNote(bytes: Uint8Array | string): Note {
  if (bytes.length > mostNoteBytes) throw new VerifyError('note-large');
  const whole = typeof bytes === 'string' ? bytes : text(bytes);
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n')) throw new VerifyError('note-form');
  // No control characters but line feeds.
  if (/[\u0000-\u0009\u000b-\u001f\ufffd]/.test(whole)) throw new VerifyError('note-form');
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > 100) throw new VerifyError('note-large');
  const signatures = lines.map((line) => {
    const found = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line);
    if (!found || !soundName(found[1]!)) throw new VerifyError('note-form');
    const raw = fromBase64(found[2]!);
    if (raw.length < 5) throw new VerifyError('note-form');
    return { name: found[1]!, id: Array.from(raw.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(''), blob: raw.subarray(4) };
  });
  return { text: whole.slice(0, split + 1), signatures };
}

// False: the key has not signed. Throws where a line under its name and id does not verify.
export async function signedBy(note: Note, key: VerifierKey): Promise<boolean> {
  if (key.type !== 'ed25519') throw new VerifyError('key-not-log', { key: key.name });
  const lines = note.signatures.filter((s) => s.name === key.name && s.id === key.id);
  for (const line of lines)
    if (!(await verifyEd25519(key.bytes, utf8(note.text), line.blob))) throw new VerifyError('signature', { key: key.name });
  return lines.length > 0;
}

// A witness's cosignature/v1: the second it was made, or nothing if the witness has not signed.
export async function cosignedAt(note: Note, key: VerifierKey): Promise<number | undefined> {
  if (key.type !== 'cosignature') throw new VerifyError('key-not-witness', { key: key.name });
  let at: number | undefined;
  for (const line of note.signatures.filter((s) => s.name === key.name && s.id === key.id)) {
    if (line.blob.length !== 72) throw new VerifyError('signature', { key: key.name });
    const time = new DataView(line.blob.buffer, line.blob.byteOffset, 8).getBigUint64(0);
    // 0 is no time; beyond 2⁴⁰ seconds no clock goes.
    if (time === 0n || time > 1n << 40n) throw new VerifyError('signature', { key: key.name });
    const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), utf8(note.text));
    if (!(await verifyEd25519(key.bytes, message, line.blob.subarray(8)))) throw new VerifyError('signature', { key: key.name });
    at = Number(time);
  }
  return at;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}

export function parseCheckpoint(noteText: string): Checkpoint {
  const [origin, size, root, ...more] = noteText.slice(0, -1).split('\n');
  if (!origin || size === undefined || root === undefined || more.some((line) => line === '')) throw new VerifyError('checkpoint-form');
  const hash = fromBase64(root);
  if (hash.length !== 32) throw new VerifyError('checkpoint-form');
  return { origin, size: decimal(size, 'size'), root: hash };
}

// A checkpoint the log's key has signed, for the origin the key is named after.
export async function openCheckpoint(bytes: Uint8Array | string, key: VerifierKey): Promise<{ note: Note; checkpoint: Checkpoint }> {
  const note = parseNote(bytes);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== key.name) throw new VerifyError('other-origin', { origin: checkpoint.origin, key: key.name });
  if (!(await signedBy(note, key))) throw new VerifyError('not-signed', { key: `${key.name}+${key.id}` });
  return { note, checkpoint };
}

export const sameCheckpoint = (a: Checkpoint, b: Checkpoint): boolean => a.origin === b.origin && a.size === b.size && equal(a.root, b.root);
