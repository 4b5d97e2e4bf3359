// The spell check of test 6.3.8, by libhunspell and the dictionaries installed with it. No dictionary comes with the program.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entente::csaf {

// Thread-safe. Dictionaries are read when first asked for (some tens of milliseconds) and kept.
class Dictionaries {
 public:
  explicit Dictionaries(std::filesystem::path folder = "/usr/share/hunspell");
  ~Dictionaries();
  Dictionaries(const Dictionaries&) = delete;
  Dictionaries& operator=(const Dictionaries&) = delete;

  // Misspelt words of the text, each once, in order; nullopt if there is no dictionary for the language (a tag of BCP 47: "en-US" has
  // en_US; "en", or a region without one of its own, the first installed of the language by name). See docs/csaf.md for what counts as a
  // word.
  [[nodiscard]] std::optional<std::vector<std::string>> misspelt(std::string_view language, std::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace entente::csaf
