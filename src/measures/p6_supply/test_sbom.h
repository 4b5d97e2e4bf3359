// The small SBOMs this room's tests share, and how they look at them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p6_supply/sbom.h"
#include "test_support.h"

namespace entente::measures::p6_supply {

inline std::filesystem::path sbom_data(std::string_view name) { return test::source_dir() / "src/measures/p6_supply/testdata/sbom" / name; }

// Of a test's own text, which must be readable.
inline Sbom read_sbom_text(std::string_view text, const char* name = "a") {
  auto sbom = parse_sbom(text, name);
  EXPECT_TRUE(sbom) << (sbom ? "" : sbom.error().str());
  if (!sbom) std::abort();
  return std::move(*sbom);
}

// "12:7 /path: message" of every error.
inline std::vector<std::string> placed_errors(const Sbom& sbom) {
  std::vector<std::string> out;
  for (const Issue& issue : sbom.issues) {
    if (issue.level != IssueLevel::error) continue;
    const Where where = sbom.where(issue);
    out.push_back(fmt::format("{}:{} {}: {}", where.line.value_or(0), where.column.value_or(0), issue.pointer, issue.message));
  }
  return out;
}

}  // namespace entente::measures::p6_supply
