// The table's texts: each distinct one once, in blocks that never move, found again through a hash table.
#include "measures/p3_elections/records/cvr.h"

#include <cstring>
#include <unordered_map>

namespace entente::measures::p3_elections::records {

struct CvrTable::Texts {
  std::unordered_map<std::string_view, std::uint32_t> index;
  std::vector<std::unique_ptr<char[]>> blocks;
  std::size_t left = 0;
  char* at = nullptr;

  std::string_view keep(std::string_view text) {
    constexpr std::size_t kBlock = std::size_t{64} << 10;
    if (text.size() > kBlock / 4) {
      auto own = std::make_unique<char[]>(text.size());
      std::memcpy(own.get(), text.data(), text.size());
      const std::string_view kept(own.get(), text.size());
      blocks.push_back(std::move(own));
      return kept;
    }
    if (text.size() > left) {
      blocks.push_back(std::make_unique<char[]>(kBlock));
      at = blocks.back().get();
      left = kBlock;
    }
    std::memcpy(at, text.data(), text.size());
    const std::string_view kept(at, text.size());
    at += text.size();
    left -= text.size();
    return kept;
  }
};

std::uint32_t CvrTable::intern(std::string_view text) {
  if (text.empty()) return 0;
  if (pool_ == nullptr) pool_ = std::make_shared<Texts>();
  const auto it = pool_->index.find(text);
  if (it != pool_->index.end()) return it->second;
  const std::string_view kept = pool_->keep(text);
  const auto index = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(kept);
  pool_->index.emplace(kept, index);
  return index;
}

std::uint32_t CvrTable::contest_index(std::string_view name) const {
  for (std::size_t i = 0; i < contests.size(); ++i)
    if (contests[i].name == name) return static_cast<std::uint32_t>(i);
  return static_cast<std::uint32_t>(contests.size());
}

}  // namespace entente::measures::p3_elections::records
