// For each vulnerability found, the statements about it under any of its names; of these the ones whose product is, or holds, the affected
// component. Who decides among several: first what is said of the product nearer the document's subject (a maker knows what its own product
// does with a library; the library's author does not), then each author's latest word, then agreement. Every statement that does not end in
// a suppression keeps the nearest it came to one, so that nothing fails to apply in silence.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "measures/p6_supply/vex_products.h"

namespace entente::measures::p6_supply {
namespace {

// Whose product the statement is about, seen from the affected component.
enum class VexStanding : std::uint8_t { component, holder, subject };

struct VexVoice {
  VexRef ref;
  VexStanding standing = VexStanding::component;
  std::string author;
  Instant at;
  VexStatus status = VexStatus::under_investigation;
  bool supplier = false;  // the author is the product's supplier, as the SBOM names it
};

std::string folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return out;
}

bool names_a_version(const VexSoftware& s) {
  if (!s.versions.empty() || !s.ranges.empty() || !s.hashes.empty()) return true;
  if (s.purl) return !s.purl->version.empty();
  return !s.id.empty();  // a bom-ref or a product id stands for one version
}

class VexJudge {
 public:
  VexJudge(const Sbom& sbom, const ScanResult& scan, std::span<const VexDocument> documents, VexTrust trust)
      : sbom_(sbom), scan_(scan), documents_(documents), trust_(trust), products_(sbom) {}

  VexOutcome run() {
    VexOutcome out;
    index();
    out.verdicts.resize(scan_.vulnerabilities.size());
    for (std::size_t i = 0; i < scan_.vulnerabilities.size(); ++i) {
      out.verdicts[i] = judge(scan_.vulnerabilities[i]);
      if (!out.verdicts[i]) continue;
      out.suppressed += out.verdicts[i]->suppressed ? 1 : 0;
      out.contradicted += out.verdicts[i]->contradicted_by.empty() ? 0 : 1;
    }
    for (std::uint32_t d = 0; d < documents_.size(); ++d)
      for (std::uint32_t s = 0; s < documents_[d].statements.size(); ++s)
        if (!used_[d][s]) out.unused.push_back({{d, s}, why_[d][s]});
    return out;
  }

 private:
  void index() {
    for (std::uint32_t d = 0; d < documents_.size(); ++d) {
      const VexDocument& document = documents_[d];
      const bool trusted = trust_ == VexTrust::given || !document.signed_by.empty();
      why_.emplace_back(document.statements.size(), trusted ? VexUnused::no_such_match : VexUnused::not_trusted);
      used_.emplace_back(document.statements.size(), false);
      for (std::uint32_t s = 0; trusted && s < document.statements.size(); ++s)
        for (const std::string& name : document.statements[s].vulnerabilities) by_name_[folded(name)].push_back({d, s});
    }
  }

  std::vector<VexRef> about(const Advisory& advisory) const {
    std::vector<VexRef> out;
    const auto take = [&](std::string_view name) {
      const auto it = by_name_.find(folded(name));
      if (it == by_name_.end()) return;
      for (const VexRef& ref : it->second)
        if (std::find(out.begin(), out.end(), ref) == out.end()) out.push_back(ref);
    };
    take(advisory.name);
    for (const std::string_view alias : advisory.aliases) take(alias);
    return out;
  }

  const VexStatement& statement(const VexRef& ref) const { return documents_[ref.document].statements[ref.statement]; }

  void came_to(const VexRef& ref, VexUnused why) {
    VexUnused& kept = why_[ref.document][ref.statement];
    kept = std::max(kept, why);
  }

  static VexUnused why_of(VexFit fit, VexUnused none) {
    if (fit == VexFit::other_version) return VexUnused::other_version;
    return fit == VexFit::other_qualifiers ? VexUnused::other_qualifiers : none;
  }

  // The statement as a voice about this component; nullopt (and noted why) if it does not speak of it.
  std::optional<VexVoice> voice(const VexRef& ref, std::uint32_t component) {
    const VexStatement& s = statement(ref);
    const VexDocument& document = documents_[ref.document];
    const std::uint64_t key = std::uint64_t{ref.document} << 32 | ref.statement;
    auto known = found_.find(key);
    if (known == found_.end()) known = found_.emplace(key, products_.find(s.product, document.id)).first;
    const VexComponents& product = known->second;
    if (product.components.empty()) return came_to(ref, why_of(product.nearest, VexUnused::product_absent)), std::nullopt;
    const bool itself = std::binary_search(product.components.begin(), product.components.end(), component);
    if (!itself && !products_.lies_within(component, product.components)) return came_to(ref, VexUnused::not_in_product), std::nullopt;
    bool version = names_a_version(s.product);
    if (!s.subcomponents.empty()) {
      VexFit nearest = VexFit::no;
      for (const VexSoftware& sub : s.subcomponents) {
        const VexFit fit = products_.fit(component, sub, document.id);
        nearest = std::max(nearest, fit);
        if (fit == VexFit::yes) version = version || names_a_version(sub);
      }
      if (nearest != VexFit::yes) return came_to(ref, why_of(nearest, VexUnused::subcomponent_absent)), std::nullopt;
    }
    if (s.status == VexStatus::fixed && !version) return came_to(ref, VexUnused::fixed_where), std::nullopt;
    VexVoice out{.ref = ref, .at = s.at, .status = s.status};
    const bool subject =
        std::any_of(product.components.begin(), product.components.end(), [&](std::uint32_t c) { return products_.is_subject(c); });
    out.standing = subject ? VexStanding::subject : itself ? VexStanding::component : VexStanding::holder;
    out.author =
        document.signed_by.empty() ? folded(document.author.empty() ? document.name : document.author) : document.signed_by[0].str();
    out.supplier = std::any_of(product.components.begin(), product.components.end(), [&](std::uint32_t c) {
      return !document.author.empty() && folded(sbom_.components[c].supplier) == folded(document.author);
    });
    return out;
  }

  std::optional<VexVerdict> judge(const Vulnerability& v) {
    std::vector<VexVoice> voices;
    for (const VexRef& ref : about(scan_.advisories[v.advisory]))
      if (auto said = voice(ref, v.component)) voices.push_back(std::move(*said));
    if (voices.empty()) return std::nullopt;
    const VexStanding top =
        std::max_element(voices.begin(), voices.end(), [](const auto& a, const auto& b) { return a.standing < b.standing; })->standing;
    std::map<std::string, Instant> latest;
    for (const VexVoice& voice : voices)
      if (voice.standing == top) {
        const auto [it, added] = latest.emplace(voice.author, voice.at);
        it->second = std::max(it->second, voice.at);
      }
    std::erase_if(voices, [&](const VexVoice& voice) {
      if (voice.standing != top) return came_to(voice.ref, VexUnused::less_specific), true;
      if (voice.at != latest[voice.author]) return came_to(voice.ref, VexUnused::superseded), true;
      return false;
    });
    return decide(std::move(voices));
  }

  VexVerdict decide(std::vector<VexVoice> voices) {
    std::stable_sort(voices.begin(), voices.end(), [](const VexVoice& a, const VexVoice& b) { return a.at > b.at; });
    std::vector<VexVoice> others;
    const auto same = [](const std::vector<VexVoice>& list) {
      return std::all_of(list.begin(), list.end(), [&](const VexVoice& voice) { return settles(voice.status) == settles(list[0].status); });
    };
    if (!same(voices)) {
      std::vector<VexVoice> suppliers;
      for (const VexVoice& voice : voices) (voice.supplier ? suppliers : others).push_back(voice);
      if (!suppliers.empty() && same(suppliers)) {
        voices = std::move(suppliers);
        std::erase_if(others, [&](const VexVoice& voice) { return settles(voice.status) == settles(voices[0].status); });
      } else {
        others.clear();
        std::stable_partition(voices.begin(), voices.end(), [](const VexVoice& voice) { return !settles(voice.status); });
        for (const VexVoice& voice : voices)
          if (settles(voice.status)) others.push_back(voice);
      }
    }
    VexVerdict out{.statement = voices[0].ref, .status = voices[0].status, .suppressed = settles(voices[0].status)};
    for (const VexVoice& voice : others) out.contradicted_by.push_back(voice.ref);
    for (const VexVoice& voice : voices) {
      if (out.suppressed)
        used_[voice.ref.document][voice.ref.statement] = true;
      else
        came_to(voice.ref, settles(voice.status) ? VexUnused::contradicted : VexUnused::says_open);
    }
    for (const VexVoice& voice : others) came_to(voice.ref, VexUnused::contradicted);
    return out;
  }

  const Sbom& sbom_;
  const ScanResult& scan_;
  const std::span<const VexDocument> documents_;
  const VexTrust trust_;
  VexProducts products_;
  std::unordered_map<std::string, std::vector<VexRef>> by_name_;
  std::unordered_map<std::uint64_t, VexComponents> found_;  // products of statements, once asked for
  std::vector<std::vector<VexUnused>> why_;                 // of each statement of each document
  std::vector<std::vector<bool>> used_;
};

}  // namespace

std::string_view why_text(VexUnused why) {
  switch (why) {
    case VexUnused::no_such_match: return "the scan found no such vulnerability";
    case VexUnused::product_absent: return "the SBOM holds no such product";
    case VexUnused::other_version: return "the SBOM holds it in another version";
    case VexUnused::other_qualifiers: return "the SBOM holds it with other qualifiers";
    case VexUnused::not_in_product: return "the affected component is not in this product alone";
    case VexUnused::subcomponent_absent: return "the affected component is none of the subcomponents named";
    case VexUnused::superseded: return "the same author said something later";
    case VexUnused::less_specific: return "a statement about the product that holds it decides";
    case VexUnused::contradicted: return "others say otherwise";
    case VexUnused::not_trusted: return "not signed by a key you trust";
    case VexUnused::fixed_where: return "says \"fixed\" of no version";
    case VexUnused::says_open: return "it says that the vulnerability stands";
  }
  return "";
}

VexOutcome apply_vex(const Sbom& sbom, const ScanResult& scan, std::span<const VexDocument> documents, VexTrust trust) {
  return VexJudge(sbom, scan, documents, trust).run();
}

}  // namespace entente::measures::p6_supply
