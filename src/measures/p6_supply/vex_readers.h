// Inside of VEX reading: the three formats, each from a parsed document. Not for other rooms.
#pragma once

#include "measures/p6_supply/vex.h"

namespace entente::measures::p6_supply {

// What reading one document needs; errors name its places.
class VexReader {
 public:
  // `source`: of a document in another form than JSON, where its values stood.
  VexReader(const JsonDocument& document, VexDocument& out, const SourceMap* source = nullptr)
      : document_(document), out_(out), source_(source) {}

  // `pointer`: of the OpenVEX document itself ("" or "/predicate"). `inherited`: products of statements that name none.
  Result<void> openvex(JsonView root, const std::string& pointer, const std::vector<VexSoftware>& inherited);
  Result<void> csaf(JsonView root);
  Result<void> cyclonedx(JsonView root);

 private:
  Result<void> openvex_statement(JsonView statement, const std::string& pointer, Instant at, const std::vector<VexSoftware>& inherited);
  Result<void> cyclonedx_vulnerability(JsonView vulnerability, const std::string& pointer, Instant at, const class CyclonedxNames& names);
  Result<void> add(VexStatement statement);
  // The statement is left out; the document is read on.
  void problem(const std::string& pointer, std::string what, std::string hint = {});
  [[nodiscard]] tl::unexpected<Error> broken(const std::string& pointer, std::string what, std::string hint = {}) const;
  [[nodiscard]] Result<Instant> time(JsonView object, const std::string& pointer, std::string_view member) const;

  [[nodiscard]] Where where(std::string_view pointer) const;

  const JsonDocument& document_;
  VexDocument& out_;
  const SourceMap* source_;
};

// An identifier that may be a purl; any other is only compared as text.
[[nodiscard]] std::optional<Purl> purl_of(std::string_view text);
// {"sha-256": "ab…"} and the like.
void add_vex_hash(std::vector<VexHash>& hashes, std::string_view algorithm, std::string_view value);

}  // namespace entente::measures::p6_supply
