// The text parsers of the schema room on arbitrary bytes: regular expressions (what translates either compiles in RE2 or is
// refused as too large), formats, URI resolution (idempotent once absolute).
#include <cstdlib>

#include "core/utf8.h"
#include "schema/formats.h"
#include "schema/regex.h"
#include "schema/uri.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 2000));
  if (const auto regex = schema::compile_regex(text)) {
    static_cast<void>(re2::RE2::PartialMatch(text, **regex));
  } else if (schema::translate_regex(text).has_value() && regex.error().what.find("too large") == std::string::npos) {
    std::abort();  // the translation wrote something RE2 cannot read
  }
  if (is_valid_utf8(text))
    for (const char* name : {"date", "date-time", "duration", "email", "hostname", "idn-email", "ipv4", "ipv6", "iri", "iri-reference",
                             "json-pointer", "relative-json-pointer", "time", "uri", "uri-reference", "uri-template", "uuid"}) {
      const schema::Format* format = schema::find_format(name);
      if (format == nullptr) std::abort();
      static_cast<void>(format->test(text));
    }
  if (schema::is_uri(text) && !schema::is_iri(text)) std::abort();
  if (schema::is_uri(text) && !schema::is_uri_reference(text)) std::abort();
  constexpr std::string_view kBase = "http://example.org/a/b?c";
  const std::string once = schema::resolve_uri(kBase, text);
  if (schema::resolve_uri(kBase, once) != once) std::abort();
  static_cast<void>(schema::percent_decode(text));
  return 0;
}
