// Reads org.toml. toml++ parses the text (compiled without exceptions, in this file only) and gives each node its place; a Table
// hands out values by key, remembers which keys the format knows, and turns every fault into an error with line and column.
// What the format does not know is an error, so a misspelt key cannot silently drop evidence.
#include "catalog/profile.h"

// toml++ 3.3 guards itself with assert() where malformed text can lead: "[[[" or "[=" would end the process, or, with NDEBUG, go on with
// what must not be. Here a failed assertion of its parser throws in every build type, and parse_toml() turns it into an error.
namespace entente::catalog {
struct TomlInvariantBroken {};
[[noreturn]] static void toml_invariant_broken() { throw TomlInvariantBroken{}; }
}  // namespace entente::catalog
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : ::entente::catalog::toml_invariant_broken())
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "catalog/nearest.h"
#include "catalog/profile_checks.h"
#include "core/utf8.h"

namespace entente::catalog {

namespace {

constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxText = 16'384;
constexpr std::size_t kMaxReason = 2'000;
constexpr std::size_t kMaxEntries = 10'000;

struct Source {
  std::string_view text;
  const std::string& name;

  // toml++ counts columns in code points; an Error counts bytes.
  [[nodiscard]] Where at(const toml::source_position& position) const {
    Where where{.file = name};
    if (position.line == 0) return where;
    std::size_t start = 0;
    for (std::uint64_t line = 1; line < position.line && start < text.size(); ++line)
      start = std::min(text.find('\n', start), text.size() - 1) + 1;
    std::size_t byte = position.line == 1 && text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : start;
    for (std::uint64_t column = 1; column < position.column && byte < text.size(); ++column) do
        ++byte;
      while (byte < text.size() && (static_cast<unsigned char>(text[byte]) & 0xC0) == 0x80);
    where.line = position.line;
    where.column = byte - start + 1;
    where.offset = byte;
    return where;
  }
  [[nodiscard]] tl::unexpected<Error> wrong(const toml::source_region& region, std::string what, std::string hint = {}) const {
    return fail(std::move(what), at(region.begin), std::move(hint));
  }
};

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a float";
    case toml::node_type::boolean: return "a boolean";
    case toml::node_type::date: return "a date";
    case toml::node_type::time: return "a time";
    case toml::node_type::date_time: return "a date-time";
    case toml::node_type::array: return "an array";
    case toml::node_type::table: return "a table";
    default: return "nothing";
  }
}

// A table of the profile under its name in messages ("the profile", "[[evidence]]").
class Table {
 public:
  Table(const Source& source, const toml::table& table, std::string label) : source_(source), table_(table), label_(std::move(label)) {}

  [[nodiscard]] const Source& source() const { return source_; }
  [[nodiscard]] const toml::source_region& region() const { return table_.source(); }
  [[nodiscard]] const toml::node* node(std::string_view key) const { return table_.get(key); }

  [[nodiscard]] Result<void> only(std::span<const std::string_view> known) const {
    for (const auto& [key, value] : table_) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      const auto close = nearest(key.str(), known, 1);
      return source_.wrong(
          key.source(), "unknown key \"" + printable(key.str(), 80) + "\" in " + label_,
          (close.empty() ? "known keys: " : "did you mean \"" + std::string(close[0]) + "\"? Known keys: ") + join_or(known));
    }
    return {};
  }

  [[nodiscard]] Result<std::string> text(std::string_view key) const {
    const toml::node* n = node(key);
    if (n == nullptr) return std::string();
    const auto* value = n->as_string();
    if (value == nullptr)
      return source_.wrong(n->source(), name(key) + " is " + std::string(type_name(*n)) + ", not a string", "write it in quotes");
    if (value->get().empty()) return source_.wrong(n->source(), name(key) + " is empty", "give it a value, or leave the key out");
    return value->get();
  }
  [[nodiscard]] Result<std::string> required(std::string_view key) const {
    if (node(key) == nullptr)
      return source_.wrong(region(), label_ + " has no " + std::string(key), "add  " + std::string(key) + " = \"…\"");
    return text(key);
  }
  // A text that `check` accepts; may be absent.
  template <class Check>
  [[nodiscard]] Result<std::string> checked(std::string_view key, Check check) const {
    ENTENTE_TRY(std::string value, text(key));
    if (value.empty()) return value;
    if (const std::optional<Fault> fault = check(value))
      return source_.wrong(node(key)->source(), name(key) + ": " + fault->what, fault->hint);
    return value;
  }
  template <class Check>
  [[nodiscard]] Result<std::string> required(std::string_view key, Check check) const {
    ENTENTE_CHECK(required(key));
    return checked(key, check);
  }
  // A required text of a closed list.
  [[nodiscard]] Result<std::string> one_of(std::string_view key, std::span<const std::string_view> known) const {
    ENTENTE_TRY(std::string value, required(key));
    ENTENTE_CHECK(member(key, value, node(key)->source(), known));
    return value;
  }
  [[nodiscard]] Result<void> member(std::string_view key, std::string_view value, const toml::source_region& place,
                                    std::span<const std::string_view> known) const {
    if (std::find(known.begin(), known.end(), value) != known.end()) return {};
    const auto close = nearest(value, known, 1);
    return source_.wrong(place, "unknown value \"" + printable(value, 80) + "\" of " + name(key),
                         (close.empty() ? "one of: " : "did you mean \"" + std::string(close[0]) + "\"? One of: ") + join_or(known));
  }
  [[nodiscard]] Result<const toml::array*> array(std::string_view key, std::string_view of) const {
    const toml::node* n = node(key);
    if (n == nullptr) return nullptr;
    const toml::array* values = n->as_array();
    if (values == nullptr)
      return source_.wrong(n->source(), name(key) + " is " + std::string(type_name(*n)) + ", not an array of " + std::string(of));
    if (values->size() > kMaxEntries)
      return source_.wrong(n->source(), name(key) + " has more than " + std::to_string(kMaxEntries) + " entries", "split the organisation");
    return values;
  }
  // An array of distinct strings; each is given to `check(value, place)`.
  template <class Check>
  [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view key, Check check) const {
    std::vector<std::string> out;
    std::set<std::string> seen;
    ENTENTE_TRY(const toml::array* const values, array(key, "strings"));
    if (values == nullptr) return out;
    for (const toml::node& n : *values) {
      const auto* value = n.as_string();
      if (value == nullptr)
        return source_.wrong(n.source(), "an entry of " + name(key) + " is " + std::string(type_name(n)) + ", not a string");
      ENTENTE_CHECK(check(value->get(), n.source()));
      if (!seen.insert(value->get()).second)
        return source_.wrong(n.source(), "\"" + printable(value->get(), 80) + "\" stands twice in " + name(key), "remove one of the two");
      out.push_back(value->get());
    }
    return out;
  }
  // The tables of [[key]].
  [[nodiscard]] Result<std::vector<Table>> tables(std::string_view key) const {
    std::vector<Table> out;
    const std::string label = "[[" + std::string(key) + "]]";
    ENTENTE_TRY(const toml::array* const values, array(key, "tables: write " + label));
    if (values == nullptr) return out;
    for (const toml::node& n : *values) {
      if (n.as_table() == nullptr)
        return source_.wrong(n.source(), "an entry of " + name(key) + " is " + std::string(type_name(n)) + ", not a table",
                             "write " + label);
      out.emplace_back(source_, *n.as_table(), label);
    }
    return out;
  }
  [[nodiscard]] std::string name(std::string_view key) const { return "\"" + std::string(key) + "\" of " + label_; }

 private:
  const Source& source_;
  const toml::table& table_;
  std::string label_;
};

auto line_of(std::size_t max) {
  return [max](std::string_view v) { return check_line(v, max); };
}

// A TOML date, or the same as a string.
Result<Instant> day(const Table& table, std::string_view key) {
  const toml::node* n = table.node(key);
  if (n == nullptr)
    return table.source().wrong(table.region(), table.name(key) + " is missing", "add  " + std::string(key) + " = 2026-10-01");
  std::string text;
  if (const auto* value = n->as_date()) {
    const toml::date d = value->get();
    text = fmt::format("{:04}-{:02}-{:02}", d.year, d.month, d.day);
  } else if (const auto* string = n->as_string()) {
    text = string->get();
  }
  const auto parsed = parse_date(text);
  if (!parsed) return table.source().wrong(n->source(), table.name(key) + " is not a date", "write a date without a time: 2026-10-01");
  return *parsed;
}

// A TOML date or offset date-time, or the same as a string.
Result<std::optional<Instant>> instant(const Table& table, std::string_view key) {
  const toml::node* n = table.node(key);
  if (n == nullptr) return std::nullopt;
  const std::string hint = "write 2026-10-01T09:30:00Z, with Z or an offset, or a date: 2026-10-01";
  std::string text;
  if (const auto* value = n->as_date_time()) {
    const toml::date_time t = value->get();
    if (!t.offset) return table.source().wrong(n->source(), table.name(key) + " has no offset from UTC", hint);
    const int minutes = t.offset->minutes;
    text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}{}{:02}:{:02}", t.date.year, t.date.month, t.date.day, t.time.hour,
                       t.time.minute, t.time.second, t.time.nanosecond / 1000, minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                       std::abs(minutes) % 60);
  } else if (const auto* date = n->as_date()) {
    text = fmt::format("{:04}-{:02}-{:02}", date->get().year, date->get().month, date->get().day);
  } else if (const auto* string = n->as_string()) {
    text = string->get();
  }
  const auto parsed = parse_time_or_date(text);
  if (!parsed) return table.source().wrong(n->source(), table.name(key) + " is not a time", hint);
  return *parsed;
}

Result<ControlId> control_id(const Table& table) {
  ENTENTE_TRY(const std::string text, table.required("control"));
  const auto id = ControlId::parse(text);
  if (!id) return table.source().wrong(table.node("control")->source(), id.error().what, id.error().hint + "; entente controls lists them");
  return *id;
}

Result<std::vector<std::uint32_t>> asns(const Table& root) {
  std::vector<std::uint32_t> out;
  std::set<std::int64_t> seen;
  ENTENTE_TRY(const toml::array* const values, root.array("asns", "integers"));
  if (values == nullptr) return out;
  for (const toml::node& n : *values) {
    const auto* value = n.as_integer();
    if (value == nullptr)
      return root.source().wrong(n.source(), "an entry of " + root.name("asns") + " is " + std::string(type_name(n)) + ", not an integer",
                                 "write the number alone: asns = [64496]");
    if (const auto fault = check_asn(value->get())) return root.source().wrong(n.source(), fault->what, fault->hint);
    if (!seen.insert(value->get()).second)
      return root.source().wrong(n.source(), std::to_string(value->get()) + " stands twice in " + root.name("asns"),
                                 "remove one of the two");
    out.push_back(static_cast<std::uint32_t>(value->get()));
  }
  return out;
}

Result<std::vector<EvidenceSource>> evidence(const Table& root) {
  constexpr std::array<std::string_view, 4> keys = {"kind", "path", "source", "collected_at"};
  std::vector<EvidenceSource> out;
  std::set<std::pair<std::string, std::string>> seen;
  ENTENTE_TRY(const std::vector<Table> tables, root.tables("evidence"));
  for (const Table& table : tables) {
    ENTENTE_CHECK(table.only(keys));
    EvidenceSource e;
    ENTENTE_TRY(e.kind, table.required("kind", check_kind));
    ENTENTE_TRY(e.path, table.required("path", [](std::string_view v) { return check_path(v, Wildcards::last_segment); }));
    ENTENTE_TRY(e.source, table.checked("source", line_of(2'048)));
    ENTENTE_TRY(e.collected_at, instant(table, "collected_at"));
    if (!seen.emplace(e.kind, e.path).second)
      return table.source().wrong(table.node("path")->source(),
                                  "the evidence " + e.kind + " at \"" + printable(e.path, 80) + "\" is listed twice",
                                  "remove one of the two");
    out.push_back(std::move(e));
  }
  return out;
}

Result<std::vector<Product>> products(const Table& root, const std::vector<EvidenceSource>& evidence) {
  constexpr std::array<std::string_view, 3> keys = {"name", "version", "sboms"};
  std::vector<Product> out;
  std::set<std::string> seen;
  ENTENTE_TRY(const std::vector<Table> tables, root.tables("product"));
  for (const Table& table : tables) {
    ENTENTE_CHECK(table.only(keys));
    Product p;
    ENTENTE_TRY(p.name, table.required("name", line_of(kMaxName)));
    ENTENTE_TRY(p.version, table.checked("version", line_of(kMaxName)));
    const auto known = [&](const std::string& path, const toml::source_region& place) -> Result<void> {
      if (const auto fault = check_path(path, Wildcards::last_segment)) return table.source().wrong(place, fault->what, fault->hint);
      for (const EvidenceSource& e : evidence)
        if (e.path == path || path_matches(e.path, path)) return {};
      return table.source().wrong(place, "no [[evidence]] has the path \"" + printable(path, 80) + "\"",
                                  "list the SBOM as [[evidence]] too, under the same path");
    };
    ENTENTE_TRY(p.sboms, table.texts("sboms", known));
    if (!seen.insert(p.name).second)
      return table.source().wrong(table.node("name")->source(), "two products are called \"" + printable(p.name, 80) + "\"",
                                  "give each [[product]] a name of its own");
    out.push_back(std::move(p));
  }
  return out;
}

// `text` or `file`: exactly one of the two.
Result<void> attested_content(const Table& table, Attestation& a) {
  const toml::node* text = table.node("text");
  const toml::node* file = table.node("file");
  const std::string hint = "give either  text = \"what is attested\"  or  file = \"sha256:<64 hex digits>\"";
  if (text != nullptr && file != nullptr) return table.source().wrong(file->source(), "an [[attestation]] has both text and file", hint);
  if (text == nullptr && file == nullptr) return table.source().wrong(table.region(), "an [[attestation]] has neither text nor file", hint);
  ENTENTE_TRY(a.text, table.checked("text", [](std::string_view v) { return check_paragraph(v, kMaxText); }));
  ENTENTE_TRY(const std::string digest, table.text("file"));
  if (!digest.empty()) {
    const auto parsed = Digest::from_hex(digest.starts_with("sha256:") ? std::string_view(digest).substr(7) : std::string_view());
    if (!parsed)
      return table.source().wrong(
          file->source(), table.name("file") + " is not a SHA-256 digest",
          "write  file = \"sha256:<64 lower-case hex digits>\"  (sha256sum prints them); the path goes to file_path");
    a.file = *parsed;
  }
  ENTENTE_TRY(a.file_path, table.checked("file_path", [](std::string_view v) { return check_path(v, Wildcards::forbidden); }));
  if (!a.file_path.empty() && !a.file)
    return table.source().wrong(table.node("file_path")->source(), "an [[attestation]] has a file_path but no file",
                                "add the file's digest: file = \"sha256:…\"");
  return {};
}

Result<std::vector<Attestation>> attestations(const Table& root) {
  constexpr std::array<std::string_view, 8> keys = {"control", "text", "file", "file_path", "attester", "date", "claims", "signature"};
  constexpr std::array<std::string_view, 2> claims = {"satisfied", "partial"};
  std::vector<Attestation> out;
  ENTENTE_TRY(const std::vector<Table> tables, root.tables("attestation"));
  for (const Table& table : tables) {
    ENTENTE_CHECK(table.only(keys));
    Attestation a;
    ENTENTE_TRY(a.control, control_id(table));
    ENTENTE_CHECK(attested_content(table, a));
    ENTENTE_TRY(a.attester, table.checked("attester", check_vkey));
    ENTENTE_TRY(a.date, day(table, "date"));
    if (table.node("claims") != nullptr) {
      ENTENTE_TRY(const std::string claim, table.one_of("claims", claims));
      a.claims = *parse_status(claim);
    }
    ENTENTE_TRY(a.signature, table.checked("signature", check_signature));
    if (!a.signature.empty() && a.attester.empty())
      return table.source().wrong(table.node("signature")->source(), "an [[attestation]] has a signature but no attester",
                                  "add the signer's verifier key: attester = \"name+hex+base64\"");
    out.push_back(std::move(a));
  }
  return out;
}

Result<std::vector<NotApplicable>> not_applicable(const Table& root, const std::vector<Attestation>& attestations) {
  constexpr std::array<std::string_view, 2> keys = {"control", "reason"};
  std::vector<NotApplicable> out;
  std::set<ControlId> seen;
  ENTENTE_TRY(const std::vector<Table> tables, root.tables("not_applicable"));
  for (const Table& table : tables) {
    ENTENTE_CHECK(table.only(keys));
    NotApplicable n;
    ENTENTE_TRY(n.control, control_id(table));
    ENTENTE_TRY(n.reason, table.required("reason", [](std::string_view v) { return check_paragraph(v, kMaxReason); }));
    const auto& place = table.node("control")->source();
    if (!seen.insert(n.control).second)
      return table.source().wrong(place, n.control.str() + " is not applicable twice", "remove one of the two");
    if (std::any_of(attestations.begin(), attestations.end(), [&](const Attestation& a) { return a.control == n.control; }))
      return table.source().wrong(place, n.control.str() + " is called not applicable, and an [[attestation]] is given for it",
                                  "keep one of the two");
    out.push_back(std::move(n));
  }
  return out;
}

Result<Profile> read_profile(const Table& root) {
  constexpr std::array<std::string_view, 11> keys = {"name", "id",      "category", "country",     "roles",         "domains",
                                                     "asns", "product", "evidence", "attestation", "not_applicable"};
  ENTENTE_CHECK(root.only(keys));
  Profile p;
  ENTENTE_TRY(p.name, root.required("name", line_of(kMaxName)));
  ENTENTE_TRY(p.id, root.required("id", check_slug));
  ENTENTE_TRY(p.category, root.one_of("category", known_categories()));
  ENTENTE_TRY(p.country, root.checked("country", check_country));
  if (root.node("roles") == nullptr)
    return root.source().wrong(
        root.region(), "the profile has no roles",
        "add  roles = [\"software-producer\"]; they decide which controls apply. Known roles: " + join_or(known_roles()));
  ENTENTE_TRY(p.roles, root.texts("roles", [&](const std::string& v, const toml::source_region& place) {
    return root.member("roles", v, place, known_roles());
  }));
  const auto roles = known_roles();
  if (std::find(roles.begin(), roles.end(), p.category) != roles.end() &&
      std::find(p.roles.begin(), p.roles.end(), p.category) == p.roles.end())
    p.roles.push_back(p.category);
  const auto domain = [&](const std::string& v, const toml::source_region& place) -> Result<void> {
    if (const auto fault = check_domain(v)) return root.source().wrong(place, fault->what, fault->hint);
    return {};
  };
  ENTENTE_TRY(p.domains, root.texts("domains", domain));
  ENTENTE_TRY(p.asns, asns(root));
  ENTENTE_TRY(p.evidence, evidence(root));
  ENTENTE_TRY(p.products, products(root, p.evidence));
  ENTENTE_TRY(p.attestations, attestations(root));
  ENTENTE_TRY(p.not_applicable, not_applicable(root, p.attestations));
  return p;
}

// The offset of a line that looks like the start of a table but has no key: what toml++ asserts about. For the place in a message.
std::size_t keyless_header(std::string_view toml) {
  for (std::size_t start = 0; start < toml.size(); start = std::min(toml.find('\n', start), toml.size() - 1) + 1) {
    std::size_t at = std::min(toml.find_first_not_of(" \t", start), toml.size());
    if (at == toml.size() || toml[at] != '[') continue;
    at += toml.substr(at, 2) == "[[" ? 2 : 1;
    at = std::min(toml.find_first_not_of(" \t", at), toml.size());
    if (at == toml.size()) break;
    const auto c = static_cast<unsigned char>(toml[at]);
    if (std::isalnum(c) == 0 && c != '_' && c != '-' && c != '"' && c != '\'') return at;
  }
  return 0;
}

Where place_of(std::string_view toml, std::size_t offset, const std::string& name) {
  const std::string_view before = toml.substr(0, offset);
  const std::size_t start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  return {.file = name,
          .line = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          .column = offset - start + 1,
          .offset = offset};
}

Result<toml::table> parse_toml(const Source& source) {
  try {
    toml::parse_result parsed = toml::parse(source.text);
    if (parsed) return std::move(parsed).table();
    return source.wrong(parsed.error().source(), "not TOML: " + printable(parsed.error().description(), 300),
                        "see https://toml.io/en/v1.0.0");
  } catch (const TomlInvariantBroken&) {
    return fail("not TOML: a table without a key", place_of(source.text, keyless_header(source.text), source.name),
                "write [[evidence]], or see https://toml.io/en/v1.0.0");
  }
}

}  // namespace

Result<Profile> Profile::parse(std::string_view toml, std::string name) {
  const Source source{toml, name};
  if (toml.size() > kMaxProfileBytes)
    return fail("the profile is larger than " + std::to_string(kMaxProfileBytes >> 20) + " MiB", {.file = name},
                "evidence belongs into files that the profile names");
  if (!is_valid_utf8(toml)) return fail("the profile is not UTF-8 text", {.file = name}, "save it as UTF-8");
  if (const auto trap = find_trap(toml)) return fail(trap->fault.what, place_of(toml, trap->offset, name), trap->fault.hint);
  ENTENTE_TRY(const toml::table table, parse_toml(source));
  return read_profile(Table(source, table, "the profile"));
}

std::string attestation_message(const Profile& profile, const Attestation& attestation) {
  const Digest content = attestation.file ? *attestation.file : sha256(attestation.text);
  std::string out = "entente-attestation/v1\n";
  out += "organisation: " + profile.id + "\n";
  out += "control: " + attestation.control.str() + "\n";
  out += "claims: " + std::string(to_string(attestation.claims)) + "\n";
  out += "date: " + format_date(attestation.date) + "\n";
  out += "content: " + content.str() + "\n";
  out += "attester: " + attestation.attester.substr(0, attestation.attester.find('+')) + "\n";
  return out;
}

}  // namespace entente::catalog
