// Reading XML. One scan over the bytes, with a counter for depth and no memory of its own, refuses whatever could make a tree large or
// strange: document types, undeclared entities, depth, counts, attributes by the thousand. What passes goes to pugixml, which builds its
// tree in the buffer (names and texts are not copied) and checks that tags match. Then the root element says which reader goes on.
#include "measures/p6_supply/sbom_xml.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace entente::measures::p6_supply {

namespace {

bool is_xml_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool starts_xml_name(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalpha(u) != 0 || c == '_' || c == ':' || u >= 0x80;
}
bool continues_xml_name(char c) { return starts_xml_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

// Bytes that mean nothing to the scan: all but '<', '&', quotes and control characters.
constexpr std::array<bool, 256> kPlainXml = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0; c < 256; ++c) plain[c] = c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  for (const char c : {'<', '&', '"', '\''}) plain[static_cast<std::size_t>(c)] = false;
  return plain;
}();

class XmlScan {
 public:
  XmlScan(std::string_view text, const std::string& name, std::uint32_t max_depth)
      : text_(text), name_(name), max_depth_(max_depth), max_elements_(SizeBudget(text.size()).elements()) {}

  Result<void> run() {
    while (at_ < text_.size()) {
      if (text_[at_] == '<')
        ENTENTE_CHECK(markup());
      else
        ENTENTE_CHECK(characters());
    }
    if (depth_ != 0) return bad("the file ends before its elements do", at_);
    if (elements_ == 0) return bad("no element", at_);
    return {};
  }

 private:
  tl::unexpected<Error> bad(std::string what, std::size_t at, std::string hint = {}) const {
    return fail(std::move(what), where_in(text_, name_, std::min(at, text_.size())), std::move(hint));
  }
  // Goes behind the next `end`.
  Result<void> skip(std::string_view begin, std::string_view end) {
    const std::size_t found = text_.find(end, at_ + begin.size());
    if (found == std::string_view::npos) return bad(fmt::format("\"{}\" without \"{}\"", begin, end), at_);
    for (std::size_t i = at_; i < found; ++i)
      if (!kPlainXml[static_cast<unsigned char>(text_[i])]) ENTENTE_CHECK(allowed(i));
    at_ = found + end.size();
    return {};
  }
  Result<void> allowed(std::size_t at) const {
    const auto c = static_cast<unsigned char>(text_[at]);
    if (c >= 0x20 || is_xml_space(text_[at])) return {};
    return bad(fmt::format("the control character U+{:04X}, which XML does not allow", c), at);
  }
  Result<void> markup() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!--")) return skip("<!--", "-->");
    if (rest.starts_with("<![CDATA[")) return depth_ == 0 ? bad("text outside the root element", at_) : skip("<![CDATA[", "]]>");
    if (rest.starts_with("<?")) return skip("<?", "?>");
    if (rest.starts_with("<!"))
      return bad("a document type declaration (<!DOCTYPE …>): SBOMs need none, and entities it defines can grow without bound", at_,
                 "remove the declaration; external and user-defined entities are never read");
    return rest.starts_with("</") ? end_tag() : start_tag();
  }
  Result<void> end_tag() {
    const std::size_t found = text_.find('>', at_);
    if (found == std::string_view::npos) return bad("an end tag without \">\"", at_);
    if (depth_ == 0) return bad("an end tag without its start", at_);
    --depth_;
    at_ = found + 1;
    return {};
  }
  std::string_view name() {
    const std::size_t start = at_;
    if (at_ < text_.size() && starts_xml_name(text_[at_]))
      while (at_ < text_.size() && continues_xml_name(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }
  void spaces() {
    while (at_ < text_.size() && is_xml_space(text_[at_])) ++at_;
  }
  Result<void> start_tag() {
    const std::size_t start = at_++;
    if (depth_ == 0 && elements_ > 0) return bad("a second root element", start);
    if (++elements_ > max_elements_)
      return bad(fmt::format("more than {} elements, out of proportion to the size of the document", max_elements_), start);
    if (depth_ + 1 > max_depth_) return bad(fmt::format("elements nested deeper than {}", max_depth_), start);
    if (name().empty()) return bad("\"<\" without the name of an element", start, "write &lt; for the character itself");
    attributes_.clear();
    for (;;) {
      const std::size_t before = at_;
      spaces();
      if (at_ >= text_.size()) return bad("the file ends within a tag", start);
      if (text_[at_] == '>') {
        ++depth_;
        ++at_;
        return {};
      }
      if (text_.substr(at_).starts_with("/>")) {
        at_ += 2;
        return {};
      }
      if (at_ == before) return bad("white space is missing before an attribute", at_);
      ENTENTE_CHECK(attribute());
    }
  }
  Result<void> attribute() {
    const std::size_t start = at_;
    const std::string_view key = name();
    if (key.empty()) return bad("the name of an attribute was expected", start);
    if (std::find(attributes_.begin(), attributes_.end(), key) != attributes_.end())
      return bad(fmt::format("the attribute \"{}\" stands twice", key.substr(0, 80)), start);
    attributes_.push_back(key);
    if (attributes_.size() > kMaxXmlAttributes) return bad(fmt::format("more than {} attributes of one element", kMaxXmlAttributes), start);
    spaces();
    if (at_ >= text_.size() || text_[at_] != '=') return bad("\"=\" was expected after the name of an attribute", at_);
    ++at_;
    spaces();
    if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return bad("the value of an attribute must stand in quotes", at_);
    const char quote = text_[at_++];
    for (skip_plain(); at_ < text_.size() && text_[at_] != quote; skip_plain()) {
      if (text_[at_] == '<') return bad("\"<\" within the value of an attribute", at_, "write &lt;");
      ENTENTE_CHECK(character());
    }
    if (at_ >= text_.size()) return bad("the value of an attribute does not end", start);
    ++at_;
    return {};
  }
  void skip_plain() {
    while (at_ < text_.size() && kPlainXml[static_cast<unsigned char>(text_[at_])]) ++at_;
  }
  Result<void> characters() {
    if (depth_ > 0) skip_plain();
    for (; at_ < text_.size() && text_[at_] != '<'; depth_ > 0 ? skip_plain() : void()) {
      if (depth_ == 0 && !is_xml_space(text_[at_])) return bad("text outside the root element", at_);
      ENTENTE_CHECK(character());
    }
    return {};
  }
  Result<void> character() {
    ENTENTE_CHECK(allowed(at_));
    if (text_[at_] != '&') {
      ++at_;
      return {};
    }
    const std::size_t end = text_.substr(at_, 16).find(';');
    if (end == std::string_view::npos) return bad("\"&\" that begins no reference", at_, "write &amp; for the character itself");
    const std::string_view inner = text_.substr(at_ + 1, end - 1);
    const bool known = inner == "lt" || inner == "gt" || inner == "amp" || inner == "apos" || inner == "quot" || is_character(inner);
    if (!known) return bad(fmt::format("the entity \"&{};\" is not one of XML's own", inner), at_, "user-defined entities are never read");
    at_ += end + 1;
    return {};
  }
  // "#10", "#x1F600": a character XML allows.
  static bool is_character(std::string_view inner) {
    if (!inner.starts_with('#')) return false;
    inner.remove_prefix(1);
    const bool hex = inner.starts_with('x');
    if (hex) inner.remove_prefix(1);
    if (inner.empty()) return false;
    std::uint32_t value = 0;
    for (const char c : inner) {
      const int digit = c >= '0' && c <= '9'          ? c - '0'
                        : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                      : -1;
      if (digit < 0 || value > 0x110000) return false;
      value = value * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
    }
    return value == 9 || value == 10 || value == 13 || (value >= 0x20 && value < 0xd800) || (value >= 0xe000 && value < 0xfffe) ||
           (value >= 0x10000 && value < 0x110000);
  }

  std::string_view text_;
  const std::string& name_;
  std::uint32_t max_depth_;
  std::uint64_t max_elements_;
  std::size_t at_ = 0;
  std::uint32_t depth_ = 0;
  std::uint64_t elements_ = 0;
  std::vector<std::string_view> attributes_;
};

constexpr std::string_view kCycloneDxNamespace = "http://cyclonedx.org/schema/bom/1.";

// The declared encoding, where it is one whose bytes we do not have here.
std::string_view foreign_encoding(std::string_view text) {
  if (!text.starts_with("<?xml")) return {};
  const std::string_view declaration = text.substr(0, std::min(text.find("?>"), std::size_t{200}));
  const std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return {};
  const std::size_t open = declaration.find_first_of("\"'", at);
  if (open == std::string_view::npos) return {};
  const std::string_view value = declaration.substr(open + 1, declaration.find(declaration[open], open + 1) - open - 1);
  std::string lower(value);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower.starts_with("utf-8") || lower.starts_with("utf-16") || lower == "us-ascii" ? std::string_view() : value;
}

std::string_view namespace_of(pugi::xml_node root) {
  const std::string_view name = root.name();
  const std::size_t colon = name.find(':');
  const std::string declaration = colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  return root.attribute(declaration.c_str()).value();
}

}  // namespace

Result<void> scan_xml(std::string_view text, const std::string& name, std::uint32_t max_depth) {
  return XmlScan(text, name, max_depth).run();
}

Result<std::unique_ptr<XmlTree>> XmlTree::parse(std::string text, const std::string& name, std::uint32_t max_depth) {
  const std::size_t start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  if (const std::string_view encoding = foreign_encoding(std::string_view(text).substr(start)); !encoding.empty())
    return fail(fmt::format("the encoding \"{}\" is not read", encoding.substr(0, 40)), {.file = name}, "save the file as UTF-8");
  ENTENTE_CHECK(scan_xml(text, name, max_depth));
  std::unique_ptr<XmlTree> tree(new XmlTree);
  tree->lines_ = line_starts(text);
  tree->buffer_ = std::move(text);
  constexpr unsigned flags =
      pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_wconv_attribute | pugi::parse_embed_pcdata;
  const pugi::xml_parse_result parsed =
      tree->document_.load_buffer_inplace(tree->buffer_.data(), tree->buffer_.size(), flags, pugi::encoding_utf8);
  if (!parsed) return fail(parsed.description(), tree->where(name, static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(parsed.offset, 0))));
  return tree;
}

Where XmlTree::where(const std::string& name, std::uint64_t offset) const {
  const auto line = std::prev(std::upper_bound(lines_.begin(), lines_.end(), offset));
  return {.file = name, .line = static_cast<std::uint64_t>(line - lines_.begin()) + 1, .column = offset - *line + 1, .offset = offset};
}

XmlScope XmlScope::inside(pugi::xml_node node) const {
  XmlScope scope = *this;
  for (pugi::xml_attribute a = node.first_attribute(); a; a = a.next_attribute()) {
    const std::string_view key = a.name();
    if (!key.starts_with("xmlns")) continue;
    const bool ours = namespace_ == a.value();
    if (key == "xmlns") {
      scope.default_ = ours;
    } else if (key.starts_with("xmlns:")) {
      if (ours)
        scope.prefix_ = key.substr(6);
      else if (scope.prefix_ == key.substr(6))
        scope.prefix_ = {};
    }
  }
  return scope;
}

bool XmlScope::owns(pugi::xml_node node) const {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? default_ : !prefix_.empty() && name.substr(0, colon) == prefix_;
}

std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

std::string_view xml_text(pugi::xml_node node, std::string& held) {
  const std::string_view own = node.value();
  bool joined = false;
  for (const pugi::xml_node part : node.children()) {
    if (part.type() != pugi::node_pcdata && part.type() != pugi::node_cdata) continue;
    if (!joined) held = own;
    joined = true;
    held += part.value();
  }
  return joined ? std::string_view(held) : own;
}

std::string_view xml_trimmed(std::string_view text) {
  while (!text.empty() && is_xml_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_xml_space(text.back())) text.remove_suffix(1);
  return text;
}

Result<XmlForm> sbom_xml_to_json(std::string text, const std::string& name, const SbomOptions& options, JsonFormWriter& out) {
  ENTENTE_TRY(const std::unique_ptr<XmlTree> tree, XmlTree::parse(std::move(text), name, options.limits.max_depth));
  const pugi::xml_node root = tree->root();
  const std::string_view ns = namespace_of(root);
  XmlForm form;
  if (local_name(root) == "bom" && ns.starts_with(kCycloneDxNamespace)) {
    const std::string_view minor = ns.substr(kCycloneDxNamespace.size());
    if (minor.size() != 1 || minor[0] < '2' || minor[0] > '7')
      return fail(fmt::format("CycloneDX version \"1.{}\" is not known here", minor.substr(0, 20)),
                  tree->where(name, XmlTree::offset(root)), "versions 1.2 to 1.7 are read; export the SBOM in one of them");
    const int number = minor[0] - '0';
    if (options.schema == SchemaCheck::on) ENTENTE_CHECK(check_cyclonedx_xml(*tree, name, number, form));
    cyclonedx_xml_to_json(*tree, XmlScope(ns), number, out);
    return form;
  }
  if (root.name() == std::string_view("Document") && root.child("spdxVersion")) {
    form.form = SbomForm::spdx_xml;
    spdx_xml_to_json(*tree, out);
    return form;
  }
  const bool rdf = local_name(root) == "RDF";
  return fail(rdf ? "SPDX as RDF cannot be read" : "not an SBOM: the root element is neither CycloneDX's bom nor SPDX's Document",
              tree->where(name, XmlTree::offset(root)),
              rdf ? "export the SBOM as SPDX JSON, tag-value, YAML or XML"
                  : "a CycloneDX document begins <bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">, an SPDX one <Document>");
}

}  // namespace entente::measures::p6_supply
