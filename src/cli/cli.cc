// The frame of the command line: global options, the manners every command shares, error printing, exit codes. Commands add
// themselves; CLI11 parses; the chosen command's `run` is called after parsing, so that options given before or after the
// subcommand count alike.
#include "cli/cli.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>

#include "catalog/nearest.h"
#include "core/interrupt.h"
#include "core/parallel.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "core/version.h"
#include "measures/all.h"

namespace entente::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  entente assess org.toml                 measure an organisation on all nine principles
  entente controls list --principle 6     the rules, in plain words
  entente verify assessment --key org.key.vkey --log log.key.vkey
                                          check everything a folder holds, trusting only these keys
  entente supply scan bom.json --db advisories.idx

Exit codes: 0 all good, 1 findings, 2 usage or input error. `entente help COMMAND` has examples for each command.)";

// Help that names a value by one plain word; what the checks add to it ("UINT in [0 - 1024]", "{a,b}") goes into the description, in words.
class PlainFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string out = CLI::Formatter::make_option_opts(option);
    const std::string type = option->get_type_name();
    const std::size_t at = type.empty() ? std::string::npos : out.find(type);
    if (at != std::string::npos) out.replace(at, type.size(), type.substr(0, end_of_value_word(type)));
    return out;
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::string out = CLI::Formatter::make_option_desc(option);
    const std::string type = option->get_type_name();
    const std::size_t colon = end_of_value_word(type);
    if (colon == type.size()) return out;
    std::string allowed = type.substr(colon + 1);
    if (const std::size_t range = allowed.find(" in ["); range != std::string::npos && allowed.ends_with(']')) {
      allowed = allowed.substr(range + 5, allowed.size() - range - 6);
      if (const std::size_t dash = allowed.find(" - "); dash != std::string::npos) allowed.replace(dash, 3, " to ");
      return out + " (from " + allowed + ")";
    }
    if (!allowed.starts_with('{') || !allowed.ends_with('}')) return out;
    std::string list;
    bool told = true;  // the description names every choice already
    std::istringstream choices(allowed.substr(1, allowed.size() - 2));
    for (std::string choice; std::getline(choices, choice, ',');) {
      told = told && out.find(choice) != std::string::npos;
      list += (list.empty() ? "" : ", ") + choice;
    }
    return told ? out : out + " (" + list + ")";
  }
};

void add_shared_options(CLI::App& app, Context& context) {
  app.add_flag("--json", context.json, "print the result as one JSON document");
  app.add_flag("-q,--quiet", context.quiet, "no progress and no remarks; the result itself is printed");
  app.add_option("--data", context.data_folder, "use this data folder (catalogues, schemas) instead of the embedded one")->type_name("DIR");
  app.add_option_function<std::string>(
         "--color",
         [](const std::string& when) {
           set_colour(when == "always" ? ColourChoice::always : when == "never" ? ColourChoice::never : ColourChoice::automatic);
         },
         "colours: auto, always, never (NO_COLOR is honoured)")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  app.add_option_function<std::size_t>(
         "--threads", [](std::size_t n) { set_thread_limit(n); }, "threads to use (0: all cores)")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1024}))
      ->type_name("N");
}

// Usage errors of CLI11: one line, then where to look.
int usage_error(const Context& context, const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* deepest = &app;
  while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
  std::string path = deepest->get_name();
  for (const CLI::App* p = deepest->get_parent(); p != nullptr; p = p->get_parent()) path = p->get_name() + " " + path;
  return report(context, Error{error.what(), {}, fmt::format("see `{} --help`", path)});
}

// An empty argument is nearly always a shell variable that was not set. Taken as "not given" it would leave out a check or a signature.
std::optional<Error> empty_argument(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool unset = argument.empty() || (argument.starts_with("--") && argument.size() > 3 && argument.back() == '=');
    if (!unset) continue;
    const std::string_view option = argument.empty() ? argv[i - 1] : argument.substr(0, argument.size() - 1);
    return Error{fmt::format("an empty argument{}", option.starts_with('-') ? fmt::format(" after {}", option) : ""),
                 {},
                 "perhaps a variable of the shell is not set"};
  }
  return std::nullopt;
}

// The first word that is no command where one is wanted.
std::optional<Error> unknown_command(int argc, const char* const* argv, const CLI::App& app) {
  const CLI::App* group = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--data" || word == "--color" || word == "--threads") {
      ++i;
      continue;
    }
    if (word.starts_with('-')) continue;
    const auto commands = group->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) return std::nullopt;
    const auto found = std::find_if(commands.begin(), commands.end(), [&](const CLI::App* c) { return c->get_name() == word; });
    if (found != commands.end()) {
      group = *found;
      continue;
    }
    std::vector<std::string> names;
    for (const CLI::App* c : commands)
      if (!c->get_group().empty()) names.push_back(c->get_name());
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto close = catalog::nearest(word, known, 1);
    return Error{fmt::format("there is no command \"{}\"{}", printable(word, 60), group == &app ? "" : " in " + group->get_name()),
                 {},
                 close.empty() ? fmt::format("the commands are {}", fmt::join(names, ", "))
                               : fmt::format("did you mean \"{}\"? The commands are {}", close.front(), fmt::join(names, ", "))};
  }
  return std::nullopt;
}

// A program started with a standard stream closed would get that number for the next file it opens, and then print into it.
void open_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF) (void)!::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
}

// Whether nobody reads standard output any more; an earlier write's errno is long gone by the time it is asked.
bool reader_is_gone() {
  pollfd out{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

// What was printed must have arrived: a full disk behind `> file` is an error, a reader that has seen enough (`| head`) is not.
int finish_output(const Context& context, int code) {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  const int why = errno;
  if (flushed && std::ferror(stdout) == 0) return code;
  if (why == EPIPE || reader_is_gone()) {
    std::signal(SIGPIPE, SIG_DFL);  // ends as `cat` or `grep` would: no message, and the shell sees SIGPIPE
    std::raise(SIGPIPE);
    return kError;
  }
  Context plain;
  plain.quiet = context.quiet;
  return report(plain, Error{fmt::format("cannot write to standard output: {}", why == 0 ? "an earlier write failed" : std::strerror(why)),
                             {},
                             "what was printed is incomplete"});
}

}  // namespace

Result<const DataSet*> Context::data() const {
  if (data_folder.empty()) return &DataSet::embedded();
  static std::unique_ptr<DataSet> loaded;
  static std::string loaded_from;
  if (!loaded || loaded_from != data_folder) {
    ENTENTE_TRY(DataSet set, DataSet::from_folder(data_folder));
    loaded = std::make_unique<DataSet>(std::move(set));
    loaded_from = data_folder;
  }
  return loaded.get();
}

int report(const Context& context, const Error& error) {
  const std::string place = printable(error.where.str(), 4096);
  std::string line = paint(stderr, Colour::red, "error:") + " ";
  if (!place.empty()) line += paint(stderr, Colour::bold, place) + ": ";
  line += printable(error.what, 4096);
  if (!error.hint.empty()) line += "\n" + paint(stderr, Colour::cyan, "  hint:") + " " + printable(error.hint, 4096);
  std::fprintf(stderr, "%s\n", line.c_str());
  if (context.json) {
    Json where = Json::object();
    if (!error.where.file.empty()) where["file"] = error.where.file;
    if (error.where.line) where["line"] = *error.where.line;
    if (error.where.column) where["column"] = *error.where.column;
    if (error.where.offset) where["offset"] = *error.where.offset;
    if (!error.where.pointer.empty()) where["pointer"] = error.where.pointer;
    print_json({{"error", {{"what", error.what}, {"where", where}, {"hint", error.hint}}}});
  }
  return kError;
}

CLI::App* add_command(CLI::App& parent, Context& context, std::string name, std::string description, const std::string& examples,
                      std::function<int()> run) {
  CLI::App* command = parent.add_subcommand(std::move(name), std::move(description));
  if (!examples.empty()) command->footer("\nExamples:\n" + examples);
  add_shared_options(*command, context);
  // A group such as `entente ledger` has no action of its own; its subcommands have.
  // Children complete before their parents: a group with an action of its own keeps it only if no child was chosen.
  if (run)
    command->parse_complete_callback([&context, run = std::move(run)] {
      if (!context.run) context.run = run;
    });
  return command;
}

void print_json(const Json& value) {
  const std::string text = json_pretty(value);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Result<std::string> ask_passphrase(std::string_view what, PassphrasePrompt prompt) {
  if (const char* env = std::getenv("ENTENTE_PASSPHRASE"); env != nullptr) return std::string(env);
  if (::isatty(STDIN_FILENO) != 1)
    return fail(fmt::format("a passphrase is needed for {}", what), {}, "run it on a terminal, or set ENTENTE_PASSPHRASE");
  const auto ask = [](const std::string& text) {
    std::fprintf(stderr, "%s: ", text.c_str());
    termios before{};
    ::tcgetattr(STDIN_FILENO, &before);
    termios hidden = before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    at_interrupt([before] { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before); });
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    std::string line;
    std::getline(std::cin, line);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    at_interrupt({});
    std::fputs("\n", stderr);
    return line;
  };
  std::string first = ask(fmt::format("Passphrase for {}", what));
  if (first.empty()) return fail("the passphrase is empty");
  if (prompt == PassphrasePrompt::confirm && ask("Again") != first)
    return fail("the two passphrases differ", {}, "nothing was written; try again");
  return first;
}

std::size_t end_of_value_word(std::string_view type) {
  if (type.ends_with('}')) return std::min(type.find(":{"), type.size());
  const std::size_t range = type.ends_with(']') ? type.find(" in [") : std::string_view::npos;
  return range == std::string_view::npos ? type.size() : std::min(type.rfind(':', range), type.size());
}

Result<keys::SigningKey> read_signing_key(const std::string& path) {
  ENTENTE_TRY(const bool sealed, keys::key_file_needs_passphrase(path));
  std::string passphrase;
  if (sealed) { ENTENTE_TRY(passphrase, ask_passphrase(path, PassphrasePrompt::once)); }
  return keys::read_key_file(path, passphrase);
}

Instant whole_now() { return std::chrono::floor<std::chrono::seconds>(now()); }

Result<Instant> parse_time_option(std::string_view option, std::string_view text, TimeForm form) {
  auto parsed = form == TimeForm::date ? parse_date(text) : form == TimeForm::time ? parse_time(text) : parse_time_or_date(text);
  if (parsed) return parsed;
  Error error = std::move(parsed).error();
  error.what = fmt::format("{}: {}", option, error.what);
  if (form == TimeForm::time_or_date) error.hint = "write a day or a time, for example 2026-11-24 or 2026-11-24T12:00:00Z";
  error.where = {};  // an offset into the option's value tells nothing without the option
  return fail(std::move(error));
}

std::vector<std::string> unread_kinds(const evidence::Bundle& bundle) {
  std::vector<std::string_view> known{"profile", "attestation"};
  for (const auto* measure : measures::all())
    for (const std::string_view kind : measure->evidence_kinds()) known.push_back(kind);
  std::vector<std::string> out;
  std::set<std::string_view> said;
  for (const auto& e : bundle.entries()) {
    if (std::find(known.begin(), known.end(), e.kind) != known.end() || !said.insert(e.kind).second) continue;
    const auto close = catalog::nearest(e.kind, known, 1);
    out.push_back(fmt::format(
        "no engine of this version reads evidence of kind \"{}\", so {} is not judged; {}", printable(e.kind, 80), printable(e.path, 200),
        close.empty() ? "the kinds it reads are " + catalog::join_or(known) : fmt::format("did you mean \"{}\"?", close.front())));
  }
  return out;
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings)
    std::fprintf(stderr, "%s %s\n", paint(stderr, Colour::yellow, "warning:").c_str(), warning.c_str());
}

Result<void> check_statement_key(const keys::SigningKey& key, std::string_view file) {
  if (key.verifier().type() == keys::KeyType::ed25519) return {};
  return fail("this is a witness's key (cosignature/v1); it must sign nothing but cosignatures", {.file = std::string(file)},
              "make a key for statements with `entente keygen NAME --out FILE`");
}

CLI::Validator whole_number() {
  return CLI::Validator(
      [](std::string& text) {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size())
          return fmt::format("\"{}\" is not a whole number from 0 to 2^64 - 1", printable(text, 60));
        return std::string();
      },
      "");
}

Error as_given(Error error, const std::filesystem::path& folder, const std::string& given) {
  const std::string inside = folder.string();
  if (error.where.file == inside)
    error.where.file = given;
  else if (error.where.file.starts_with(inside + "/"))
    error.where.file = given + error.where.file.substr(inside.size());
  return error;
}

void build_app(CLI::App& app, Context& context) {
  app.description("Entente: a pledge you can check. Rules, measures, evidence and monitoring for the Paris Call.");
  app.name("entente");
  app.set_version_flag("--version", "entente " + std::string(version()));
  app.require_subcommand(1);
  app.footer(kFooter);
  app.formatter(std::make_shared<PlainFormatter>());
  app.get_formatter()->column_width(34);
  add_shared_options(app, context);
  add_assess(app, context);
  add_assessment(app, context);
  add_attest(app, context);
  add_controls(app, context);
  add_csaf(app, context);
  add_elections(app, context);
  add_evidence(app, context);
  add_generate_manual(app, context);
  add_keygen(app, context);
  add_ledger(app, context);
  add_registry(app, context);
  add_serve(app, context);
  add_publish(app, context);
  add_reproduce(app, context);
  add_supply(app, context);
  add_verify(app, context);
}

int main(int argc, const char* const* argv) {
  open_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);
  clean_up_on_interrupt();
  Context context;
  CLI::App app;
  build_app(app, context);
  const auto given_json = [&] { return std::any_of(argv + 1, argv + argc, [](const char* a) { return std::strcmp(a, "--json") == 0; }); };
  try {
    if (const auto error = empty_argument(argc, argv)) {
      context.json = given_json();
      return report(context, *error);
    }
    // `entente help ledger append` is `entente ledger append --help`.
    std::vector<const char*> words(argv, argv + argc);
    if (argc > 1 && std::strcmp(argv[1], "help") == 0) {
      words.erase(words.begin() + 1);
      if (const auto error = unknown_command(static_cast<int>(words.size()), words.data(), app)) return report(context, *error);
      words.push_back("--help");
    }
    app.parse(static_cast<int>(words.size()), words.data());
  } catch (const CLI::Success& e) {  // --help, --version
    const int code = app.exit(e);
    std::cout.flush();
    return finish_output(context, std::cout.good() ? code : kError);
  } catch (const CLI::ParseError& e) {
    context.json = given_json();
    if (const auto error = unknown_command(argc, argv, app)) return report(context, *error);
    return usage_error(context, app, e);
  }
  try {
    return finish_output(context, context.run ? context.run() : kError);
  } catch (const std::system_error& e) {  // libfmt throws when it cannot write
    if (std::ferror(stdout) != 0) return finish_output(context, kError);
    return report(context, Error{fmt::format("internal error: {}", e.what()), {}, "please report it with the command line and the input"});
  } catch (const std::exception& e) {  // out of memory, or a fault of ours: never a bare abort
    return report(context, Error{fmt::format("internal error: {}", e.what()), {}, "please report it with the command line and the input"});
  }
}

}  // namespace entente::cli
