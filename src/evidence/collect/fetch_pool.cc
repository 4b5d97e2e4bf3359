// Bodies lie in the folder under their SHA-256, written atomically; journal.jsonl gets one line for each address that answered 200, after
// its body is there. A line that was cut off by a crash is the last one and is passed over. Redirects are followed here, one by one, so
// that each address is judged before it is asked and stands in the record.
#include "evidence/collect/fetch_pool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <thread>

#include "core/file.h"
#include "core/utf8.h"
#include "csaf/web_url.h"
#include "http/client_errors.h"

namespace entente::evidence {
namespace {

constexpr std::chrono::hours kReuse{24};
constexpr std::uint64_t kMaxJournalBytes = std::uint64_t{1} << 30;
constexpr const char* kJournal = "journal.jsonl";
constexpr const char* kBlobs = "blobs";

bool is_journal(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  const auto line = JsonDocument::parse(text.substr(0, end), "journal.jsonl", {.max_depth = 8});
  return line && json_string(line->root(), "subject").has_value();
}

// Nothing, or what an earlier collection left: its journal, or, if it ended before that, a folder "blobs" with nothing in it.
Result<void> check_is_ours(const std::filesystem::path& folder) {
  const auto not_ours = [&] {
    return fail("there is something already, and it is no collection that was broken off", {.file = folder.string()},
                "move it away, or name another bundle");
  };
  std::error_code ec;
  const auto status = std::filesystem::symlink_status(folder, ec);
  if (status.type() == std::filesystem::file_type::not_found) return {};
  if (status.type() != std::filesystem::file_type::directory) return not_ours();
  if (const std::filesystem::path journal = folder / kJournal; std::filesystem::exists(journal, ec)) {
    const auto text = read_file(journal, kMaxJournalBytes);
    return text && is_journal(*text) ? Result<void>() : not_ours();
  }
  for (auto at = std::filesystem::directory_iterator(folder, ec); !ec && at != std::filesystem::directory_iterator(); at.increment(ec))
    if (at->path().filename() != kBlobs || at->is_symlink(ec) || !std::filesystem::is_empty(at->path(), ec)) return not_ours();
  return ec ? not_ours() : Result<void>();
}

bool is_redirect(unsigned status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }
bool is_worth_another_try(unsigned status) { return status == 429 || status >= 500; }

}  // namespace

struct FetchPool::State {
  WebGetMaker web;
  FetchLimits limits;
  Loopback loopback = Loopback::refuse;
  Clock clock;
  std::chrono::steady_clock::time_point deadline;
  std::map<std::string, csaf::FetchRecord> known;  // of an earlier collection, by URL
  Fd journal;
  std::mutex mutex;  // guards the journal and `stopped`
  std::string stopped;
  std::atomic<std::uint64_t> bytes{0};

  void stop(std::string why) {
    const std::scoped_lock lock(mutex);
    if (stopped.empty()) stopped = std::move(why);
  }
  [[nodiscard]] std::string out_of_bounds() {
    if (std::chrono::steady_clock::now() > deadline) return "the time limit was reached";
    if (bytes.load() > limits.total_bytes) return fmt::format("more than {} bytes were received", limits.total_bytes);
    return {};
  }
  void read_journal(std::string_view text, const std::string& subject);
};

void FetchPool::State::read_journal(std::string_view text, const std::string& subject) {
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return;  // cut off
    const auto line = JsonDocument::parse(text.substr(0, end), "journal.jsonl", {.max_depth = 8});
    text.remove_prefix(end + 1);
    if (!line) return;
    if (std::exchange(first, false)) {
      if (json_string(line->root(), "subject") != subject) return;
      continue;
    }
    auto record = csaf::fetch_record_from(line->root());
    if (record && record->ok() && clock() - record->at < kReuse) known.insert_or_assign(record->url, std::move(*record));
  }
}

FetchPool::FetchPool(std::filesystem::path folder, std::unique_ptr<State> state) : folder_(std::move(folder)), state_(std::move(state)) {}

Result<FetchPool> FetchPool::open(const std::filesystem::path& folder, const std::string& subject, WebGetMaker web, FetchLimits limits,
                                  Loopback loopback, Clock clock) {
  auto state = std::make_unique<State>();
  state->web = std::move(web);
  state->limits = limits;
  state->loopback = loopback;
  state->clock = std::move(clock);
  state->deadline = std::chrono::steady_clock::now() + limits.time;
  ENTENTE_CHECK(check_is_ours(folder));
  ENTENTE_CHECK(make_folders(folder / kBlobs));
  const std::filesystem::path path = folder / kJournal;
  if (const auto text = read_file(path, kMaxJournalBytes)) state->read_journal(*text, subject);
  // Written anew: what is still good is taken over, so that a cut-off line or another subject's cannot stand in the middle.
  std::string fresh = json_compact(Json{{"subject", subject}}) + "\n";
  for (const auto& [url, record] : state->known) fresh += json_compact(csaf::to_json(record)) + "\n";
  ENTENTE_CHECK(write_file_atomic(path, fresh));
  state->journal = Fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (state->journal.get() < 0) return fail("cannot be opened for writing", {.file = path.string()});
  return FetchPool(folder, std::move(state));
}

std::filesystem::path FetchPool::file_of(const csaf::FetchRecord& record) const { return folder_ / kBlobs / record.sha256->hex(); }

Result<std::string> FetchPool::body(const csaf::FetchRecord& record) const {
  if (!record.ok()) return fail(record.error, {.file = record.url});
  ENTENTE_TRY(std::string text, read_file(file_of(record)));
  if (sha256(text) != *record.sha256) return fail("was altered on disk", {.file = file_of(record).string()}, "remove the folder");
  return text;
}

bool FetchPool::must_stop() const {
  std::string why = state_->out_of_bounds();
  if (why.empty()) return false;
  state_->stop(std::move(why));
  return true;
}

std::string FetchPool::stopped() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->stopped;
}

void FetchPool::discard() const {
  std::error_code ignored;
  std::filesystem::remove_all(folder_ / kBlobs, ignored);
  for (const char* file : {kJournal, kFetchLogFile}) std::filesystem::remove(folder_ / file, ignored);
  std::filesystem::remove(folder_, ignored);  // if it is empty now
}

// Why an address is not asked; empty: it is.
std::string FetchPool::objection(const std::string& url, const std::set<std::string>* hosts) const {
  const auto parts = csaf::parse_web_url(url);
  if (!parts) return "this is no https:// address";
  const bool loopback = state_->loopback == Loopback::allow && csaf::is_loopback(*parts);
  if (parts->scheme != "https" && !loopback) return "plain http:// is not asked: nothing would vouch for what came";
  if (hosts != nullptr && !hosts->contains(parts->host)) return "the provider metadata names no such host: " + parts->host;
  return {};
}

void FetchPool::keep(csaf::FetchRecord& record, const std::string& body) const {
  record.sha256 = sha256(body);
  record.size = body.size();
  const std::filesystem::path path = file_of(record);
  std::error_code ec;
  if (!std::filesystem::exists(path, ec)) {
    if (const auto written = write_file_atomic(path, body); !written) {
      record.sha256.reset();
      record.error = written.error().str();
      return;
    }
  }
  const std::string line = json_compact(csaf::to_json(record)) + "\n";
  const std::scoped_lock lock(state_->mutex);
  if (const auto written = write_all(state_->journal.get(), as_bytes(line), "journal.jsonl"); !written) record.error = written.error().what;
}

csaf::FetchRecord FetchPool::fetch(const FetchJob& job, const WebGet& get, const std::set<std::string>* hosts) const {
  if (const auto at = state_->known.find(job.url); at != state_->known.end() && objection(job.url, hosts).empty()) {
    csaf::FetchRecord record = at->second;
    record.purpose = job.purpose;
    std::error_code ec;
    if (std::filesystem::exists(file_of(record), ec)) return record;
  }
  csaf::FetchRecord record{.purpose = job.purpose, .url = job.url, .at = state_->clock()};
  std::string url = job.url;
  std::chrono::milliseconds pause = state_->limits.pause;
  for (unsigned attempt = 1;;) {
    if (record.error = state_->out_of_bounds(); !record.error.empty()) {
      state_->stop(record.error);
      return record;
    }
    if (record.error = objection(url, hosts); !record.error.empty()) return record;
    const auto answer = get(url);
    record.status = answer ? answer->status : 0;
    state_->bytes += answer ? answer->body.size() + answer->dropped : 0;
    if (answer && answer->dropped != 0) {
      record.error = fmt::format("its body is larger than the {} bytes that are taken", answer->dropped);
      return record;
    }
    if (answer && is_redirect(answer->status)) {
      const auto next = csaf::resolve_url(*csaf::parse_web_url(url), answer->location);
      record.error = !next                                                 ? "it redirects to what is no address"
                     : record.redirects.size() == state_->limits.redirects ? "it redirects too often"
                                                                           : "";
      if (!record.error.empty()) return record;
      record.redirects.push_back(url = next->str());
      continue;
    }
    const bool again = answer ? is_worth_another_try(answer->status) : !http::is_settled(answer.error().what);
    if (again && attempt++ < state_->limits.attempts) {
      std::this_thread::sleep_for(pause);
      pause *= 2;
      continue;
    }
    if (!answer) {
      record.error = printable(answer.error().what, 400);
      return record;
    }
    record.content_type = printable(answer->content_type, 200);
    if (answer->status == 200)
      keep(record, answer->body);
    else
      record.error = fmt::format("it answered {}", answer->status);
    return record;
  }
}

std::vector<csaf::FetchRecord> FetchPool::run(const std::vector<FetchJob>& jobs, Progress& progress, const std::set<std::string>* hosts) {
  std::vector<FetchJob> todo;
  for (const FetchJob& job : jobs)
    if (asked_.insert(job.url).second) todo.push_back(job);
  std::vector<csaf::FetchRecord> out(todo.size());
  std::atomic<std::size_t> next{0};
  const std::size_t threads = std::min<std::size_t>(std::max(state_->limits.threads, 1U), todo.size());
  {
    std::vector<std::jthread> workers;
    for (std::size_t t = 0; t < threads; ++t)
      workers.emplace_back([&] {
        const WebGet get = state_->web();
        for (std::size_t i = next++; i < todo.size(); i = next++) {
          out[i] = fetch(todo[i], get, hosts);
          progress.advance();
        }
      });
  }
  for (const csaf::FetchRecord& record : out) {
    const auto known = state_->known.find(record.url);
    if (known != state_->known.end() && record.ok() && known->second.at == record.at) ++reused_;
  }
  records_.insert(records_.end(), out.begin(), out.end());
  return out;
}

}  // namespace entente::evidence
