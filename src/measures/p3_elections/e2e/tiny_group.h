// For tests only: a group small enough that a whole election is made and checked in milliseconds. No record may use it.
#pragma once

#include "measures/p3_elections/e2e/pinned_groups.h"

namespace entente::measures::p3_elections::e2e::test {

inline GroupParameters tiny_parameters() {
  return {"TINY", "a5de7933d7f09d549aeb5510ac880a71a140600ff4aa2d15389e772d21425e41", "a7e9e06f59b44e92effddeeb",
          "ed95ab2b8f03f0962ce14b2c0464162bee703a6b6e94bb951513a1480c60b22"};
}

// Stands in for every pinned group.
class TinyGroups : public PinnedGroups {
 public:
  TinyGroups() : group_(Group::make(tiny_parameters()).value()) {}
  [[nodiscard]] std::shared_ptr<const Group> electionguard_1() const override { return group_; }
  [[nodiscard]] std::shared_ptr<const Group> electionguard_2() const override { return group_; }
  [[nodiscard]] std::shared_ptr<const Group> belenios(std::string_view name) const override { return name == "TINY" ? group_ : nullptr; }
  [[nodiscard]] const Group& group() const { return *group_; }

 private:
  std::shared_ptr<const Group> group_;
};

}  // namespace entente::measures::p3_elections::e2e::test
