// Hart: an XML a card with its contests and the options voted, and "Scanned Ballot Information" tables that say for a record's id what is
// imprinted on the paper and on which workstation it was scanned. Contests are known by name: their ids differ from file to file. Hart does
// not say how many votes a contest allows; votes and undervotes of a card that was not overvoted are that many.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_build.h"
#include "measures/p3_elections/tables/xml_reader.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::CsvReader;
using tables::CsvRow;
using tables::trimmed;
using tables::XmlReader;
using HartEvent = XmlReader::Event;

struct HartScan {
  std::string unique_id, workstation;
  bool used = false;
  Where where;
};

struct HartOption {
  std::string name;
  std::uint64_t value = 1;
  bool write_in = false, rejected = false, unresolved = false;
};

Result<std::uint64_t> hart_number(XmlReader& xml, std::string_view what) {
  const Where where = xml.where();
  ENTENTE_TRY(const std::string text, xml.element_text());
  std::uint64_t value = 0;
  const std::string_view t = trimmed(text);
  const auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (t.empty() || ec != std::errc() || end != t.data() + t.size() || value > 65'535)
    return fail(fmt::format("{} is no number: \"{}\"", what, printable(t, 40)), where);
  return value;
}

// Goes through the children of the element the reader stands at the start of; `take` must leave the reader at the child's end.
template <class Take>
Result<void> hart_children(XmlReader& xml, const Take& take) {
  for (;;) {
    ENTENTE_TRY(const HartEvent event, xml.next());
    if (event == HartEvent::end) return {};
    if (event == HartEvent::done) return fail("XML that ends inside an element", xml.where());
    if (event == HartEvent::start) ENTENTE_CHECK(take(std::string(xml.name())));
  }
}

class Hart {
 public:
  explicit Hart(CvrBuilder& b) : b_(b) {}

  Result<void> scans(const std::string& name, std::string_view bytes) {
    ENTENTE_TRY(const tables::DecodedText text, cvr_text(b_, name, bytes));
    CsvReader reader(text.text(), name);
    CsvRow row;
    std::size_t id = SIZE_MAX, unique = SIZE_MAX, workstation = SIZE_MAX;
    for (;;) {
      ENTENTE_TRY(const bool more, reader.next(row));
      if (!more) return id == SIZE_MAX ? Result<void>(fail("no columns #…, CvrId, UniqueIdentifier", {.file = name})) : Result<void>{};
      if (row.cell(0).starts_with("#FormatVersion")) continue;
      if (row.cell(0).starts_with('#')) {
        for (std::size_t c = 0; c < row.cells.size(); ++c) {
          std::string_view column = trimmed(row.cells[c]);
          if (c == 0) column.remove_prefix(1);
          if (column == "CvrId") id = c;
          if (column == "UniqueIdentifier") unique = c;
          if (column == "Workstation") workstation = c;
        }
        if (id == SIZE_MAX || unique == SIZE_MAX) return fail("no columns CvrId and UniqueIdentifier", reader.where(row, 0));
        continue;
      }
      if (id == SIZE_MAX) return fail("a row above the header", reader.where(row, 0));
      ENTENTE_CHECK(scan(reader, row, id, unique, workstation));
    }
  }

  Result<void> record(const std::string& name, std::string_view bytes) {
    ENTENTE_TRY(XmlReader xml, XmlReader::open(bytes, name, {.max_bytes = std::uint64_t{64} << 20, .max_depth = 32}));
    ENTENTE_TRY(const HartEvent root, xml.next());
    if (root != HartEvent::start || xml.name() != "Cvr") return fail("no Cvr element", xml.where());
    b_.add_file(name);
    CvrCard card{.source_line = 1};
    contests_.clear();
    std::string guid;
    ENTENTE_CHECK(hart_children(xml, [&](const std::string& child) -> Result<void> {
      if (child == "Contests") return hart_children(xml, [&](const std::string& c) { return c == "Contest" ? contest(xml) : xml.skip(); });
      if (child == "BatchNumber") return text_into(xml, card.batch);
      if (child == "BatchSequence") return text_into(xml, card.record);
      if (child == "PrecinctSplit") {
        return hart_children(xml, [&](const std::string& c) { return c == "Name" ? text_into(xml, card.precinct) : xml.skip(); });
      }
      if (child == "SheetNumber") {
        ENTENTE_TRY(const std::uint64_t sheet, hart_number(xml, "SheetNumber"));
        card.sheet = static_cast<std::uint16_t>(std::max<std::uint64_t>(sheet, 1));
        return {};
      }
      if (child == "CvrGuid") {
        ENTENTE_TRY(guid, xml.element_text());
        return {};
      }
      return xml.skip();
    }));
    if (guid.empty()) return fail("a record without CvrGuid", {.file = name});
    card.imprinted_id = b_.table.intern(guid);
    if (const auto it = scans_.find(guid); it != scans_.end()) {
      it->second.used = true;
      card.imprinted_id = b_.table.intern(it->second.unique_id);
      card.tabulator = b_.table.intern(it->second.workstation);
    } else if (!scans_.empty()) {
      b_.problem(CvrProblemKind::unmatched_row, {.file = name},
                 fmt::format("record {} is in no scanned ballot information", printable(guid, 60)));
    }
    b_.begin_card(card);
    for (const Contest& c : contests_) {
      b_.begin_contest(c.contest, c.overvotes);
      for (const auto& [choice, votes] : c.marks) b_.mark(choice, votes);
    }
    return b_.end_card({.file = name});
  }

  void finish() {
    for (const auto& [guid, scan] : scans_)
      if (!scan.used) b_.problem(CvrProblemKind::unmatched_row, scan.where, fmt::format("scan {} has no record", printable(guid, 60)));
    b_.find_overvotes(0);
  }

 private:
  struct Contest {
    std::uint32_t contest = 0;
    std::uint64_t overvotes = 0;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> marks;
  };

  Result<void> scan(const CsvReader& reader, const CsvRow& row, std::size_t id, std::size_t unique, std::size_t workstation) {
    const std::string key(trimmed(row.cell(id)));
    if (key.empty()) return fail("a scan without CvrId", reader.where(row, id));
    const auto [it, made] = scans_.try_emplace(
        key, HartScan{std::string(trimmed(row.cell(unique))), std::string(trimmed(row.cell(workstation))), false, reader.where(row, 0)});
    // A row a page: the same again is no news.
    if (!made && it->second.unique_id != trimmed(row.cell(unique)))
      b_.problem(CvrProblemKind::duplicate_card, reader.where(row, 0), fmt::format("record {} with two identifiers", printable(key, 60)));
    return {};
  }

  Result<void> text_into(XmlReader& xml, std::uint32_t& target) {
    ENTENTE_TRY(const std::string text, xml.element_text());
    target = b_.table.intern(trimmed(text));
    return {};
  }

  Result<void> contest(XmlReader& xml) {
    std::string name;
    std::vector<HartOption> options;
    std::uint64_t undervotes = 0, overvotes = 0;
    const Where where = xml.where();
    ENTENTE_CHECK(hart_children(xml, [&](const std::string& child) -> Result<void> {
      if (child == "Name") {
        ENTENTE_TRY(name, xml.element_text());
        return {};
      }
      if (child == "Options")
        return hart_children(xml, [&](const std::string& c) { return c == "Option" ? option(xml, options) : xml.skip(); });
      if (child == "Undervotes") {
        ENTENTE_TRY(undervotes, hart_number(xml, "Undervotes"));
        return {};
      }
      if (child == "Overvotes") {
        ENTENTE_TRY(overvotes, hart_number(xml, "Overvotes"));
        return {};
      }
      return xml.skip();
    }));
    if (trimmed(name).empty()) return fail("a contest without a name", where);
    Contest out{.contest = b_.contest(trimmed(name)), .overvotes = overvotes};
    CvrContest& c = b_.table.contests[out.contest];
    std::uint64_t votes = 0;
    for (const HartOption& o : options) {
      if (o.value == 0 || o.rejected) continue;
      if (o.unresolved)
        b_.problem(CvrProblemKind::unresolved_mark, where,
                   fmt::format("an unresolved write-in in \"{}\", counted as a write-in", printable(c.name, 80)));
      const std::uint32_t choice = b_.choice(out.contest, o.name.empty() ? "Write-in" : o.name);
      if (o.write_in) c.write_in[choice] = true;
      out.marks.emplace_back(choice, o.value);
      votes += o.value;
    }
    if (overvotes == 0)
      c.votes_allowed = std::max(c.votes_allowed, static_cast<std::uint32_t>(std::min<std::uint64_t>(votes + undervotes, 1000)));
    contests_.push_back(std::move(out));
    return {};
  }

  static Result<void> option(XmlReader& xml, std::vector<HartOption>& options) {
    HartOption o;
    ENTENTE_CHECK(hart_children(xml, [&](const std::string& child) -> Result<void> {
      if (child == "Name") {
        ENTENTE_TRY(const std::string text, xml.element_text());
        o.name = trimmed(text);
        return {};
      }
      if (child == "Value") {
        ENTENTE_TRY(o.value, hart_number(xml, "Value"));
        return {};
      }
      if (child != "WriteInData") return xml.skip();
      o.write_in = true;
      return hart_children(xml, [&](const std::string& c) -> Result<void> {
        if (c != "WriteInDataStatus") return xml.skip();
        ENTENTE_TRY(const std::string status, xml.element_text());
        o.rejected = trimmed(status) == "Rejected";
        o.unresolved = trimmed(status) == "Unresolved";
        return {};
      });
    }));
    options.push_back(std::move(o));
    return {};
  }

  CvrBuilder& b_;
  std::map<std::string, HartScan> scans_;
  std::vector<Contest> contests_;  // of the current card
};

}  // namespace

Result<void> read_hart(CvrBuilder& b, const CvrFiles& files) {
  Hart reader(b);
  b.lines_are_records = true;
  ENTENTE_CHECK(
      files.each(CvrFileKind::hart_scans, [&](const std::string& name, std::string_view bytes) { return reader.scans(name, bytes); }));
  ENTENTE_CHECK(
      files.each(CvrFileKind::hart_xml, [&](const std::string& name, std::string_view bytes) { return reader.record(name, bytes); }));
  reader.finish();
  return {};
}

}  // namespace entente::measures::p3_elections::records
