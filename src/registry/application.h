// What a new pledge is looked at for before it goes to the ledger, so that who signs up learns at once what would stand in its way: an id
// or a domain that is another's, a public suffix, a country nobody knows, a name that shows other than it is, a text nobody publishes.
// Admission refuses only what every replay can see; this also asks what the server knows (docs/registry.md, "Sign-up"). Pure; thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "registry/countries.h"
#include "registry/state.h"

namespace entente::registry {

// A text of the Call that a registry takes pledges to.
struct CallText {
  std::string language;  // "en", "fra"
  std::string version;   // "2018-11-12"; empty: none is named
  Digest sha256;
  std::string content;  // the bytes of that digest; empty: only the digest is known
};
// "en=call.txt", "fr@2018-11-12=…": a file (at most 1 MiB), or 64 hex digits in its place.
[[nodiscard]] Result<CallText> read_call_text(const std::string& option);

// A name as others see it: no control characters, no bidirectional controls, nothing invisible, no word of letters from scripts that do
// not go together. The error says what and where; its hint gives the name as it could be written.
[[nodiscard]] Result<void> check_display_name(std::string_view name);

struct Application {
  std::string id, country;
  std::vector<std::pair<std::string, std::string>> names;    // pointer below the predicate, and name
  std::vector<std::pair<std::string, std::string>> domains;  // the same of domains and website
  std::string text;                                          // SHA-256, hex
  // Of a pledge's predicate. Members that are absent or of another type are left empty: the schema speaks of those.
  [[nodiscard]] static Application of(JsonView predicate);
};

enum class ApplicationFault : std::uint8_t {
  id_taken,       // by a record that stands, or a claim that waits
  id_ended,       // by a tombstone
  domain_taken,   // another supporter's proof of it counts
  public_suffix,  // nobody's own
  country_unknown,
  name_unclear,
  text_unknown,
};

// In both languages of the pages: what is wrong, with the value; what to do.
struct ApplicationProblem {
  ApplicationFault fault = ApplicationFault::id_taken;
  std::string pointer;  // below the predicate: "/organisation/country"
  struct Words {
    std::string what, repair;
  } english, french;
};

struct ApplicationFacts {
  const State* state = nullptr;                                                          // null: ids are not looked at
  const Countries* countries = nullptr;                                                  // null: countries are not looked at
  std::function<bool(std::string_view domain)> is_public_suffix;                         // unset: not looked at
  std::function<std::optional<std::string>(const std::string& domain)> proven_by_other;  // the holder's id; unset: not looked at
  std::span<const CallText> texts;                                                       // empty: any
};

// In the order of the predicate's members; empty: nothing stands in the way as far as can be told before it is signed.
[[nodiscard]] std::vector<ApplicationProblem> check_application(const Application& application, const ApplicationFacts& facts);

}  // namespace entente::registry
