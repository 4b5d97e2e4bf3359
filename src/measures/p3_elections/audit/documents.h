// The documents of an audit's folder: what each says, made from what came before, and how they are read back. The steps write them; the
// verifier makes them again and compares. Private to this room.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "measures/p3_elections/audit/workflow.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::audit {

inline constexpr std::string_view kPlanPath = "audit.json";
inline constexpr std::string_view kCommitmentPath = "commitment.json";
inline constexpr std::string_view kAssertionsPath = "assertions.json";
inline constexpr std::string_view kSeedPath = "seed.json";
inline constexpr std::string_view kCertificatePath = "certificate.json";
[[nodiscard]] std::string round_path(std::uint32_t round, std::string_view name);  // "round-2/sample.json"
inline constexpr std::uint32_t kMaxRounds = 1'000;
inline constexpr std::uint64_t kMaxInputBytes = std::uint64_t{4} << 30;  // of one manifest or file of records
inline constexpr std::uint64_t kMaxDocumentBytes = std::uint64_t{1} << 30;

// A document as it lies there: text in the one spelling, json_pretty.
struct Document {
  std::string path;
  std::string text;
  Json json;
  Digest digest;
};
[[nodiscard]] Document make_document(std::string path, Json json);
// A member's text; empty where it is absent or no text. nlohmann's value() throws where the type is another.
[[nodiscard]] std::string json_text(const Json& json, std::string_view key);
// A list's texts.
[[nodiscard]] std::vector<std::string> json_texts(const Json& json, std::string_view key);
// Absent: nullopt. Errors: not JSON, not in the one spelling, too large.
[[nodiscard]] Result<std::optional<Document>> read_document(const std::filesystem::path& folder, const std::string& path);
[[nodiscard]] Result<void> write_document(const std::filesystem::path& folder, const Document& document);

// audit.json and all files it names, read and judged.
struct LoadedAudit {
  Document plan;
  AuditInputs inputs;
  std::vector<review::RecordFile> files;  // audit.json, manifests, records: in this order
};
[[nodiscard]] Result<LoadedAudit> load_audit(const std::filesystem::path& folder);

struct Round {
  std::optional<Document> sample, record, risk;
  std::optional<std::string> csv;  // interpretations.csv
};
struct AuditDocuments {
  std::optional<Document> plan, assertions, commitment, seed, certificate;
  std::vector<Round> rounds;
};
[[nodiscard]] Result<AuditDocuments> read_documents(const std::filesystem::path& folder);
[[nodiscard]] AuditState state_of(const AuditDocuments& documents);

// The documents as they must be. `previous` is the digest of the document before.
[[nodiscard]] Result<Document> commitment_document(const LoadedAudit& audit, const Document& assertions);
[[nodiscard]] Document seed_document(const Digest& previous, const SeedInput& input);
[[nodiscard]] Document sample_document(const LoadedAudit& audit, std::uint32_t round, const Digest& previous, std::uint64_t first,
                                       const std::vector<Unit>& draws);
[[nodiscard]] Document record_document(std::uint32_t round, const Digest& previous, std::string_view csv, std::uint64_t read,
                                       std::uint64_t not_found);
[[nodiscard]] Document risk_document(const LoadedAudit& audit, std::uint32_t round, const Digest& previous,
                                     const std::vector<ContestRisk>& risks);
[[nodiscard]] Document certificate_document(const LoadedAudit& audit, const AuditDocuments& documents,
                                            const std::vector<ContestRisk>& risks, const std::vector<std::string>& full_count);

// Takes a round's CSV in. Errors: a card that was not drawn in this round or was seen before, or one that is missing.
struct RecordCounts {
  std::uint64_t read = 0, not_found = 0;
};
[[nodiscard]] Result<RecordCounts> add_interpretations(LoadedAudit& audit, std::string_view csv, const std::string& name,
                                                       const std::vector<Unit>& draws, std::uint64_t first, Interpretations& into);

// Of sample.json: the first draw's number and the number of draws up to the round's end.
struct DrawRange {
  std::uint64_t first = 1, last = 0;
};
[[nodiscard]] Result<DrawRange> draw_range(const Document& sample);

}  // namespace entente::measures::p3_elections::audit
