// Hostile SBOMs of some 20 MB in every form, given to the real program: a clear error or a result, and never more than 256 MiB of memory
// (the peak resident size the kernel reports for the child). Also ordinary documents of that size.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "core/file.h"
#include "test_support.h"

namespace entente {
namespace {

constexpr std::size_t kBombBytes = 20'000'000;
constexpr long kMaxKibibytes = 256 * 1024;

struct Bomb {
  const char* name;
  std::function<std::string()> make;
  const char* says;  // in the error; null: it is read
};

std::string repeated(std::string_view head, const std::function<void(std::string&, int)>& add, std::string_view end) {
  std::string text(head);
  text.reserve(kBombBytes + 1000);
  for (int i = 0; text.size() < kBombBytes; ++i) add(text, i);
  text += end;
  return text;
}
std::string repeated(std::string_view head, std::string_view part, std::string_view end) {
  return repeated(head, [&](std::string& text, int) { text += part; }, end);
}

constexpr std::string_view kJsonHead = R"({"bomFormat":"CycloneDX","specVersion":"1.6","version":1,)";
constexpr std::string_view kXmlHead = "<?xml version=\"1.0\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>\n";
constexpr std::string_view kTagHead =
    "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: a\nDocumentNamespace: http://a.example/1\n"
    "Creator: Tool: x\nCreated: 2026-01-01T00:00:00Z\nPackageName: a\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\n";
constexpr std::string_view kYamlHead = "spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nname: a\npackages: ";

std::string laughs() {
  std::string text = "<?xml version=\"1.0\"?>\n<!DOCTYPE bom [\n<!ENTITY l0 \"lol\">\n";
  for (int i = 1; i < 10; ++i) {
    text += fmt::format("<!ENTITY l{} \"", i);
    for (int n = 0; n < 10; ++n) text += fmt::format("&l{};", i - 1);
    text += "\">\n";
  }
  return text + "]>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>&l9;</components></bom>\n";
}

const std::vector<Bomb>& bombs() {
  static const std::vector<Bomb> all{
      {"nest.json", [] { return repeated(std::string(kJsonHead) + R"("components":)", "[", ""); }, "nest"},
      {"values.json", [] { return repeated(std::string(kJsonHead) + R"("x":[1)", ",1", "]}"); }, "out of proportion"},
      {"empty-components.json", [] { return repeated(std::string(kJsonHead) + R"("components":[{})", ",{}", "]}"); }, "out of proportion"},
      {"targets.json",
       [] {
         return repeated(std::string(kJsonHead) +
                             R"("components":[{"type":"file","name":"a","bom-ref":"1"}],"dependencies":[{"ref":"1","dependsOn":["1")",
                         R"(,"1")", "]}]}");
       },
       "out of proportion"},
      {"components.json",
       [] {
         return repeated(
             std::string(kJsonHead) + R"("components":[{"type":"file","name":"first"})",
             [](std::string& text, int i) { text += fmt::format(R"(,{{"type":"file","name":"{0}","bom-ref":"{0}"}})", i); }, "]}");
       },
       nullptr},
      {"laughs.xml", laughs, "document type declaration"},
      {"nest.xml", [] { return repeated(kXmlHead, "<a>", ""); }, "nested deeper than 128"},
      {"attributes.xml", [] { return repeated("<bom ", [](std::string& text, int i) { text += fmt::format("a{}=\"\" ", i); }, "/>"); },
       "more than 256 attributes"},
      {"elements.xml", [] { return repeated(kXmlHead, "<a/>", "</components></bom>"); }, "out of proportion"},
      {"components.xml",
       [] {
         return repeated(
             kXmlHead,
             [](std::string& text, int i) {
               text += fmt::format("<component type=\"file\" bom-ref=\"{0}\">\n<name>{0}</name></component>\n", i);
             },
             "</components></bom>");
       },
       nullptr},
      {"relationships.spdx", [] { return repeated(kTagHead, "Relationship: SPDXRef-a DEPENDS_ON SPDXRef-a\n", ""); }, nullptr},
      {"short.spdx", [] { return repeated(kTagHead, "Relationship: A B C\n", ""); }, "out of proportion"},
      {"flow.yaml", [] { return repeated(kYamlHead, "[", "\n"); }, "opened in one line"},
      {"dashes.yaml", [] { return repeated(std::string(kYamlHead) + "\n", "- ", "\n"); }, "opened in one line"},
      {"values.yaml", [] { return repeated(std::string(kYamlHead) + "[1", ",1", "]\n"); }, "out of proportion"},
      {"anchors.yaml", [] { return repeated(kYamlHead, [](std::string& text, int i) { text += fmt::format("\n- &a{} x", i); }, "\n"); },
       "an anchor"},
      {"graph.json",
       [] {
         return repeated(
             R"({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-01T00:00:00Z"})",
             [](std::string& text, int i) { text += fmt::format(R"(,{{"type":"software_Package","spdxId":"u:{}","name":"a"}})", i); },
             "]}");
       },
       nullptr},
  };
  return all;
}

struct Measured {
  int code = -1;
  long kibibytes = 0;
  std::string error;
};

Measured run_measured(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const std::string err = (folder / "err").string();
  Measured out;
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    const int errors = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(null, 0);
    ::dup2(null, 1);
    ::dup2(errors, 2);
    ::execl(ENTENTE_BINARY, "entente", "supply", "check", file.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  struct rusage usage{};
  if (child < 0 || ::wait4(child, &status, 0, &usage) != child) return out;
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  out.kibibytes = usage.ru_maxrss;
  out.error = read_file(err).value_or("");
  return out;
}

TEST(SbomBombs, ClearErrorsInBoundedMemory) {
  const auto folder = TemporaryFolder::make("bombs");
  ASSERT_OK(folder);
  for (const Bomb& bomb : bombs()) {
    const auto file = folder->path() / bomb.name;
    ASSERT_OK(write_file_atomic(file, bomb.make()));
    const Measured run = run_measured(file, folder->path());
    std::printf("  %-24s %4ld MiB  exit %d\n", bomb.name, run.kibibytes / 1024, run.code);
    EXPECT_LT(run.kibibytes, kMaxKibibytes) << bomb.name;
    EXPECT_LT(run.code, 127) << bomb.name << ": " << run.error;
    EXPECT_NE(run.code, 0) << bomb.name;
    if (bomb.says == nullptr) {
      EXPECT_EQ(run.error, "") << bomb.name << " is read";
    } else {
      EXPECT_THAT(run.error, testing::HasSubstr(bomb.says)) << bomb.name;
      EXPECT_THAT(run.error, testing::HasSubstr(bomb.name)) << "the error names the file";
    }
    std::filesystem::remove(file);
  }
}

}  // namespace
}  // namespace entente
