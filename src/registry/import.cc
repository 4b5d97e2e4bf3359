// Judging what the readers found. Each field of a record is taken if it says one thing for certain; else it stays empty, the source's own
// words are kept, and a defect tells why. Ids are given last, over all records, so that they do not depend on the order of the files.
#include "registry/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/ascii.h"
#include "core/file.h"
#include "core/time.h"
#include "core/utf8.h"
#include "registry/identifiers.h"
#include "registry/import_readers.h"
#include "registry/names.h"

namespace entente::registry {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCallDay = "2018-11-12";
constexpr std::size_t kMaxKeptValue = 1000;  // bytes; the schema counts characters, of which there are never more
constexpr std::size_t kMaxSourceId = 300, kMaxSourceFile = 400;
constexpr std::size_t kMaxKeptValues = 32, kMaxListed = 20, kMaxListedBytes = 200;

// --- what a file name says ---

// "name-category-COUNTRY", the official site's file names.
struct FileNameParts {
  std::string_view category, country;
};
std::optional<FileNameParts> file_name_parts(std::string_view id) {
  const std::size_t dash = id.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view rest = id.substr(0, dash);
  for (const std::string_view category : {"state", "public-authority", "private-sector", "civil-society", "intergovernmental", "undefined"})
    if (rest.size() > category.size() + 1 && rest.ends_with(category) && rest[rest.size() - category.size() - 1] == '-')
      return FileNameParts{category, id.substr(dash + 1)};
  return std::nullopt;
}

// Whether the list names its records that way: then one that does not disagrees with its own list.
bool uses_file_names(const std::vector<RawRecord>& records) {
  const auto fits = std::ranges::count_if(records, [](const RawRecord& r) { return file_name_parts(r.id).has_value(); });
  return static_cast<std::size_t>(fits) * 2 > records.size();
}

// --- one record ---

std::string kept_value(std::string_view text, std::size_t most = kMaxKeptValue) {
  std::string out;
  if (is_valid_utf8(text))
    out = text;
  else
    for (const char c : text) out += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : std::string("\uFFFD");
  if (out.size() <= most) return out;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
  return out.substr(0, end);
}

constexpr std::array<DefectCode, 16> kNameDefects = {
    DefectCode::name_white_space, DefectCode::name_mark,         DefectCode::name_escaped_quote, DefectCode::name_html_entity,
    DefectCode::name_control,     DefectCode::name_bidi,         DefectCode::name_invisible,     DefectCode::name_not_nfc,
    DefectCode::name_too_long,    DefectCode::name_not_utf8,     DefectCode::name_damaged,       DefectCode::name_markup,
    DefectCode::name_quote,       DefectCode::name_mixed_script, DefectCode::name_missing,       DefectCode::count_};

class RecordJudge {
 public:
  RecordJudge(RawRecord& raw, const CodeLists& lists, const ImportOptions& options) : raw_(raw), lists_(lists), options_(options) {}

  ImportRecord judged(bool file_names) {
    out_.source_id = kept_value(raw_.id, kMaxSourceId);
    out_.file = kept_value(raw_.file, kMaxSourceFile);
    out_.line = raw_.line;
    out_.pointer = raw_.pointer;
    out_.defects = std::move(raw_.defects);
    take_names();
    take_category();
    take_nature();
    take_country();
    take_dates();
    take_website();
    take_identifiers();
    take_lists();
    if (file_names) check_file_name();
    if (const RawField* row = field("row")) keep("row", row->value);
    std::ranges::stable_sort(out_.defects, {}, &Defect::code);
    return std::move(out_);
  }

 private:
  const RawField* field(const std::string& name) const {
    const auto it = raw_.fields.find(name);
    return it == raw_.fields.end() ? nullptr : &it->second;
  }
  void keep(const std::string& name, std::string_view value) {
    if (!value.empty() && out_.values.size() < kMaxKeptValues) out_.values.emplace(name, kept_value(value));
  }
  void add(DefectCode code, std::string name, const RawField* at, std::string detail = {}) {
    out_.defects.push_back({code, std::move(name), at ? kept_value(at->value) : "", std::move(detail), at ? at->line : 0});
  }

  std::string take_name(const std::string& name, const RawField& raw) {
    CleanName clean = clean_name(raw.value);
    for (const auto& found : clean.found) add(kNameDefects[static_cast<std::size_t>(found.issue)], name, &raw, found.detail);
    if (clean.text != raw.value) keep(name, raw.value);
    return std::move(clean.text);
  }
  void take_names() {
    if (const RawField* raw = field("name"))
      out_.who.name = take_name("name", *raw);
    else
      add(DefectCode::name_missing, "name", nullptr);
    for (const auto& [key, raw] : raw_.fields)
      if (key.size() == 7 && key.starts_with("name_"))
        if (std::string text = take_name(key, raw); !text.empty()) out_.who.names.emplace(key.substr(5), std::move(text));
  }

  void take_category() {
    const RawField* raw = field("category");
    if (raw == nullptr || lists_.categories.says_nothing(raw->value)) {
      if (raw != nullptr) keep("category", raw->value);
      return add(DefectCode::category_missing, "category", raw);
    }
    const CodeName* found = lists_.categories.match(raw->value);
    if (found == nullptr || found->code != raw->value) keep("category", raw->value);
    if (found == nullptr) return add(DefectCode::category_unknown, "category", raw);
    out_.who.category = category_from(found->code);
  }

  void take_nature() {
    const RawField* raw = field("nature");
    if (raw == nullptr) raw = field("nature_given");
    if (raw == nullptr || lists_.natures.says_nothing(raw->value)) {
      if (raw != nullptr) keep("nature", raw->value);
      return add(DefectCode::nature_missing, "nature", raw);
    }
    if (raw->value.starts_with(' ') || raw->value.ends_with(' ') || raw->value.find("\u00A0") != std::string::npos)
      add(DefectCode::nature_white_space, "nature", raw);
    const CodeName* found = lists_.natures.match(raw->value);
    if (found == nullptr || found->code != raw->value) keep("nature", raw->value);
    if (found == nullptr) return add(DefectCode::nature_unknown, "nature", raw);
    out_.who.nature = found->code;
    const std::string text = trimmed(raw->value);
    if (found->label)
      add(DefectCode::nature_label, "nature", raw);
    else if (text != found->code && lower(text) != lower(found->en) && text != found->fr)
      add(DefectCode::nature_spelling, "nature", raw, fmt::format("the code list has \"{}\"", found->fr));
    if (found->code == "international-organisation" && out_.who.category != Category::intergovernmental)
      add(DefectCode::category_international, "category", field("category"));
  }

  static std::string trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return std::string(text);
  }

  void take_country() {
    const RawField* source = field("country");
    const RawField* given = field("country_given");
    if (source == nullptr) source = std::exchange(given, nullptr);
    if (source == nullptr) return add(DefectCode::country_missing, "country", nullptr);
    const CountryFound found = lists_.countries.resolve(source->value, options_.country_list);
    add_country_defect(found, *source);
    out_.who.country = found.code;
    if (given != nullptr) settle_given(found, *source, *given);
    if (out_.who.country != source->value) keep("country", source->value);
    if (out_.who.category == Category::state) settle_state(found, *source);
  }
  void add_country_defect(const CountryFound& found, const RawField& raw) {
    switch (found.match) {
      case CountryMatch::code: return;
      case CountryMatch::other_form: return add(DefectCode::country_form, "country", &raw, found.because);
      case CountryMatch::user_assigned: return add(DefectCode::country_user_assigned, "country", &raw, found.because);
      case CountryMatch::alias:
        return add(DefectCode::country_not_iso, "country", &raw, fmt::format("means {}: {}", found.code, found.because));
      case CountryMatch::ambiguous:
        return add(DefectCode::country_ambiguous, "country", &raw,
                   fmt::format("{}: {}", fmt::join(found.candidates, " or "), found.because));
      case CountryMatch::withdrawn: return add(DefectCode::country_withdrawn, "country", &raw, found.because);
      case CountryMatch::no_country: return add(DefectCode::country_none, "country", &raw, found.because);
      case CountryMatch::unknown: return add(DefectCode::country_unknown, "country", &raw);
    }
  }
  // The list has a second field for the country, which somebody filled with the first before him: it may decide what the first leaves open,
  // and where the two differ it counts, and is told of.
  void settle_given(const CountryFound& source, const RawField& raw, const RawField& given) {
    const CountryFound second = lists_.countries.resolve(given.value);
    if (second.code.empty() || second.code == source.code) return;
    const bool open =
        source.match == CountryMatch::ambiguous && std::ranges::find(source.candidates, second.code) != source.candidates.end();
    out_.who.country = second.code;
    keep("country_given", given.value);
    if (!open) add(DefectCode::country_disagrees, "country", &given, fmt::format("the other field says {}", printable(raw.value, 40)));
  }
  void settle_state(const CountryFound& source, const RawField& raw) {
    const std::string named = lists_.countries.by_name(out_.who.name);
    if (named.empty() || named == out_.who.country) return;
    if (out_.who.country.empty() && source.match == CountryMatch::ambiguous &&
        std::ranges::find(source.candidates, named) != source.candidates.end())
      out_.who.country = named;
    else if (!out_.who.country.empty())
      add(DefectCode::state_name_disagrees, "country", &raw, fmt::format("\"{}\" is {}", out_.who.name, named));
  }

  // A day as YYYY-MM-DD, or empty with a defect.
  std::string day(const std::string& name) {
    const RawField* raw = field(name);
    if (raw == nullptr || trimmed(raw->value).empty()) return {};
    std::string text = trimmed(raw->value);
    if (text.size() == 10 && parse_date(text)) return text;
    keep(name, raw->value);
    add(DefectCode::date_malformed, name, raw);
    return {};
  }
  void take_dates() {
    out_.dates.signed_on = day("date_signed");
    if (out_.dates.signed_on.empty()) add(DefectCode::date_signed_missing, "date_signed", nullptr);
    const std::string published = day("first_published");
    const RawField* precision = field("date_precision");
    const std::string kind = precision == nullptr ? "published" : trimmed(precision->value);
    if (kind == "published" || kind == "signed")
      out_.dates.published_on = published;
    else if (kind == "import-upper-bound")
      out_.dates.signed_no_later_than = published;
    else if (!published.empty()) {
      keep("first_published", published);
      keep("date_precision", precision->value);
      add(DefectCode::date_kind_unknown, "date_precision", precision);
    }
    for (const auto& [key, raw] : raw_.fields) {
      if (!key.starts_with("?")) continue;
      keep(key.substr(1), raw.value);
      add(DefectCode::date_kind_unknown, key.substr(1), &raw);
    }
    const RawField* at = field("date_signed");
    if (!out_.dates.signed_on.empty() && !out_.dates.published_on.empty() && out_.dates.signed_on > out_.dates.published_on)
      add(DefectCode::date_order, "date_signed", at, fmt::format("the record appeared on {}", out_.dates.published_on));
    if (!out_.dates.signed_on.empty() && out_.dates.signed_on < kCallDay) add(DefectCode::date_before_call, "date_signed", at);
  }

  void take_website() {
    const RawField* raw = field("website");
    const std::string text = raw == nullptr ? "" : trimmed(raw->value);
    if (text.empty()) return add(DefectCode::website_missing, "website", nullptr);
    auto host = parse_website(text);
    if (!host || *host != raw->value) keep("website", raw->value);
    if (!host) return add(DefectCode::website_malformed, "website", raw, host.error().what);
    out_.who.website = std::move(*host);
    if (lower(text).starts_with("http://")) add(DefectCode::website_insecure, "website", raw);
    if (is_shared_host(out_.who.website)) add(DefectCode::website_shared_host, "website", raw);
  }

  void take_identifier(const std::string& name, std::string& into, Result<std::string> (*parse)(std::string_view), DefectCode code) {
    const RawField* raw = field(name);
    if (raw == nullptr || trimmed(raw->value).empty()) return;
    auto parsed = parse(trimmed(raw->value));
    if (!parsed || *parsed != raw->value) keep(name, raw->value);
    if (!parsed) return add(code, name, raw, parsed.error().what);
    into = std::move(*parsed);
  }
  void take_identifiers() {
    take_identifier("lei", out_.who.lei, parse_lei, DefectCode::lei_invalid);
    take_identifier("ror", out_.who.ror, parse_ror, DefectCode::ror_invalid);
    take_identifier("wikidata", out_.who.wikidata, parse_wikidata, DefectCode::wikidata_invalid);
    if (const RawField* raw = field("register_number")) out_.who.register_number = kept_value(trimmed(raw->value), 100);
  }

  void take_lists() {
    for (const std::string& former : raw_.former_names)
      if (CleanName clean = clean_name(former); !clean.text.empty() && out_.former_names.size() < kMaxListed)
        out_.former_names.push_back(std::move(clean.text));
    for (const std::string& membership : raw_.memberships)
      if (CleanName clean = clean_name(membership);
          !clean.text.empty() && clean.text.size() <= kMaxListedBytes && out_.memberships.size() < kMaxListed)
        out_.memberships.push_back(std::move(clean.text));
  }

  void check_file_name() {
    const auto value = [&](const char* name) {
      const RawField* raw = field(name);
      return raw == nullptr ? std::string() : trimmed(raw->value);
    };
    const auto parts = file_name_parts(raw_.id);
    const RawField id{raw_.id, raw_.line};
    if (!parts) return add(DefectCode::file_name_disagrees, "id", &id, "it names no category and country as the others do");
    std::string category = value("category"), country = field("country") ? value("country") : value("country_given");
    if (lists_.categories.says_nothing(category)) category = "undefined";
    const std::string_view stated = parts->country == "undefined" ? std::string_view() : parts->country;
    if (category != parts->category)
      add(DefectCode::file_name_disagrees, "category", &id, fmt::format("the record says {}", printable(category, 80)));
    else if (country != stated)
      add(DefectCode::file_name_disagrees, "country", &id,
          fmt::format("the record says {}", country.empty() ? "none" : printable(country, 80)));
  }

  RawRecord& raw_;
  const CodeLists& lists_;
  const ImportOptions& options_;
  ImportRecord out_;
};

// --- whole lists ---

void note_repeated_ids(std::vector<RawRecord>& records) {
  std::unordered_map<std::string, std::size_t> times;
  for (const RawRecord& record : records) ++times[record.id];
  for (RawRecord& record : records)
    if (!record.id.empty() && times[record.id] > 1)
      record.defects.push_back({DefectCode::source_id_repeated, "id", kept_value(record.id), {}, record.line});
}

void give_ids(std::vector<ImportRecord>& records, const std::set<std::string>& taken) {
  std::vector<std::string> keys;
  std::vector<IdRequest> requests;
  keys.reserve(records.size());
  for (const ImportRecord& record : records)
    keys.push_back(record.source_id.empty() ? record.who.name + "\n" + record.who.country : record.source_id);
  for (std::size_t i = 0; i < records.size(); ++i)
    requests.push_back({records[i].who.name.empty() ? records[i].source_id : records[i].who.name, keys[i]});
  std::vector<std::string> ids = assign_ids(requests, taken);
  for (std::size_t i = 0; i < records.size(); ++i) records[i].who.id = std::move(ids[i]);
  std::ranges::sort(records, {}, [](const ImportRecord& r) -> const std::string& { return r.who.id; });
}

Result<RawSource> read_import_folder(const fs::path& folder, Import& import) {
  std::error_code ec;
  const fs::path root = fs::is_directory(folder / "_supporters", ec) ? folder / "_supporters" : folder;
  ENTENTE_TRY(const std::vector<std::string> paths, list_files(root, kMaxImportRecords));
  RawSource out;
  for (const std::string& path : paths) {
    if (!path.ends_with(".md") || path == "README.md") continue;
    ENTENTE_TRY(const std::string text, read_file(root / path, kMaxImportFileBytes));
    import.files.push_back({path, sha256(text)});
    out.records.push_back(read_front_matter(text, path));
  }
  if (out.records.empty())
    return fail("no Markdown files", {.file = root.string()}, "a folder of supporters holds one .md file a supporter");
  return out;
}

Result<RawSource> read_import_source(const fs::path& path, Import& import) {
  std::error_code ec;
  if (fs::is_directory(path, ec)) {
    import.format = SourceFormat::front_matter;
    return read_import_folder(path, import);
  }
  if (!fs::exists(path, ec)) return fail("no such file or folder", {.file = path.string()});
  const std::string extension = lower(path.extension().string());
  if (extension != ".csv" && extension != ".json")
    return fail("not a list of supporters", {.file = path.string()}, "give a folder of Markdown files, a .csv or a .json file");
  ENTENTE_TRY(const std::string text, read_file(path, kMaxImportFileBytes));
  import.files.push_back({path.filename().string(), sha256(text)});
  import.format = extension == ".csv" ? SourceFormat::csv : SourceFormat::json;
  return extension == ".csv" ? read_csv(text, path.filename().string()) : read_json_list(text, path.filename().string());
}

}  // namespace

std::string_view name(SourceFormat format) {
  return format == SourceFormat::front_matter ? "front-matter" : format == SourceFormat::csv ? "csv" : "json";
}

Result<CodeLists> CodeLists::load(const DataSet& data) {
  ENTENTE_TRY(Countries countries, Countries::load(data));
  ENTENTE_TRY(CodeList natures, load_natures(data));
  ENTENTE_TRY(CodeList categories, load_categories(data));
  return CodeLists{std::move(countries), std::move(natures), std::move(categories)};
}

Result<Import> read_import(const fs::path& path, const CodeLists& lists, const ImportOptions& options) {
  if (!options.country_list.empty() && !lists.countries.knows_list(options.country_list))
    return fail(fmt::format("no list of countries \"{}\" is known", printable(options.country_list, 80)), {},
                fmt::format("known: {}", fmt::join(lists.countries.lists(), ", ")));
  Import out;
  ENTENTE_TRY(RawSource source, read_import_source(path, out));
  if (source.records.size() > kMaxImportRecords) return fail("more than a million records", {.file = path.string()});
  std::string sums;
  for (const SourceFile& file : out.files) sums += fmt::format("{}  {}\n", file.sha256.hex(), file.path);
  out.digest = sha256(sums);
  out.source = std::move(source.name);
  out.commit = std::move(source.commit);
  note_repeated_ids(source.records);
  const bool file_names = uses_file_names(source.records);
  out.records.reserve(source.records.size());
  for (RawRecord& raw : source.records) out.records.push_back(RecordJudge(raw, lists, options).judged(file_names));
  give_ids(out.records, options.taken_ids);
  std::vector<Candidate> candidates;
  candidates.reserve(out.records.size());
  for (const ImportRecord& record : out.records) candidates.push_back({&record.who, record.former_names});
  out.duplicates = suggest_duplicates(candidates, lists.countries);
  return out;
}

}  // namespace entente::registry
