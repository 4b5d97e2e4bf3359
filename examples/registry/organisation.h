// Organisations nobody has founded: names, categories, countries, and how each fares.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/json.h"
#include "core/time.h"
#include "registry/supporter.h"

namespace entente::example {

enum class Quality { good, middling, poor, sparse };  // sparse: little of it is known

struct Organisation {
  registry::Identity identity;
  std::string language;  // of what it writes
  Quality quality = Quality::middling;
  Instant joined;
  bool imported = false;           // stands in an import of 2019 first
  bool claims = true;              // then a pledge of its own
  std::vector<std::string> roles;  // beside its category, as an assessor would note them

  // What the story knows of it by now.
  std::string key;  // name of the key that speaks for it
  Digest pledge, record;
  std::optional<Digest> assessment;
  bool assessed_by_itself = false;
  std::uint32_t assessments = 0;
  [[nodiscard]] const std::string& id() const { return identity.id; }
  [[nodiscard]] std::string domain() const { return identity.id + ".example"; }
};

// So many that are meant to be there in the end, in the order they join; the same for the same seed. `extra`: some more that will not be.
struct Cast {
  std::vector<Organisation> staying, leaving, waiting, refused;
};
[[nodiscard]] Cast make_cast(const std::string& seed);

}  // namespace entente::example
