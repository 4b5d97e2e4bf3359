// Pages of endoflife.date. yaml-cpp's parser tells events to a handler that keeps a stack of open mappings and sequences and takes only
// the scalars whose path is of interest (title, permalink, identifiers/*, releases/*); no tree is built. Aliases, deep nesting and floods
// of values stop the parser at once.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "core/utf8.h"
#include "measures/p6_supply/eol_record.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::size_t kMaxEolEvents = 100'000;
constexpr std::size_t kMaxEolDepth = 12;
constexpr std::size_t kMaxEolText = 2'000;

// Thrown and caught in this file only: yaml-cpp's handlers have no other way to stop the parser.
struct EolRefused : std::runtime_error {
  EolRefused(const std::string& what, const YAML::Mark& at) : std::runtime_error(what), mark(at) {}
  YAML::Mark mark;
};

class EolPageHandler : public YAML::EventHandler {
 public:
  explicit EolPageHandler(EolProduct& product) : product_(product) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { throw EolRefused("an alias", mark); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { scalar(mark, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& text) override { scalar(mark, text); }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, Frame{});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, Frame{.map = true});
    if (stack_.size() == 3 && in("releases")) start_release(mark);
  }
  void OnMapEnd() override {
    if (stack_.size() == 3 && in("releases") && product_.releases.back().cycle.empty())
      throw EolRefused("a release without a releaseCycle", release_mark_);
    close();
  }

 private:
  struct Frame {
    bool map = false;
    bool has_key = false;
    std::string key;
  };

  bool in(std::string_view key) const { return stack_[0].key == key && !stack_[1].map; }
  void count(const YAML::Mark& mark) {
    if (++events_ > kMaxEolEvents) throw EolRefused("too many values", mark);
  }
  void open(const YAML::Mark& mark, Frame frame) {
    count(mark);
    if (stack_.empty() && !frame.map) throw EolRefused("the front matter is no mapping", mark);
    if (!stack_.empty() && stack_.back().map && !stack_.back().has_key) throw EolRefused("a key that is no text", mark);
    if (stack_.size() == kMaxEolDepth) throw EolRefused("nested too deep", mark);
    stack_.push_back(std::move(frame));
  }
  void close() {
    stack_.pop_back();
    if (!stack_.empty()) stack_.back().has_key = false;
  }
  void start_release(const YAML::Mark& mark) {
    if (product_.releases.size() == kMaxEolReleases) throw EolRefused("too many releases", mark);
    product_.releases.emplace_back();
    release_mark_ = mark;
  }
  void scalar(const YAML::Mark& mark, const std::string& text) {
    count(mark);
    if (stack_.empty()) throw EolRefused("the front matter is no mapping", mark);
    Frame& frame = stack_.back();
    if (frame.map && !frame.has_key) {
      frame.key = text;
      frame.has_key = true;
      return;
    }
    if (frame.map) take(mark, frame.key, text);
    frame.has_key = false;
  }
  void take(const YAML::Mark& mark, const std::string& key, const std::string& text) {
    if (text.size() > kMaxEolText) return;
    if (stack_.size() == 1) {
      if (key == "title") product_.title = text;
      if (key == "permalink") product_.slug = text.starts_with('/') ? text.substr(1) : text;
    } else if (stack_.size() == 3 && in("identifiers")) {
      if (key == "purl") product_.purls.push_back(text);
      if (key == "cpe") product_.cpes.push_back(text);
    } else if (stack_.size() == 3 && in("releases")) {
      take_release(mark, key, text);
    }
  }
  void take_release(const YAML::Mark& mark, const std::string& key, const std::string& text) {
    EolRelease& release = product_.releases.back();
    if (key == "releaseCycle") release.cycle = text;
    if (key == "latest") release.latest = text;
    LifeStage* stage = key == "eol" ? &release.security : key == "eoas" ? &release.active : key == "eoes" ? &release.extended : nullptr;
    if (stage == nullptr) return;
    auto parsed = parse_life_stage(text);
    if (!parsed) throw EolRefused(key + ": " + parsed.error().what, mark);
    *stage = *parsed;
    if (key == "eol") release.end_of_life = *parsed;
  }

  EolProduct& product_;
  std::vector<Frame> stack_;
  std::size_t events_ = 0;
  YAML::Mark release_mark_;
};

// The text between a first line "---" and the next such line.
std::optional<std::string_view> eol_front_matter(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto rule_end = [&](std::size_t at) -> std::size_t {
    if (!text.substr(at).starts_with("---")) return 0;
    std::size_t end = at + 3;
    while (end < text.size() && (text[end] == ' ' || text[end] == '\r')) ++end;
    return end == text.size() ? end : text[end] == '\n' ? end + 1 : 0;
  };
  const std::size_t start = rule_end(0);
  if (start == 0) return std::nullopt;
  for (std::size_t at = start; at < text.size() && at - start <= kMaxEolFrontMatter;) {
    if (rule_end(at) != 0) return text.substr(start, at - start);
    const std::size_t next = text.find('\n', at);
    if (next == std::string_view::npos) break;
    at = next + 1;
  }
  return std::nullopt;
}

}  // namespace

Result<EolProduct> parse_eol_page(std::string_view text, const std::string& name) {
  const auto block = eol_front_matter(text);
  if (!block)
    return fail(fmt::format("no front matter of at most {} bytes between two lines of \"---\"", kMaxEolFrontMatter), {.file = name});
  if (!is_valid_utf8(*block)) return fail("the front matter is not UTF-8", {.file = name});
  // The parser's marks count lines of the block from 0; the block begins in line 2.
  const auto where = [&](const YAML::Mark& mark) {
    return Where{.file = name, .line = static_cast<std::uint64_t>(std::max(mark.line, 0)) + 2};
  };
  EolProduct product;
  product.source = name;
  try {
    std::istringstream stream{std::string(*block)};
    YAML::Parser parser(stream);
    EolPageHandler handler(product);
    if (!parser.HandleNextDocument(handler)) return fail("the front matter is empty", {.file = name});
  } catch (const EolRefused& refused) { return fail(printable(refused.what()), where(refused.mark)); } catch (const YAML::Exception& e) {
    return fail("not YAML: " + printable(e.msg), where(e.mark));
  }
  if (product.title.empty() || product.slug.empty()) return fail("a product page names its title and permalink", {.file = name});
  return product;
}

}  // namespace entente::measures::p6_supply
