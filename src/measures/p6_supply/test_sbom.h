// The small SBOMs this room's tests share.
#pragma once

#include <filesystem>
#include <string_view>

#include "test_support.h"

namespace entente::measures::p6_supply {

inline std::filesystem::path sbom_data(std::string_view name) { return test::source_dir() / "src/measures/p6_supply/testdata/sbom" / name; }

}  // namespace entente::measures::p6_supply
