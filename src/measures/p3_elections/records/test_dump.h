// For tests: a table written out, so that two can be compared whatever the order their texts were interned in.
#pragma once

#include <fmt/format.h>

#include <string>

#include "measures/p3_elections/records/cvr_read.h"

namespace entente::measures::p3_elections::records::test_dump {

inline std::string dump(const CvrTable& t) {
  std::string out = t.election + "\n";
  for (const CvrContest& c : t.contests) {
    out += fmt::format("contest {} n={}{}:", c.name, c.votes_allowed, c.ranked ? " ranked" : "");
    for (std::size_t i = 0; i < c.choices.size(); ++i) out += fmt::format(" [{}{}]", c.choices[i], c.write_in[i] ? "*" : "");
    out += "\n";
  }
  for (const CvrCard& c : t.cards) {
    out += fmt::format("{}/{}/{}/{} {}|{}|{} s{} @{}:{}", t.text(c.tabulator), t.text(c.batch), t.text(c.record), t.text(c.imprinted_id),
                       t.text(c.style), t.text(c.precinct), t.text(c.counting_group), c.sheet, c.source_file, c.source_line);
    for (const CvrCardContest& k : t.contests_of(c)) {
      out += fmt::format(" {}{}:", k.contest, k.overvotes != 0 ? fmt::format("!{}", k.overvotes) : "");
      for (const CvrMark& m : t.marks_of(k)) out += fmt::format(" {}({})", m.choice, m.rank);
    }
    out += "\n";
  }
  return out;
}

inline Result<CvrRead> read_text(std::string_view bytes, const CvrReadOptions& options = {}, const std::string& name = "votes") {
  const CvrSource source{name, bytes};
  return read_cvrs(std::span(&source, 1), options);
}

}  // namespace entente::measures::p3_elections::records::test_dump
