// `entente attest`: signs an attestation for one control of a profile, and prints the [[attestation]] block to paste into org.toml. With no
// key it prints an unsigned declaration. The profile is only read: who attests need not be able to write it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "assess/attestation.h"
#include "catalog/control.h"
#include "catalog/profile.h"
#include "cli/cli.h"
#include "core/file.h"
#include "core/utf8.h"
#include "keys/keys.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAttestExamples =
    R"(  entente attest org.toml --control P1-05 --date 2026-10-12 --file reports/exercise.txt --key auditor.key
      the auditor signs the digest of a file below the profile's folder (class A: counts half)
  entente attest org.toml --control P9-06 --date 2026-09-30 --claims partial --text "Reviewed …" --key peer.key
  entente attest org.toml --control P8-01 --date 2026-06-01 --text "We never hack back."
      without a key: a declaration of the organisation itself (class D: shown, never counted)

Paste what it prints into org.toml. The signature covers organisation, control, claim, date and content, so it holds for
this profile only.)";

struct AttestOptions {
  std::string profile, control, claims = "satisfied", date, text, file, key;
};

// A TOML basic string.
std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

struct Attested {
  std::string block;
  std::vector<std::string> notes;
};

// What would make `entente assess` pass the attestation over, told while it can still be put right.
std::vector<std::string> attest_notes(const catalog::Profile& profile, const catalog::Attestation& attestation,
                                      const catalog::Control& control) {
  std::vector<std::string> out;
  std::string attester;
  if (const auto reason = assess::attestation_objection(profile, attestation, control, now(), attester))
    out.push_back("as of today this attestation will not count: " + reason->en);
  if (!control.applies_to(profile.roles))
    out.push_back(fmt::format("{} does not apply to this organisation (its roles: {}), so the attestation will not count", control.id.str(),
                              fmt::join(profile.roles, ", ")));
  return out;
}

Result<catalog::Attestation> compose(const AttestOptions& given, const catalog::Catalog& catalog, const fs::path& root) {
  ENTENTE_TRY(const auto id, catalog::ControlId::parse(given.control));
  const catalog::Control* control = catalog.find(id);
  if (control == nullptr) return fail(fmt::format("no control {}", given.control), {}, "entente controls list shows them");
  const auto kind = control->evidence_class;
  if (kind == catalog::EvidenceClass::measured || kind == catalog::EvidenceClass::verified) {
    return fail(fmt::format("{} is of class {}: it is measured, and no attestation can stand for it", given.control, letter(kind)), {},
                fmt::format("it needs evidence: {}", control->evidence.en));
  }
  catalog::Attestation out;
  out.control = id;
  out.claims = *catalog::parse_status(given.claims);
  ENTENTE_TRY(out.date, parse_time_option("--date", given.date, TimeForm::date));
  if (!is_valid_utf8(given.text)) return fail("the text is not UTF-8");
  out.text = given.text;
  if (!given.file.empty()) {
    if (!is_safe_relative_path(given.file)) {
      return fail(fmt::format("unsafe path \"{}\"", given.file), {},
                  "write it relative to org.toml; the file must lie in its folder or below");
    }
    std::error_code ec;
    const fs::path target = fs::weakly_canonical(root / given.file, ec);
    if (ec || target != fs::weakly_canonical(root, ec) / given.file)
      return fail("a symbolic link stands in the way", {.file = (root / given.file).string()},
                  "name the file itself, below org.toml's folder");
    ENTENTE_TRY(const auto content, read_file(root / given.file));
    out.file = sha256(content);
    out.file_path = given.file;
  }
  return out;
}

std::string block(const catalog::Attestation& a) {
  std::string out = fmt::format("[[attestation]]\ncontrol = {}\nclaims = {}\ndate = {}\n", toml_string(a.control.str()),
                                toml_string(catalog::to_string(a.claims)), format_date(a.date));
  if (!a.text.empty()) out += fmt::format("text = {}\n", toml_string(a.text));
  if (a.file) out += fmt::format("file = {}\nfile_path = {}\n", toml_string(a.file->str()), toml_string(a.file_path));
  if (!a.attester.empty()) out += fmt::format("attester = {}\nsignature = {}\n", toml_string(a.attester), toml_string(a.signature));
  return out;
}

Result<Attested> attest(const Context& context, const AttestOptions& given) {
  ENTENTE_TRY(const DataSet* const data, context.data());
  ENTENTE_TRY(const auto text, read_file(given.profile, catalog::kMaxProfileBytes));
  ENTENTE_TRY(const auto profile, catalog::Profile::parse(text, given.profile));
  ENTENTE_TRY(const auto catalog, catalog::Catalog::load(*data));
  // "org.toml" has no parent: its folder is the one we are in.
  const fs::path parent = fs::path(given.profile).parent_path();
  ENTENTE_TRY(auto attestation, compose(given, catalog, parent.empty() ? fs::path(".") : parent));
  if (!given.key.empty()) {
    ENTENTE_TRY(const auto key, read_signing_key(given.key));
    ENTENTE_CHECK(check_statement_key(key, given.key));
    attestation.attester = key.verifier().str();
    attestation.signature = to_base64(key.sign(as_bytes(catalog::attestation_message(profile, attestation))));
  }
  // What is signed must be what `entente assess` will take: the block is read back as part of a profile.
  const std::string out = block(attestation);
  const std::string whole = text + (text.ends_with('\n') ? "" : "\n") + out;
  if (const auto read = catalog::Profile::parse(whole, given.profile); !read) {
    Error error = read.error();
    error.where = {};
    return fail(std::move(error));
  }
  return Attested{out, attest_notes(profile, attestation, *catalog.find(attestation.control))};
}

int run_attest(const Context& context, const AttestOptions& given) {
  if (given.text.empty() == given.file.empty()) {
    return report(context,
                  Error{"give either --text or --file", {}, "--text for a sentence, --file for a document below the profile's folder"});
  }
  const auto printed = attest(context, given);
  if (!printed) return report(context, printed.error());
  if (context.json) {
    print_json(Json{{"block", printed->block}, {"warnings", printed->notes}});
  } else {
    std::fwrite(printed->block.data(), 1, printed->block.size(), stdout);
  }
  print_warnings(printed->notes);
  return kOk;
}

}  // namespace

void add_attest(CLI::App& app, Context& context) {
  auto given = std::make_shared<AttestOptions>();
  CLI::App* command = add_command(app, context, "attest", "sign an attestation for one control of a profile", kAttestExamples,
                                  [&context, given] { return run_attest(context, *given); });
  command->add_option("profile", given->profile, "the organisation's profile")->required()->type_name("org.toml");
  command->add_option("--control", given->control, "which control (class A or D)")->required()->type_name("ID");
  command->add_option("--claims", given->claims, "what is attested")->check(CLI::IsMember({"satisfied", "partial"}))->capture_default_str();
  command->add_option("--date", given->date, "the day of the attestation, 2026-10-12")->required()->type_name("DATE");
  command->add_option("--text", given->text, "what is attested, in words")->type_name("TEXT");
  command->add_option("--file", given->file, "the file that says it, relative to org.toml")->type_name("FILE");
  command->add_option("--key", given->key, "the attester's private key; without it a declaration is printed")->type_name("FILE");
}

}  // namespace entente::cli
