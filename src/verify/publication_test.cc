// The manifest of a published registry: what is written is read, and nothing else is. The checks of a whole folder:
// tests/e2e/publish_test.cc.
#include "verify/publication.h"

#include <gtest/gtest.h>

namespace entente::verify {
namespace {

Publication a_publication() {
  Publication out{.tool = "0.1.0", .data = sha256("data"), .public_url = "https://registry.example"};
  out.checkpoint = "registry.example/ledger\n7\nAAAA\n\n\xE2\x80\x94 registry.example/ledger AAAA\n";
  out.files["log/checkpoint"] = {5, sha256("x")};
  out.files["api/v1/counters/index.json"] = {0, sha256("")};
  return out;
}

TEST(Publication, WhatIsWrittenIsRead) {
  const Publication made = a_publication();
  const auto read = Publication::parse(made.text(), "manifest.json");
  ASSERT_TRUE(read.has_value()) << read.error().str();
  EXPECT_EQ(read->text(), made.text());
  EXPECT_EQ(read->files, made.files);
  EXPECT_EQ(read->checkpoint, made.checkpoint);
  EXPECT_EQ(read->data, made.data);
  EXPECT_TRUE(is_publication(made.text()));
  EXPECT_LT(made.text().find("api/v1"), made.text().find("log/checkpoint")) << "in byte order";
}

TEST(Publication, MayNameItsWebPages) {
  Publication made = a_publication();
  const std::string without = made.text();
  EXPECT_EQ(without.find("\"web\""), std::string::npos);
  made.web = sha256("pages");
  const auto read = Publication::parse(made.text(), "manifest.json");
  ASSERT_TRUE(read.has_value()) << read.error().str();
  EXPECT_EQ(read->web, made.web);
  std::string forged = made.text();
  forged.replace(forged.find(sha256("pages").str()), 7, "sha512:");
  EXPECT_FALSE(Publication::parse(forged, "manifest.json").has_value());
  made.web.reset();
  EXPECT_EQ(made.text(), without);
}

TEST(Publication, EveryChangedByteIsRefused) {
  Publication made = a_publication();
  made.web = sha256("pages");
  const std::string text = made.text();
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const unsigned char flip : {1, 32, 128}) {
      std::string changed = text;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ flip);
      EXPECT_FALSE(Publication::parse(changed, "manifest.json").has_value()) << "byte " << at;
    }
  EXPECT_FALSE(Publication::parse(text + "\n", "manifest.json").has_value());
  EXPECT_FALSE(Publication::parse(text.substr(0, text.size() - 1), "manifest.json").has_value());
  EXPECT_FALSE(Publication::parse("", "manifest.json").has_value());
}

TEST(Publication, PathsThatLeadOutAreRefused) {
  for (const char* path : {"../x", "/etc/passwd", "a/../b", "a//b", "", "manifest.json", "a\\b"}) {
    Publication made = a_publication();
    made.files[path] = {1, sha256("x")};
    EXPECT_FALSE(Publication::parse(made.text(), "manifest.json").has_value()) << path;
  }
  EXPECT_FALSE(is_publication("{\"format\": \"entente.example/evidence-bundle/v1\"}"));
}

}  // namespace
}  // namespace entente::verify
