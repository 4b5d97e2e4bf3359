// `entente elections commit`: fixes files of an audit that other software runs, by their digests, and later the seed, in a log. What it
// makes is what `entente elections verify --receipts` judges.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "cli/elections.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCommitExamples =
    R"(  entente elections commit --output receipts/ --key state.key --ledger log/ --ledger-key log.key manifests/*.csv cvrs/*.csv
      before the seed is drawn: the digests of these files stand in the log
  entente elections commit --output receipts/ --key state.key --ledger log/ --ledger-key log.key --seed 53417960661093690826
      after it was drawn: the seed stands behind them
  entente elections verify --record published/ --receipts receipts/ --log log.key.vkey --signer state.key.vkey

For an audit run with Entente itself, `entente elections audit commit` does the same.)";

struct CommitGiven {
  std::vector<std::string> files;
  std::string output, seed;
  StepSigning signing;
};

// The next free "NN-<name>" of the folder.
std::string next_stem(const fs::path& folder, std::string_view name) {
  std::error_code ec;
  for (int i = 1;; ++i) {
    std::string stem = fmt::format("{:02}-{}", i, name);
    bool taken = false;
    for (const auto& entry : fs::directory_iterator(folder, ec))
      taken = taken || entry.path().filename().string().starts_with(stem.substr(0, 3));
    if (!taken) return stem;
  }
}

// Whatever its size, in pieces.
Result<Digest> digest_of_file(const std::string& path) {
  std::error_code ec;
  if (!fs::is_regular_file(path, ec))
    return fail("no regular file", {.file = path}, "a folder's files are named one by one: manifests/*.csv");
  std::ifstream in(path, std::ios::binary);
  Sha256 hash;
  std::string piece(std::size_t{1} << 20, '\0');
  std::uint64_t size = 0;
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    hash.update(std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())));
    size += static_cast<std::uint64_t>(in.gcount());
  }
  if (in.bad() || !in.eof()) return fail("cannot be read", {.file = path});
  if (size == 0) return fail("the file is empty", {.file = path}, "what is in a log stays there: nothing was signed");
  return hash.finish();
}

// A name that JSON and a reader's eye can hold, and that is the same however it was typed.
Result<std::string> name_to_fix(const std::string& path) {
  if (!is_valid_utf8(path) || printable(path, path.size() * 8 + 8) != path)
    return fail("a file name with characters that cannot be shown", {.file = printable(path, 400)}, "rename it");
  return fs::path(path).lexically_normal().generic_string();
}

// A seed is a text: what is signed is what the draw will be made with.
Result<void> check_seed_text(const std::string& seed) {
  const bool blank = seed.empty() || seed.front() == ' ' || seed.back() == ' ';
  if (blank || seed.size() > 400 || !is_valid_utf8(seed) || printable(seed, 4000) != seed)
    return fail("the seed has blanks at an end, or characters that cannot be shown", {},
                "give it exactly as it was rolled: digits, leading zeros too");
  return {};
}

Result<std::string> commitment_text(const std::vector<std::string>& files) {
  std::vector<std::pair<std::string, Digest>> digests;
  for (const std::string& file : files) {
    ENTENTE_TRY(std::string name, name_to_fix(file));
    ENTENTE_TRY(const Digest digest, digest_of_file(file));
    digests.emplace_back(std::move(name), digest);
  }
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  Json list = Json::array();
  for (const auto& [path, digest] : digests) list.push_back({{"path", path}, {"sha256", digest.hex()}});
  return json_pretty(Json{{"format", "entente election files/1"}, {"files", std::move(list)}});
}

Result<int> elections_commit(const Context& context, const CommitGiven& given) {
  if (given.files.empty() == given.seed.empty())
    return fail("give either files or --seed", {}, "files before the seed is drawn, --seed afterwards");
  if (given.signing.key.empty()) return fail("no --key", {}, "a commitment is signed: --key FILE; entente keygen makes one");
  const fs::path folder = given.output;
  ENTENTE_CHECK(make_folders(folder));
  const bool seed = !given.seed.empty();
  std::string text;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    const std::string name = entry.path().filename().string();
    if (!seed && name.ends_with("-seed.dsse.json"))
      return fail("the seed is there already: what is fixed after it proves nothing", {.file = entry.path().string()},
                  "commit before the seed is drawn, to another --output for another audit");
  }
  if (seed) {
    ENTENTE_CHECK(check_seed_text(given.seed));
    if (std::count_if(given.seed.begin(), given.seed.end(), [](char c) { return c >= '0' && c <= '9'; }) < 20)
      print_warnings({"the seed has fewer than 20 digits: verifiers will say that it is short"});
    text = json_pretty(Json{{"format", "entente election seed/1"}, {"seed", given.seed}});
  } else {
    ENTENTE_TRY(text, commitment_text(given.files));
  }
  const std::string stem = next_stem(folder, seed ? "seed" : "commitment");
  const Digest digest = sha256(text);
  Json predicate{{"audit", {{"sha256", digest.hex()}}},
                 {"step", seed ? "seed" : "commit"},
                 {"round", seed ? 1 : 0},
                 {"document", {{"sha256", digest.hex()}}},
                 {"at", format_time(whole_now())}};
  if (seed) predicate["seed"] = given.seed;
  ENTENTE_CHECK(write_file_atomic(folder / (stem + ".json"), text));
  ENTENTE_TRY(const LoggedDocument logged,
              sign_and_log(given.signing, "election-step/v1", stem + ".json", digest, predicate, folder, stem));
  if (context.json) {
    print_json(Json{{"document", (folder / (stem + ".json")).string()},
                    {"digest", digest.str()},
                    {"statement", logged.statement},
                    {"receipt", logged.receipt.empty() ? Json(nullptr) : Json(logged.receipt)},
                    {"index", logged.index ? Json(*logged.index) : Json(nullptr)}});
    return kOk;
  }
  fmt::print("{}  {}\n", paint(stdout, Colour::bold, seed ? "seed" : "commitment"), printable((folder / (stem + ".json")).string(), 4096));
  fmt::print("  statement  {}\n", printable(logged.statement, 4096));
  if (logged.index) fmt::print("  receipt    {}  (entry {})\n", printable(logged.receipt, 4096), *logged.index);
  if (!logged.index && !context.quiet) fmt::print(stderr, "it is in no log yet: add --ledger LEDGER, or entente ledger append it\n");
  return kOk;
}

}  // namespace

void add_elections_commit(CLI::App& group, Context& context) {
  auto given = std::make_shared<CommitGiven>();
  CLI::App* command = add_command(group, context, "commit", "fix files in a log before the seed is drawn, and then the seed",
                                  kCommitExamples, [&context, given] {
                                    const auto done = elections_commit(context, *given);
                                    return done ? *done : report(context, done.error());
                                  });
  command->add_option("files", given->files, "manifests, vote records, tallies")->type_name("FILE");
  command->add_option("--seed", given->seed, "the seed, as text; leading zeros count")->type_name("TEXT");
  command->add_option("--output", given->output, "the folder of statements, documents and receipts")->required()->type_name("DIR");
  add_signing_options(*command, given->signing);
}

}  // namespace entente::cli
