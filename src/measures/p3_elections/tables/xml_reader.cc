// libxml2 is fed through a callback, a piece at a time, and gives one node after the other; nodes already passed are freed by it. A
// document type is an error at once, before anything it declares could be used. The parser's own limits (no XML_PARSE_HUGE) stay on besides
// ours.
#include "measures/p3_elections/tables/xml_reader.h"

#include <fmt/format.h>
#include <libxml/xmlreader.h>

#include <algorithm>
#include <cstring>

#include "core/utf8.h"

namespace entente::measures::p3_elections::tables {

struct XmlReader::State {
  std::string_view input;
  std::size_t given = 0;
  std::string name;
  XmlLimits limits;
  xmlTextReaderPtr reader = nullptr;
  std::uint64_t nodes = 0;
  bool pending_end = false;  // an empty element's end is still to be given
  bool stopped = false;
  int depth = 0;
  std::string fault;
  std::uint64_t fault_line = 0, fault_column = 0;

  ~State() {
    if (reader != nullptr) xmlFreeTextReader(reader);
  }

  static int read(void* self, char* buffer, int length) {
    auto& s = *static_cast<State*>(self);
    const std::size_t n = std::min(static_cast<std::size_t>(std::max(length, 0)), s.input.size() - s.given);
    std::memcpy(buffer, s.input.data() + s.given, n);
    s.given += n;
    return static_cast<int>(n);
  }
  static void on_error(void* self, xmlErrorPtr error) {
    auto& s = *static_cast<State*>(self);
    if (!s.fault.empty() || error == nullptr || error->level < XML_ERR_ERROR) return;
    s.fault = printable(error->message != nullptr ? error->message : "not well-formed");
    while (s.fault.ends_with("\\x0a") || s.fault.ends_with('\n')) s.fault.resize(s.fault.size() - (s.fault.back() == '\n' ? 1 : 4));
    s.fault_line = static_cast<std::uint64_t>(std::max(error->line, 0));
    s.fault_column = static_cast<std::uint64_t>(std::max(error->int2, 0));
  }
};

namespace {
std::string_view xml_view(const xmlChar* text) { return text != nullptr ? reinterpret_cast<const char*>(text) : std::string_view(); }
}  // namespace

XmlReader::XmlReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
XmlReader::XmlReader(XmlReader&&) noexcept = default;
XmlReader& XmlReader::operator=(XmlReader&&) noexcept = default;
XmlReader::~XmlReader() = default;

Result<XmlReader> XmlReader::open(std::string_view text, std::string name, const XmlLimits& limits) {
  if (text.size() > limits.max_bytes) return fail(fmt::format("XML of more than {} bytes", limits.max_bytes), {.file = name});
  auto state = std::make_unique<State>();
  state->input = text;
  state->name = std::move(name);
  state->limits = limits;
  xmlInitParser();
  state->reader =
      xmlReaderForIO(&State::read, nullptr, state.get(), nullptr, nullptr, XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES);
  if (state->reader == nullptr) return fail("not enough memory to read XML", {.file = state->name});
  xmlTextReaderSetStructuredErrorHandler(state->reader, &State::on_error, state.get());
  return XmlReader(std::move(state));
}

tl::unexpected<Error> XmlReader::stop(std::string what, std::string hint) {
  Where place = where();
  state_->stopped = true;
  return fail(std::move(what), std::move(place), std::move(hint));
}

Result<XmlReader::Event> XmlReader::next() {
  State& s = *state_;
  if (s.stopped) return Event::done;
  if (s.pending_end) {
    s.pending_end = false;
    return Event::end;
  }
  for (;;) {
    const int code = xmlTextReaderRead(s.reader);
    if (code < 0 || !s.fault.empty()) {
      s.stopped = true;
      Where place{.file = s.name};
      if (s.fault_line > 0) place.line = s.fault_line;
      if (s.fault_column > 0) place.column = s.fault_column;
      return fail("not well-formed XML: " + (s.fault.empty() ? std::string("it ends too early") : s.fault), std::move(place));
    }
    if (code == 0) {
      s.stopped = true;
      return Event::done;
    }
    if (++s.nodes > s.limits.max_nodes) return stop("XML with too many nodes");
    s.depth = xmlTextReaderDepth(s.reader);
    switch (xmlTextReaderNodeType(s.reader)) {
      case XML_READER_TYPE_ELEMENT:
        if (s.depth >= s.limits.max_depth) return stop(fmt::format("XML nested deeper than {}", s.limits.max_depth));
        s.pending_end = xmlTextReaderIsEmptyElement(s.reader) == 1;
        return Event::start;
      case XML_READER_TYPE_END_ELEMENT: return Event::end;
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
        if (text().size() > s.limits.max_text_bytes) return stop("a text that is too long");
        return Event::text;
      case XML_READER_TYPE_DOCUMENT_TYPE:
      case XML_READER_TYPE_ENTITY_REFERENCE: return stop("a document type or an entity of its own in the XML", "export without a DTD");
      default: break;  // comments, processing instructions, blanks between elements
    }
  }
}

std::string_view XmlReader::name() const { return xml_view(xmlTextReaderConstLocalName(state_->reader)); }
std::string_view XmlReader::space() const { return xml_view(xmlTextReaderConstNamespaceUri(state_->reader)); }
std::string_view XmlReader::text() const { return xml_view(xmlTextReaderConstValue(state_->reader)); }
int XmlReader::depth() const { return state_->depth; }

Where XmlReader::where() const {
  Where place{.file = state_->name};
  if (xmlNodePtr node = xmlTextReaderCurrentNode(state_->reader); node != nullptr)
    if (const long line = xmlGetLineNo(node); line > 0) place.line = static_cast<std::uint64_t>(line);
  if (!place.line)
    if (const int line = xmlTextReaderGetParserLineNumber(state_->reader); line > 0) place.line = static_cast<std::uint64_t>(line);
  return place;
}

std::optional<std::string> XmlReader::attribute(std::string_view local_name) const {
  xmlTextReaderPtr reader = state_->reader;
  std::optional<std::string> found;
  if (xmlTextReaderMoveToFirstAttribute(reader) == 1) {
    do {
      if (xmlTextReaderIsNamespaceDecl(reader) != 1 && xml_view(xmlTextReaderConstLocalName(reader)) == local_name)
        found = std::string(xml_view(xmlTextReaderConstValue(reader)).substr(0, state_->limits.max_text_bytes));
    } while (!found && xmlTextReaderMoveToNextAttribute(reader) == 1);
    xmlTextReaderMoveToElement(reader);
  }
  return found;
}

Result<std::string> XmlReader::element_text() {
  std::string out;
  for (int inside = 1; inside > 0;) {
    ENTENTE_TRY(const Event event, next());
    switch (event) {
      case Event::start: ++inside; break;
      case Event::end: --inside; break;
      case Event::text:
        if (inside != 1) break;
        if (out.size() + text().size() > state_->limits.max_text_bytes) return stop("a text that is too long");
        out.append(text());
        break;
      case Event::done: return stop("XML that ends inside an element");
    }
  }
  return out;
}

Result<void> XmlReader::skip() {
  for (int inside = 1; inside > 0;) {
    ENTENTE_TRY(const Event event, next());
    if (event == Event::start) ++inside;
    if (event == Event::end) --inside;
    if (event == Event::done) return stop("XML that ends inside an element");
  }
  return {};
}

}  // namespace entente::measures::p3_elections::tables
