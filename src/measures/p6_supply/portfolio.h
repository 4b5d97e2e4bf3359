// Many SBOMs at once: which product ships which version of which package, kept the other way round, so that a new advisory is answered
// without reading an SBOM again. One file, mapped and checked as a whole when opened; docs/supply-scan.md describes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/osv.h"
#include "measures/p6_supply/sbom.h"

namespace entente::measures::p6_supply {

// One product's SBOM in the portfolio. Views live as long as the portfolio.
struct PortfolioEntry {
  std::string_view name;    // the key: unique in the portfolio
  std::string_view source;  // where the SBOM was read from
  Digest digest;            // SHA-256 of the SBOM
  Instant added{};
  std::uint32_t components = 0;     // looked at, as scan() counts them
  std::uint32_t not_evaluated = 0;  // of those, the ones no advisory can be matched with: no purl, no ecosystem, no version
};

// One version of a package and who ships it.
struct PortfolioVersion {
  std::string_view ecosystem, name, version;
  std::span<const std::uint32_t> entries;  // ascending: for Portfolio::entry()
};

// A version the advisories affect.
struct PortfolioHit {
  PortfolioVersion version;
  std::vector<Match> matches;  // of the index asked
};
struct PortfolioAnswer {
  std::vector<PortfolioHit> hits;        // by ecosystem, name, version
  std::vector<std::uint32_t> entries;    // all that ship an affected version, ascending
  std::vector<PortfolioVersion> unsure;  // versions that could not be decided: not understood, or only a commit range
};

class Portfolio {
 public:
  // What a portfolio is made of before it is written.
  class Builder;

  [[nodiscard]] static Result<Portfolio> open(const std::filesystem::path& path);
  [[nodiscard]] static Result<Portfolio> from_memory(const std::string& bytes, const std::string& name = "portfolio");

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t packages() const;
  [[nodiscard]] PortfolioEntry entry(std::uint32_t number) const;  // by name
  // Every version of a package that is shipped. The release of a distribution counts only if given ("Debian:12"); without one all releases.
  [[nodiscard]] std::vector<PortfolioVersion> versions(std::string_view ecosystem, std::string_view name) const;
  // Of these the ones that are `version` by the ecosystem's order, however they are spelt ("2" and "2.0" on PyPI are one); an ecosystem
  // without an order, or a version its order does not understand, compares bytes.
  [[nodiscard]] std::vector<PortfolioVersion> versions(std::string_view ecosystem, std::string_view name, std::string_view version) const;
  [[nodiscard]] std::vector<PortfolioVersion> all_versions() const;  // by ecosystem, name, version
  // Who ships what these advisories affect. `records` are the ones `index` was built from: they name the packages to look up.
  [[nodiscard]] PortfolioAnswer who_ships(const AdvisoryIndex& index, std::span<const OsvRecord> records) const;

 private:
  struct State;
  explicit Portfolio(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

class Portfolio::Builder {
 public:
  Builder();
  // Everything an existing portfolio holds.
  explicit Builder(const Portfolio& portfolio);
  ~Builder();
  Builder(Builder&&) noexcept;
  Builder& operator=(Builder&&) noexcept;

  enum class Added { first, replaced };
  // An entry of the same name is replaced.
  Added add(std::string_view name, std::string_view source, const Digest& digest, const Sbom& sbom, Instant at);
  [[nodiscard]] bool remove(std::string_view name);  // false: no such entry
  // The file's bytes: they depend on the entries only, not on the order of calls. Errors: more than the format can number.
  [[nodiscard]] Result<std::string> bytes() const;
  // Replaces the file at once and durably: a crash leaves the old one or the new one.
  [[nodiscard]] Result<void> write(const std::filesystem::path& path) const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

}  // namespace entente::measures::p6_supply
