// For tests of the engine: a bundle on disk of files given as (kind, path in the bundle, content), and the findings made of it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/file.h"
#include "measures/p6_supply/finding_rules.h"
#include "measures/p6_supply/measure_supply.h"
#include "test_support.h"

namespace entente::measures::p6_supply {

class MeasureTest : public ::testing::Test {
 protected:
  struct File {
    std::string kind, path, content;
  };

  std::vector<Finding> findings(const std::vector<File>& files, std::string_view at = "2026-11-20T00:00:00Z", const Profile& profile = {}) {
    auto folder = TemporaryFolder::make();
    EXPECT_OK(folder);
    std::vector<evidence::Item> items;
    for (const File& f : files) {
      const auto on_disk = folder->path() / "in" / f.path;
      EXPECT_OK(make_folders(on_disk.parent_path()));
      EXPECT_OK(write_file_atomic(on_disk, f.content));
      items.push_back({.kind = f.kind,
                       .from = on_disk,
                       .path = f.path,
                       .media_type = "application/octet-stream",
                       .collected_at = *parse_time("2026-11-19T00:00:00Z"),
                       .source = "test"});
    }
    Progress progress(Progress::Mode::silent);
    const auto bundle = evidence::create(folder->path() / "bundle", items, progress);
    EXPECT_OK(bundle);
    if (!bundle) return {};
    for (const auto& e : bundle->entries()) digests_[e.path] = e.sha256;
    auto result = supply_measure().assess(profile, *bundle, *parse_time(at), progress);
    EXPECT_OK(result);
    return result ? std::move(*result) : std::vector<Finding>{};
  }
  static const Finding* find(const std::vector<Finding>& all, ControlId id) {
    for (const Finding& f : all)
      if (f.control == id) return &f;
    return nullptr;
  }
  // The finding for one control; a failure and an empty one if there is none.
  Finding finding(ControlId id, const std::vector<File>& files, const Profile& profile = {}, std::string_view at = "2026-11-20T00:00:00Z") {
    const auto all = findings(files, at, profile);
    const Finding* one = find(all, id);
    EXPECT_NE(one, nullptr) << "no finding for " << id.str();
    return one == nullptr ? Finding{} : *one;
  }
  static std::vector<ControlId> controls_of(const std::vector<Finding>& all) {
    std::vector<ControlId> out;
    for (const Finding& f : all) out.push_back(f.control);
    return out;
  }

  std::map<std::string, Digest> digests_;
};

}  // namespace entente::measures::p6_supply
