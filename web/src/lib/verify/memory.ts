// The last checkpoint this browser verified, kept in its own storage and sent to nobody: what makes a changed past visible on a next visit.
import type { Remembered } from './ledger';

const place = 'entente-checkpoint';

export function remembered(): Remembered | undefined {
  try {
    const value = JSON.parse(localStorage.getItem(place) ?? 'null') as Partial<Remembered> | null;
    return value && typeof value.vkey === 'string' && typeof value.note === 'string' && typeof value.seen === 'string' ? (value as Remembered) : undefined;
  } catch {
    return undefined; // no storage, or not ours
  }
}

// False: the browser does not let us.
export function remember(vkey: string, note: string, seen: Date): boolean {
  try {
    localStorage.setItem(place, JSON.stringify({ vkey, note, seen: seen.toISOString() } satisfies Remembered));
    return true;
  } catch {
    return false;
  }
}

export function forget(): void {
  try {
    localStorage.removeItem(place);
  } catch {
    // nothing was kept
  }
}
