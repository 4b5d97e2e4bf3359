// Principles and controls: the rules. Read from the OSCAL catalogue in data/catalog/, see docs/catalog.md.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data.h"
#include "core/error.h"

namespace entente::catalog {

// "P6-01": principle 0…9 (0 is the identity of the pledge) and a number within it. A value of two bytes.
class ControlId {
 public:
  constexpr ControlId() = default;
  constexpr ControlId(unsigned principle, unsigned number)
      : principle_(static_cast<std::uint8_t>(principle)), number_(static_cast<std::uint8_t>(number)) {}
  [[nodiscard]] static Result<ControlId> parse(std::string_view text);  // exactly P<digit>-<two digits>
  [[nodiscard]] std::string str() const;
  [[nodiscard]] constexpr unsigned principle() const { return principle_; }
  [[nodiscard]] constexpr unsigned number() const { return number_; }
  constexpr auto operator<=>(const ControlId&) const = default;

 private:
  std::uint8_t principle_ = 0;
  std::uint8_t number_ = 0;
};

enum class EvidenceClass { measured, verified, attested, declared };  // M, V, A, D
[[nodiscard]] char letter(EvidenceClass c);
[[nodiscard]] std::optional<EvidenceClass> parse_evidence_class(std::string_view letter);
[[nodiscard]] std::string_view describe(EvidenceClass c);  // "measured from outside by anyone …", English

enum class Language { en, fr };
[[nodiscard]] std::optional<Language> parse_language(std::string_view code);  // "en", "fr"

// A text in the catalogue's languages; English is always there.
struct Text {
  std::string en;
  std::string fr;
  [[nodiscard]] const std::string& in(Language language) const { return language == Language::fr && !fr.empty() ? fr : en; }
};

struct Control {
  ControlId id;
  Text title;
  std::vector<std::string> roles;  // "all", or roles of kRoles
  EvidenceClass evidence_class = EvidenceClass::verified;
  std::uint32_t max_age_days = 0;  // evidence older than this does not count
  std::string standard;            // what it rests on
  Text evidence;                   // the artefact
  Text test;                       // what the program does with it
  Text satisfied;                  // when satisfied …
  Text partial;
  Text not_applicable;             // "never", or the fact that makes it so
  std::vector<std::string> hooks;  // items of norm instruments it serves

  // By role: the control says "all", or shares a role with `roles`.
  [[nodiscard]] bool applies_to(std::span<const std::string> roles) const;
};

struct Principle {
  unsigned number = 0;  // 0…9
  std::string id;       // "paris-call.p6"; "entente.p0" for the integrity of the pledge
  Text title;           // short
  Text text;            // the Call's own words
};

// Roles and categories a profile may name; roles in byte order. A category that is also a role (state, public-authority,
// private-sector, civil-society) counts as that role: Profile::parse adds it.
[[nodiscard]] std::span<const std::string_view> known_roles();  // "all" is not one of them
[[nodiscard]] std::span<const std::string_view>
known_categories();  // state, public-authority, private-sector, civil-society, intergovernmental

// Immutable; thread-safe.
class Catalog {
 public:
  static constexpr std::string_view kControlsPath = "catalog/entente-controls.json";
  static constexpr std::string_view kPrinciplesPath = "catalog/paris-call.json";

  // Unknown keys, duplicate ids, dangling references are errors with file, line and pointer.
  [[nodiscard]] static Result<Catalog> load(const DataSet& data);
  // The same from two texts; `*_name` is what errors call them.
  struct Source {
    std::string_view controls;
    std::string controls_name;
    std::string_view principles;
    std::string principles_name;
    Digest digest;  // of the DataSet they came from
  };
  [[nodiscard]] static Result<Catalog> parse(const Source& source);

  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] const Digest& digest() const { return digest_; }                       // of the DataSet it came from
  [[nodiscard]] std::span<const Principle> principles() const { return principles_; }  // 0…9
  [[nodiscard]] std::span<const Control> controls() const { return controls_; }        // by id
  [[nodiscard]] const Control* find(ControlId id) const;                               // nullptr if there is none
  [[nodiscard]] const Principle& principle(unsigned number) const { return principles_.at(number); }
  // What an evidence class means, in both languages; describe() is its English, for code that has no catalogue.
  [[nodiscard]] const Text& text(EvidenceClass c) const { return class_texts_[static_cast<std::size_t>(c)]; }
  // Up to three ids close to what a user typed, for "did you mean".
  [[nodiscard]] std::vector<std::string> near(std::string_view text) const;

 private:
  Catalog() = default;
  std::string version_;
  Digest digest_;
  std::vector<Principle> principles_;
  std::vector<Control> controls_;
  std::array<Text, 4> class_texts_;
  friend class Loader;
};

}  // namespace entente::catalog
