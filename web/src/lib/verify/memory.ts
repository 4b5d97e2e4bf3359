// The last checkpoint this browser verified, and the witnesses its rules named, kept in its own storage and sent to nobody: what makes a changed past visible on a next visit.
import type { Remembered } from './ledger';

const place = 'entente-checkpoint';

export function remembered(): Remembered | undefined {
  try {
    const value = JSON.parse(localStorage.getItem(place) ?? 'null') as Partial<Remembered> | null;
    if (!value || typeof value.vkey !== 'string' || typeof value.note !== 'string' || typeof value.seen !== 'string') return undefined;
    const { vkey, note, seen, rules } = value;
    const sound = typeof rules?.leaf === 'number' && Array.isArray(rules.witnesses) && rules.witnesses.every((w) => typeof w === 'string');
    return { vkey, note, seen, ...(sound ? { rules } : {}) };
  } catch {
    return undefined; // no storage, or not ours
  }
}

// False: the browser does not let us.
export function remember(vkey: string, note: string, seen: Date, rules: Remembered['rules']): boolean {
  try {
    localStorage.setItem(place, JSON.stringify({ vkey, note, seen: seen.toISOString(), ...(rules ? { rules } : {}) } satisfies Remembered));
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
