// What tests share: paths of the project and of ../shared, GoogleTest printing of results.
#pragma once

#include <gtest/gtest.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "core/file.h"

namespace entente::test {

inline std::filesystem::path source_dir() { return ENTENTE_SOURCE_DIR; }

// The folder of data others published: $ENTENTE_SHARED, or ../shared beside the checkout. nullopt where it is absent.
inline std::optional<std::filesystem::path> shared_dir() {
  const char* env = std::getenv("ENTENTE_SHARED");
  const std::filesystem::path path = env != nullptr && *env != '\0' ? std::filesystem::path(env) : source_dir().parent_path() / "shared";
  std::error_code ec;
  if (!std::filesystem::is_directory(path / "conformance", ec)) return std::nullopt;
  return path;
}

inline std::string slurp(const std::filesystem::path& path) { return read_file(path).value(); }
// Makes the folders it needs.
inline void spit(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace entente::test

// In a conformance test: skip with a message where shared data is absent, else bind its folder.
#define ENTENTE_SHARED_OR_SKIP(name)                                                                               \
  const auto name##_optional = ::entente::test::shared_dir();                                                      \
  if (!name##_optional) GTEST_SKIP() << "no shared data: put ../shared beside the checkout or set ENTENTE_SHARED"; \
  const std::filesystem::path& name = *name##_optional

// ASSERT_OK(result);  prints the error.
#define ASSERT_OK(expr)                                              \
  do {                                                               \
    const auto& assert_ok_ = (expr);                                 \
    ASSERT_TRUE(assert_ok_.has_value()) << assert_ok_.error().str(); \
  } while (false)
#define EXPECT_OK(expr)                                              \
  do {                                                               \
    const auto& expect_ok_ = (expr);                                 \
    EXPECT_TRUE(expect_ok_.has_value()) << expect_ok_.error().str(); \
  } while (false)
