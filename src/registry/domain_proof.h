// Proof that an organisation controls a domain (level L2 of identity, control P0-01): its challenge is looked for in DNS or on its web
// server, through several vantage points; what was seen is recorded; the record's digest goes into the statement domain-proof/v1.
// docs/domain-proof.md. All functions are thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "dns/public_suffix.h"
#include "registry/challenge.h"
#include "registry/vantage.h"

namespace entente::registry {

inline constexpr std::size_t kMaxVantages = 16;
inline constexpr std::string_view kEvidenceFormat = "entente domain proof evidence v1";

struct ProofOptions {
  std::size_t minimum_vantages = 2;  // fewer are refused; 1 is for machines with one way out, and shows in the statement
  std::chrono::seconds validity = std::chrono::days{90};  // P0-01: seen again within 90 days
  WebAccess web;
};

struct SeenFrom {
  std::string vantage;
  std::string resolver;
  dns::Dnssec dnssec = dns::Dnssec::not_checked;
  Digest answer;  // of the vantage point's part of the evidence, as compact JSON
};

struct DomainProof {
  std::string organisation;
  std::string domain;
  ProofMethod method = ProofMethod::dns_txt;
  Token token{};
  keys::VerifierKey key;                          // the challenge was bound to it
  dns::Dnssec dnssec = dns::Dnssec::not_checked;  // the weakest of the vantage points
  std::vector<SeenFrom> vantages;
  std::string evidence;  // the record: compact JSON with a final newline
  Digest evidence_digest;
  Instant at, until;  // whole seconds

  // The predicate of entente.example/predicate/domain-proof/v1; its subject is the evidence.
  [[nodiscard]] Json predicate() const;
};

// Looks for the challenge and judges what was seen. `stage` is the one the caller is in; `at` is now. Errors say what each vantage point
// saw. Refused before anything is asked: a public suffix, a challenge of another stage or past its expiry, too few vantage points, two of
// one name or with the same resolver.
[[nodiscard]] Result<DomainProof> prove(const Challenge& challenge, Stage stage, const std::vector<Vantage>& vantages, ProofMethod method,
                                        Instant at, const dns::PublicSuffixList& suffixes, const ProofOptions& options = {});

// The judging half: what was seen at `at`. The names and pages asked for must be those of the challenge's domain. Pure.
[[nodiscard]] Result<DomainProof> judge(const Challenge& challenge, const std::vector<Observation>& observations, ProofMethod method,
                                        Instant at, const dns::PublicSuffixList& suffixes, const ProofOptions& options = {});

// Judges recorded evidence again, for who holds it and does not trust the registry's judgement: the proof it gives has exactly this
// evidence (so its digest can be compared with the statement's), or the error says why it is none. What it cannot show is that the servers
// really answered so: that is the registry's word, or its own look. Pure.
[[nodiscard]] Result<DomainProof> judge_evidence(std::string_view evidence, const dns::PublicSuffixList& suffixes,
                                                 const ProofOptions& options = {});

}  // namespace entente::registry
