// Scores of the macrovectors of CVSS 4.0 (specification section 8.2; the numbers are FIRST's, who publish them with their calculator as
// cvss_lookup.js), and what section 8.2 says of each equivalence class: how deep it is and which vectors are the worst in it. Facts only;
// private to the room.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace entente::cvss {

// EQ3 and EQ6 depend on one another: five pairs of the six exist. In this order: 00, 01, 10, 11, 21.
inline constexpr std::size_t kPairs36 = 5;

// In tenths. Rows by EQ1 (3), EQ2 (2), pair of EQ3 and EQ6 (5); columns by EQ4 (3), EQ5 (3), the last counting fastest.
inline constexpr std::array<std::array<std::uint8_t, 9>, 3 * 2 * kPairs36> kMacrovectorTenths = {{
    {100, 98, 95, 100, 93, 91, 93, 89, 81},  // 00 00
    {99, 95, 92, 96, 87, 81, 90, 80, 68},    // 00 01
    {98, 95, 90, 93, 89, 81, 88, 78, 69},    // 00 10
    {95, 92, 84, 92, 81, 65, 80, 70, 48},    // 00 11
    {92, 82, 72, 79, 69, 50, 69, 55, 27},    // 00 21
    {99, 95, 92, 95, 90, 84, 92, 82, 72},    // 01 00
    {97, 92, 85, 91, 83, 71, 81, 71, 53},    // 01 01
    {95, 92, 85, 92, 80, 70, 84, 71, 50},    // 01 10
    {93, 85, 73, 82, 72, 59, 70, 52, 30},    // 01 11
    {86, 75, 52, 71, 52, 29, 63, 29, 17},    // 01 21
    {98, 94, 91, 94, 86, 77, 87, 74, 63},    // 10 00
    {95, 87, 81, 89, 74, 64, 75, 63, 49},    // 10 01
    {94, 88, 76, 86, 74, 59, 72, 57, 52},    // 10 10
    {89, 77, 67, 76, 58, 50, 57, 52, 25},    // 10 11
    {83, 70, 54, 65, 58, 26, 53, 21, 13},    // 10 21
    {95, 88, 76, 90, 75, 61, 77, 68, 52},    // 11 00
    {90, 76, 70, 77, 62, 53, 66, 59, 30},    // 11 01
    {89, 76, 62, 74, 57, 47, 61, 57, 24},    // 11 10
    {78, 67, 58, 59, 57, 23, 52, 29, 16},    // 11 11
    {71, 59, 30, 58, 26, 15, 23, 13, 6},     // 11 21
    {93, 86, 75, 86, 74, 56, 70, 52, 40},    // 20 00
    {87, 72, 58, 74, 61, 34, 54, 40, 22},    // 20 01
    {85, 74, 62, 72, 55, 46, 53, 34, 19},    // 20 10
    {75, 55, 51, 57, 41, 19, 36, 19, 8},     // 20 11
    {64, 51, 20, 47, 21, 11, 24, 9, 4},      // 20 21
    {88, 73, 60, 73, 59, 41, 54, 45, 20},    // 21 00
    {75, 53, 50, 55, 40, 20, 43, 22, 11},    // 21 01
    {75, 58, 40, 61, 48, 20, 46, 17, 8},     // 21 10
    {55, 45, 21, 51, 18, 9, 18, 7, 2},       // 21 11
    {53, 24, 14, 24, 12, 5, 10, 3, 1},       // 21 21
}};

// A worst vector of a class as severity levels of its metrics (0 is the worst value there is).
template <std::size_t kMetrics>
using Levels = std::array<std::int8_t, kMetrics>;

// Depth: the number of severity steps from the worst vector of the class out of it.
inline constexpr std::array<std::int8_t, 3> kDepth1 = {1, 4, 5};
inline constexpr std::array<std::int8_t, 2> kDepth2 = {1, 2};
inline constexpr std::array<std::int8_t, kPairs36> kDepth36 = {7, 6, 8, 8, 10};
inline constexpr std::array<std::int8_t, 3> kDepth4 = {6, 5, 4};

// EQ1: AV, PR, UI.
inline constexpr std::array<Levels<3>, 1> kWorst1High = {{{0, 0, 0}}};
inline constexpr std::array<Levels<3>, 3> kWorst1Medium = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
inline constexpr std::array<Levels<3>, 2> kWorst1Low = {{{3, 0, 0}, {1, 1, 1}}};
inline constexpr std::array<std::span<const Levels<3>>, 3> kWorst1 = {kWorst1High, kWorst1Medium, kWorst1Low};

// EQ2: AC, AT.
inline constexpr std::array<Levels<2>, 1> kWorst2High = {{{0, 0}}};
inline constexpr std::array<Levels<2>, 2> kWorst2Low = {{{1, 0}, {0, 1}}};
inline constexpr std::array<std::span<const Levels<2>>, 2> kWorst2 = {kWorst2High, kWorst2Low};

// EQ3 with EQ6: VC, VI, VA, CR, IR, AR.
inline constexpr std::array<Levels<6>, 1> kWorst36At00 = {{{0, 0, 0, 0, 0, 0}}};
inline constexpr std::array<Levels<6>, 2> kWorst36At01 = {{{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}}};
inline constexpr std::array<Levels<6>, 2> kWorst36At10 = {{{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}}};
inline constexpr std::array<Levels<6>, 5> kWorst36At11 = {
    {{1, 0, 1, 0, 1, 0}, {1, 0, 0, 0, 1, 1}, {0, 1, 0, 1, 0, 1}, {0, 1, 1, 1, 0, 0}, {1, 1, 0, 0, 0, 1}}};
inline constexpr std::array<Levels<6>, 1> kWorst36At21 = {{{1, 1, 1, 0, 0, 0}}};
inline constexpr std::array<std::span<const Levels<6>>, kPairs36> kWorst36 = {kWorst36At00, kWorst36At01, kWorst36At10, kWorst36At11,
                                                                              kWorst36At21};

// EQ4: SC, SI, SA. Level 0 is "safety", which SC cannot have.
inline constexpr std::array<Levels<3>, 1> kWorst4High = {{{1, 0, 0}}};
inline constexpr std::array<Levels<3>, 1> kWorst4Medium = {{{1, 1, 1}}};
inline constexpr std::array<Levels<3>, 1> kWorst4Low = {{{2, 2, 2}}};
inline constexpr std::array<std::span<const Levels<3>>, 3> kWorst4 = {kWorst4High, kWorst4Medium, kWorst4Low};

}  // namespace entente::cvss
