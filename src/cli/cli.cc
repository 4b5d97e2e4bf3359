// The frame of the command line: global options, the manners every command shares, error printing, exit codes. Commands add
// themselves; CLI11 parses; the chosen command's `run` is called after parsing, so that options given before or after the
// subcommand count alike.
#include "cli/cli.h"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>

#include "core/parallel.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "core/version.h"

namespace entente::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  entente assess org.toml                 measure an organisation on all nine principles
  entente controls list --principle 6     the rules, in plain words
  entente verify demo-output/             check everything a folder holds, trusting nothing
  entente supply scan bom.json --db advisories.idx

Exit codes: 0 all good, 1 findings, 2 usage or input error. `entente COMMAND --help` has examples for each command.)";

void add_shared_options(CLI::App& app, Context& context) {
  app.add_flag("--json", context.json, "print the result as one JSON document");
  app.add_flag("-q,--quiet", context.quiet, "no progress, no chatter");
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

CLI::App* add_command(CLI::App& parent, Context& context, std::string name, std::string description, std::string examples,
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
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    std::string line;
    std::getline(std::cin, line);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputs("\n", stderr);
    return line;
  };
  std::string first = ask(fmt::format("Passphrase for {}", what));
  if (first.empty()) return fail("the passphrase is empty");
  if (prompt == PassphrasePrompt::confirm && ask("Again") != first)
    return fail("the two passphrases differ", {}, "nothing was written; try again");
  return first;
}

int main(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);
  Context context;
  CLI::App app("Entente: a pledge you can check. Rules, measures, evidence and monitoring for the Paris Call.", "entente");
  app.set_version_flag("--version", "entente " + std::string(version()));
  app.require_subcommand(1);
  app.footer(kFooter);
  app.get_formatter()->column_width(34);
  add_shared_options(app, context);
  add_assess(app, context);
  add_attest(app, context);
  add_controls(app, context);
  add_evidence(app, context);
  add_keygen(app, context);
  add_ledger(app, context);
  add_reproduce(app, context);
  add_supply(app, context);
  add_verify(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) { return usage_error(context, app, e); }
  try {
    const int code = context.run ? context.run() : kError;
    if (std::fflush(stdout) != 0) return kError;
    return code;
  } catch (const std::exception& e) {  // out of memory, or a fault of ours: never a bare abort
    return report(context, Error{fmt::format("internal error: {}", e.what()), {}, "please report it with the command line and the input"});
  }
}

}  // namespace entente::cli
