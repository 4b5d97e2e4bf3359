// Arlo's audit report: any bytes. What is read keeps within its bounds, votes and tickets are what their cells say, and the same bytes are
// read the same way again.
#include <cstdlib>
#include <string>

#include "measures/p3_elections/review/arlo_report.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::measures::p3_elections;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto report = review::parse_arlo_report(bytes, "report.csv");
  if (report) {
    require(report->risk_percent >= 0 && report->risk_percent < 100);
    for (const review::ArloContest& c : report->contests) {
      require(report->contest(c.name) == &c);
      require(c.winners > 0 && c.votes_allowed > 0 && c.ballots >= 0 && c.pending >= 0);
      for (const risk::Choice& choice : c.votes) require(choice.votes >= 0);
    }
    for (const review::ArloRound& r : report->rounds) require(r.number > 0 && report->contest(r.contest) != nullptr);
    for (const review::ArloBatchRow& row : report->batches) require(row.contests.size() == report->contests.size() && row.line > 0);
    for (const review::ArloBallotRow& row : report->ballots) require(row.contests.size() == report->contests.size() && row.line > 0);
    const auto again = review::parse_arlo_report(bytes, "report.csv");
    require(again && again->batches.size() == report->batches.size() && again->ballots.size() == report->ballots.size());
  } else
    require(!report.error().what.empty());
  // Cells by themselves: what is read, written again, is read alike.
  if (const auto votes = review::parse_arlo_votes(bytes)) {
    std::string cell;
    for (const risk::Choice& v : *votes) cell += (cell.empty() ? "" : "; ") + v.name + ": " + std::to_string(v.votes);
    const auto again = review::parse_arlo_votes(cell);
    require(again.has_value());
  }
  if (const auto tickets = review::parse_arlo_tickets(bytes))
    for (const review::ArloTickets& t : *tickets) {
      require(t.round > 0);
      for (const std::string& ticket : t.tickets) require(ticket.starts_with("0.") && ticket.size() > 2);
    }
  return 0;
}
