// Where the checks of one part of a record are counted and their failures noted. Parts are checked on several threads, each on a sheet of
// its own; the sheets are put together in the record's order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "measures/p3_elections/e2e/record_check.h"

namespace entente::measures::p3_elections::e2e {

class CheckSheet {
 public:
  // Counts one check named `name`; notes a finding if it is not `good`. Returns `good`.
  bool check(std::string_view name, bool good, std::string_view code, const std::string& place, std::string_view message) {
    CheckCount& count = of(name);
    ++count.of;
    if (good)
      ++count.good;
    else
      note(code, place, message);
    return good;
  }
  void note(std::string_view code, const std::string& place, std::string_view message) {
    findings_.push_back({std::string(code), std::string(message), place});
  }
  // An error of reading as a finding; the place in a file comes from the error.
  void note(std::string_view code, const std::string& file, const Error& error) {
    Where where = error.where;
    where.file.clear();
    const std::string inside = where.line || where.offset ? where.str() : where.pointer;
    note(code, inside.empty() ? file : file + ": " + inside, error.what);
  }
  void add(const CheckSheet& other) {
    for (const CheckCount& theirs : other.counts_) {
      CheckCount& count = of(theirs.name);
      count.good += theirs.good;
      count.of += theirs.of;
    }
    findings_.insert(findings_.end(), other.findings_.begin(), other.findings_.end());
  }
  [[nodiscard]] bool good() const { return findings_.empty(); }
  void move_to(RecordCheck& record, std::size_t max_findings) {
    record.checks = std::move(counts_);
    if (findings_.size() > max_findings) {
      record.more_findings = findings_.size() - max_findings;
      findings_.resize(max_findings);
    }
    record.findings = std::move(findings_);
  }

 private:
  CheckCount& of(std::string_view name) {
    for (CheckCount& count : counts_)
      if (count.name == name) return count;
    return counts_.emplace_back(CheckCount{.name = std::string(name)});
  }
  std::vector<CheckCount> counts_;  // in the order of first use
  std::vector<RecordFinding> findings_;
};

}  // namespace entente::measures::p3_elections::e2e
