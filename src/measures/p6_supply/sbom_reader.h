// What the CycloneDX and the SPDX reader share (not for others): typed reading of values, issues, and the table of ids.
#pragma once

#include <fmt/format.h>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p6_supply/sbom.h"
#include "measures/p6_supply/sbom_form.h"

namespace entente::measures::p6_supply {

// Ids (bom-ref, SPDXID) to component numbers. Open addressing; a run of probes is bounded, what does not fit goes to an ordered
// map, so that ids chosen to collide cost a logarithm and not a quadratic time.
class RefTable {
 public:
  // Values beside component numbers.
  static constexpr std::uint32_t kAbsent = 0xffff'ffff;
  static constexpr std::uint32_t kDocument = 0xffff'fffe;
  static constexpr std::uint32_t kElsewhere = 0xffff'fffd;  // an element that is no component: file, snippet, service …

  [[nodiscard]] bool empty() const { return used_ == 0; }
  void reserve(std::size_t ids);
  [[nodiscard]] bool insert(std::string_view id, std::uint32_t value);  // false if it is there already
  [[nodiscard]] std::uint32_t find(std::string_view id) const;
  // The refs of all components, each with its number; returns the components whose ref was there already, ascending. Empty refs are
  // left out. Faster than one by one: the slots are asked for from memory some steps ahead.
  [[nodiscard]] std::vector<std::uint32_t> insert_all(std::span<const Component> components);
  // find() of up to kBatch ids at once, for the same reason: memory is waited for once and not once for each.
  static constexpr std::size_t kBatch = 64;
  void find_all(std::span<const std::string_view> ids, std::span<std::uint32_t> values) const;

 private:
  struct Slot {
    std::string_view id;
    std::uint32_t value = kAbsent;
    std::uint32_t hash = 0;  // spares most comparisons of texts, which often begin alike
  };
  static constexpr std::size_t kMaxProbes = 32;
  // A third of the slots stay free.
  [[nodiscard]] static bool is_full(std::size_t ids, std::size_t slots) { return ids * 3 > slots * 2; }
  [[nodiscard]] bool place(std::string_view id, std::uint32_t value, std::uint64_t hash);
  [[nodiscard]] std::uint32_t find(std::string_view id, std::uint64_t hash) const;
  void grow(std::size_t capacity);
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::map<std::string_view, std::uint32_t> overflow_;
};

// key == literal, without the call of memcmp that a comparison of a length not known to the compiler takes.
template <std::size_t N>
[[nodiscard]] bool is_key(std::string_view key, const char (&literal)[N]) {
  return key.size() == N - 1 && std::memcmp(key.data(), literal, N - 1) == 0;
}

class SbomReader {
 protected:
  explicit SbomReader(Sbom& sbom) : sbom_(sbom), budget_(sbom.document.text().size()) {}

  // A value of a wrong type: the document cannot be read. Always false, so that a reader can return it.
  bool wrong_type(const std::string& pointer, std::string_view expected);
  bool refuse(std::string what, const std::string& pointer, std::string hint = {});
  void issue(IssueLevel level, std::string pointer, std::string message);

  // `pointer` is called only when something is wrong: it makes the JSON pointer of the value.
  template <class Pointer>
  bool text(JsonView value, std::string_view& out, Pointer&& pointer) {
    if (value.get_string().get(out) == simdjson::SUCCESS) return true;
    return null_or_wrong(value, std::forward<Pointer>(pointer), "a text");
  }
  template <class Pointer>
  bool array(JsonView value, simdjson::dom::array& out, Pointer&& pointer) {
    if (value.get_array().get(out) == simdjson::SUCCESS) return true;
    return null_or_wrong(value, std::forward<Pointer>(pointer), "an array");
  }
  template <class Pointer>
  bool object(JsonView value, simdjson::dom::object& out, Pointer&& pointer) {
    if (value.get_object().get(out) == simdjson::SUCCESS) return true;
    return null_or_wrong(value, std::forward<Pointer>(pointer), "an object");
  }

  // Whether one more component or relationship is in proportion to the document; else the document is refused.
  bool has_room(std::size_t count, std::uint64_t most, std::string_view what) {
    return count < most || refuse(fmt::format("more than {} {}, out of proportion to the size of the document", most, what), "",
                                  "this is not how SBOMs look; if it is a real one, please report it");
  }
  bool room_for_component() { return has_room(sbom_.components.size(), budget_.components(), "components"); }
  bool add_relationship(const Relationship& relationship) {
    if (!has_room(sbom_.relationships.size(), budget_.relationships(), "relationships")) return false;
    sbom_.relationships.push_back(relationship);
    return true;
  }

  // A hash of the given algorithm and value of a component or file; appended to sbom_.hashes if it can be right.
  template <class Owner, class Pointer>
  void add_hash(Owner& component, std::string_view algorithm, std::string_view value, Pointer&& pointer) {
    const HashCheck check = check_hash(algorithm, value);
    if (check == HashCheck::ok) {
      sbom_.hashes.push_back({algorithm, value});
      component.hashes.count++;
    } else if (check == HashCheck::unknown_algorithm) {
      issue(IssueLevel::error, pointer(), fmt::format("\"{}\" is no hash algorithm of this format", clip(algorithm)));
    } else {
      issue(IssueLevel::error, pointer(), fmt::format("the value is no {} digest in hex", clip(algorithm)));
    }
  }

  void set_timestamp(std::string_view text_value, std::string pointer);
  // What the document is about: `roots` in the order they are first mentioned, each once; without any, the single component. False: it does
  // not say.
  [[nodiscard]] bool set_roots(std::span<const std::uint32_t> roots);
  // Sorts the path-forming relationships into the Sbom's edge arrays.
  void build_edges();

  enum class HashCheck { ok, unknown_algorithm, wrong_value };
  [[nodiscard]] HashCheck check_hash(std::string_view algorithm, std::string_view value) const;
  [[nodiscard]] static std::string clip(std::string_view value);  // printable and short

  Sbom& sbom_;
  SizeBudget budget_;
  RefTable refs_;
  std::optional<Error> error_;

 private:
  // null stands for "absent" in the output of several producers; no format allows it.
  template <class Pointer>
  bool null_or_wrong(JsonView value, Pointer&& pointer, std::string_view expected) {
    if (!value.is_null()) return wrong_type(pointer(), expected);
    issue(IssueLevel::error, pointer(), fmt::format("null where {} belongs", expected));
    return true;
  }
};

// The readers proper. The document's root is an object; errors name the place.
[[nodiscard]] Result<void> read_cyclonedx(Sbom& sbom);
[[nodiscard]] Result<void> read_spdx(Sbom& sbom);
[[nodiscard]] Result<void> read_spdx3(Sbom& sbom);

// Holds the JSON form against the format's JSON Schema and notes what breaks it, except where the reader noted something already.
[[nodiscard]] Result<void> check_sbom_schema(Sbom& sbom);
// The same for SPDX 3, by the rules of data/sbom/spdx-3.json.
[[nodiscard]] Result<void> check_spdx3_rules(Sbom& sbom);

}  // namespace entente::measures::p6_supply
