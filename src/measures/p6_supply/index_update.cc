// The kept records are OSV JSON lines themselves, compressed: an update is a build from the kept records and the new ones, which is why it
// gives the same bytes; it is fast because references, credits and descriptions are gone from the kept ones.
#include "measures/p6_supply/index_update.h"

#include <fmt/format.h>
#include <zstd.h>
#include <unordered_map>

#include "core/file.h"
#include "measures/p6_supply/index_build.h"
#include "measures/p6_supply/json_stream.h"

namespace entente::measures::p6_supply {
namespace {

void osv_severity(const std::vector<OsvSeverity>& list, JsonText& out) {
  if (list.empty()) return;
  out.list("severity", list, [&](const OsvSeverity& s) {
    out.key("type", "{");
    out.text(s.type);
    out.field("score", s.score);
    out.raw("}");
  });
}

void osv_strings(std::string_view name, const std::vector<std::string>& list, JsonText& out) {
  if (!list.empty()) out.list(name, list, [&](const std::string& text) { out.text(text); });
}

std::string_view osv_event_name(OsvEvent::Kind kind) {
  switch (kind) {
    case OsvEvent::Kind::introduced: return "introduced";
    case OsvEvent::Kind::fixed: return "fixed";
    case OsvEvent::Kind::last_affected: return "last_affected";
    case OsvEvent::Kind::limit: return "limit";
  }
  return {};
}

void osv_affected(const OsvAffected& affected, JsonText& out) {
  out.list("ranges", affected.ranges, [&](const OsvRange& range) {
    out.raw(R"({"type":)");
    out.text(range.type == OsvRange::Type::git ? "GIT" : range.type == OsvRange::Type::semver ? "SEMVER" : "ECOSYSTEM");
    if (!range.repo.empty()) out.field("repo", range.repo);
    out.list("events", range.events, [&](const OsvEvent& event) {
      out.key(osv_event_name(event.kind), "{");
      out.text(event.version);
      out.raw("}");
    });
    out.raw("}");
  });
  osv_strings("versions", affected.versions, out);
  osv_severity(affected.severity, out);
}

Result<std::string> pack_records(const std::vector<OsvRecord>& records) {
  std::string lines;
  for (const OsvRecord& record : records) (lines += osv_json(record)) += '\n';
  std::string packed(ZSTD_compressBound(lines.size()), '\0');
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), lines.data(), lines.size(), 3);
  if (ZSTD_isError(size) != 0) return fail(fmt::format("cannot compress the records: {}", ZSTD_getErrorName(size)));
  packed.resize(size);
  return packed;
}

// Writes records and index; the index last, because the records alone are enough to make it again.
Result<BuildReport> write_both(std::vector<OsvRecord> newest, BuildReport report, const std::filesystem::path& out) {
  ENTENTE_TRY(const std::string packed, pack_records(newest));
  ENTENTE_TRY(AdvisoryIndex::Built built, compile_index(std::move(newest), std::move(report)));
  ENTENTE_CHECK(write_file_atomic(record_store_path(out), packed));
  ENTENTE_CHECK(write_file_atomic(out, built.bytes));
  return std::move(built.report);
}

struct KnownRecord {
  Instant modified;
  bool withdrawn = false;
};

}  // namespace

std::filesystem::path record_store_path(const std::filesystem::path& index) { return index.string() + ".records.jsonl.zst"; }

std::string osv_json(const OsvRecord& record) {
  JsonText out;
  out.key("id", "{");
  out.text(record.id);
  out.field("modified", format_time(record.modified));
  if (record.published) out.field("published", format_time(*record.published));
  if (record.withdrawn) out.field("withdrawn", format_time(*record.withdrawn));
  osv_strings("aliases", record.aliases, out);
  osv_strings("related", record.related, out);
  if (!record.summary.empty()) out.field("summary", record.summary);
  osv_severity(record.severity, out);
  out.list("affected", record.affected, [&](const OsvAffected& affected) {
    if (affected.ecosystem.empty()) {
      out.raw(R"({"package":null)");
    } else {
      out.raw(R"({"package":{"ecosystem":)");
      out.text(affected.ecosystem);
      out.field("name", affected.name);
      out.raw("}");
    }
    osv_affected(affected, out);
    out.raw("}");
  });
  out.raw("}");
  return out.take();
}

Result<BuildReport> build_updatable(std::span<const AdvisorySource> sources, const std::filesystem::path& out, Progress& progress,
                                    BadSource bad) {
  std::vector<OsvRecord> records;
  BuildReport report;
  ENTENTE_CHECK(read_sources(sources, progress, records, report, bad));
  progress.step("compiling");
  keep_newest(records, report);
  ENTENTE_TRY(BuildReport done, write_both(std::move(records), std::move(report), out));
  progress.done();
  return done;
}

Result<UpdateReport> update_index(const std::filesystem::path& index, std::span<const AdvisorySource> sources, Progress& progress,
                                  BadSource bad) {
  const std::filesystem::path store = record_store_path(index);
  std::error_code ec;
  if (!std::filesystem::is_regular_file(store, ec))
    return fail("the records behind the index are not kept", {.file = store.string()},
                "build it with `entente supply db build --updatable`");
  UpdateReport out;
  std::vector<OsvRecord> records;
  const AdvisorySource kept = AdvisorySource::file(store);
  BuildReport of_kept;
  ENTENTE_CHECK(read_sources(std::span(&kept, 1), progress, records, of_kept));
  if (of_kept.bad > 0) return fail("the kept records are damaged", of_kept.first_errors.front().where, "build the index anew");
  std::unordered_map<std::string, KnownRecord> known;
  for (const OsvRecord& record : records) known.emplace(record.id, KnownRecord{record.modified, record.withdrawn.has_value()});
  ENTENTE_CHECK(read_sources(sources, progress, records, out.build, bad));
  progress.step("compiling");
  keep_newest(records, out.build);
  for (const OsvRecord& record : records) {
    const auto before = known.find(record.id);
    if (before == known.end())
      ++out.added;
    else if (record.withdrawn && !before->second.withdrawn)
      ++out.withdrawn;
    else
      ++(record.modified == before->second.modified ? out.kept : out.changed);
  }
  ENTENTE_TRY(out.build, write_both(std::move(records), std::move(out.build), index));
  progress.done();
  return out;
}

}  // namespace entente::measures::p6_supply
