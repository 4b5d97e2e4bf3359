// The review of a SHANGRLA audit, in the order of the audit: files and their digests, vote records beside the manifest, phantoms,
// assertions, the draw, the paper, the risk. What fails becomes a finding, and as much as possible is checked after it. The draw: card i of
// the records (phantoms behind them) has the i-th number of cryptorandom's generator, and cards are taken in ascending order of their
// numbers (sampling/consistent_cards.h).
#include "measures/p3_elections/review/shangrla.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/file.h"
#include "measures/p3_elections/records/cvr_read.h"
#include "measures/p3_elections/records/manifest.h"
#include "measures/p3_elections/review/shangrla_cards.h"
#include "measures/p3_elections/review/shangrla_contests.h"
#include "measures/p3_elections/review/shangrla_paper.h"
#include "measures/p3_elections/sampling/consistent_cards.h"
#include "measures/p3_elections/sampling/seed.h"
#include "measures/p3_elections/tables/container.h"

namespace entente::measures::p3_elections::review {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kShangrlaLog = "audit.json";
// Cards without a record: at most as many as the manifest has cards, or ten a record, or a million where that is more; never more than
// fifty millions (0.8 GB, some seconds).
constexpr std::uint64_t kShangrlaFewPhantoms = 1'000'000, kShangrlaMostPhantoms = 50'000'000;

class ShangrlaReviewer {
 public:
  ShangrlaReviewer(const fs::path& folder, const ShangrlaOptions& options, Progress& progress)
      : folder_(folder), options_(options), progress_(progress) {}

  Result<Review> run() {
    review_.kind = "shangrla";
    ENTENTE_TRY(const std::string log, read_file(folder_ / kShangrlaLog, std::uint64_t{256} << 20));
    note_file(std::string(kShangrlaLog), log, "log of the audit");
    ENTENTE_TRY(record_, parse_shangrla_record(log, std::string(kShangrlaLog)));
    review_.title = record_.election;
    review_.seed = record_.seed;
    review_.not_checked.push_back(
        "Whether the log was changed after the seed: it carries results, so it cannot be fixed whole before the seed, and nothing fixes "
        "the risk limits, tests, winners and bounds of cards it names.");
    seed();
    progress_.step("Reading vote records");
    if (records()) {
      manifest();
      if (record_.max_cards && table_.cards.size() > *record_.max_cards)
        finding(kManifest, Severity::failure,
                fmt::format("There are {} vote records of the {} cards that were cast at most.", table_.cards.size(), *record_.max_cards),
                {{std::string(kShangrlaLog), 0, "max_cards"}});
      progress_.step("Checking assertions");
      contests();
      progress_.step("Drawing the sample again");
      draw();
      progress_.step("Computing the risks");
      paper();
    }
    progress_.done();
    put_in_order(review_);
    return std::move(review_);
  }

 private:
  void finding(std::string_view code, Severity severity, std::string summary, std::vector<Row> rows = {}) {
    if (rows.size() > kShangrlaRows) rows.resize(kShangrlaRows);
    shangrla_finding(review_, code, severity, "", std::move(summary), std::move(rows));
  }

  void note_file(std::string path, std::string_view bytes, std::string role) {
    for (const RecordFile& f : review_.files)
      if (f.path == path) return;
    review_.files.push_back({.path = std::move(path), .size = bytes.size(), .sha256 = sha256(bytes), .role = std::move(role)});
  }

  // Where a file named in the log lies in the folder: as named, or by its name alone, or pressed. Empty: nowhere.
  [[nodiscard]] std::string located(std::string_view named) const {
    while (named.starts_with("./")) named.remove_prefix(2);
    const std::string base = fs::path(named).filename().string();
    std::error_code ec;
    for (const std::string& candidate : {std::string(named), base, std::string(named) + ".xz", base + ".xz"})
      if (is_safe_relative_path(candidate) && fs::is_regular_file(folder_ / candidate, ec)) return candidate;
    return {};
  }

  // The unpacked text of a file, its digest noted. nullopt after a finding.
  std::optional<std::string> text(const std::string& named, const std::string& role) {
    const std::string path = located(named);
    if (path.empty()) {
      finding(kMissingFile, Severity::failure, "The " + role + " \"" + named + "\" is not in the folder.", {{named, 0, role}});
      return std::nullopt;
    }
    auto bytes = read_file(folder_ / path, options_.max_file_bytes);
    if (bytes) {
      note_file(path, *bytes, role);
      if (tables::packing_of(*bytes) == tables::Packing::xz || tables::packing_of(*bytes) == tables::Packing::gzip)
        bytes = tables::unpacked(*bytes, path, options_.max_file_bytes);
    }
    if (!bytes) {
      unreadable(path, bytes.error());
      return std::nullopt;
    }
    return std::move(*bytes);
  }

  void unreadable(const std::string& path, const Error& error) {
    finding(kUnreadable, Severity::failure, path + " cannot be read: " + error.what + ".", {Row::of(path, error)});
  }

  void seed() {
    const sampling::SeedReport report = sampling::examine_seed(record_.seed);
    review_.checks.push_back({.name = "seed of at least 20 decimal digits", .good = report.long_enough ? 1U : 0U, .of = 1});
    const Row row{std::string(kShangrlaLog), 0, record_.seed};
    if (!report.long_enough)
      finding(kSeedShort, Severity::failure, fmt::format("The seed has {} decimal digits; the rule asks for at least 20.", report.digits),
              {row});
    else if (report.pattern)
      finding(kSeedShort, Severity::warning, "The seed counts up, down or repeats one digit: nobody rolled it.", {row});
  }

  bool records() {
    std::vector<std::string> texts, names;
    for (const std::string& file : record_.cvr_files) {
      auto bytes = text(file, "vote records");
      if (!bytes) return false;
      texts.push_back(std::move(*bytes));
      names.push_back(located(file));
    }
    if (texts.empty()) {
      finding(kMissingFile, Severity::failure, "The log names no vote records; without them nothing can be recomputed.");
      return false;
    }
    std::vector<records::CvrSource> sources;
    for (std::size_t i = 0; i < texts.size(); ++i) sources.push_back({.name = names[i], .bytes = texts[i]});
    auto read = records::read_cvrs(sources);
    if (!read) {
      unreadable(names[0], read.error());
      return false;
    }
    table_ = std::move(read->table);
    shangrla_duplicates(table_, review_);
    return true;
  }

  [[nodiscard]] std::string card_name(std::uint32_t card) const {
    if (card >= table_.cards.size()) return fmt::format("phantom-1-{}", card - table_.cards.size() + 1);
    return shangrla_card_id(table_, table_.cards[card]);
  }

  void manifest() {
    if (record_.manifest_file.empty()) {
      review_.not_checked.push_back("Whether every vote record has its paper: the log names no ballot manifest.");
      if (!record_.max_cards) record_.max_cards = table_.cards.size();
      return;
    }
    auto bytes = text(record_.manifest_file, "manifest");
    if (!bytes) return;
    const std::string path = located(record_.manifest_file);
    auto manifest = records::parse_manifest(std::move(*bytes), path);
    if (!manifest) return unreadable(path, manifest.error());
    const std::uint64_t cards = manifest_cards_ = manifest->cards();
    if (!record_.max_cards) record_.max_cards = cards;
    if (cards > *record_.max_cards)
      finding(kManifest, Severity::failure,
              fmt::format("The manifest has {} cards, more than the {} that were cast at most.", cards, *record_.max_cards),
              {{path, 0, ""}});
    if (cards < *record_.max_cards)
      finding(kManifest, Severity::note,
              fmt::format("The manifest has {} cards of the {} that may have been cast; the rest are phantoms.", cards, *record_.max_cards),
              {{path, 0, ""}});
    if (table_.cards.size() > cards)
      finding(
          kManifest, Severity::failure,
          fmt::format("There are {} vote records and only {} cards: a failure of the process, not phantoms.", table_.cards.size(), cards),
          {{path, 0, ""}});
    unrecorded_ = shangrla_batches(table_, *manifest, path, review_);
  }

  void contests() {
    for (const ShangrlaContest& c : record_.contests) {
      ShangrlaState state;
      state.contest = &c;
      state.style = record_.use_style && !c.polling ? risk::CardStyle::used : risk::CardStyle::unused;
      if (!shangrla_open_contest(table_, state, review_)) continue;
      states_.push_back(std::move(state));
    }
    phantoms();
    for (ShangrlaState& state : states_) {
      std::string assertions, name = state.contest->assertion_file;
      if (state.rules.function == risk::ChoiceFunction::irv) {
        auto read = text(name, "assertions");
        if (read)
          assertions = std::move(*read);
        else
          continue;
        name = located(name);
      }
      shangrla_assert(state, assertions, name, options_.tolerance, budget_, review_);
    }
  }

  // With style a contest has as many phantoms as cards may carry it without a record; the first phantoms carry all contests that need one.
  // Without, every card cast without a record is one.
  void phantoms() {
    std::uint64_t most = 0;
    std::vector<ShangrlaState> kept;
    for (ShangrlaState& state : states_) {
      if (bounded(state)) {
        most = std::max(most, state.phantoms);
        kept.push_back(std::move(state));
      } else {
        shangrla_describe(state);
        review_.contests.push_back(std::move(state.review));
      }
    }
    states_ = std::move(kept);
    for (ShangrlaState& state : states_) {
      state.cards.add_phantoms(state.phantoms);
      state.cards.card.resize(table_.cards.size() + most, risk::VotePatterns::kAbsent);
    }
    universe_ = table_.cards.size() + most;
  }

  // The population of a contest by its bounds. False: so many phantoms that the records prove nothing; they are not drawn.
  bool bounded(ShangrlaState& state) {
    const bool style = state.style == risk::CardStyle::used;
    const auto& can = state.contest->cards;
    const std::uint64_t on_card = state.cards.on_card(), have = style ? on_card : table_.cards.size();
    const std::uint64_t bound = style && can ? *can : record_.max_cards.value_or(have);
    state.population = std::max(bound, have);
    state.phantoms = state.population - have;
    const auto fails = [&](std::string summary) {
      shangrla_finding(review_, kManifest, Severity::failure, state.name, std::move(summary), {{std::string(kShangrlaLog), 0, "cards"}});
    };
    if (can.value_or(bound) < on_card || bound < have)
      fails(fmt::format("{} vote records carry the contest, more than the {} cards that can.", have, std::min(can.value_or(bound), bound)));
    if (can && record_.max_cards && *can > *record_.max_cards)
      fails(fmt::format("The contest can be on {} cards; {} were cast at most.", *can, *record_.max_cards));
    const std::uint64_t limit = std::min(
        kShangrlaMostPhantoms, std::max({kShangrlaFewPhantoms, manifest_cards_, 10 * static_cast<std::uint64_t>(table_.cards.size())}));
    if (state.phantoms > limit) {
      fails(fmt::format("The bound leaves {} cards without a record, more than the {} that are re-checked beside {} records.",
                        state.phantoms, limit, table_.cards.size()));
      return false;
    }
    if (style && can && record_.max_cards && *can < *record_.max_cards)
      review_.not_checked.push_back(fmt::format(
          "Who counted the bounds: that at most {} of {} cards carry {} is the log's word. {} cards have no vote record ({} of "
          "them in {} batches of the manifest without a single one) and count as cards without it.",
          *can, *record_.max_cards, state.name, *record_.max_cards - std::min<std::uint64_t>(*record_.max_cards, table_.cards.size()),
          unrecorded_.cards, unrecorded_.batches));
    return true;
  }

  [[nodiscard]] bool carries(const ShangrlaState& state, std::uint32_t card) const {
    return state.style == risk::CardStyle::unused || state.cards.card[card] != risk::VotePatterns::kAbsent;
  }

  void draw() {
    if (states_.empty()) return;
    ShangrlaSample sample;
    if (!record_.sample_file.empty()) {
      auto bytes = text(record_.sample_file, "sample");
      if (bytes) {
        auto parsed = parse_shangrla_sample(*bytes, located(record_.sample_file));
        if (!parsed)
          unreadable(located(record_.sample_file), parsed.error());
        else
          sample = std::move(*parsed);
      }
    }
    read_paper();
    const bool published = !sample.ids.empty();
    auto drawn = redraw(published ? sample.ids : mvr_ids_);
    if (!drawn)
      return finding(kDrawMismatch, Severity::failure, "The sample cannot be drawn again.", {Row::of(record_.sample_file, drawn.error())});
    if (published)
      compare_draw(sample);
    else
      review_.not_checked.push_back("Whether the cards drawn are those published: the log names no list of them.");
  }

  // How many cards each contest asks for: the published size, else what the published list holds of it.
  [[nodiscard]] std::vector<std::uint64_t> sizes(const std::vector<std::string>& ids) const {
    std::vector<std::uint64_t> wanted;
    bool known = true;
    for (const ShangrlaState& state : states_) {
      wanted.push_back(state.contest->sample_size.value_or(0));
      known = known && state.contest->sample_size;
    }
    if (known) return wanted;
    const std::unordered_set<std::string> listed(ids.begin(), ids.end());
    for (std::uint32_t card = 0; card < universe_; ++card) {
      if (!listed.contains(card_name(card))) continue;
      for (std::size_t s = 0; s < states_.size(); ++s)
        if (!states_[s].contest->sample_size && carries(states_[s], card)) ++wanted[s];
    }
    return wanted;
  }

  Result<void> redraw(const std::vector<std::string>& ids) {
    const std::vector<std::uint64_t> wanted = sizes(ids);
    ENTENTE_TRY(const auto order, sampling::CardOrder::make(record_.seed, universe_, sampling::CardNumbers::cryptorandom));
    std::vector<std::uint32_t> style_of(universe_, 0);
    std::vector<std::uint64_t> masks;
    for (std::uint32_t card = 0; card < universe_; ++card) {
      std::uint64_t mask = 0;
      for (std::size_t s = 0; s < states_.size(); ++s) mask |= carries(states_[s], card) ? std::uint64_t{1} << s : 0;
      std::size_t at = 0;
      while (at < masks.size() && masks[at] != mask) ++at;
      if (at == masks.size()) masks.push_back(mask);
      style_of[card] = static_cast<std::uint32_t>(at);
    }
    sampling::StyleContests styles(masks.size(), states_.size());
    for (std::size_t m = 0; m < masks.size(); ++m)
      for (std::size_t s = 0; s < states_.size(); ++s)
        if (((masks[m] >> s) & 1U) != 0) styles.add(m, s);
    ENTENTE_TRY(drawn_, sampling::consistent_cards(order, style_of, styles, wanted));
    // The places of the cards drawn in the whole order: a contest counts those up to its last.
    positions_.reserve(drawn_.cards.size());
    for (std::uint64_t at = 0; at < order.order().size() && positions_.size() < drawn_.cards.size(); ++at)
      if (order.order()[at] == drawn_.cards[positions_.size()]) positions_.push_back(at);
    return {};
  }

  void compare_draw(const ShangrlaSample& sample) {
    std::unordered_map<std::string, std::size_t> published;
    std::vector<Row> rows;
    const std::string file = located(record_.sample_file);
    for (std::size_t i = 0; i < sample.ids.size(); ++i)
      if (!published.emplace(sample.ids[i], i).second) rows.push_back({file, sample.lines[i], sample.ids[i] + ": listed twice"});
    std::uint64_t good = 0, in_order = 0;
    for (std::size_t i = 0; i < drawn_.cards.size(); ++i) {
      const std::string name = card_name(drawn_.cards[i]);
      const auto at = published.find(name);
      if (at == published.end()) {
        rows.push_back({file, 0, name + fmt::format(": the {}. card drawn, not published as drawn", i + 1)});
        continue;
      }
      ++good;
      if (at->second == i) ++in_order;
      published.erase(at);
    }
    for (std::size_t i = 0; i < sample.ids.size(); ++i)
      if (const auto at = published.find(sample.ids[i]); at != published.end() && at->second == i)
        rows.push_back({file, sample.lines[i], sample.ids[i] + ": published as drawn, not drawn"});
    review_.checks.push_back({.name = "cards drawn again", .good = good, .of = drawn_.cards.size()});
    if (sample.ordered) {
      review_.checks.push_back({.name = "cards drawn in the order published", .good = in_order, .of = drawn_.cards.size()});
      if (rows.empty() && in_order != drawn_.cards.size())
        rows.push_back(
            {file, 0,
             fmt::format("{} of {} cards stand in another place of the draw", drawn_.cards.size() - in_order, drawn_.cards.size())});
    }
    if (!rows.empty())
      finding(kDrawMismatch, Severity::failure, fmt::format("{} cards differ between the draw and what was published.", rows.size()),
              std::move(rows));
  }

  void read_paper() {
    if (record_.mvr_file.empty()) return;
    auto bytes = text(record_.mvr_file, "paper");
    if (!bytes) return;
    const std::string path = located(record_.mvr_file);
    auto parsed = parse_shangrla_mvrs(*bytes, path);
    if (!parsed) return unreadable(path, parsed.error());
    mvrs_ = std::move(*parsed);
    std::vector<Row> twice;
    for (std::size_t i = 0; i < mvrs_.size(); ++i) {
      mvr_ids_.push_back(mvrs_[i].id);
      if (!mvr_of_.emplace(mvrs_[i].id, i).second) twice.push_back({path, 0, mvrs_[i].id});
    }
    if (!twice.empty())
      finding(kReconcile, Severity::failure,
              fmt::format("{} cards were read from the paper twice; the first reading counts here.", twice.size()), std::move(twice));
  }

  void paper() {
    if (states_.empty()) return;
    for (ShangrlaState& state : states_) shangrla_describe(state);
    if (record_.mvr_file.empty()) {
      review_.not_checked.push_back("The risks: the log names no file of what was read from the paper.");
      finding(kSampleShort, Severity::warning, "No paper was looked at, as far as the log says: no outcome is confirmed.");
      for (ShangrlaState& state : states_) review_.contests.push_back(std::move(state.review));
      return;
    }
    std::vector<std::string> names;
    std::vector<Row> missing, phantom, strange;
    const std::string path = located(record_.mvr_file);
    for (std::uint32_t card : drawn_.cards) names.push_back(card_name(card));
    std::unordered_map<std::string_view, std::size_t> drawn_names;
    for (std::size_t i = 0; i < names.size(); ++i) {
      drawn_names.emplace(names[i], i);
      const auto mvr = mvr_of_.find(names[i]);
      const bool record = drawn_.cards[i] < table_.cards.size();
      if (!record || (mvr != mvr_of_.end() && mvrs_[mvr->second].phantom))
        phantom.push_back({path, 0, names[i]});
      else if (mvr == mvr_of_.end())
        missing.push_back({path, 0, names[i]});
    }
    for (const ShangrlaMvr& mvr : mvrs_)
      if (!drawn_names.contains(mvr.id)) strange.push_back({path, 0, mvr.id + ": read from the paper, not drawn"});
    review_.checks.push_back(
        {.name = "cards drawn and read from the paper", .good = names.size() - missing.size() - phantom.size(), .of = names.size()});
    if (!missing.empty())
      finding(kSampleShort, Severity::failure,
              fmt::format("{} cards drawn were not read from the paper; each counts as the worst for every assertion.", missing.size()),
              std::move(missing));
    if (!phantom.empty())
      finding(kPhantom, Severity::warning,
              fmt::format("{} cards drawn have no record or no paper; each counts as the worst for every assertion.", phantom.size()),
              std::move(phantom));
    if (!strange.empty())
      finding(kDrawMismatch, Severity::failure,
              fmt::format("{} cards were read from the paper and not drawn; they are left out.", strange.size()), std::move(strange));
    for (std::size_t s = 0; s < states_.size(); ++s) measure(s, names);
  }

  void measure(std::size_t s, const std::vector<std::string>& names) {
    ShangrlaState& state = states_[s];
    std::vector<ShangrlaDrawn> cards;
    for (std::size_t i = 0; i < drawn_.cards.size(); ++i) {
      const std::uint32_t card = drawn_.cards[i];
      if (!carries(state, card) || positions_[i] > drawn_.contests[s].last_position) continue;
      const auto mvr = mvr_of_.find(names[i]);
      const std::uint32_t pattern = mvr == mvr_of_.end() || card >= table_.cards.size()
                                        ? risk::VotePatterns::kPhantom
                                        : shangrla_paper_pattern(record_, state, mvrs_[mvr->second]);
      cards.push_back({.position = i + 1, .id = names[i], .cvr_pattern = state.cards.card[card], .mvr_pattern = pattern});
    }
    shangrla_paper_findings(state, located(record_.mvr_file), review_);
    shangrla_measure(state, cards, options_.path_steps, options_.tolerance, review_);
    review_.contests.push_back(std::move(state.review));
  }

  const fs::path& folder_;
  const ShangrlaOptions& options_;
  Progress& progress_;
  Review review_;
  ShangrlaRecord record_;
  records::CvrTable table_;
  std::vector<ShangrlaState> states_;
  std::uint64_t universe_ = 0;
  ShangrlaUnrecorded unrecorded_;
  std::uint64_t manifest_cards_ = 0;
  ShangrlaBudget budget_;
  sampling::ConsistentCards drawn_;
  std::vector<std::uint64_t> positions_;  // of drawn_.cards in the whole order
  std::vector<ShangrlaMvr> mvrs_;
  std::vector<std::string> mvr_ids_;
  std::unordered_map<std::string, std::size_t> mvr_of_;
};

}  // namespace

Result<Review> review_shangrla(const std::filesystem::path& folder, const ShangrlaOptions& options, Progress& progress) {
  return ShangrlaReviewer(folder, options, progress).run();
}

}  // namespace entente::measures::p3_elections::review
