// How far a sign-up is, as the registry tells it (GET /supporters/{id}/signup).
export interface SignupState {
  supporter: string;
  status: string;
  claim: boolean;
  pledge: { leaf: number; at: string; sha256: string } | null;
  domains: {
    domain: string;
    challenge: { stage: string; expires: string } | null;
    proof: { leaf: number; method: string; until: string; dnssec?: string; current?: boolean } | null;
  }[];
  mailbox: { leaf: number; until: string } | null;
  approval: { done: boolean; needed?: number; for?: number; against?: number; at?: string };
}

// From a record: copies have no state of sign-ups. Challenges and votes are not known then.
export function signupOf(record: any): SignupState {
  const claim = record.status === 'imported' && Boolean(record.claim);
  const pledge = claim ? record.claim : record.pledge;
  const named: string[] = pledge?.domains ?? (record.website ? [record.website] : []);
  const proofs: { domain: string; leaf: number; method: string; until: string }[] = record.domains ?? [];
  const all = [...new Set([...named, ...proofs.map((p) => p.domain)])];
  return {
    supporter: record.id,
    status: record.status,
    claim,
    pledge: pledge ? { leaf: pledge.leaf, at: pledge.at, sha256: String(pledge.envelope ?? '').replace(/^sha256:/, '') } : null,
    domains: all.map((domain) => ({ domain, challenge: null, proof: proofs.find((p) => p.domain === domain) ?? null })),
    mailbox: record.mailbox ?? null,
    approval: { done: record.status === 'approved' },
  };
}
