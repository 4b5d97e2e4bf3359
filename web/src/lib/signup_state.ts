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
