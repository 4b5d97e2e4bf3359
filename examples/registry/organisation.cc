// The spread of categories and natures is a table. A name is a root of a language in one of that language's patterns, each pair once; the
// id is the name in Latin letters. When an organisation joins is drawn from a curve with a first rush in November 2018 and a small one
// every November.
#include "organisation.h"

#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "chance.h"
#include "registry/names.h"
#include "tongues.h"

namespace entente::example {
namespace {

struct Part {
  std::string_view category, nature;
  std::size_t count;
};
// 200 in all.
constexpr Part kParts[] = {{"private-sector", "company", 91},
                           {"private-sector", "operator", 8},
                           {"private-sector", "federation", 4},
                           {"civil-society", "ngo", 14},
                           {"civil-society", "foundation", 11},
                           {"civil-society", "association", 10},
                           {"civil-society", "university", 13},
                           {"civil-society", "research-centre", 6},
                           {"civil-society", "think-tank", 2},
                           {"public-authority", "agency", 8},
                           {"public-authority", "local-authority", 10},
                           {"state", "", 17},
                           {"intergovernmental", "international-organisation", 6}};

std::string filled(std::string_view pattern, std::string_view root) {
  std::string out(pattern);
  out.replace(out.find("{}"), 2, root);
  return out;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// What an assessor would find beside the category.
std::vector<std::string> roles_of(std::string_view nature, Chance& chance) {
  std::vector<std::string> out;
  if (nature == "operator") out = {"network-operator", "operator"};
  if (nature == "company") {
    static constexpr std::string_view kTrades[] = {"software-producer", "software-producer", "operator",
                                                   "security-vendor",   "platform",          "hosting-provider"};
    out.emplace_back(chance.pick(kTrades));
    if (chance.percent(40) && out[0] != "operator") out.emplace_back("operator");
  }
  if (nature == "university" || nature == "research-centre") out = {"research"};
  if (nature == "agency" && chance.percent(50)) out = {"csirt"};
  return out;
}

class Inventor {
 public:
  explicit Inventor(const std::string& seed) : chance_(seed, "names") {}

  Organisation make(std::string_view category, std::string_view nature) {
    Organisation out;
    out.identity.category = registry::category_from(category);
    out.identity.nature = nature;
    name(out, nature);
    out.roles = roles_of(nature, chance_);
    const std::uint64_t draw = chance_.below(100);
    out.quality = draw < 28 ? Quality::good : draw < 64 ? Quality::middling : draw < 82 ? Quality::poor : Quality::sparse;
    out.key = out.domain() + "/worthless";
    out.identity.website = out.domain();
    return out;
  }

 private:
  void name(Organisation& out, std::string_view nature) {
    while (true) {
      const Tongue& tongue = chance_.pick(tongues());
      std::vector<const Pattern*> fitting;
      for (const Pattern& p : tongue.patterns)
        if (p.nature == nature) fitting.push_back(&p);
      if (fitting.empty()) continue;
      const Pattern& pattern = *fitting[chance_.below(fitting.size())];
      const Root& root = chance_.pick(tongue.roots);
      const std::string_view latin = root.latin.empty() ? root.own : root.latin;
      const std::string own = filled(pattern.own, root.own), english = filled(pattern.english, latin);
      const std::string id = registry::slug(root.latin.empty() ? own : english);
      if (!ids_.insert(id).second) continue;
      out.identity.id = id;
      out.identity.name = own;
      out.language = tongue.tag;
      if (english != own && (!root.latin.empty() || chance_.percent(35))) out.identity.names["en"] = english;
      const auto countries = words(tongue.countries);
      if (nature != "international-organisation") out.identity.country = countries[chance_.below(countries.size())];
      return;
    }
  }
  Chance chance_;
  std::set<std::string> ids_;
};

Instant day(int year, unsigned month, unsigned day_of_month) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day_of_month));
}

// A day of joining up to summer 2026.
Instant drawn_day(Chance& chance) {
  std::int64_t days = 0;
  const std::uint64_t draw = chance.below(100);
  if (draw < 22)
    days = chance.between(0, 20);  // the first rush
  else if (draw < 40)
    days = 365 * chance.between(1, 7) + chance.between(-6, 14);  // around an anniversary
  else
    days = chance.between(21, 2'780);
  return day(2018, 11, 12) + std::chrono::days(days) + std::chrono::seconds(chance.between(7 * 3'600, 17 * 3'600));
}

}  // namespace

Cast make_cast(const std::string& seed) {
  Inventor inventor(seed);
  Chance chance(seed, "joining");
  Cast cast;
  for (const Part& part : kParts)
    for (std::size_t i = 0; i < part.count; ++i) {
      cast.staying.push_back(inventor.make(part.category, part.nature));
      cast.staying.back().joined = drawn_day(chance);
    }
  for (int i = 0; i < 14; ++i) {
    cast.leaving.push_back(inventor.make(i % 4 == 3 ? "civil-society" : "private-sector", i % 4 == 3 ? "ngo" : "company"));
    cast.leaving.back().joined = day(2019, 2, 1) + std::chrono::days(chance.between(0, 1'200)) + std::chrono::hours(11);
  }
  for (int i = 0; i < 4; ++i) {
    cast.waiting.push_back(inventor.make("private-sector", "company"));
    cast.waiting.back().joined = day(2026, 11, 14) + std::chrono::days(3 * i) + std::chrono::hours(9);
  }
  for (int i = 0; i < 2; ++i) {
    cast.refused.push_back(inventor.make("civil-society", "association"));
    cast.refused.back().joined = day(2023, 3, 6) + std::chrono::days(430 * i) + std::chrono::hours(10);
  }
  std::ranges::stable_sort(cast.staying, {}, &Organisation::joined);
  // An older list is taken over in September 2019: some of it by organisations that had said so before this registry knew them.
  const std::size_t first = 40;
  for (std::size_t i = 0; i < 14; ++i) {
    Organisation& organisation = cast.staying.at(first + 11 * i);
    organisation.imported = true;
    organisation.claims = i % 5 != 4 && organisation.joined > day(2019, 12, 1);
  }
  return cast;
}

}  // namespace entente::example
