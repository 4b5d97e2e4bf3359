// SPDX's YAML form written as its JSON form, from the events of yaml-cpp's parser: nothing is built in between. Aliases (which can make a
// small file huge), tags, keys that are no text, depth and floods of nodes are refused as they come. Whether a plain word is a number or a
// truth value follows from the member's name, so that a version "1.0" or a date stays the text it is in JSON.
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>
#include <algorithm>
#include <istream>
#include <stdexcept>
#include <streambuf>
#include <vector>

#include "core/utf8.h"
#include "measures/p6_supply/sbom_form.h"
#include "measures/p6_supply/spdx_fields.h"

namespace entente::measures::p6_supply {

namespace {

// Thrown and caught in this file only: yaml-cpp's handlers have no other way to stop the parser.
struct SpdxYamlRefused : std::runtime_error {
  SpdxYamlRefused(const std::string& what, std::uint64_t offset) : std::runtime_error(what), at(offset) {}
  std::uint64_t at;
};

// Reads a text in place; yaml-cpp takes streams only.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* start = const_cast<char*>(text.data());  // NOLINT: a get area is never written to
    setg(start, start, start + text.size());
  }
};

class SpdxYamlHandler : public YAML::EventHandler {
 public:
  SpdxYamlHandler(JsonFormWriter& out, std::uint32_t max_depth, std::uint64_t max_nodes)
      : out_(out), max_depth_(max_depth), max_nodes_(max_nodes) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw SpdxYamlRefused("an alias (*name), which SBOMs have no use for: aliases of aliases grow without bound", at(mark));
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    no_anchor(mark, anchor);
    count(mark);
    if (expects_key()) throw SpdxYamlRefused("a key that is empty", at(mark));
    out_.literal("null", at(mark));
    after_value();
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override {
    no_anchor(mark, anchor);
    if (levels_.empty()) throw SpdxYamlRefused("the document is no mapping", at(mark));
    if (expects_key()) {
      key_ = text;
      out_.key(text);
      levels_.back().expects_key = false;
      return;
    }
    count(mark);
    const std::string_view literal = tag == "?" ? spdx_literal(key_, text) : std::string_view();
    if (literal.empty())
      out_.text(text, at(mark));
    else
      out_.literal(literal, at(mark));
    after_value();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    no_anchor(mark, anchor);
    open(mark, Level{false, false});
    out_.begin_array(at(mark));
  }
  void OnSequenceEnd() override {
    out_.end_array();
    close();
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    no_anchor(mark, anchor);
    open(mark, Level{true, true});
    out_.begin_object(at(mark));
  }
  void OnMapEnd() override {
    out_.end_object();
    close();
  }

 private:
  struct Level {
    bool map = false;
    bool expects_key = false;
  };
  static std::uint64_t at(const YAML::Mark& mark) { return static_cast<std::uint64_t>(std::max(mark.pos, 0)); }
  // yaml-cpp keeps every anchor; without aliases they serve nothing.
  static void no_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw SpdxYamlRefused("an anchor (&name), which SBOMs have no use for", at(mark));
  }
  [[nodiscard]] bool expects_key() const { return !levels_.empty() && levels_.back().map && levels_.back().expects_key; }
  void count(const YAML::Mark& mark) {
    if (++nodes_ > max_nodes_)
      throw SpdxYamlRefused(fmt::format("more than {} values, out of proportion to the size of the document", max_nodes_), at(mark));
  }
  void open(const YAML::Mark& mark, Level level) {
    count(mark);
    if (expects_key()) throw SpdxYamlRefused("a key that is no text", at(mark));
    if (levels_.size() >= max_depth_) throw SpdxYamlRefused(fmt::format("nested deeper than {}", max_depth_), at(mark));
    levels_.push_back(level);
  }
  void close() {
    levels_.pop_back();
    after_value();
  }
  void after_value() {
    if (!levels_.empty() && levels_.back().map) levels_.back().expects_key = true;
  }

  JsonFormWriter& out_;
  std::uint32_t max_depth_;
  std::uint64_t max_nodes_;
  std::uint64_t nodes_ = 0;
  std::vector<Level> levels_;
  std::string key_;
};

// It would be data nobody reads.
bool has_second_document(YAML::Parser& parser) {
  JsonFormWriter nothing;
  SpdxYamlHandler handler(nothing, 1, 0);
  try {
    return parser.HandleNextDocument(handler);
  } catch (const SpdxYamlRefused&) { return true; }
}

// Before a bracket or dash is told to whoever listens, yaml-cpp reads its line to the end, since it might turn out to be a key; so a line
// that opens thousands of them is refused here. Brackets within texts count too: no text has so many that are not closed.
constexpr std::int64_t kMaxOpenInLine = 2'000;
Result<void> check_yaml_lines(std::string_view text, const std::string& name) {
  std::int64_t open = 0;
  bool at_start = true;  // only indicators so far
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      open = 0;
      at_start = true;
      continue;
    }
    if (c == '[' || c == '{') ++open;
    if (c == ']' || c == '}') --open;
    if (at_start && (c == '-' || c == '?' || c == ':')) ++open;
    at_start = at_start && (c == '-' || c == '?' || c == ':' || c == ' ' || c == '\t');
    if (open > kMaxOpenInLine)
      return fail(fmt::format("more than {} lists or mappings opened in one line", kMaxOpenInLine), where_in(text, name, i));
  }
  return {};
}

}  // namespace

Result<void> spdx_yaml_to_json(std::string_view text, const std::string& name, std::uint32_t max_depth, JsonFormWriter& out) {
  const auto place = [&](const YAML::Mark& mark) {
    return where_in(text, name, std::min<std::uint64_t>(static_cast<std::uint64_t>(std::max(mark.pos, 0)), text.size()));
  };
  ENTENTE_CHECK(check_yaml_lines(text, name));
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    SpdxYamlHandler handler(out, max_depth, SizeBudget(text.size()).elements());
    if (!parser.HandleNextDocument(handler)) return fail("the file holds no document", {.file = name});
    if (has_second_document(parser))
      return fail("a second YAML document follows the first", {.file = name}, "put each SBOM into a file of its own");
  } catch (const YAML::Exception& e) { return fail(printable(e.msg), place(e.mark)); } catch (const SpdxYamlRefused& e) {
    return fail(e.what(), where_in(text, name, std::min<std::uint64_t>(e.at, text.size())));
  }
  return {};
}

}  // namespace entente::measures::p6_supply
