// Reads the policy member by member from a table of names, so that one which is not in it is an error.
#include "measures/p6_supply/provenance_policy_file.h"

#include <algorithm>

#include "core/utf8.h"

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr JsonLimits kPolicyFileLimits{.max_bytes = PolicyFile::kMaxBytes, .max_depth = 6};

class PolicyReader {
 public:
  explicit PolicyReader(const JsonDocument& document) : document_(document) {}

  Result<PolicyFile> run() {
    const auto object = as_object(document_.root());
    if (!object) return wrong("", "a provenance policy is an object");
    for (const auto& [key, value] : *object) {
      const auto known = std::ranges::find_if(kMembers, [&](const Member& m) { return m.name == key; });
      if (known == std::end(kMembers))
        return fail(fmt::format("unknown member \"{}\"", printable(key, 80)), document_.where("/" + pointer_segment(key)), known_members());
      ENTENTE_CHECK((this->*known->read)("/" + std::string(key), value));
    }
    if (out_.policy.witnesses > out_.witnesses.size())
      return wrong("/witnesses_needed", "more witnesses are needed than are named under \"witnesses\"");
    return std::move(out_);
  }

 private:
  using Read = Result<void> (PolicyReader::*)(const std::string&, JsonView);
  struct Member {
    std::string_view name;
    Read read;
  };
  static const Member kMembers[18];

  static std::string known_members() {
    std::string out = "known members: ";
    for (const Member& member : kMembers) out += (&member == kMembers ? "" : ", ") + std::string(member.name);
    return out;
  }
  tl::unexpected<Error> wrong(const std::string& pointer, std::string what, std::string hint = {}) const {
    return fail(std::move(what), document_.where(pointer), std::move(hint));
  }
  Result<std::string> text(const std::string& pointer, JsonView value) const {
    const auto given = as_string(value);
    if (!given || given->empty()) return wrong(pointer, "a text that is not empty belongs here");
    return std::string(*given);
  }
  Result<std::vector<std::string>> texts(const std::string& pointer, JsonView value) const {
    const auto items = as_array(value);
    if (!items || items->size() > PolicyFile::kMaxItems) return wrong(pointer, "a list of at most 1,000 texts belongs here");
    std::vector<std::string> out;
    for (const JsonView item : *items) {
      ENTENTE_TRY(std::string one, text(fmt::format("{}/{}", pointer, out.size()), item));
      out.push_back(std::move(one));
    }
    return out;
  }
  Result<bool> truth(const std::string& pointer, JsonView value) const {
    bool out = false;
    if (value.get(out) != simdjson::SUCCESS) return wrong(pointer, "true or false belongs here");
    return out;
  }

  // "https://github.com/owner/" and not "https://github.com/", "https:" or "h".
  static bool names_somebody(std::string_view prefix) {
    const std::size_t scheme = prefix.find("://");
    if (scheme == std::string_view::npos || scheme == 0) return false;
    const std::string_view rest = prefix.substr(scheme + 3);
    const std::size_t slash = rest.find('/');
    return slash != std::string_view::npos && slash > 0 && slash + 1 < rest.size() && rest.find_first_not_of('/', slash) != rest.npos;
  }
  Result<void> identities(const std::string& pointer, JsonView value) {
    const auto items = as_array(value);
    if (!items || items->size() > PolicyFile::kMaxItems) return wrong(pointer, "a list of at most 1,000 identities belongs here");
    for (const JsonView item : *items) {
      const std::string here = fmt::format("{}/{}", pointer, out_.policy.identities.size());
      const auto object = as_object(item);
      if (!object) return wrong(here, R"(an identity is {"identity" or "prefix": "…", "issuer": "…"})");
      IdentityRule rule;
      for (const auto& [key, field] : *object) {
        ENTENTE_TRY(std::string given, text(here + "/" + pointer_segment(key), field));
        if (key == "issuer")
          rule.issuer = std::move(given);
        else if ((key == "identity" || key == "prefix") && rule.identity.empty())
          rule = {std::move(given), std::move(rule.issuer), key == "prefix" ? IdentityRule::Match::prefix : IdentityRule::Match::exact};
        else
          return wrong(here + "/" + pointer_segment(key), R"(an identity has one of "identity" and "prefix", and perhaps "issuer")");
      }
      if (rule.identity.empty()) return wrong(here, "an identity without a name: an issuer vouches for millions of identities");
      if (rule.match == IdentityRule::Match::prefix && !names_somebody(rule.identity))
        return wrong(here + "/prefix", "a prefix has a scheme, a host and the beginning of a path; this one vouches for strangers",
                     "write it as https://github.com/OWNER/");
      out_.policy.identities.push_back(std::move(rule));
    }
    return {};
  }
  Result<void> keys(const std::string& pointer, JsonView value) {
    ENTENTE_TRY(const auto pems, texts(pointer, value));
    for (std::size_t i = 0; i < pems.size(); ++i) {
      auto key = PublicKey::from_pem(pems[i]);
      if (!key) return wrong(fmt::format("{}/{}", pointer, i), key.error().what, key.error().hint);
      out_.policy.keys.push_back(std::move(*key));
    }
    return {};
  }
  Result<void> witnesses(const std::string& pointer, JsonView value) {
    ENTENTE_TRY(const auto vkeys, texts(pointer, value));
    for (std::size_t i = 0; i < vkeys.size(); ++i) {
      auto key = keys::VerifierKey::parse(vkeys[i]);
      if (!key) return wrong(fmt::format("{}/{}", pointer, i), key.error().what, key.error().hint);
      out_.witnesses.push_back(std::move(*key));
    }
    return {};
  }
  Result<void> witnesses_needed(const std::string& pointer, JsonView value) {
    std::int64_t number = 0;
    if (value.get(number) != simdjson::SUCCESS || number < 0 || number > static_cast<std::int64_t>(PolicyFile::kMaxItems))
      return wrong(pointer, "a whole number from 0 to 1,000 belongs here");
    out_.policy.witnesses = static_cast<std::size_t>(number);
    return {};
  }
  Result<void> log(const std::string& pointer, JsonView value) {
    const auto given = as_string(value);
    if (given != "required" && given != "not-needed") return wrong(pointer, R"("required" or "not-needed" belongs here)");
    out_.policy.log = given == "required" ? Policy::Log::required : Policy::Log::not_needed;
    return {};
  }
  Result<void> inputs(const std::string& pointer, JsonView value) {
    const auto object = as_object(value);
    if (!object || object->size() > PolicyFile::kMaxItems) return wrong(pointer, "an object of at most 1,000 texts belongs here");
    for (const auto& [key, field] : *object) {
      const auto given = as_string(field);
      if (!given) return wrong(pointer + "/" + pointer_segment(key), "a text belongs here");
      out_.policy.inputs.emplace(key, *given);
    }
    return {};
  }
  Result<void> builder_at_any_ref(const std::string& pointer, JsonView value) {
    ENTENTE_TRY(const bool any, truth(pointer, value));
    out_.policy.builder_ref = any ? Policy::BuilderRef::any : Policy::BuilderRef::release_tag;
    return {};
  }
  Result<void> ignore_root_in_bundle(const std::string& pointer, JsonView value) {
    ENTENTE_TRY(const bool ignore, truth(pointer, value));
    out_.policy.root_in_bundle = ignore ? Policy::RootInBundle::ignore : Policy::RootInBundle::refuse;
    return {};
  }
  template <auto Field>
  Result<void> list(const std::string& pointer, JsonView value) {
    ENTENTE_TRY(out_.policy.*Field, texts(pointer, value));
    return {};
  }
  template <auto Field>
  Result<void> one(const std::string& pointer, JsonView value) {
    ENTENTE_TRY(out_.policy.*Field, text(pointer, value));
    return {};
  }

  const JsonDocument& document_;
  PolicyFile out_;
};

const PolicyReader::Member PolicyReader::kMembers[18] = {
    {"identities", &PolicyReader::identities},
    {"keys", &PolicyReader::keys},
    {"keyid", &PolicyReader::one<&Policy::keyid>},
    {"builders", &PolicyReader::list<&Policy::builders>},
    {"builder_at_any_ref", &PolicyReader::builder_at_any_ref},
    {"sources", &PolicyReader::list<&Policy::sources>},
    {"predicate_types", &PolicyReader::list<&Policy::predicate_types>},
    {"branch", &PolicyReader::one<&Policy::branch>},
    {"tag", &PolicyReader::one<&Policy::tag>},
    {"versioned_tag", &PolicyReader::one<&Policy::versioned_tag>},
    {"inputs", &PolicyReader::inputs},
    {"package", &PolicyReader::one<&Policy::package_name>},
    {"package_version", &PolicyReader::one<&Policy::package_version>},
    {"log", &PolicyReader::log},
    {"witnesses", &PolicyReader::witnesses},
    {"witnesses_needed", &PolicyReader::witnesses_needed},
    {"ignore_root_in_bundle", &PolicyReader::ignore_root_in_bundle},
    {"more_digest_algorithms", &PolicyReader::list<&Policy::more_digest_algorithms>},
};

}  // namespace

Result<PolicyFile> PolicyFile::parse(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, kPolicyFileLimits));
  return PolicyReader(document).run();
}

}  // namespace entente::measures::p6_supply::provenance
