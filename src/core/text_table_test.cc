// Numbers in the order of first coming, found again; hashes tell texts of every length apart.
#include "core/text_table.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace entente {
namespace {

TEST(TextTable, NumbersTextsInOrder) {
  TextTable table;
  EXPECT_FALSE(table.find("a"));
  table.reserve(10);  // room for some; it grows besides
  std::vector<std::string> texts;
  for (int i = 0; i < 5000; ++i) texts.push_back("product " + std::to_string(i));
  texts.emplace_back();
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    const auto added = table.add(texts[i]);
    EXPECT_TRUE(added.is_new);
    EXPECT_EQ(added.number, i);
    if (i == 100) table.reserve(1000);
  }
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    EXPECT_FALSE(table.add(texts[i]).is_new);
    EXPECT_EQ(table.find(texts[i]), i);
    EXPECT_EQ(table.text(i), texts[i]);
  }
  EXPECT_FALSE(table.find("product 5000"));
  EXPECT_EQ(table.size(), texts.size());
  table.clear();
  EXPECT_EQ(table.size(), 0U);
  EXPECT_FALSE(table.find(texts[0]));
  EXPECT_EQ(table.add(texts[7]).number, 0U);
}

TEST(TextTable, HashesDifferByEachByteAndLength) {
  std::set<std::uint64_t> seen;
  std::size_t hashed = 0;
  for (std::size_t length = 0; length < 70; ++length) {
    std::string text(length, 'x');
    seen.insert(text_hash(text));
    ++hashed;
    for (std::size_t i = 0; i < length; ++i) {
      text[i] = '\0';
      seen.insert(text_hash(text));
      ++hashed;
      text[i] = 'x';
    }
  }
  EXPECT_EQ(seen.size(), hashed);
}

}  // namespace
}  // namespace entente
