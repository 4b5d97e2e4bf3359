// SP 1500-103 as XML, one CVR at a time. Elements go by their local names: exporters use the default namespace or a prefix.
#include <fmt/format.h>

#include <charconv>

#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_nist.h"
#include "measures/p3_elections/tables/csv.h"
#include "measures/p3_elections/tables/xml_reader.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::trimmed;
using tables::XmlReader;
using NistEvent = XmlReader::Event;

template <class Take>
Result<void> nist_children(XmlReader& xml, const Take& take) {
  for (;;) {
    ENTENTE_TRY(const NistEvent event, xml.next());
    if (event == NistEvent::end) return {};
    if (event == NistEvent::done) return fail("XML that ends inside an element", xml.where());
    if (event == NistEvent::start) ENTENTE_CHECK(take(std::string(xml.name())));
  }
}

Result<void> nist_text(XmlReader& xml, std::string& target) {
  ENTENTE_TRY(const std::string text, xml.element_text());
  target = trimmed(text);
  return {};
}

Result<std::uint64_t> nist_number(XmlReader& xml) {
  const Where where = xml.where();
  ENTENTE_TRY(const std::string text, xml.element_text());
  const std::string_view t = trimmed(text);
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (t.empty() || ec != std::errc() || end != t.data() + t.size() || value > 1'000'000)
    return fail(fmt::format("\"{}\" is no number that can stand here", printable(t, 40)), where);
  return value;
}

Result<void> nist_number_into(XmlReader& xml, std::uint64_t& target) {
  ENTENTE_TRY(target, nist_number(xml));
  return {};
}

class NistXml {
 public:
  NistXml(NistCards& cards, NistNames& names, XmlReader& xml) : cards_(cards), names_(names), xml_(xml) {}

  Result<void> report(std::string& version) {
    std::uint64_t ordinal = 0;
    return nist_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child == "CVR") return cvr(++ordinal);
      if (child == "Election") return election();
      if (child == "GpUnit") return named_object(names_.units, "Name");
      if (child == "Party") return named_object(names_.parties, "Name");
      if (child == "ReportingDevice") return named_object(names_.devices, "SerialNumber");
      if (child == "Version") return nist_text(xml_, version);
      return xml_.skip();
    });
  }

 private:
  [[nodiscard]] std::string object_id() const { return xml_.attribute("ObjectId").value_or(""); }

  Result<void> named_object(std::map<std::string, std::string>& into, std::string_view element) {
    const std::string id = object_id();
    std::string name;
    ENTENTE_CHECK(nist_children(xml_, [&](const std::string& child) { return child == element ? nist_text(xml_, name) : xml_.skip(); }));
    into[id] = std::move(name);
    return {};
  }

  Result<void> cvr(std::uint64_t ordinal) {
    Where where = xml_.where();
    where.pointer = fmt::format("/CVR[{}]", ordinal);
    NistCvr cvr;
    ENTENTE_CHECK(nist_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child == "CVRSnapshot") return snapshot(cvr);
      static constexpr std::pair<std::string_view, std::string NistCvr::*> kTexts[] = {
          {"BallotAuditId", &NistCvr::audit_id},   {"BallotPrePrintedId", &NistCvr::printed_id}, {"BallotSheetId", &NistCvr::sheet_id},
          {"BallotStyleId", &NistCvr::style},      {"BallotStyleUnitId", &NistCvr::style_unit},  {"BatchId", &NistCvr::batch},
          {"BatchSequenceId", &NistCvr::sequence}, {"CreatingDeviceId", &NistCvr::device},       {"CurrentSnapshotId", &NistCvr::current},
          {"UniqueId", &NistCvr::unique_id}};
      for (const auto& [name, member] : kTexts)
        if (child == name) return nist_text(xml_, cvr.*member);
      return xml_.skip();
    }));
    return cards_.add(cvr, ordinal, where);
  }

  Result<void> snapshot(NistCvr& cvr) {
    NistSnapshot& s = cvr.snapshots.emplace_back();
    s.id = object_id();
    return nist_children(xml_, [&](const std::string& child) { return child == "CVRContest" ? contest(s) : xml_.skip(); });
  }

  Result<void> contest(NistSnapshot& s) {
    NistCvrContest& c = s.contests.emplace_back();
    return nist_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child == "ContestId") return nist_text(xml_, c.id);
      if (child == "Overvotes") return nist_number_into(xml_, c.overvotes);
      if (child == "CVRContestSelection") return selection(c);
      if (child != "Status") return xml_.skip();
      std::string status;
      ENTENTE_CHECK(nist_text(xml_, status));
      c.overvoted |= status == "overvoted";
      c.invalidated |= status == "invalidated-rules";
      return {};
    });
  }

  Result<void> selection(NistCvrContest& c) {
    NistSelection& s = c.selections.emplace_back();
    return nist_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child == "ContestSelectionId") return nist_text(xml_, s.id);
      if (child == "Rank") return nist_number_into(xml_, s.rank);
      if (child == "SelectionPosition") return position(s);
      if (child != "TotalNumberVotes") return xml_.skip();
      ENTENTE_TRY(s.total, nist_number(xml_));
      return {};
    });
  }

  Result<void> position(NistSelection& s) {
    NistPosition& p = s.positions.emplace_back();
    return nist_children(xml_, [&](const std::string& child) -> Result<void> {
      std::string text;
      if (child == "HasIndication") {
        ENTENTE_CHECK(nist_text(xml_, text));
        p.indicated = text == "yes";
      } else if (child == "IsAllocable") {
        ENTENTE_CHECK(nist_text(xml_, text));
        p.allocable = text == "yes"  ? NistPosition::Allocable::yes
                      : text == "no" ? NistPosition::Allocable::no
                                     : NistPosition::Allocable::unknown;
      } else if (child == "NumberVotes") {
        return nist_number_into(xml_, p.votes);
      } else if (child == "Rank") {
        return nist_number_into(xml_, p.rank);
      } else {
        p.write_in |= child == "CVRWriteIn";
        return xml_.skip();
      }
      return {};
    });
  }

  Result<void> election() {
    return nist_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child == "Candidate") return named_object(names_.candidates, "Name");
      if (child == "Contest") return election_contest();
      if (child == "Name") return nist_text(xml_, names_.election);
      return xml_.skip();
    });
  }

  Result<void> election_contest() {
    NistContest& c = names_.contests[object_id()];
    return nist_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child == "Name") return nist_text(xml_, c.name);
      if (child == "VoteVariation") return nist_text(xml_, c.variation);
      if (child == "VotesAllowed") return nist_number_into(xml_, c.votes_allowed);
      return child == "ContestSelection" ? choice(c) : xml_.skip();
    });
  }

  Result<void> choice(NistContest& contest) {
    NistChoice& choice = contest.choices[object_id()];
    return nist_children(xml_, [&](const std::string& child) -> Result<void> {
      std::string text;
      if (child == "CandidateIds" || child == "PartyIds") {  // IDREFS: names with blanks between
        ENTENTE_CHECK(nist_text(xml_, text));
        for (std::string_view rest = text; !rest.empty();) {
          const auto blank = rest.find_first_of(" \t\r\n");
          if (blank != 0) choice.candidates.emplace_back(rest.substr(0, blank));
          rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
        }
      } else if (child == "Selection") {
        return nist_text(xml_, choice.text);
      } else if (child == "IsWriteIn") {
        ENTENTE_CHECK(nist_text(xml_, text));
        choice.write_in = text == "true" || text == "1";
      } else {
        return xml_.skip();
      }
      return {};
    });
  }

  NistCards& cards_;
  NistNames& names_;
  XmlReader& xml_;
};

}  // namespace

Result<void> read_nist_xml(CvrBuilder& b, NistCards& cards, NistNames& names, const std::string& name, std::string_view bytes) {
  ENTENTE_TRY(XmlReader xml, XmlReader::open(bytes, name, {.max_bytes = b.options().max_bytes, .max_depth = 32}));
  ENTENTE_TRY(const NistEvent root, xml.next());
  if (root != NistEvent::start || xml.name() != "CastVoteRecordReport") return fail("no CastVoteRecordReport", xml.where());
  b.add_file(name);
  return NistXml(cards, names, xml).report(b.report.version);
}

}  // namespace entente::measures::p3_elections::records
