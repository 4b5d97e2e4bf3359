// Markdown files with YAML front matter. yaml-cpp's parser tells events to a handler that knows flat mappings only: it keeps keys with
// their text or list of texts, and refuses aliases, deep nesting and floods of events before anything is built of them. Front matter that
// is no YAML (templates that escaped half the quotes have written some) is read again line by line as "key: value".
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>
#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "core/utf8.h"
#include "registry/import_readers.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxFrontMatter = std::size_t{64} << 10, kMaxYamlEvents = 2'000, kMaxYamlDepth = 4, kMaxFileNameBytes = 300;

// Thrown and caught in this file only: yaml-cpp's handlers have no other way to stop the parser.
struct YamlRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class FrontMatterHandler : public YAML::EventHandler {
 public:
  FrontMatterHandler(RawRecord& record, std::uint64_t first_line) : record_(record), first_line_(first_line) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { throw YamlRefused(fmt::format("an alias in line {}", line(mark))); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { value(mark, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& text) override { value(mark, text); }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    deeper(mark, false);
  }
  void OnSequenceEnd() override { shallower(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override { deeper(mark, true); }
  void OnMapEnd() override { shallower(); }

 private:
  std::uint64_t line(const YAML::Mark& mark) const { return first_line_ + static_cast<std::uint64_t>(std::max(mark.line, 0)); }
  void count(const YAML::Mark& mark) {
    if (++events_ > kMaxYamlEvents) throw YamlRefused(fmt::format("too many values, up to line {}", line(mark)));
  }
  void deeper(const YAML::Mark& mark, bool map) {
    count(mark);
    if (depth_ == 0 && !map) throw YamlRefused("no mapping");
    if (depth_ == 1 && !has_key_) throw YamlRefused(fmt::format("a key that is no text in line {}", line(mark)));
    if (++depth_ > kMaxYamlDepth) throw YamlRefused(fmt::format("nested too deep in line {}", line(mark)));
  }
  void shallower() {
    if (--depth_ == 1) has_key_ = false;
  }
  void value(const YAML::Mark& mark, std::string text) {
    count(mark);
    if (depth_ == 0) throw YamlRefused("no mapping");
    if (depth_ == 1 && !has_key_) {
      key_ = std::move(text);
      has_key_ = true;
      return;
    }
    take(mark, std::move(text));
    if (depth_ == 1) has_key_ = false;
  }
  void take(const YAML::Mark& mark, std::string text) {
    const std::string field = canonical_field(key_);
    if (field.empty() || text.empty()) return;
    if (field == "former_names" || field == "memberships") {
      (field == "former_names" ? record_.former_names : record_.memberships).push_back(std::move(text));
    } else if (depth_ == 1) {
      const auto [it, fresh] = record_.fields.emplace(field, RawField{text, line(mark)});
      if (!fresh) record_.defects.push_back({DefectCode::field_repeated, key_, std::move(text), {}, line(mark)});
    }
  }

  RawRecord& record_;
  std::uint64_t first_line_;
  std::size_t events_ = 0, depth_ = 0;
  std::string key_;
  bool has_key_ = false;
};

std::string_view front_matter_trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// "key: value" lines; a pair of quotation marks around the whole value is taken off, what is inside stays as written.
void read_lines(std::string_view block, RawRecord& record, std::uint64_t line) {
  for (; !block.empty(); ++line) {
    const std::size_t end = std::min(block.find('\n'), block.size());
    const std::string_view text = block.substr(0, end);
    block.remove_prefix(std::min(end + 1, block.size()));
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || text.starts_with(' ') || text.starts_with('#')) continue;
    const std::string field = canonical_field(front_matter_trimmed(text.substr(0, colon)));
    std::string_view value = front_matter_trimmed(text.substr(colon + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    if (field.empty() || value.empty() || field == "former_names" || field == "memberships") continue;
    record.fields.emplace(field, RawField{std::string(value), line});
  }
}

// What stands between the "---" of the first line and the next such line; nullopt if there is none.
struct FrontMatterBlock {
  std::string_view text;
  std::uint64_t first_line = 2;
};
std::optional<FrontMatterBlock> front_matter_block(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto is_rule = [&](std::size_t at) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    return line.starts_with("---") && front_matter_trimmed(line.substr(3)).empty();
  };
  if (!is_rule(0)) return std::nullopt;
  const std::size_t start = std::min(text.find('\n'), text.size() - 1) + 1;
  for (std::size_t at = start; at < text.size() && at - start <= kMaxFrontMatter;) {
    if (is_rule(at)) return FrontMatterBlock{text.substr(start, at - start)};
    const std::size_t next = text.find('\n', at);
    if (next == std::string_view::npos) break;
    at = next + 1;
  }
  return std::nullopt;
}

// Empty, or why the block is no front matter we take. What was read before the fault stays in `record` only if there was none.
std::string parse_yaml(std::string_view block, RawRecord& record, std::uint64_t first_line) {
  RawRecord read = record;
  try {
    std::istringstream stream{std::string(block)};
    YAML::Parser parser(stream);
    FrontMatterHandler handler(read, first_line);
    parser.HandleNextDocument(handler);
  } catch (const YAML::Exception& e) {
    return fmt::format("{} in line {}", e.msg, first_line + static_cast<std::uint64_t>(std::max(e.mark.line, 0)));
  } catch (const YamlRefused& e) { return e.what(); }
  record = std::move(read);
  return {};
}

}  // namespace

RawRecord read_front_matter(std::string_view text, const std::string& path) {
  RawRecord record;
  record.file = path;
  record.line = 1;
  const std::size_t slash = path.rfind('/');
  record.id = path.substr(slash == std::string::npos ? 0 : slash + 1).substr(0, kMaxFileNameBytes);
  if (record.id.ends_with(".md")) record.id.resize(record.id.size() - 3);
  const auto block = front_matter_block(text);
  if (!block) {
    record.defects.push_back({DefectCode::front_matter_missing, {}, {}, "no block between two lines of \"---\"", 1});
    return record;
  }
  const std::string fault = is_valid_utf8(block->text) ? parse_yaml(block->text, record, block->first_line) : "not UTF-8";
  if (!fault.empty()) {
    record.defects.push_back({DefectCode::front_matter_broken, {}, {}, printable(fault), block->first_line});
    read_lines(block->text, record, block->first_line);
  }
  return record;
}

}  // namespace entente::registry
