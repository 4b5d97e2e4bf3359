// Belgium 2024, Chamber of Representatives: six constituencies as the official results give them (dhondt-belgium2024). Seats by D'Hondt
// over 5 % are the official ones, and the assertions that imply them hold, with the margins of the quotients.
#include <cmath>
#include <cstdio>

#include "core/json.h"
#include "measures/p3_elections/risk/assorter.h"
#include "test_support.h"

namespace entente::measures::p3_elections::risk {
namespace {

TEST(DhondtBelgium2024, SeatsAndAssertions) {
  ENTENTE_SHARED_OR_SKIP(shared);
  int constituencies = 0, lists_total = 0;
  std::uint32_t seats_total = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared / "conformance/p3_elections/dhondt-belgium2024")) {
    if (entry.path().extension() != ".json") continue;
    auto doc = JsonDocument::read(entry.path());
    ASSERT_OK(doc);
    AssertedContest contest;
    contest.function = ChoiceFunction::highest_averages;
    contest.share = 0.05;
    ReportedOutcome outcome;
    std::uint32_t seats = 0;
    std::uint64_t sum = 0;
    const auto lists = *json_array(doc->root(), "ElectionLists");
    for (JsonView list : lists) {
      contest.choices.emplace_back(*json_string(list, "PartyLabel"));
      outcome.tally.push_back(static_cast<std::uint64_t>(*json_int(list, "NrOfVotes")));
      outcome.list_seats.push_back(static_cast<std::uint32_t>(json_int(list, "NrOfSeats").value_or(0)));
      seats += outcome.list_seats.back();
      sum += outcome.tally.back();
    }
    const auto valid = static_cast<std::uint64_t>(*json_int(doc->root(), "NrOfValidVotes"));
    EXPECT_EQ(sum, valid);
    auto computed = allocate_seats(outcome.tally, seats, contest.divisors, 5);
    ASSERT_OK(computed);
    EXPECT_EQ(computed->seats, outcome.list_seats) << entry.path();
    EXPECT_FALSE(computed->tie);
    auto assertions = assertions_for(contest, outcome);
    ASSERT_OK(assertions);
    const std::uint64_t cards = valid + static_cast<std::uint64_t>(*json_int(doc->root(), "NrOfBlankVotes"));
    const Assertion* closest = nullptr;
    double least = 1e9;
    for (const Assertion& a : *assertions) {
      const auto margin = margin_from_tally(a, outcome.tally, cards);
      ASSERT_OK(margin);
      EXPECT_GT(*margin, 0) << a.name;
      EXPECT_LT(*margin, 2 * a.upper - 1 + 1e-12) << a.name;
      // What matters for the sample is the margin beside the upper bound.
      if (*margin / a.upper < least) least = *margin / a.upper, closest = &a;
      if (a.kind == AssorterKind::averages) {
        const double difference =
            static_cast<double>(outcome.tally[a.winner]) / a.winner_divisor - static_cast<double>(outcome.tally[a.loser]) / a.loser_divisor;
        EXPECT_NEAR(*margin * static_cast<double>(cards) / a.loser_divisor, difference, 1e-6);
      }
    }
    const auto label = *json_array(doc->root(), "Labels");
    std::printf("  %s: %u seats, %zu lists, %zu assertions; the closest: %s, margin %.6f of upper %.4f\n",
                std::string(*json_string(label.at(3).value_unsafe(), "Label")).c_str(), seats, contest.choices.size(), assertions->size(),
                closest->name.c_str(), least * closest->upper, closest->upper);
    ++constituencies;
    lists_total += static_cast<int>(contest.choices.size());
    seats_total += seats;
    // A seat moved, or a vote total changed past the margin: some assertion fails.
    ReportedOutcome wrong = outcome;
    for (std::uint32_t to = 0; to < wrong.list_seats.size(); ++to) {
      if (outcome.list_seats[to] != 0 || outcome.tally[to] * 20 < valid) continue;
      wrong = outcome;
      --wrong.list_seats[computed->order.back()];
      ++wrong.list_seats[to];
      bool fails = false;
      auto list = assertions_for(contest, wrong);
      ASSERT_OK(list);
      for (const Assertion& a : *list) fails = fails || *margin_from_tally(a, outcome.tally, cards) <= 0;
      EXPECT_TRUE(fails);
    }
  }
  std::printf("D'Hondt: %d of 6 constituencies, %u seats, %d lists\n", constituencies, seats_total, lists_total);
  EXPECT_EQ(constituencies, 6);
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
