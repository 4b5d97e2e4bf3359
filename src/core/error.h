// Errors as values. Every fallible function of Entente returns Result<T>; nothing throws across a room's boundary.
// An Error answers three questions for the person reading it: what went wrong, where, and what to do next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace entente {

// A place in an input. All parts are optional; lines and columns count from 1 (columns in bytes), offsets from 0.
struct Where {
  std::string file;                     // path or name as the user gave it; empty if unknown
  std::optional<std::uint64_t> line;    // 1-based
  std::optional<std::uint64_t> column;  // 1-based, in bytes
  std::optional<std::uint64_t> offset;  // 0-based byte offset
  std::string pointer;                  // RFC 6901 JSON pointer ("/components/3/purl"), or another path inside the file

  // "bom.json:12:7 (at /components/3/purl)"; empty if nothing is known.
  [[nodiscard]] std::string str() const;
};

struct Error {
  std::string what;  // one sentence, no trailing full stop
  Where where;
  std::string hint;  // what to do next; may be empty

  // "bom.json:12:7: duplicate key \"purl\"\n  hint: …" (the hint on a line of its own, only if there is one)
  [[nodiscard]] std::string str() const;
};

template <class T>
using Result = tl::expected<T, Error>;

// return fail("…", {.file = path}, "try …");
[[nodiscard]] inline tl::unexpected<Error> fail(std::string what, Where where = {}, std::string hint = {}) {
  return tl::unexpected<Error>(Error{std::move(what), std::move(where), std::move(hint)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace entente

// ENTENTE_TRY(auto x, f());   returns f()'s error to the caller, or binds its value.
#define ENTENTE_CONCAT_(a, b) a##b
#define ENTENTE_CONCAT(a, b) ENTENTE_CONCAT_(a, b)
#define ENTENTE_TRY_(tmp, decl, expr)                                          \
  auto tmp = (expr);                                                           \
  if (!tmp) return ::tl::unexpected<::entente::Error>(std::move(tmp).error()); \
  decl = std::move(*tmp)
#define ENTENTE_TRY(decl, expr) ENTENTE_TRY_(ENTENTE_CONCAT(entente_try_, __LINE__), decl, expr)
// ENTENTE_CHECK(f());         the same for Result<void>, or where the value is not wanted.
#define ENTENTE_CHECK(expr)                                                                            \
  do {                                                                                                 \
    auto entente_check_ = (expr);                                                                      \
    if (!entente_check_) return ::tl::unexpected<::entente::Error>(std::move(entente_check_).error()); \
  } while (false)
