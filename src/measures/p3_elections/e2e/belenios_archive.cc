// Follows the chain from the first event to the last: each file must have the hash its name says, each event the hash of the one before as
// its parent, and the events must come in the order of an election. Files no event leads to are named: they are in the archive without
// being part of what it proves.
#include "measures/p3_elections/e2e/belenios_archive.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "core/digest.h"
#include "measures/p3_elections/e2e/record_value.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::string_view kBelNames = "BEL-A.1 every file has the SHA-256 its name says";
constexpr std::string_view kBelLinks = "BEL-A.2 every event names the one before as its parent and its height";
constexpr std::string_view kBelOrder = "BEL-A.3 events come in the order of an election";
constexpr std::string_view kBelUsed = "BEL-A.4 every file is reached from an event";

struct BelFiles {
  std::map<std::string, const RecordFile*, std::less<>> data;
  std::vector<std::pair<std::string, const RecordFile*>> events;  // hash, file; in the archive's order
  std::set<std::string> used;

  // The data file of a hash; nullptr and a finding if there is none.
  const RecordFile* take(std::string_view hash, const std::string& place, CheckSheet& sheet) {
    const auto at = data.find(hash);
    if (at == data.end()) {
      sheet.note(kIncomplete, place, fmt::format("no file has the hash {} it refers to", hash));
      return nullptr;
    }
    used.insert(at->first);
    return at->second;
  }
};

bool bel_is_hash(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// Sorts files into data and events by their names.
bool bel_sort_files(const std::vector<RecordFile>& files, BelFiles& out, CheckSheet& sheet) {
  bool good = true;
  for (const RecordFile& file : files) {
    if (file.name == "BELENIOS") continue;
    const std::string_view name = file.name;
    const std::string_view rest = name.size() > 64 ? name.substr(64) : "";
    const std::string hash(name.substr(0, 64));
    if (!bel_is_hash(hash) || (rest != ".data.json" && rest != ".event.json")) {
      sheet.note(kFormat, file.name, "not a name of a Belenios archive");
      good = false;
      continue;
    }
    sheet.check(kBelNames, sha256(file.content).hex() == hash, kChain, file.name, "the file's SHA-256 is not the one in its name");
    if (rest == ".data.json")
      out.data.emplace(hash, &file);
    else
      out.events.emplace_back(hash, &file);
  }
  return good;
}

// What may follow what.
enum class BelStage { start, voting, closed, tallied, decrypting, ended };

std::optional<BelStage> bel_after(BelStage stage, std::string_view type) {
  if (type == "Setup" && stage == BelStage::start) return BelStage::voting;
  if (type == "Ballot" && stage == BelStage::voting) return BelStage::voting;
  if (type == "EndBallots" && stage == BelStage::voting) return BelStage::closed;
  if (type == "EncryptedTally" && stage == BelStage::closed) return BelStage::tallied;
  if ((type == "Shuffle" || type == "EndShuffles") && stage == BelStage::tallied) return BelStage::tallied;
  if (type == "PartialDecryption" && (stage == BelStage::tallied || stage == BelStage::decrypting)) return BelStage::decrypting;
  if (type == "Result" && stage == BelStage::decrypting) return BelStage::ended;
  return std::nullopt;
}

struct BelWalk {
  BelFiles files;
  BelArchive archive;
  CheckSheet& sheet;

  std::optional<JsonDocument> parse(const RecordFile& file) {
    auto document = JsonDocument::parse(file.content, file.name, {.max_depth = 16});
    if (document) return std::move(*document);
    sheet.note(kFormat, file.name, document.error());
    return std::nullopt;
  }

  // A finding if an event or its payload has members the format does not have.
  bool only(const JsonDocument& document, std::initializer_list<std::string_view> keys, const RecordFile& file) {
    const auto known = RecordValue{document.root(), ""}.only(keys);
    if (!known) sheet.note(kFormat, file.name, known.error());
    return known.has_value();
  }

  // The file that the field `key` of `view` names by its hash.
  const RecordFile* follow(JsonView view, std::string_view key, const std::string& place) {
    const auto hash = json_string(view, key);
    if (!hash) {
      sheet.note(kFormat, place, fmt::format("\"{}\" must be a hash", key));
      return nullptr;
    }
    return files.take(*hash, place, sheet);
  }

  bool setup(const RecordFile& payload) {
    const auto document = parse(payload);
    if (!document || !only(*document, {"election", "trustees", "credentials"}, payload)) return false;
    const std::string place = payload.name;
    const auto put = [&](std::string_view key, BelBlob& blob) {
      const RecordFile* file = follow(document->root(), key, place);
      if (file != nullptr) blob = {file->content, fmt::format("{} ({})", key, file->name)};
      return file != nullptr;
    };
    const bool election = put("election", archive.election);
    const bool trustees = put("trustees", archive.trustees);
    const bool credentials = put("credentials", archive.credentials);
    return election && trustees && credentials;
  }

  bool tally(const RecordFile& payload) {
    const auto document = parse(payload);
    if (!document || !only(*document, {"num_tallied", "total_weight", "encrypted_tally"}, payload)) return false;
    const auto count = json_int(document->root(), "num_tallied");
    const auto weight = json_int(document->root(), "total_weight");
    if (!count || *count < 0 || (weight && *weight < 0)) {
      sheet.note(kFormat, payload.name, "num_tallied and total_weight must be whole numbers");
      return false;
    }
    archive.num_tallied = *count;
    archive.total_weight = static_cast<std::uint64_t>(weight.value_or(*count));
    const RecordFile* file = follow(document->root(), "encrypted_tally", payload.name);
    if (file == nullptr) return false;
    archive.tally = BelBlob{file->content, fmt::format("encrypted tally ({})", file->name)};
    return true;
  }

  bool decryption(const RecordFile& payload) {
    const auto document = parse(payload);
    if (!document || !only(*document, {"owner", "payload"}, payload)) return false;
    const auto owner = json_int(document->root(), "owner");
    const RecordFile* file = follow(document->root(), "payload", payload.name);
    if (!owner) sheet.note(kFormat, payload.name, "\"owner\" must be the number of a trustee");
    if (!owner || file == nullptr) return false;
    archive.decryptions.push_back({*owner, {file->content, fmt::format("partial decryption of trustee {} ({})", *owner, file->name)}});
    return true;
  }

  bool event(std::string_view type, const RecordFile* payload, const RecordFile& file) {
    const bool wants_payload = type != "EndBallots" && type != "EndShuffles";
    if (wants_payload != (payload != nullptr)) {
      sheet.note(kFormat, file.name, wants_payload ? "an event without its payload" : "an event with a payload it cannot have");
      return false;
    }
    if (type == "Setup") return setup(*payload);
    if (type == "EncryptedTally") return tally(*payload);
    if (type == "PartialDecryption") return decryption(*payload);
    if (type == "Ballot")
      archive.ballots.push_back({payload->content, fmt::format("ballot {} ({})", archive.ballots.size() + 1, payload->name)});
    if (type == "Result") archive.result = BelBlob{payload->content, fmt::format("result ({})", payload->name)};
    if (type == "Shuffle") {
      archive.shuffled = true;
      if (const auto document = parse(*payload)) (void)follow(document->root(), "payload", payload->name);
    }
    return true;
  }

  bool walk() {
    BelStage stage = BelStage::start;
    std::string parent;
    bool good = true;
    for (std::size_t i = 0; i < files.events.size(); ++i) {
      const auto& [hash, file] = files.events[i];
      const auto document = parse(*file);
      if (!document || !only(*document, {"parent", "height", "type", "payload"}, *file)) return false;
      const JsonView root = document->root();
      const auto type = json_string(root, "type");
      const auto named = json_string(root, "parent");
      const bool linked = i == 0 ? !named.has_value() : named == std::string_view(parent);
      sheet.check(kBelLinks, linked && json_int(root, "height") == static_cast<std::int64_t>(i), kChain, file->name,
                  fmt::format("event {} does not follow the event before it", i));
      const auto next = type ? bel_after(stage, *type) : std::nullopt;
      if (!sheet.check(kBelOrder, next.has_value(), kChain, file->name, "an event of this kind cannot stand here")) return false;
      stage = *next;
      const RecordFile* payload = json_get(root, "payload") ? follow(root, "payload", file->name) : nullptr;
      good = event(*type, payload, *file) && good;
      parent = hash;
    }
    if (stage != BelStage::ended)
      sheet.note(kIncomplete, files.events.empty() ? "BELENIOS" : files.events.back().second->name,
                 "the archive ends before the result of the election");
    return good && stage != BelStage::start;
  }
};

}  // namespace

std::optional<BelArchive> read_bel_archive(const std::vector<RecordFile>& files, CheckSheet& sheet) {
  BelWalk walk{.files = {}, .archive = {}, .sheet = sheet};
  const auto header = std::ranges::find(files, "BELENIOS", &RecordFile::name);
  if (header != files.end()) {
    const auto document = walk.parse(*header);
    if (document && json_int(document->root(), "version") != 1)
      sheet.note(kUnsupported, header->name, "only version 1 of the archive's format is known");
  }
  const bool sorted = bel_sort_files(files, walk.files, sheet);
  const bool walked = walk.walk();
  for (const auto& [hash, file] : walk.files.data)
    sheet.check(kBelUsed, walk.files.used.contains(hash), kChain, file->name, "no event leads to this file");
  if (!sorted || !walked) return std::nullopt;
  return std::move(walk.archive);
}

}  // namespace entente::measures::p3_elections::e2e
