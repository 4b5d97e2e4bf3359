// The 190 recorded tests of SHANGRLA's NonnegMean (golden/shangrla_nonnegmean.json): p-values and whole histories within 1e-12 relative,
// and every decision at the usual risk limits the same.
#include <cmath>
#include <cstdio>

#include "core/json.h"
#include "measures/p3_elections/risk/nonneg_mean.h"
#include "test_support.h"

namespace entente::measures::p3_elections::risk {
namespace {

double number(JsonView value) {
  if (auto text = as_string(value)) {
    if (*text == "inf") return std::numeric_limits<double>::infinity();
    if (*text == "nan") return std::numeric_limits<double>::quiet_NaN();
    return std::strtod(std::string(*text).c_str(), nullptr);
  }
  return value.is_double() ? value.get_double().value_unsafe() : static_cast<double>(value.get_int64().value_unsafe());
}

TestOptions options_of(JsonView c) {
  TestOptions o;
  o.limits = Limits::as_published;
  o.function = *risk_function_named(*json_string(c, "test"));
  o.upper = number(*json_get(*json_get(c, "u"), "hex"));
  o.null_mean = number(*json_get(c, "t"));
  if (auto n = json_int(c, "N")) o.population = static_cast<std::uint64_t>(*n);
  const JsonView params = *json_get(c, "params");
  const auto get = [&](std::string_view key, auto& into) {
    if (auto v = json_get(params, key)) into = number(*v);
  };
  if (auto name = json_string(params, "estim")) o.estimator = *estimator_named(*name);
  if (json_string(params, "bet") == "agrapa") o.bet = Bet::agrapa;
  get("eta", o.eta), get("c", o.c), get("d", o.d), get("f", o.f), get("minsd", o.min_sd), get("error_rate_2", o.error_rate_2);
  get("lam", o.lambda), get("c_grapa_0", o.grapa_0), get("c_grapa_max", o.grapa_max), get("c_grapa_grow", o.grapa_grow), get("g", o.g);
  return o;
}

bool same(double a, double b) { return a == b || std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b)); }

TEST(NonnegMeanGolden, EveryRecordedCase) {
  ENTENTE_SHARED_OR_SKIP(shared);
  auto doc = JsonDocument::read(shared / "conformance/p3_elections/golden/shangrla_nonnegmean.json");
  ASSERT_OK(doc);
  std::uint64_t cases = 0, good = 0, steps = 0, without_bet = 0, valid_same = 0;
  const auto list = *json_array(doc->root(), "cases");
  for (JsonView c : list) {
    ++cases;
    std::vector<double> x, history;
    const auto values = *json_array(c, "x"), published = *json_array(c, "p_history_hex");
    for (JsonView v : values) x.push_back(number(v));
    for (JsonView v : published) history.push_back(number(v));
    const TestOptions options = options_of(c);
    auto path = measure_risk(options, x);
    const std::string name = std::string(*json_string(c, "seq")) + " " + std::string(*json_string(c, "test")) + " " +
                             json_compact(to_json(*json_get(c, "params"))) + " N " + std::to_string(options.population.value_or(0));
    ASSERT_TRUE(path.has_value()) << name << ": " << path.error().str();
    const double p = number(*json_get(*json_get(c, "p"), "hex"));
    bool ok = same(path->p, p);
    EXPECT_TRUE(ok) << name << ": p " << path->p << " published " << p;
    ASSERT_EQ(history.size(), path->history.size());
    for (std::size_t i = 0; i < history.size(); ++i) {
      ++steps;
      if (std::isnan(history[i])) {  // 0/0 in the peer's bet: nothing is learnt, so ours bets nothing
        ++without_bet;
        EXPECT_EQ(path->history[i], 1) << name;
        continue;
      }
      const bool step = same(path->history[i], history[i]);
      EXPECT_TRUE(step) << name << " step " << i + 1 << ": " << path->history[i] << " published " << history[i];
      ok = ok && step;
      if (!step) break;
    }
    for (double limit : {0.01, 0.05, 0.1}) EXPECT_EQ(path->p <= limit, p <= limit) << name;
    if (ok) ++good;
    TestOptions valid = options;
    valid.limits = Limits::valid;
    auto safe = measure_risk(valid, x);
    ASSERT_OK(safe);
    if (safe->history == path->history)
      ++valid_same;
    else
      std::printf("  differs when guesses are kept valid: %s: p %.6g, published %.6g\n", name.c_str(), safe->p, p);
  }
  std::printf("NonnegMean: %lu of %lu cases, %lu steps (%lu where the peer's bet is 0/0); %lu cases are the same with guesses kept valid\n",
              good, cases, steps, without_bet, valid_same);
  EXPECT_EQ(cases, 190U);
  EXPECT_EQ(good, 190U);
}

}  // namespace
}  // namespace entente::measures::p3_elections::risk
