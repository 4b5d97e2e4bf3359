// Reported results as XML: Clarity's detail.xml (ElectionResult) and NIST SP 1500-100 version 2 (ElectionReport), read element by element;
// what is not needed is passed over.
#include <algorithm>

#include "measures/p3_elections/records/results_internal.h"
#include "measures/p3_elections/tables/csv.h"
#include "measures/p3_elections/tables/xml_reader.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::XmlReader;

// At the start of an element: calls `child` at the start of each child, which must leave the reader at that child's end.
template <class Child>
Result<void> xml_children(XmlReader& xml, Child&& child) {
  for (;;) {
    ENTENTE_TRY(const XmlReader::Event event, xml.next());
    if (event == XmlReader::Event::start) {
      ENTENTE_CHECK(child(std::string(xml.name())));
    } else if (event != XmlReader::Event::text) {
      return {};  // the element's own end
    }
  }
}

Result<std::uint64_t> xml_count(std::string_view text, std::string_view what, const Where& where) {
  return tables::parse_count(text, what, where);
}

Result<std::uint64_t> xml_count_attribute(const XmlReader& xml, std::string_view attribute) {
  const auto text = xml.attribute(attribute);
  if (!text) return fail("no attribute " + std::string(attribute), xml.where());
  return xml_count(*text, attribute, xml.where());
}

std::vector<std::string> xml_ids(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", begin), text.size());
    out.emplace_back(text.substr(begin, end - begin));
    at = end;
  }
  return out;
}

class ClarityXml {
 public:
  ClarityXml(XmlReader& xml, std::string name) : xml_(xml) {
    results_.file = std::move(name);
    results_.format = "Clarity detail";
  }

  Result<ReportedResults> read() {
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& name) -> Result<void> {
      if (name == "ElectionName") {
        ENTENTE_TRY(results_.title, xml_.element_text());
        return {};
      }
      return name == "Contest" ? contest() : xml_.skip();
    }));
    return std::move(results_);
  }

 private:
  Result<void> contest() {
    const std::string name = xml_.attribute("text").value_or("");
    if (name.empty()) return fail("a contest without a name", xml_.where());
    if (results_.contest(name) != nullptr) return fail("a contest that comes twice: " + name, xml_.where());
    std::uint64_t votes_for = 0;
    if (xml_.attribute("voteFor")) { ENTENTE_TRY(votes_for, xml_count_attribute(xml_, "voteFor")); }
    ReportedContest& out = results_.contest_of(name);
    out.votes_allowed = static_cast<std::uint32_t>(std::min<std::uint64_t>(votes_for, 1'000'000));
    return xml_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child == "Choice") return choice(out);
      if (child == "VoteType") return other(out);
      return xml_.skip();
    });
  }

  // Under- and overvotes stand beside the choices.
  Result<void> other(ReportedContest& contest) {
    const std::string name = xml_.attribute("name").value_or("");
    if (name != "Undervotes" && name != "Overvotes") return xml_.skip();
    std::unordered_map<std::uint32_t, std::size_t> at;
    for (std::size_t i = 0; i < contest.totals.size(); ++i) at[contest.totals[i].unit] = i;
    const auto put = [&](std::uint32_t unit, std::uint64_t votes) {
      const auto [found, fresh] = at.try_emplace(unit, contest.totals.size());
      if (fresh) contest.totals.push_back({.unit = unit, .ballots = {}, .undervotes = {}, .overvotes = {}, .line = line()});
      ReportedTotals& totals = contest.totals[found->second];
      (name == "Undervotes" ? totals.undervotes : totals.overvotes) = votes;
    };
    ENTENTE_TRY(const std::uint64_t votes, xml_count_attribute(xml_, "votes"));
    put(kWholeUnit, votes);
    return units([&](std::uint32_t unit, std::uint64_t count) { put(unit, count); });
  }

  Result<void> choice(ReportedContest& contest) {
    const std::string name = xml_.attribute("text").value_or("");
    if (name.empty()) return fail("a choice without a name", xml_.where());
    const std::size_t before = contest.choices.size();
    const std::uint32_t index = ReportedResults::choice_of(contest, name);
    if (contest.choices.size() > kMaxResultsChoices) return fail("too many choices: " + contest.name, xml_.where());
    if (contest.choices.size() == before) return fail("a choice that comes twice: " + contest.name + ", " + name, xml_.where());
    contest.choices[index].party = xml_.attribute("party").value_or("");
    ENTENTE_TRY(const std::uint64_t total, xml_count_attribute(xml_, "totalVotes"));
    ways_.add(kWholeUnit, "total", total, line());
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child != "VoteType") return xml_.skip();
      const std::string way = xml_.attribute("name").value_or("");
      ENTENTE_TRY(const std::uint64_t votes, xml_count_attribute(xml_, "votes"));
      ways_.add(kWholeUnit, way == "Total Votes" ? "total" : way, votes, line());
      return units([&](std::uint32_t unit, std::uint64_t count) { ways_.add(unit, way, count, line()); });
    }));
    ways_.finish(results_, contest, index);
    return {};
  }

  // Counties or precincts below a kind of votes.
  template <class Take>
  Result<void> units(Take&& take) {
    return xml_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child != "County" && child != "Precinct") return xml_.skip();
      const std::string name = xml_.attribute("name").value_or("");
      if (name.empty()) return fail("a unit without a name", xml_.where());
      ENTENTE_TRY(const std::uint64_t votes, xml_count_attribute(xml_, "votes"));
      if (++counts_ > kMaxResultsCounts) return fail("more than 50 million counts", xml_.where());
      take(results_.unit_of(name, child == "County" ? "county" : "precinct"), votes);
      return xml_.skip();
    });
  }

  [[nodiscard]] std::uint64_t line() const { return xml_.where().line.value_or(0); }

  XmlReader& xml_;
  ReportedResults results_;
  CountsByWay ways_;
  std::size_t counts_ = 0;
};

class ErrXml {
 public:
  explicit ErrXml(XmlReader& xml) : xml_(xml) {}

  Result<ErrReport> read() {
    std::size_t elections = 0;
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& name) -> Result<void> {
      if (name == "GpUnit") return unit();
      if (name == "Party") return party();
      if (name != "Election") return xml_.skip();
      if (++elections > 1) return fail("a second election in one report", xml_.where(), "one election to a file");
      return election();
    }));
    return std::move(report_);
  }

 private:
  Result<std::string> international() {  // the first of its texts
    std::string out;
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& name) -> Result<void> {
      if (name != "Text" || !out.empty()) return xml_.skip();
      ENTENTE_TRY(out, xml_.element_text());
      return {};
    }));
    return out;
  }
  Result<void> text(std::string& to) {
    ENTENTE_TRY(to, xml_.element_text());
    return {};
  }
  Result<void> ids(std::vector<std::string>& to) {
    ENTENTE_TRY(const std::string all, xml_.element_text());
    to = xml_ids(all);
    return {};
  }
  Result<void> words(std::string& to) {
    ENTENTE_TRY(to, international());
    return {};
  }
  Result<std::uint64_t> count(std::string_view what) {
    const Where where = xml_.where();
    ENTENTE_TRY(const std::string value, xml_.element_text());
    return xml_count(value, what, where);
  }

  Result<void> unit() {
    ErrUnit out;
    out.id = xml_.attribute("ObjectId").value_or("");
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& name) -> Result<void> {
      if (name == "Name") return words(out.name);
      if (name == "Type") return text(out.kind);
      if (name == "ComposingGpUnitIds") return ids(out.parts);
      return xml_.skip();
    }));
    report_.units.push_back(std::move(out));
    return {};
  }

  Result<void> party() {
    const std::string id = xml_.attribute("ObjectId").value_or("");
    std::string name, abbreviation;
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& child) -> Result<void> {
      if (child == "Name") return words(name);
      if (child == "Abbreviation") return words(abbreviation);
      return xml_.skip();
    }));
    report_.parties[id] = abbreviation.empty() ? name : abbreviation;
    return {};
  }

  Result<void> election() {
    return xml_children(xml_, [&](const std::string& name) -> Result<void> {
      if (name == "Name") return words(report_.election);
      if (name == "ElectionScopeId") return text(report_.scope);
      if (name == "Contest") return contest();
      if (name != "Candidate") return xml_.skip();
      std::string& to = report_.candidates[xml_.attribute("ObjectId").value_or("")];
      return xml_children(xml_, [&](const std::string& child) { return child == "BallotName" ? words(to) : xml_.skip(); });
    });
  }

  Result<void> contest() {
    ErrContest out;
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& name) -> Result<void> {
      if (name == "Name") return text(out.name);
      if (name == "ContestSelection") return selection(out);
      if (name == "OtherCounts") return other(out);
      if (name != "VotesAllowed") return xml_.skip();
      ENTENTE_TRY(const std::uint64_t allowed, count(name));
      out.votes_allowed = static_cast<std::uint32_t>(std::min<std::uint64_t>(allowed, 1'000'000));
      return {};
    }));
    report_.contests.push_back(std::move(out));
    return {};
  }

  Result<void> selection(ErrContest& contest) {
    ErrSelection out;
    std::vector<std::string> parties;
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& name) -> Result<void> {
      if (name == "CandidateIds") return ids(out.candidates);
      if (name == "EndorsementPartyIds") return ids(out.parties);
      if (name == "PartyIds") return ids(parties);
      if (name == "Selection") return words(out.text);
      if (name == "VoteCounts") return vote_counts(out);
      if (name != "IsWriteIn") return xml_.skip();
      ENTENTE_TRY(const std::string value, xml_.element_text());
      out.write_in = value == "true" || value == "1";
      return {};
    }));
    if (out.candidates.empty() && out.parties.empty()) out.parties = std::move(parties);
    contest.selections.push_back(std::move(out));
    return {};
  }

  Result<void> vote_counts(ErrSelection& selection) {
    const Where where = xml_.where();
    ErrCount out{.unit = {}, .way = {}, .votes = 0, .line = where.line.value_or(0)};
    bool device = false, counted = false;
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& name) -> Result<void> {
      if (name == "GpUnitId") return text(out.unit);
      if (name == "Type") return text(out.way);
      device = device || name == "DeviceClass";
      if (name != "Count") return xml_.skip();
      counted = true;
      ENTENTE_TRY(out.votes, count(name));
      return {};
    }));
    if (!counted) return fail("a vote count without its Count", where);
    if (device) out.way += "/device";
    if (++counts_ > kMaxResultsCounts) return fail("more than 50 million counts", where);
    if (out.way != "seats") selection.counts.push_back(std::move(out));
    return {};
  }

  Result<void> other(ErrContest& contest) {
    ErrOther out{.unit = {}, .overvotes = {}, .undervotes = {}, .line = xml_.where().line.value_or(0)};
    bool device = false;
    ENTENTE_CHECK(xml_children(xml_, [&](const std::string& name) -> Result<void> {
      if (name == "GpUnitId") return text(out.unit);
      device = device || name == "DeviceClass";
      if (name != "Overvotes" && name != "Undervotes") return xml_.skip();
      ENTENTE_TRY((name == "Overvotes" ? out.overvotes : out.undervotes), count(name));
      return {};
    }));
    if (!device) contest.others.push_back(std::move(out));  // else of one kind of machine only
    return {};
  }

  XmlReader& xml_;
  ErrReport report_;
  std::size_t counts_ = 0;
};

}  // namespace

Result<ReportedResults> parse_results_xml(std::string_view text, std::string name) {
  ENTENTE_TRY(XmlReader xml, XmlReader::open(text, name, {.max_bytes = kMaxResultsBytes}));
  XmlReader::Event event = XmlReader::Event::text;
  while (event != XmlReader::Event::start) {
    ENTENTE_TRY(event, xml.next());
    if (event == XmlReader::Event::done) return fail("no element", {.file = name});
  }
  const std::string root(xml.name());
  if (root == "ElectionResult") return ClarityXml(xml, std::move(name)).read();
  if (root != "ElectionReport")
    return fail("no known file of results: its root is " + root.substr(0, 80), xml.where(),
                "known are Clarity's ElectionResult and NIST's ElectionReport");
  ENTENTE_TRY(const ErrReport report, ErrXml(xml).read());
  return err_results(report, std::move(name));
}

}  // namespace entente::measures::p3_elections::records
