// The DSSE specification's worked example, and the DSSE envelopes of other systems (the sigstore conformance suite): all of them are
// read, and come back from the canonical text with the same payload and signatures.
#include <filesystem>

#include "core/file.h"
#include "statement/statement.h"
#include "test_support.h"

namespace entente::statement {
namespace {

namespace fs = std::filesystem;

// The text of the first code block after `heading`.
std::string block_after(const std::string& page, std::string_view heading) {
  const std::size_t from = page.find('\n', page.find("```", page.find(heading))) + 1;
  return page.substr(from, page.find("\n```", from) - from);
}

TEST(Dsse, WorkedExampleOfTheSpecification) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto page = read_file(shared / "conformance/ledger/dsse/protocol.md");
  ASSERT_OK(page);
  const std::string vectors = page->substr(page->find("## Test Vectors"));
  const std::string type = block_after(vectors, "PAYLOAD_TYPE:"), body = block_after(vectors, "SERIALIZED_BODY:");
  ASSERT_FALSE(type.empty());
  EXPECT_EQ(pae(type, body), block_after(vectors, "\nPAE:"));
  const auto envelope = Envelope::parse(block_after(vectors, "Result (using"), "protocol.md");
  ASSERT_OK(envelope);
  EXPECT_EQ(envelope->payload, body);
  EXPECT_EQ(envelope->payload_type, type);
  ASSERT_EQ(envelope->signatures.size(), 1u);
  EXPECT_EQ(envelope->signatures[0].keyid, "");
  EXPECT_EQ(envelope->signatures[0].sig.size(), 64u);  // ECDSA: r and s
}

TEST(Dsse, EnvelopesOfSigstoreBundlesAreRead) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path assets = shared / "conformance/p6_supply/provenance/sigstore-conformance/test/assets/bundle-verify";
  ASSERT_TRUE(fs::is_directory(assets));
  std::size_t envelopes = 0;
  for (const auto& folder : fs::directory_iterator(assets)) {
    const fs::path file = folder.path() / "bundle.sigstore.json";
    if (!fs::is_regular_file(file)) continue;
    const auto document = JsonDocument::read(file);
    if (!document) continue;  // some of the suite's bundles are broken on purpose
    const auto embedded = json_get(document->root(), "dsseEnvelope");
    if (!embedded) continue;
    const auto read = Envelope::parse(json_compact(to_json(*embedded)), file.string());
    ASSERT_OK(read);
    const auto again = Envelope::parse_canonical(read->str(), file.string());
    ASSERT_OK(again);
    EXPECT_EQ(*again, *read);
    EXPECT_OK(Statement::parse(read->payload, file.string()));
    ++envelopes;
  }
  EXPECT_GE(envelopes, 10u);
}

}  // namespace
}  // namespace entente::statement
