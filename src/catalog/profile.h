// The profile of an organisation: org.toml. Format: docs/profile.md. What is not understood is an error with line and column.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/control.h"
#include "catalog/finding.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"

namespace entente::catalog {

struct Product {
  std::string name;
  std::string version;
  std::vector<std::string> sboms;  // evidence paths, as written in [[evidence]]
};

// [[evidence]]: files the organisation supplies. `path` may hold * and ? in its last segment.
struct EvidenceSource {
  std::string kind;
  std::string path;    // relative to org.toml
  std::string source;  // where it came from; may be empty
  std::optional<Instant> collected_at;
};

// [[attestation]]: evidence of class A (by a third party's key) or D (declared). See docs/profile.md for the signed bytes.
struct Attestation {
  ControlId control;
  std::string text;            // what is attested …
  std::optional<Digest> file;  // … or the digest of a file that says it (exactly one of the two)
  std::string file_path;       // relative to org.toml, if the file is supplied too
  std::string attester;        // vkey; empty for a declaration of the organisation itself
  Instant date{};
  Status claims = Status::satisfied;  // satisfied or partial
  std::string signature;              // base64 of 64 bytes; empty for an unsigned declaration, or while not yet signed
};

// [[not_applicable]]: needs a reason.
struct NotApplicable {
  ControlId control;
  std::string reason;
};

struct Profile {
  std::string name;
  std::string id;                  // stable slug: lower-case letters, digits, '-'
  std::string category;            // known_categories()
  std::string country;             // ISO 3166-1 alpha-3, or empty
  std::vector<std::string> roles;  // known_roles(), as written; the category last if it is a role and was not written
  std::vector<std::string> domains;
  std::vector<std::uint32_t> asns;
  std::vector<Product> products;
  std::vector<EvidenceSource> evidence;
  std::vector<Attestation> attestations;
  std::vector<NotApplicable> not_applicable;

  // `name` is what errors call the text. Every error has line and column. Limits: kMaxProfileBytes and those in docs/profile.md.
  [[nodiscard]] static Result<Profile> parse(std::string_view toml, const std::string& name);
};

inline constexpr std::size_t kMaxProfileBytes = std::size_t{4} << 20;

// The bytes an attester signs: a fixed text, see docs/profile.md.
[[nodiscard]] std::string attestation_message(const Profile& profile, const Attestation& attestation);

}  // namespace entente::catalog
