// The events' file is locked as a whole (flock), read, and appended to with fsync. A last line without its end is what a crash left of an
// append nobody was told of: it is cut off before the next.
#include "registry/comcheck_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/file.h"
#include "core/utf8.h"

namespace entente::registry {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMostRoundFile = std::uint64_t{64} << 20;

class LockedFile {
 public:
  [[nodiscard]] static Result<LockedFile> open(const fs::path& path) {
    LockedFile out;
    out.path_ = path;
    out.file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out.file_ < 0) return out.failed("cannot open the events");
    int locked = -1;
    do locked = ::flock(out.file_, LOCK_EX);
    while (locked != 0 && errno == EINTR);
    if (locked != 0) return out.failed("cannot lock the events");
    return out;
  }
  LockedFile(LockedFile&& other) noexcept : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}
  LockedFile& operator=(LockedFile&&) = delete;
  ~LockedFile() {
    if (file_ >= 0) ::close(file_);
  }
  // Whole lines; what follows the last of them is cut off.
  [[nodiscard]] Result<std::string> read() {
    std::string out;
    std::array<char, 64 << 10> piece{};
    for (ssize_t n = 1; n != 0;) {
      n = ::pread(file_, piece.data(), piece.size(), static_cast<off_t>(out.size()));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed("cannot read the events");
      out.append(piece.data(), static_cast<std::size_t>(n));
      if (out.size() > kMostRoundFile) return fail("the events are too long", {.file = path_.string()});
    }
    out.resize(out.empty() ? 0 : out.rfind('\n') + 1);
    size_ = out.size();
    return out;
  }
  [[nodiscard]] Result<void> append(std::string_view text) {
    if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) return failed("cannot write the events");
    while (!text.empty()) {
      const ssize_t n = ::pwrite(file_, text.data(), text.size(), static_cast<off_t>(size_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed("cannot write the events");
      size_ += static_cast<std::size_t>(n);
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fsync(file_) != 0) return failed("cannot write the events");
    return {};
  }

 private:
  LockedFile() = default;
  [[nodiscard]] tl::unexpected<Error> failed(std::string_view what) const {
    return fail(fmt::format("{}: {}", what, std::strerror(errno)), {.file = path_.string()});
  }
  fs::path path_;
  int file_ = -1;
  std::size_t size_ = 0;
};

Result<std::vector<ComcheckEvent>> parse_events(std::string_view text, const fs::path& path) {
  std::vector<ComcheckEvent> out;
  for (std::uint64_t line = 1; !text.empty(); ++line) {
    const std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(one.size() + 1);
    auto document = JsonDocument::parse(one, path.string(), {.max_bytes = 16 << 10, .max_depth = 3});
    auto event = document ? ComcheckEvent::from(document->root()) : tl::unexpected<Error>(document.error());
    if (!event) return fail(event.error().what, {.file = path.string(), .line = line});
    out.push_back(std::move(*event));
  }
  return out;
}

Result<JsonDocument> read_round_file(const fs::path& path) {
  ENTENTE_TRY(const std::string text, read_file(path, kMostRoundFile));
  return JsonDocument::parse(text, path.string(), {.max_bytes = kMostRoundFile, .max_depth = 8});
}

Result<void> write_round_file(const fs::path& path, const Json& value) {
  return write_file_atomic(path, json_compact(value) + "\n", FileMode::secret);
}

Result<ContactSalt> secret_member(JsonView object, std::string_view member, const fs::path& path) {
  ContactSalt out{};
  const auto bytes = from_base64(json_string(object, member).value_or(""));
  if (!bytes || bytes->size() != out.size())
    return fail("a secret of the round is missing", {.file = path.string(), .pointer = "/" + std::string(member)});
  std::ranges::copy(*bytes, out.begin());
  return out;
}

// Rounds of the first programs have no file of questions: theirs are among those this program knows.
Result<ComcheckQuestions> read_questions(const fs::path& folder, const ComcheckPlan& plan) {
  const fs::path path = folder / "questions.json";
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    if (const ComcheckQuestions* known = find_comcheck_questions(plan.questions)) return *known;
    return fail("the plan was made with other questions than this program has", {.file = path.string()},
                "finish the round with the program that began it");
  }
  ENTENTE_TRY(const JsonDocument document, read_round_file(path));
  auto questions = ComcheckQuestions::from(document.root());
  if (!questions) return fail(questions.error().what, {.file = path.string()});
  if (questions->digest() != plan.questions) return fail("the questions are not those the plan names", {.file = path.string()});
  return questions;
}

Result<ComcheckRecord> read_record(const fs::path& folder) {
  ComcheckRecord out;
  ENTENTE_TRY(const JsonDocument plan, read_round_file(folder / "plan.json"));
  const auto object = json_get(plan.root(), "plan");
  if (!object) return fail("the plan is missing", {.file = plan.name()});
  ENTENTE_TRY(out.plan, ComcheckPlan::from(*object));
  ENTENTE_TRY(out.plan_salt, secret_member(plan.root(), "plan_salt", folder / "plan.json"));
  ENTENTE_TRY(out.secret, secret_member(plan.root(), "secret", folder / "plan.json"));
  ENTENTE_TRY(out.entry_key, secret_member(plan.root(), "entry_key", folder / "plan.json"));
  ENTENTE_TRY(const JsonDocument asked, read_round_file(folder / "asked.json"));
  ENTENTE_TRY(out.asked, AskedList::from(asked.root()));
  if (out.asked.digest() != out.plan.asked || out.asked.contacts.size() != out.plan.contacts)
    return fail("the list of contacts is not the one the plan names", {.file = asked.name()});
  if (sha256(ByteView(out.secret)) != out.plan.secret) return fail("the secret is not the one the plan names", {.file = plan.name()});
  ENTENTE_TRY(out.questions, read_questions(folder, out.plan));
  return out;
}

Result<ComcheckDrawn> read_draw(std::string checkpoint, const keys::VerifierKey& log, Instant at, const ComcheckPlan& plan) {
  ENTENTE_TRY(const ComcheckSeed seed, comcheck_seed(checkpoint, log));
  if (seed.origin != plan.origin) return fail("the checkpoint is another ledger's than the plan's");
  return ComcheckDrawn{.checkpoint = std::move(checkpoint), .at = at, .seed = seed};
}

}  // namespace

bool ComcheckFolder::exists(const fs::path& base, const std::string& round) {
  const bool slug = !round.empty() && round.size() <= 64 &&
                    std::ranges::all_of(round, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-'; });
  std::error_code ignored;
  return slug && fs::exists(base / round / "plan.json", ignored);
}

Result<ComcheckFolder> ComcheckFolder::create(const fs::path& base, ComcheckRecord record) {
  ENTENTE_CHECK(record.plan.commitment(record.plan_salt));
  if (record.questions.digest() != record.plan.questions) return fail("the questions are not those the plan names");
  const fs::path folder = base / record.plan.round;
  std::error_code failed;
  if (exists(base, record.plan.round))
    return fail(fmt::format("there is a round \"{}\"", record.plan.round), {.file = folder.string()}, "a round's name is used once");
  ENTENTE_CHECK(make_folders(folder));
  for (const fs::path& part : {base, folder}) {
    fs::permissions(part, fs::perms::owner_all, failed);
    if (failed) return fail("cannot make the folder private: " + failed.message(), {.file = part.string()});
  }
  ENTENTE_CHECK(write_round_file(folder / "asked.json", record.asked.json()));
  ENTENTE_CHECK(write_round_file(folder / "questions.json", record.questions.json()));
  ENTENTE_CHECK(write_round_file(folder / "plan.json", Json{{"plan", record.plan.json()},
                                                            {"plan_salt", to_base64(record.plan_salt)},
                                                            {"secret", to_base64(record.secret)},
                                                            {"entry_key", to_base64(record.entry_key)}}));
  return ComcheckFolder(folder, std::move(record));
}

Result<ComcheckFolder> ComcheckFolder::open(const fs::path& base, const std::string& round, const keys::VerifierKey& log) {
  if (!exists(base, round))
    return fail(fmt::format("there is no round \"{}\"", printable(round, 64)), {.file = base.string()},
                "entente registry comcheck plan makes one");
  ENTENTE_TRY(ComcheckRecord record, read_record(base / round));
  std::error_code ignored;
  if (fs::exists(base / round / "draw.json", ignored)) {
    ENTENTE_TRY(const JsonDocument document, read_round_file(base / round / "draw.json"));
    ENTENTE_TRY(const Instant at, parse_time(json_string(document.root(), "at").value_or("")));
    ENTENTE_TRY(record.drawn, read_draw(std::string(json_string(document.root(), "checkpoint").value_or("")), log, at, record.plan));
  }
  return ComcheckFolder(base / round, std::move(record));
}

Result<void> ComcheckFolder::keep_draw(const std::string& checkpoint, const keys::VerifierKey& log, Instant at) {
  if (record_.drawn) return fail("the round was drawn already", {.file = folder_.string()}, "the times stand");
  ENTENTE_TRY(record_.drawn, read_draw(checkpoint, log, at, record_.plan));
  return write_round_file(folder_ / "draw.json", Json{{"checkpoint", checkpoint}, {"at", format_time(at)}});
}

Result<std::vector<ComcheckEvent>> ComcheckFolder::events() const {
  const fs::path path = folder_ / "events.jsonl";
  ENTENTE_TRY(LockedFile file, LockedFile::open(path));
  ENTENTE_TRY(const std::string text, file.read());
  return parse_events(text, path);
}

Result<void> ComcheckFolder::update(
    const std::function<Result<std::vector<ComcheckEvent>>(const std::vector<ComcheckEvent>&)>& decide) const {
  const fs::path path = folder_ / "events.jsonl";
  ENTENTE_TRY(LockedFile file, LockedFile::open(path));
  ENTENTE_TRY(const std::string text, file.read());
  ENTENTE_TRY(const auto events, parse_events(text, path));
  ENTENTE_TRY(const auto more, decide(events));
  std::string lines;
  for (const ComcheckEvent& event : more) lines += json_compact(event.json()) + "\n";
  return lines.empty() ? Result<void>() : file.append(lines);
}

Result<void> ComcheckFolder::append(ComcheckEvent event) const {
  return update([&](const auto&) -> Result<std::vector<ComcheckEvent>> { return std::vector{event}; });
}

}  // namespace entente::registry
