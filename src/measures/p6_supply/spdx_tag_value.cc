// SPDX's tag-value form written as its JSON form (SPDX 2.3, clause 4.4 and the tags of clauses 6 to 12). One pass splits the text into tags
// and puts each into the record it belongs to: a package, file, snippet … begins with its own first tag and takes what follows, while the
// document's and the creation's tags are known by their names wherever they stand. Then the records are written out, kind by kind.
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "core/utf8.h"
#include "measures/p6_supply/sbom_form.h"

namespace entente::measures::p6_supply {

namespace {

enum class TagOwner : std::uint8_t { document, creation, package, file, snippet, licence, relationship, annotation, review, current };
enum class TagKind : std::uint8_t {
  text,
  list,  // all of a record's values of the tag make one list
  truth,
  checksum,
  verification_code,
  external_reference,
  external_document,
  byte_range,
  line_range,
  relationship,
  comment  // of the entry before it
};

struct TagRule {
  std::string_view tag;
  std::string_view member;  // of the JSON form
  TagOwner owner;
  TagKind kind = TagKind::text;
  bool begins = false;  // a new record
};

constexpr std::array<TagRule, 79> kTagRules{{
    {"SPDXVersion", "spdxVersion", TagOwner::document},
    {"DataLicense", "dataLicense", TagOwner::document},
    {"DocumentName", "name", TagOwner::document},
    {"DocumentNamespace", "documentNamespace", TagOwner::document},
    {"DocumentComment", "comment", TagOwner::document},
    {"ExternalDocumentRef", "externalDocumentRefs", TagOwner::document, TagKind::external_document},
    {"Creator", "creators", TagOwner::creation, TagKind::list},
    {"Created", "created", TagOwner::creation},
    {"CreatorComment", "comment", TagOwner::creation},
    {"LicenseListVersion", "licenseListVersion", TagOwner::creation},
    {"SPDXID", "SPDXID", TagOwner::current},
    {"PackageName", "name", TagOwner::package, TagKind::text, true},
    {"PackageVersion", "versionInfo", TagOwner::package},
    {"PackageFileName", "packageFileName", TagOwner::package},
    {"PackageSupplier", "supplier", TagOwner::package},
    {"PackageOriginator", "originator", TagOwner::package},
    {"PackageDownloadLocation", "downloadLocation", TagOwner::package},
    {"FilesAnalyzed", "filesAnalyzed", TagOwner::package, TagKind::truth},
    {"PackageVerificationCode", "packageVerificationCode", TagOwner::package, TagKind::verification_code},
    {"PackageChecksum", "checksums", TagOwner::package, TagKind::checksum},
    {"PackageHomePage", "homepage", TagOwner::package},
    {"PackageSourceInfo", "sourceInfo", TagOwner::package},
    {"PackageLicenseConcluded", "licenseConcluded", TagOwner::package},
    {"PackageLicenseInfoFromFiles", "licenseInfoFromFiles", TagOwner::package, TagKind::list},
    {"PackageLicenseDeclared", "licenseDeclared", TagOwner::package},
    {"PackageLicenseComments", "licenseComments", TagOwner::package},
    {"PackageCopyrightText", "copyrightText", TagOwner::package},
    {"PackageSummary", "summary", TagOwner::package},
    {"PackageDescription", "description", TagOwner::package},
    {"PackageComment", "comment", TagOwner::package},
    {"PackageAttributionText", "attributionTexts", TagOwner::package, TagKind::list},
    {"ExternalRef", "externalRefs", TagOwner::package, TagKind::external_reference},
    {"ExternalRefComment", "comment", TagOwner::package, TagKind::comment},
    {"PrimaryPackagePurpose", "primaryPackagePurpose", TagOwner::package},
    {"ReleaseDate", "releaseDate", TagOwner::package},
    {"BuiltDate", "builtDate", TagOwner::package},
    {"ValidUntilDate", "validUntilDate", TagOwner::package},
    {"FileName", "fileName", TagOwner::file, TagKind::text, true},
    {"FileType", "fileTypes", TagOwner::file, TagKind::list},
    {"FileChecksum", "checksums", TagOwner::file, TagKind::checksum},
    {"LicenseConcluded", "licenseConcluded", TagOwner::file},
    {"LicenseInfoInFile", "licenseInfoInFiles", TagOwner::file, TagKind::list},
    {"LicenseComments", "licenseComments", TagOwner::file},
    {"FileCopyrightText", "copyrightText", TagOwner::file},
    {"FileComment", "comment", TagOwner::file},
    {"FileNotice", "noticeText", TagOwner::file},
    {"FileContributor", "fileContributors", TagOwner::file, TagKind::list},
    {"FileAttributionText", "attributionTexts", TagOwner::file, TagKind::list},
    {"FileDependency", "fileDependencies", TagOwner::file, TagKind::list},
    {"SnippetSPDXID", "SPDXID", TagOwner::snippet, TagKind::text, true},
    {"SnippetSPDXIdentifier", "SPDXID", TagOwner::snippet, TagKind::text, true},
    {"SnippetFromFileSPDXID", "snippetFromFile", TagOwner::snippet},
    {"SnippetByteRange", "ranges", TagOwner::snippet, TagKind::byte_range},
    {"SnippetLineRange", "ranges", TagOwner::snippet, TagKind::line_range},
    {"SnippetLicenseConcluded", "licenseConcluded", TagOwner::snippet},
    {"LicenseInfoInSnippet", "licenseInfoInSnippets", TagOwner::snippet, TagKind::list},
    {"SnippetLicenseComments", "licenseComments", TagOwner::snippet},
    {"SnippetCopyrightText", "copyrightText", TagOwner::snippet},
    {"SnippetComment", "comment", TagOwner::snippet},
    {"SnippetName", "name", TagOwner::snippet},
    {"SnippetAttributionText", "attributionTexts", TagOwner::snippet, TagKind::list},
    {"LicenseID", "licenseId", TagOwner::licence, TagKind::text, true},
    {"ExtractedText", "extractedText", TagOwner::licence},
    {"LicenseName", "name", TagOwner::licence},
    {"LicenseCrossReference", "seeAlsos", TagOwner::licence, TagKind::list},
    {"LicenseComment", "comment", TagOwner::licence},
    {"Relationship", "", TagOwner::relationship, TagKind::relationship, true},
    {"RelationshipComment", "comment", TagOwner::relationship},
    {"Annotator", "annotator", TagOwner::annotation, TagKind::text, true},
    {"AnnotationDate", "annotationDate", TagOwner::annotation},
    {"AnnotationType", "annotationType", TagOwner::annotation},
    {"AnnotationComment", "comment", TagOwner::annotation},
    {"SPDXREF", "", TagOwner::annotation, TagKind::comment},
    {"Reviewer", "reviewer", TagOwner::review, TagKind::text, true},
    {"ReviewDate", "reviewDate", TagOwner::review},
    {"ReviewComment", "comment", TagOwner::review},
    // Deprecated since SPDX 2.1 and outside the JSON form's graph: read over.
    {"ArtifactOfProjectName", "", TagOwner::file, TagKind::comment},
    {"ArtifactOfProjectHomePage", "", TagOwner::file, TagKind::comment},
    {"ArtifactOfProjectURI", "", TagOwner::file, TagKind::comment},
}};

struct TagEntry {
  const TagRule* rule = nullptr;
  std::string_view value;
  std::uint64_t at = 0;  // of the tag
};
// Only the last record of a list takes further entries, so each record's entries (and files) lie together.
struct TagRecord {
  std::uint32_t first_entry = 0;
  std::uint32_t first_file = 0;
  std::uint64_t at = 0;
};
struct TagList {
  std::vector<TagRecord> records;
  std::vector<TagEntry> entries;
  std::vector<std::string_view> files;  // of packages: the SPDXIDs of the files that follow one

  [[nodiscard]] std::span<const TagEntry> entries_of(std::size_t record) const {
    const std::size_t end = record + 1 < records.size() ? records[record + 1].first_entry : entries.size();
    return std::span(entries).subspan(records[record].first_entry, end - records[record].first_entry);
  }
  [[nodiscard]] std::span<const std::string_view> files_of(std::size_t record) const {
    const std::size_t end = record + 1 < records.size() ? records[record + 1].first_file : files.size();
    return std::span(files).subspan(records[record].first_file, end - records[record].first_file);
  }
};

std::string_view tag_trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// The next word, taken off the front.
std::string_view next_word(std::string_view& text) {
  text = tag_trimmed(text);
  const std::string_view word = text.substr(0, std::min(text.find_first_of(" \t"), text.size()));
  text.remove_prefix(word.size());
  return word;
}

class TagValueText {
 public:
  TagValueText(std::string_view text, const std::string& name)
      : text_(text), name_(name), max_entries_(SizeBudget(text.size()).elements()), max_records_(SizeBudget(text.size()).components()) {}

  Result<void> read() {
    while (at_ < text_.size()) ENTENTE_CHECK(read_line());
    return {};
  }
  void write(JsonFormWriter& out) const;

 private:
  tl::unexpected<Error> bad(std::string what, std::size_t at, std::string hint = {}) const {
    return fail(std::move(what), where_in(text_, name_, at), std::move(hint));
  }
  Result<void> read_line() {
    const std::size_t start = at_;
    const std::size_t end = std::min(text_.find_first_of("\r\n", at_), text_.size());
    at_ = std::min(end + 1, text_.size());
    const std::string_view line = text_.substr(start, end - start);
    const std::string_view content = tag_trimmed(line);
    if (content.empty() || content.front() == '#') return {};
    const std::size_t tag_start = start + static_cast<std::size_t>(content.data() - line.data());
    const std::size_t colon = content.find(':');
    if (colon == std::string_view::npos)
      return bad(fmt::format("\"{}\" is no \"Tag: value\"", printable(content, 60)), tag_start,
                 "a value of several lines stands between <text> and </text>");
    const std::string_view tag = tag_trimmed(content.substr(0, colon));
    std::string_view value = tag_trimmed(content.substr(colon + 1));
    if (value.starts_with("<text>")) {
      const std::size_t open = static_cast<std::size_t>(value.data() - text_.data());
      const std::size_t close = text_.find("</text>", open);
      if (close == std::string_view::npos) return bad("<text> without </text>", open);
      value = text_.substr(open + 6, close - open - 6);
      at_ = std::min(text_.find_first_of("\r\n", close), text_.size());
    }
    return add(tag, value, tag_start);
  }

  Result<void> add(std::string_view tag, std::string_view value, std::size_t at) {
    if (++entries_ > max_entries_)
      return bad(fmt::format("more than {} tags, out of proportion to the size of the document", max_entries_), at);
    const auto rule = std::find_if(kTagRules.begin(), kTagRules.end(), [&](const TagRule& r) { return r.tag == tag; });
    if (rule == kTagRules.end())
      return bad(fmt::format("\"{}\" is no tag of SPDX 2.3", printable(tag, 60)), at,
                 "a value of several lines stands between <text> and </text>");
    const TagOwner owner = rule->owner == TagOwner::current ? current_ : rule->owner;
    TagList& list = records(owner);
    if (rule->begins || ((owner == TagOwner::document || owner == TagOwner::creation) && list.records.empty())) {
      if (list.records.size() >= max_records_)
        return bad(fmt::format("more than {} records, out of proportion to the size of the document", max_records_), at);
      list.records.push_back({static_cast<std::uint32_t>(list.entries.size()), static_cast<std::uint32_t>(list.files.size()), at});
    }
    if (list.records.empty()) return bad(fmt::format("the tag \"{}\" stands before the record it belongs to", tag), at);
    if (owner == TagOwner::package || owner == TagOwner::file || owner == TagOwner::snippet)
      if (rule->begins) current_ = owner;
    list.entries.push_back({&*rule, value, at});
    // A file belongs to the package it follows.
    if (rule->owner == TagOwner::current && owner == TagOwner::file && !records(TagOwner::package).records.empty())
      records(TagOwner::package).files.push_back(value);
    return {};
  }

  TagList& records(TagOwner owner) { return records_[static_cast<std::size_t>(owner)]; }
  [[nodiscard]] const TagList& records(TagOwner owner) const { return records_[static_cast<std::size_t>(owner)]; }
  static void write_members(std::span<const TagEntry> entries, JsonFormWriter& out);
  static void write_item(std::span<const TagEntry> entries, std::size_t index, JsonFormWriter& out);
  void write_list(std::string_view member, TagOwner owner, JsonFormWriter& out) const;

  std::string_view text_;
  const std::string& name_;
  std::uint64_t max_entries_;
  std::uint64_t max_records_;
  std::uint64_t entries_ = 0;
  std::size_t at_ = 0;
  TagOwner current_ = TagOwner::document;
  std::array<TagList, 9> records_;
};

// "SHA1: 85ed…"
void write_checksum(std::string_view value, std::uint64_t at, JsonFormWriter& out) {
  const std::size_t colon = std::min(value.find(':'), value.size());
  out.begin_object(at);
  out.member("algorithm", tag_trimmed(value.substr(0, colon)), at);
  out.member("checksumValue", tag_trimmed(value.substr(std::min(colon + 1, value.size()))), at);
  out.end_object();
}

// "d6a7… (excludes: ./package.spdx, ./other)"
void write_verification_code(std::string_view value, std::uint64_t at, JsonFormWriter& out) {
  const std::size_t open = std::min(value.find('('), value.size());
  out.begin_object(at);
  out.member("packageVerificationCodeValue", tag_trimmed(value.substr(0, open)), at);
  if (open < value.size()) {
    std::string_view names = value.substr(open + 1);
    names = tag_trimmed(names.substr(0, std::min(names.rfind(')'), names.size())));
    if (names.starts_with("excludes:")) names.remove_prefix(9);
    out.key("packageVerificationCodeExcludedFiles");
    out.begin_array(at);
    while (!names.empty()) {
      const std::size_t comma = std::min(names.find(','), names.size());
      out.text(tag_trimmed(names.substr(0, comma)), at);
      names.remove_prefix(std::min(comma + 1, names.size()));
    }
    out.end_array();
  }
  out.end_object();
}

void write_range(std::string_view value, std::string_view unit, std::string_view file, std::uint64_t at, JsonFormWriter& out) {
  const std::size_t colon = std::min(value.find(':'), value.size());
  const auto pointer = [&](std::string_view name, std::string_view text) {
    out.key(name);
    out.begin_object(at);
    out.member("reference", file, at);
    out.key(unit);
    const bool digits = !text.empty() && text.size() < 18 && text.find_first_not_of("0123456789") == std::string_view::npos &&
                        (text[0] != '0' || text.size() == 1);
    if (digits)
      out.literal(text, at);
    else
      out.text(text, at);
    out.end_object();
  };
  out.begin_object(at);
  pointer("startPointer", tag_trimmed(value.substr(0, colon)));
  pointer("endPointer", tag_trimmed(value.substr(std::min(colon + 1, value.size()))));
  out.end_object();
}

// One item of a list member.
void TagValueText::write_item(std::span<const TagEntry> entries, std::size_t index, JsonFormWriter& out) {
  const TagEntry& e = entries[index];
  std::string_view rest = e.value;
  switch (e.rule->kind) {
    case TagKind::checksum: return write_checksum(e.value, e.at, out);
    case TagKind::external_reference: {
      out.begin_object(e.at);
      out.member("referenceCategory", next_word(rest), e.at);
      out.member("referenceType", next_word(rest), e.at);
      out.member("referenceLocator", tag_trimmed(rest), e.at);
      if (index + 1 < entries.size() && entries[index + 1].rule->tag == "ExternalRefComment")
        out.member("comment", entries[index + 1].value, entries[index + 1].at);
      return out.end_object();
    }
    case TagKind::external_document: {
      out.begin_object(e.at);
      out.member("externalDocumentId", next_word(rest), e.at);
      out.member("spdxDocument", next_word(rest), e.at);
      out.key("checksum");
      write_checksum(tag_trimmed(rest), e.at, out);
      return out.end_object();
    }
    case TagKind::byte_range:
    case TagKind::line_range: {
      std::string_view file;
      for (const TagEntry& other : entries)
        if (other.rule->member == "snippetFromFile") file = other.value;
      return write_range(e.value, e.rule->kind == TagKind::byte_range ? "offset" : "lineNumber", file, e.at, out);
    }
    default: return out.text(e.value, e.at);
  }
}

bool makes_list(TagKind kind) {
  return kind != TagKind::text && kind != TagKind::truth && kind != TagKind::verification_code && kind != TagKind::relationship &&
         kind != TagKind::comment;
}

void TagValueText::write_members(std::span<const TagEntry> entries, JsonFormWriter& out) {
  std::vector<std::string_view> written;  // list members
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const TagEntry& e = entries[i];
    const std::string_view member = e.rule->member;
    if (e.rule->kind == TagKind::comment) continue;
    if (e.rule->kind == TagKind::relationship) {
      std::string_view rest = e.value;
      out.member("spdxElementId", next_word(rest), e.at);
      out.member("relationshipType", next_word(rest), e.at);
      out.member("relatedSpdxElement", tag_trimmed(rest), e.at);
      continue;
    }
    if (makes_list(e.rule->kind)) {
      if (std::find(written.begin(), written.end(), member) != written.end()) continue;
      written.push_back(member);
      out.key(member);
      out.begin_array(e.at);
      for (std::size_t n = i; n < entries.size(); ++n)
        if (entries[n].rule->member == member && makes_list(entries[n].rule->kind)) write_item(entries, n, out);
      out.end_array();
      continue;
    }
    out.key(member);
    if (e.rule->kind == TagKind::verification_code)
      write_verification_code(e.value, e.at, out);
    else if (e.rule->kind == TagKind::truth && (e.value == "true" || e.value == "false"))
      out.literal(e.value, e.at);
    else
      out.text(e.value, e.at);
  }
}

void TagValueText::write_list(std::string_view member, TagOwner owner, JsonFormWriter& out) const {
  const TagList& list = records(owner);
  if (list.records.empty()) return;
  out.key(member);
  out.begin_array(list.records.front().at);
  for (std::size_t i = 0; i < list.records.size(); ++i) {
    const std::uint64_t at = list.records[i].at;
    out.begin_object(at);
    write_members(list.entries_of(i), out);
    if (const auto files = list.files_of(i); !files.empty()) {
      out.key("hasFiles");
      out.begin_array(at);
      for (const std::string_view id : files) out.text(id, at);
      out.end_array();
    }
    out.end_object();
  }
  out.end_array();
}

void TagValueText::write(JsonFormWriter& out) const {
  out.begin_object(0);
  write_members(records(TagOwner::document).entries, out);
  if (const TagList& creation = records(TagOwner::creation); !creation.records.empty()) {
    out.key("creationInfo");
    out.begin_object(creation.records.front().at);
    write_members(creation.entries, out);
    out.end_object();
  }
  write_list("packages", TagOwner::package, out);
  write_list("files", TagOwner::file, out);
  write_list("snippets", TagOwner::snippet, out);
  write_list("hasExtractedLicensingInfos", TagOwner::licence, out);
  write_list("relationships", TagOwner::relationship, out);
  write_list("annotations", TagOwner::annotation, out);
  write_list("revieweds", TagOwner::review, out);
  out.end_object();
}

}  // namespace

Result<void> spdx_tag_value_to_json(std::string_view text, const std::string& name, std::uint32_t, JsonFormWriter& out) {
  TagValueText document(text, name);
  ENTENTE_CHECK(document.read());
  document.write(out);
  return {};
}

}  // namespace entente::measures::p6_supply
