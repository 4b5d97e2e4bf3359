// Which keys an entry brings into the ledger: a pledge its organisation's, the registry's rules those of the rosters, a key-set new ones.
import { kindOf, type Statement } from './envelope';
import { parseKey, type VerifierKey } from './keys';

export interface IntroducedKey {
  key: VerifierKey;
  // The entry that brought it.
  leaf: number;
  // "secretariat" … of a roster, or "organisation".
  role: string;
  // The person of the roster, or the organisation's id.
  holder: string;
}

export async function introducedKeys(statement: Statement, leaf: number): Promise<IntroducedKey[]> {
  const predicate = statement.predicate as {
    organisation?: { id?: unknown };
    key?: unknown;
    keys?: unknown;
    roster?: unknown;
  };
  const organisation = typeof predicate.organisation?.id === 'string' ? predicate.organisation.id : '';
  const named: { vkey: unknown; role: string; holder: string }[] = [];
  const kind = kindOf(statement);
  if (kind === 'pledge') named.push({ vkey: predicate.key, role: 'organisation', holder: organisation });
  if (kind === 'key-set' && Array.isArray(predicate.keys))
    for (const vkey of predicate.keys) named.push({ vkey, role: 'organisation', holder: organisation });
  if (kind === 'registry-rules' && Array.isArray(predicate.roster))
    for (const row of predicate.roster as { role?: unknown; person?: unknown; key?: unknown }[])
      named.push({ vkey: row?.key, role: String(row?.role ?? ''), holder: String(row?.person ?? '') });
  const out: IntroducedKey[] = [];
  for (const { vkey, role, holder } of named.slice(0, 1000)) {
    if (typeof vkey !== 'string') continue;
    try {
      const key = await parseKey(vkey);
      if (key.type === 'ed25519') out.push({ key, leaf, role, holder });
    } catch {
      // no key: it signs nothing
    }
  }
  return out;
}
