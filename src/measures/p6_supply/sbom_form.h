// The forms an SBOM comes in: telling them apart by content, bringing their bytes to UTF-8, and the common path of those that are not
// JSON: each is written as the JSON form of the same document, with a map from every value back to its place in the source (not for
// other rooms).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p6_supply/sbom.h"

namespace entente::measures::p6_supply {

// UTF-8 without a byte order mark. UTF-16 of either order is told by its mark or by the zero bytes of its first characters; a lone
// surrogate, an odd number of bytes and UTF-32 are refused. `held` keeps the bytes if they had to be made anew; else the view is into
// `text`.
[[nodiscard]] Result<std::string_view> as_utf8(std::string_view text, const std::string& name, std::string& held);

enum class RecognisedForm : std::uint8_t { json, xml, spdx_tag_value, spdx_yaml, unknown };
[[nodiscard]] RecognisedForm recognise_form(std::string_view utf8);

// Counts that hostile input would drive to a multiple of its own size; generous for whatever real documents hold.
struct SizeBudget {
  explicit SizeBudget(std::uint64_t bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t components() const { return 100'000 + bytes_ / 40; }
  [[nodiscard]] std::uint64_t relationships() const { return 200'000 + bytes_ / 12; }
  [[nodiscard]] std::uint64_t elements() const { return 150'000 + bytes_ / 24; }  // of XML; nodes of YAML; tags
  [[nodiscard]] std::uint64_t marks() const { return 200'000 + bytes_ / 5; }      // brackets, commas and colons of JSON

 private:
  std::uint64_t bytes_;
};
inline constexpr std::size_t kMaxNamed = 10'000;  // authors, tools, lifecycles kept

// Writes compact JSON and notes for every value where it stood.
class JsonFormWriter {
 public:
  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  void begin_object(std::uint64_t at) { begin('{', at); }
  void begin_array(std::uint64_t at) { begin('[', at); }
  void end_object() { end('}'); }
  void end_array() { end(']'); }
  void key(std::string_view name);
  void text(std::string_view value, std::uint64_t at);
  void literal(std::string_view json, std::uint64_t at);  // a number, true, false, null
  void member(std::string_view name, std::string_view value, std::uint64_t at) {
    key(name);
    text(value, at);
  }
  [[nodiscard]] std::string take_json() { return std::move(out_); }
  [[nodiscard]] std::vector<SourcePlace> take_places() { return std::move(places_); }

 private:
  void separate();
  void begin(char bracket, std::uint64_t at);
  void end(char bracket);
  void note(std::uint64_t at) { places_.push_back({static_cast<std::uint32_t>(out_.size()), static_cast<std::uint32_t>(at)}); }
  void quoted(std::string_view value);
  std::string out_;
  std::vector<SourcePlace> places_;
  bool comma_ = false;
};

// Starts of lines, for SourceMap.
[[nodiscard]] std::vector<std::uint32_t> line_starts(std::string_view text);
// Line and column of a byte of `text`; for errors before there is a map.
[[nodiscard]] Where where_in(std::string_view text, const std::string& name, std::uint64_t offset);

// Each writes the JSON form of one document. Errors carry file, line and column. `text` is UTF-8.
[[nodiscard]] Result<void> spdx_tag_value_to_json(std::string_view text, const std::string& name, std::uint32_t max_depth,
                                                  JsonFormWriter& out);
[[nodiscard]] Result<void> spdx_yaml_to_json(std::string_view text, const std::string& name, std::uint32_t max_depth, JsonFormWriter& out);
struct XmlForm {
  SbomForm form = SbomForm::cyclonedx_xml;
  std::vector<Issue> issues;  // where the document breaks the rules of its XML form
  std::uint64_t error_count = 0;
};
[[nodiscard]] Result<XmlForm> sbom_xml_to_json(std::string text, const std::string& name, const SbomOptions& options, JsonFormWriter& out);

}  // namespace entente::measures::p6_supply
