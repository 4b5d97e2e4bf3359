// A batch is applied to the State, entry by entry, noting what each changed; then the rows of all that changed are written as they are at
// the batch's end. Rows of few and small collections are written anew altogether.
#include "registry/projection.h"

#include <set>

#include "registry/index.h"
#include "registry/ledger_times.h"
#include "registry/names.h"
#include "registry/record_day.h"
#include "registry/record_json.h"

namespace entente::registry {
namespace {

StatementRow statement_row(const Entry& entry) {
  return {.leaf = entry.leaf,
          .envelope = entry.envelope.hex(),
          .kind = entry.kind ? std::string(name(*entry.kind)) : std::string(),
          .disposition = std::string(name(entry.disposition)),
          .at = entry.kind ? format_time(entry.at) : std::string(),
          .supporter = entry.supporter,
          .body = record_text(entry)};
}

std::string folded_names(const Supporter& s) {
  std::string out = fold(s.identity.name);
  for (const auto& [tag, other] : s.identity.names)
    if (std::string folded = fold(other); folded != out) out += "\n" + folded;
  for (const std::string& former : s.detail().former_names) out += "\n" + fold(former);
  return out;
}

// What a batch touched.
struct Touched {
  std::set<std::string> supporters;
  std::set<Leaf> statements;
  std::set<Digest> assessments;
  std::uint16_t tables = 0;
  [[nodiscard]] bool touches(Table table) const { return (tables & static_cast<std::uint16_t>(table)) != 0; }
};

Touched touched_by(const State& state, const std::vector<Applied>& applied, Leaf first) {
  Touched out;
  Leaf leaf = first;
  for (const Applied& a : applied) {
    out.supporters.insert(a.supporters.begin(), a.supporters.end());
    out.statements.insert(a.statements.begin(), a.statements.end());
    out.statements.insert(leaf);
    out.tables = static_cast<std::uint16_t>(out.tables | a.tables);
    if (a.touches(Table::assessments))
      if (const auto entry = state.entry(leaf); entry && state.assessments().contains(entry->envelope))
        out.assessments.insert(entry->envelope);
    ++leaf;
  }
  return out;
}

class Documents {
 public:
  explicit Documents(StoreChanges& changes) : changes_(changes) {}
  void anew(const char* collection) { changes_.emptied.emplace_back(collection); }
  template <class Record>
  void add(const char* collection, const std::string& id, Leaf leaf, const std::string& supporter, const Record& record) {
    changes_.documents.push_back(
        {.collection = collection, .id = id, .leaf = leaf, .supporter = supporter, .body = json_compact(record_json(record))});
  }

 private:
  StoreChanges& changes_;
};

void put_documents(const State& state, const Touched& touched, StoreChanges& changes) {
  Documents documents(changes);
  for (const Digest& envelope : touched.assessments) {
    const Assessment& a = state.assessments().at(envelope);
    documents.add("assessment", envelope.hex(), a.leaf, a.supporter, a);
  }
  if (touched.touches(Table::disputes)) {
    documents.anew("dispute");
    for (const auto& [envelope, d] : state.disputes()) documents.add("dispute", envelope.hex(), d.leaf, d.supporter, d);
  }
  if (touched.touches(Table::events)) {
    documents.anew("event");
    for (const auto& [uid, e] : state.events()) documents.add("event", uid, e.leaf, e.supporter, e);
  }
  if (touched.touches(Table::pending) || touched.touches(Table::supporters)) {
    documents.anew("pending");
    for (const Pending& p : state.pending())
      documents.add("pending", p.about.hex() + (p.what == Pending::What::approval ? "-approval" : "-removal"), p.leaf, p.supporter, p);
  }
  if (touched.touches(Table::rules) && state.rules() != nullptr) documents.add("rules", "current", state.rules()->leaf, {}, *state.rules());
  if (touched.touches(Table::comchecks)) {
    documents.anew("comcheck");
    for (const ComcheckRound& r : state.comchecks()) documents.add("comcheck", std::to_string(r.leaf), r.leaf, {}, r);
  }
  if (touched.touches(Table::catalogue)) {
    documents.anew("catalogue");
    for (const CatalogueRelease& r : state.catalogue()) documents.add("catalogue", std::to_string(r.leaf), r.leaf, {}, r);
  }
  if (touched.touches(Table::commitments)) {
    documents.anew("commitment");
    for (const auto& [digest, c] : state.commitments()) documents.add("commitment", digest.hex(), c.leaf, {}, c);
  }
}

}  // namespace

SupporterRow row_of(const Supporter& s, std::string tiers) {
  return {.id = s.identity.id,
          .leaf = s.record_leaf,
          .changed_leaf = s.changed_leaf,
          .name = s.identity.name,
          .folded = folded_names(s),
          .category = s.identity.category ? std::string(name(*s.identity.category)) : std::string(),
          .nature = s.identity.nature,
          .country = s.identity.country,
          .status = std::string(name(s.status)),
          .counts = counts(s.status),
          .principles = s.pledge.principles,
          .tiers = std::move(tiers),
          .day = record_day(s).day,
          .body = json_compact(record_json(s))};
}

Result<Projection> Projection::open(Store store, const DataSet& data) {
  ENTENTE_TRY(const Position stored, store.position());
  ENTENTE_TRY(catalog::Catalog catalog, catalog::Catalog::load(data));
  return Projection(std::move(store), data, stored, std::move(catalog));
}

Applied Projection::step(std::string_view entry) {
  Applied done = state_.apply(state_.next_leaf(), entry);
  note(done);
  return done;
}

tl::expected<Applied, Rejection> Projection::admit(Submission& submission, Instant now) {
  auto done = state_.admit(submission, now);
  if (done) note(*done);
  return done;
}

void Projection::note(Applied done) {
  history_ = sha256_of({history_.view(), done.envelope.view()});
  if (state_.next_leaf() > taken_) stepped_.push_back(std::move(done));
}

Result<Projection::Outcome> Projection::apply(std::span<const std::string> entries) {
  Outcome outcome;
  for (const std::string& entry : entries) {
    if (step(entry).disposition == Disposition::ignored) ++outcome.ignored;
    // Where the tables end, both must have seen the same entries.
    if (state_.next_leaf() != stored_.next_leaf || history_ == stored_.history) continue;
    ENTENTE_CHECK(store_.clear());
    outcome.began_anew = true;
    return outcome;
  }
  ENTENTE_CHECK(write(take()));
  return outcome;
}

// Tiers are those of the time the latest assessment came into the ledger, so that they do not depend on when the row is written; what has
// become too old since then is a matter of the index at a later time.
std::vector<SupporterRow> Projection::rows_of(const std::set<std::string>& ids) const {
  std::vector<SupporterRow> out;
  std::optional<LedgerTimes> times;
  for (const std::string& id : ids) {
    const Supporter* s = state_.supporter(id);
    if (s == nullptr) continue;
    std::string tiers;
    if (s->detail().assessment && counts(s->status)) {
      if (!times) times.emplace(state_);
      const Instant at = times->at(state_.assessments().at(*s->detail().assessment).leaf);
      if (const auto index = index_of(state_, catalog_, *times, id, at))
        for (const catalog::PrincipleScore& p : index->principles) tiers += p.tier;
    }
    out.push_back(row_of(*s, std::move(tiers)));
  }
  return out;
}

StoreChanges Projection::take() {
  StoreChanges changes{.position = {.next_leaf = state_.next_leaf(), .history = history_}};
  if (stepped_.empty()) return changes;
  const Touched touched = touched_by(state_, stepped_, taken_);
  changes.supporters = rows_of(touched.supporters);
  changes.statements.reserve(touched.statements.size());
  for (const Leaf leaf : touched.statements)
    if (const auto entry = state_.entry(leaf)) changes.statements.push_back(statement_row(*entry));
  put_documents(state_, touched, changes);
  stepped_.clear();
  taken_ = changes.position.next_leaf;
  return changes;
}

Result<void> Projection::write(const StoreChanges& changes) {
  // While the tables are ahead of what was replayed there is nothing to write.
  if (changes.position.next_leaf <= stored_.next_leaf) return {};
  ENTENTE_CHECK(store_.write(changes));
  stored_ = changes.position;
  return {};
}

}  // namespace entente::registry
