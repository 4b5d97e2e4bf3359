// Reads licence expressions by recursive descent over bytes: OR of ANDs of simple expressions. WITH binds a licence to an exception, then
// AND, then OR; no tree is built: each rule gives back whether what it read can be accepted, and counts what its parts are.
#include "measures/p6_supply/licence_expression.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "core/data.h"
#include "core/json.h"
#include "core/utf8.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::size_t kMaxLicenceBytes = std::size_t{16} << 10;
constexpr std::uint32_t kMaxLicenceDepth = 64;

std::string licence_folded(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

const std::unordered_set<std::string>& licence_list() {
  static const std::unordered_set<std::string> list = [] {
    std::unordered_set<std::string> ids;
    const auto text = DataSet::embedded().file("sbom/spdx.json");
    if (!text) return ids;
    const auto document = JsonDocument::parse(*text, "data:sbom/spdx.json");
    if (!document) return ids;
    if (const auto values = json_array(document->root(), "enum"))
      for (const JsonView value : *values)
        if (const auto id = as_string(value)) ids.insert(licence_folded(*id));
    return ids;
  }();
  return list;
}

class LicenceParser {
 public:
  // Without `denied` everything is acceptable.
  explicit LicenceParser(std::string_view text, const LicenceDenied* denied = nullptr) : text_(text), denied_(denied) {}

  Result<LicenceExpression> run() {
    advance();
    ENTENTE_TRY(choice_.acceptable, any_of(1));
    if (!token_.empty()) return unexpected("the end");
    return found_;
  }
  [[nodiscard]] LicenceChoice& choice() { return choice_; }

 private:
  // Tokens are "(", ")" and runs of other bytes; empty at the end.
  void advance() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
    start_ = at_;
    if (at_ < text_.size() && (text_[at_] == '(' || text_[at_] == ')'))
      ++at_;
    else
      while (at_ < text_.size() && std::string_view(" \t\r\n()").find(text_[at_]) == std::string_view::npos) ++at_;
    token_ = text_.substr(start_, at_ - start_);
  }
  tl::unexpected<Error> unexpected(std::string_view wanted) const {
    return fail(fmt::format("{} is expected, not {}", wanted, token_.empty() ? "the end" : "\"" + printable(token_, 80) + "\""),
                {.offset = start_});
  }
  bool take(std::string_view upper, std::string_view lower) {
    if (token_ != upper && token_ != lower) return false;
    advance();
    return true;
  }
  static bool is_operator(std::string_view token) {
    return token == "AND" || token == "and" || token == "OR" || token == "or" || token == "WITH" || token == "with";
  }
  static bool is_idstring(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
  }

  Result<bool> any_of(std::uint32_t depth) {
    bool some = false;
    do {
      ENTENTE_TRY(const bool one, all_of(depth));
      some = some || one;
    } while (take("OR", "or"));
    return some;
  }
  Result<bool> all_of(std::uint32_t depth) {
    bool all = true;
    do {
      ENTENTE_TRY(const bool good, one(depth));
      all = all && good;
    } while (take("AND", "and"));
    return all;
  }
  Result<bool> one(std::uint32_t depth) {
    if (depth > kMaxLicenceDepth) return fail("nested too deep", {.offset = start_});
    if (token_ == "(") {
      advance();
      ENTENTE_TRY(const bool inner, any_of(depth + 1));
      if (token_ != ")") return unexpected("\")\"");
      advance();
      return inner;
    }
    const std::string_view licence = token_;
    ENTENTE_CHECK(simple());
    if (!take("WITH", "with")) return accepts(licence, {});
    const std::string_view with = token_;
    ENTENTE_CHECK(exception());
    return accepts(licence, with);
  }
  bool accepts(std::string_view licence, std::string_view with) {
    if (denied_ == nullptr || !(*denied_)(licence, with)) return true;
    if (choice_.denied.empty()) choice_.denied = std::string(licence) + (with.empty() ? "" : " WITH " + std::string(with));
    return false;
  }
  Result<void> simple() {
    if (token_.empty() || token_ == ")" || is_operator(token_)) return unexpected("a licence");
    std::string_view id = token_;
    const bool of_document = id.starts_with("DocumentRef-");
    if (of_document) {
      const std::size_t colon = id.find(':');
      if (colon == std::string_view::npos || !is_idstring(id.substr(12, colon - 12)) || !id.substr(colon + 1).starts_with("LicenseRef-"))
        return unexpected("DocumentRef-…:LicenseRef-…");
      id.remove_prefix(colon + 1);
    }
    if (id.starts_with("LicenseRef-")) {
      if (!is_idstring(id.substr(11))) return unexpected("a licence");
      ++found_.custom;
    } else {
      const std::string_view plain = id.ends_with('+') ? id.substr(0, id.size() - 1) : id;
      if (!is_idstring(plain) || plain == "NONE" || plain == "NOASSERTION") return unexpected("a licence");
      ++(is_listed_licence(plain) || is_listed_licence(id) ? found_.listed : found_.unlisted);
    }
    advance();
    return {};
  }
  Result<void> exception() {
    const bool custom = token_.starts_with("AdditionRef-");
    if (!is_idstring(token_) || is_operator(token_)) return unexpected("an exception");
    if (custom)
      ++found_.custom;
    else if (!is_listed_licence(token_))
      ++found_.unlisted;
    advance();
    return {};
  }

  std::string_view text_;
  std::string_view token_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  LicenceExpression found_;
  const LicenceDenied* denied_;
  LicenceChoice choice_;
};

}  // namespace

Result<LicenceExpression> parse_licence_expression(std::string_view text) {
  if (text.size() > kMaxLicenceBytes) return fail("a licence expression this long is not read");
  return LicenceParser(text).run();
}

Result<LicenceChoice> choose_licence(std::string_view text, const LicenceDenied& denied) {
  if (text.size() > kMaxLicenceBytes) return fail("a licence expression this long is not read");
  LicenceParser parser(text, &denied);
  ENTENTE_CHECK(parser.run());
  return std::move(parser.choice());
}

bool is_listed_licence(std::string_view id) { return id.size() < 200 && licence_list().contains(licence_folded(id)); }

std::string_view to_string(LicenceClarity clarity) {
  switch (clarity) {
    case LicenceClarity::listed: return "listed";
    case LicenceClarity::custom: return "custom";
    case LicenceClarity::unclear: return "unclear";
    case LicenceClarity::none: break;
  }
  return "none";
}

LicenceClarity licence_clarity(std::string_view licence) {
  if (licence.empty() || licence == "NONE" || licence == "NOASSERTION") return LicenceClarity::none;
  const auto expression = parse_licence_expression(licence);
  if (!expression || expression->unlisted > 0) return LicenceClarity::unclear;
  return expression->custom > 0 ? LicenceClarity::custom : LicenceClarity::listed;
}

LicenceClarity licence_clarity(const Sbom& sbom, const Component& component) {
  const auto licences = sbom.licences_of(component);
  if (licences.empty()) return LicenceClarity::none;
  LicenceClarity worst = LicenceClarity::listed;
  for (const std::string_view licence : licences) worst = std::max(worst, licence_clarity(licence));
  return worst;
}

}  // namespace entente::measures::p6_supply
