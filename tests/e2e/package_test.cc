// The manual pages, shell completions and the Debian package, as a user gets them.
#include <gmock/gmock.h>
#include <array>

#include "core/file.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct ShellResult {
  int code = -1;
  std::string out;  // both streams
};
ShellResult shell(const std::string& command) {
  ShellResult result;
  std::FILE* pipe = popen(("(" + command + ") 2>&1").c_str(), "r");
  std::array<char, 4096> chunk{};
  while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe)) result.out.append(chunk.data(), n);
  const int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}
bool is_installed(const std::string& program) { return shell("command -v " + program).code == 0; }

class GeneratedManual : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder(TemporaryFolder::make("manual").value());
    ASSERT_EQ(run_entente({"generate-manual", folder->path().string()}).code, 0);
  }
  static void TearDownTestSuite() {
    delete folder;
    folder = nullptr;
  }
  static std::string path(const std::string& name) { return (folder->path() / name).string(); }
  // What bash offers after these words.
  static std::string completed(const std::string& words) {
    const ShellResult r = shell("bash -c " + shell_quote("source " + shell_quote(path("bash/entente")) + "; COMP_WORDS=(" + words +
                                                         "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _entente; echo \"${COMPREPLY[*]}\""));
    EXPECT_EQ(r.code, 0) << r.out;
    return r.out;
  }
  static TemporaryFolder* folder;
};
TemporaryFolder* GeneratedManual::folder = nullptr;

TEST_F(GeneratedManual, EveryCommandHasItsPage) {
  const std::string whole = read_file(path("man1/entente.1")).value();
  const std::string help = run_entente({"--help"}).out;
  for (const char* command : {"assess", "assessment", "attest", "controls", "csaf", "evidence", "keygen", "ledger", "publish", "registry",
                              "reproduce", "serve", "supply", "verify"}) {
    EXPECT_THAT(help, HasSubstr(std::string("\n  ") + command));
    EXPECT_THAT(whole, HasSubstr(std::string("entente\\-") + command));
    EXPECT_TRUE(std::filesystem::exists(path(std::string("man1/entente-") + command + ".1"))) << command;
  }
  EXPECT_THAT(help, Not(HasSubstr("generate-manual"))) << "for packagers";
  EXPECT_THAT(whole, Not(HasSubstr("generate")));
  const std::string supply = read_file(path("man1/entente-supply.1")).value();
  for (const char* text :
       {".SS entente supply scan", "\\fB\\-\\-fail\\-on\\fR", "\\fB\\-\\-vex\\fR", ".SH EXIT STATUS", "\\fB\\-q\\fR, \\fB\\-\\-quiet\\fR"})
    EXPECT_THAT(supply, HasSubstr(text));
}

TEST_F(GeneratedManual, PagesAreSoundRoff) {
  if (!is_installed("groff")) GTEST_SKIP() << "groff is not installed";
  for (const auto& entry : std::filesystem::directory_iterator(path("man1"))) {
    const ShellResult r = shell("groff -man -Tutf8 -ww -k " + shell_quote(entry.path().string()) + " >/dev/null");
    EXPECT_EQ(r.code, 0) << entry.path();
    EXPECT_THAT(r.out, IsEmpty()) << entry.path();
  }
  // What stands in an example stands on the page: no line was taken for a request, no character lost.
  const ShellResult page = shell("groff -man -Tascii -k -P-c " + shell_quote(path("man1/entente-supply.1")));
  EXPECT_THAT(page.out, HasSubstr("--fail-on critical --json > report.json"));
}

TEST_F(GeneratedManual, BashCompletesCommandsOptionsAndChoices) {
  EXPECT_EQ(shell("bash -n " + shell_quote(path("bash/entente"))).code, 0);
  EXPECT_EQ(completed("entente su"), "supply\n");
  EXPECT_EQ(completed("entente supply s"), "scan\n");
  EXPECT_EQ(completed("entente --json supply s"), "scan\n");
  EXPECT_EQ(completed("entente help supply po"), "portfolio\n");
  EXPECT_EQ(completed("entente supply scan --fail-on cr"), "critical\n");
  EXPECT_EQ(completed("entente supply scan --fail"), "--fail-on\n");
  EXPECT_EQ(completed("entente supply scan --db x"), "\n") << "file names are the shell's own";
  EXPECT_THAT(completed("entente ''"), HasSubstr("assess"));
  EXPECT_THAT(completed("entente ''"), Not(HasSubstr("generate-manual")));
}

TEST_F(GeneratedManual, ZshAndFishReadTheirs) {
  const bool zsh = is_installed("zsh"), fish = is_installed("fish");
  if (zsh) EXPECT_EQ(shell("zsh -n " + shell_quote(path("zsh/_entente"))).out, "");
  if (fish) {
    EXPECT_EQ(shell("fish --no-execute " + shell_quote(path("fish/entente.fish"))).out, "");
    EXPECT_THAT(shell("fish -c " + shell_quote("source " + path("fish/entente.fish") + "; complete -C 'entente supply sc'")).out,
                HasSubstr("scan"));
  }
  if (!zsh && !fish) GTEST_SKIP() << "neither zsh nor fish is installed";
}

TEST(DebianPackage, HoldsWhatItShould) {
  const std::filesystem::path build = std::filesystem::path(ENTENTE_BINARY).parent_path();
  const auto folder = TemporaryFolder::make("deb");
  ASSERT_OK(folder);
  const std::string out = shell_quote(folder->path().string());
  const ShellResult made =
      shell("cd " + shell_quote(build.string()) + " && cmake --build . --target manual >/dev/null && cpack -G DEB -B " + out);
  ASSERT_EQ(made.code, 0) << made.out;
  const std::string deb = out + "/entente_*.deb";
  const std::string info = shell("dpkg-deb --info " + deb).out, contents = shell("dpkg-deb --contents " + deb).out;
  EXPECT_THAT(info, HasSubstr(" Package: entente\n"));
  EXPECT_THAT(info, HasSubstr(" Depends: "));
  EXPECT_THAT(info, HasSubstr("libsodium23"));
  EXPECT_THAT(info, HasSubstr(" Recommends: nodejs"));
  for (const char* file : {"./usr/bin/entente\n", "./usr/share/man/man1/entente.1.gz", "./usr/share/man/man1/entente-supply.1.gz",
                           "./usr/share/bash-completion/completions/entente", "./usr/share/zsh/vendor-completions/_entente",
                           "./usr/share/fish/vendor_completions.d/entente.fish", "./usr/share/doc/entente/copyright",
                           "./usr/share/doc/entente/changelog.gz", "./usr/share/doc/entente/vex.md"})
    EXPECT_THAT(contents, HasSubstr(file));
  if (std::filesystem::exists(build.parent_path() / "web/web.json")) {
    for (const char* file : {"web.json", "client/shell.html", "server/prerender.js"})
      EXPECT_THAT(contents, HasSubstr(std::string("./usr/share/entente/web/") + file + "\n"));
  }
  if (is_installed("lintian"))
    EXPECT_THAT(shell("lintian --allow-root " + deb).out, Not(HasSubstr("E: "))) << "Debian's checker finds errors";
  // The program of the package runs where it is unpacked.
  EXPECT_EQ(shell("dpkg-deb -x " + deb + " " + out + "/root && " + out + "/root/usr/bin/entente --version").code, 0);
}

}  // namespace
}  // namespace entente::test
