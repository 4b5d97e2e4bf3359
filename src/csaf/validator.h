// The tests of CSAF 2.0: the JSON schema, the mandatory tests 6.1.1 to 6.1.33 (failures are errors), the optional ones 6.2.x (warnings)
// and the informative ones 6.3.x (information), over a Document. OASIS CSAF 2.0, section 6.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data.h"
#include "csaf/document.h"

namespace entente::csaf {

enum class Group : std::uint8_t { schema, mandatory, optional, informative };
[[nodiscard]] std::string_view group_name(Group group);

struct TestInfo {
  std::string_view id;    // "6.1.27.9"; "schema"
  std::string_view name;  // "Impact Statement"
  Group group;
};
// All of them: the schema first, then in the order of the standard.
[[nodiscard]] const std::vector<TestInfo>& all_tests();
[[nodiscard]] const TestInfo* find_test(std::string_view id);

struct Finding {
  const TestInfo* test = nullptr;
  std::string pointer;  // JSON pointer into the document
  std::string what;     // one sentence
  std::string repair;   // one sentence; may be empty
};

// A test that could not run here, and why. It has neither passed nor failed.
struct Skipped {
  const TestInfo* test = nullptr;
  std::string reason;
};

struct Report {
  std::vector<Finding> findings;  // in the order of all_tests(), then of the document
  std::vector<Skipped> skipped;
  [[nodiscard]] bool valid() const;  // no finding of the groups schema and mandatory
};

// Does a URL answer with a status below 400? nullopt: not known. Must be thread-safe.
using UrlProbe = std::function<std::optional<bool>(std::string_view url)>;
// Words of a text that are misspelt in that language; nullopt: no dictionary for it. Must be thread-safe.
using SpellCheck = std::function<std::optional<std::vector<std::string>>(std::string_view language, std::string_view text)>;

struct Selection {
  bool schema = true, mandatory = true, optional = true, informative = true;
  std::vector<std::string> only;  // test IDs; not empty: these and no others
  UrlProbe probe;       // unset: 6.3.6 and 6.3.7 judge only names that cannot resolve (".invalid", RFC 6761), and are reported as skipped
  SpellCheck spelling;  // unset: 6.3.8 is skipped; see csaf/spelling.h
};

// Immutable after load(); thread-safe.
class Validator {
 public:
  // Compiles the schemas and reads the registries (some milliseconds).
  [[nodiscard]] static Result<Validator> load(const DataSet& data);
  [[nodiscard]] Report validate(const Document& document, const Selection& selection = {}) const;

  struct State;

 private:
  explicit Validator(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace entente::csaf
