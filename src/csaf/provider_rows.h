// The requirements, grouped by what they look at; each function gives some of the rows. Internal to the room.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "csaf/provider_view.h"

namespace entente::csaf {

struct ProviderCase {
  const ProviderView& view;
  const ProviderReport& report;  // metadata, advisories and keys are filled in
  const std::vector<SeenFeed>& feeds;
  const std::vector<SeenDirectory>& directories;
  std::unordered_map<std::string_view, const ProviderAdvisory*> by_url;
};

// Counts what holds and keeps what does not, and makes a row of it.
class Tally {
 public:
  void hold() { ++held_; }
  void failure(std::string what) { failures_.push_back(std::move(what)); }
  void open(std::string what) { open_.push_back(std::move(what)); }
  // Should be otherwise, but breaks nothing: named whatever the verdict.
  void remark(std::string what) { remarks_.push_back(std::move(what)); }
  [[nodiscard]] std::size_t count() const { return held_ + failures_.size() + open_.size(); }
  // `what` is the plural of what was counted, "advisories". Nothing counted: not tested, with `nothing` as the reason.
  [[nodiscard]] Requirement row(unsigned number, std::string_view what, std::string nothing) const;

 private:
  std::size_t held_ = 0;
  std::vector<std::string> failures_, open_, remarks_;
};

[[nodiscard]] std::string_view requirement_title(unsigned number);
[[nodiscard]] Requirement make_row(unsigned number, Verdict verdict, std::string reason);

[[nodiscard]] std::vector<Requirement> document_rows(const ProviderCase& c);   // 1 to 6
[[nodiscard]] std::vector<Requirement> discovery_rows(const ProviderCase& c);  // 7 to 10
[[nodiscard]] std::vector<Requirement> directory_rows(const ProviderCase& c);  // 11 to 14
[[nodiscard]] std::vector<Requirement> rolie_rows(const ProviderCase& c);      // 15 to 17
[[nodiscard]] std::vector<Requirement> trust_rows(const ProviderCase& c);      // 18 to 20

}  // namespace entente::csaf
