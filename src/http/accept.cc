// Both fields are lists of values with weights in thousandths. An item whose weight is no number of the grammar counts as refused: taking
// it for wanted could send what the client cannot read. Lists are read to their 64th item.
#include "http/accept.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/ascii.h"

namespace entente::http {
namespace {

constexpr std::size_t kMostItems = 64;
constexpr int kFullWeight = 1000;

struct Weighted {
  std::string_view value;
  int weight = kFullWeight;
};

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// "0", "0.5", "1.000": thousandths. 0 for what is none.
int weight_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.')) return 0;
  int out = (text[0] - '0') * kFullWeight, scale = 100;
  for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (c < '0' || c > '9') return 0;
    out += (c - '0') * scale;
    scale /= 10;
  }
  return out > kFullWeight ? 0 : out;
}

std::vector<Weighted> read_list(std::string_view field) {
  std::vector<Weighted> out;
  while (!field.empty() && out.size() < kMostItems) {
    std::string_view item = field.substr(0, field.find(','));
    field.remove_prefix(std::min(field.size(), item.size() + 1));
    Weighted read{.value = without_blanks(item.substr(0, item.find(';')))};
    while (item.find(';') != std::string_view::npos) {
      item.remove_prefix(item.find(';') + 1);
      const std::string_view parameter = without_blanks(item.substr(0, item.find(';')));
      if (parameter.size() >= 2 && lower(parameter[0]) == 'q' && parameter[1] == '=') read.weight = weight_of(parameter.substr(2));
    }
    if (!read.value.empty()) out.push_back(read);
  }
  return out;
}

// The weight the list gives a coding by name; nullopt where it does not name it.
std::optional<int> named_weight(const std::vector<Weighted>& list, ContentCoding coding) {
  for (const Weighted& item : list)
    if (same_word(item.value, coding_text(coding)) || (coding == ContentCoding::gzip && same_word(item.value, "x-gzip")))
      return item.weight;
  return std::nullopt;
}

// "fr-CA" and "fr" speak of the same; so do "pt" and "pt-BR".
bool speaks_of(std::string_view range, std::string_view tag) {
  const auto begins = [](std::string_view longer, std::string_view shorter) {
    return longer.size() > shorter.size() && longer[shorter.size()] == '-' && same_word(longer.substr(0, shorter.size()), shorter);
  };
  return same_word(range, tag) || begins(range, tag) || begins(tag, range);
}

}  // namespace

std::string_view coding_text(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::identity: return "identity";
    case ContentCoding::gzip: return "gzip";
    case ContentCoding::brotli: return "br";
  }
  return "identity";
}

ContentCoding choose_coding(std::string_view accept_encoding, std::span<const ContentCoding> offered) {
  if (accept_encoding.empty() || offered.empty()) return ContentCoding::identity;
  const std::vector<Weighted> list = read_list(accept_encoding);
  const auto any = std::ranges::find(list, std::string_view("*"), &Weighted::value);
  const int others = any == list.end() ? 0 : any->weight;
  ContentCoding best = ContentCoding::identity;
  int most = 0;
  for (const ContentCoding coding : offered) {
    const int weight = named_weight(list, coding).value_or(others);
    if (weight <= most) continue;
    most = weight;
    best = coding;
  }
  const int plain = named_weight(list, ContentCoding::identity).value_or(0);
  return plain > most ? ContentCoding::identity : best;
}

const std::string& choose_language(std::string_view accept_language, std::span<const std::string> offered) {
  std::vector<Weighted> list = read_list(accept_language);
  std::ranges::stable_sort(list, std::ranges::greater(), &Weighted::weight);
  const auto refused = [&](const std::string& tag) {
    return std::ranges::any_of(list, [&](const Weighted& item) { return item.weight == 0 && same_word(item.value, tag); });
  };
  for (const Weighted& item : list) {
    if (item.weight == 0) break;
    for (const std::string& tag : offered)
      if (same_word(item.value, tag)) return tag;
    for (const std::string& tag : offered)
      if ((item.value == "*" || speaks_of(item.value, tag)) && !refused(tag)) return tag;
  }
  return offered.front();
}

std::string coded_etag(std::string_view etag, ContentCoding coding) {
  if (coding == ContentCoding::identity || etag.size() < 2) return std::string(etag);
  std::string out(etag.substr(0, etag.size() - 1));
  out += coding == ContentCoding::gzip ? "-gz\"" : "-br\"";
  return out;
}

}  // namespace entente::http
