// Why a record matched, in one sentence a person can check; and where to read about it.
#pragma once

#include <string>
#include <string_view>

#include "measures/p6_supply/index.h"

namespace entente::measures::p6_supply {

// "1.5.2 is not below 1.0.0 and is below 1.6.0, which repairs it (order: semver)". `ecosystem` as package_key() gives it.
[[nodiscard]] std::string explain_match(const Match& match, std::string_view version, std::string_view ecosystem);

// The public page of an advisory by the database its id names; empty if the id is of none known here.
[[nodiscard]] std::string advisory_url(std::string_view id);

}  // namespace entente::measures::p6_supply
