// The JSON API over a projection (docs/api.md; the description is data/api/openapi.json, served at /api/v1/openapi.json and tested against
// the routes). Answers are a function of the projection's tables and State, so that two servers that hold the same ledger give the same
// bytes, whatever database is behind them. Private to the room.
#pragma once

#include <functional>
#include <memory>
#include <shared_mutex>

#include "catalog/control.h"
#include "ledger/ledger.h"
#include "registry/projection.h"
#include "registry/search.h"
#include "server/registry_service.h"
#include "server/response_cache.h"
#include "server/router.h"

namespace entente::server {

// What the handlers stand on.
// By a route's pattern: the parameters of its query the description names, sorted.
using DeclaredParameters = std::map<std::string, std::vector<std::string>, std::less<>>;
[[nodiscard]] Result<DeclaredParameters> declared_parameters(const DataSet& data);

struct ApiContext {
  registry::Projection* projection = nullptr;  // guarded by `lock`: shared to read its State
  registry::SearchIndex* search = nullptr;     // guarded by `lock`
  std::shared_mutex* lock = nullptr;
  std::mutex* store_mutex = nullptr;  // the projection's Store answers one thread at a time; inside `lock`
  ResponseCache* cache = nullptr;
  std::function<void()> catch_up;  // before reading: the tables take in what was answered; unset: they have it all
  std::function<Result<std::string>(registry::Leaf)> entry;  // of the ledger
  const DataSet* data = nullptr;
  const catalog::Catalog* catalog = nullptr;
  DeclaredParameters parameters;
  std::string public_url;
  std::function<void(std::string, ledger::Appender::Wait, std::function<void(Result<RegistryService::Outcome>)>)>
      submit;  // unset: read-only
  // The same of an entry that was read already, so that it is read once.
  std::function<void(std::string, registry::Submission, ledger::Appender::Wait, std::function<void(Result<RegistryService::Outcome>)>)>
      submit_read;
  std::function<std::optional<http::Response>(const registry::Submission&)> refuse;  // before submit; unset: nothing is refused here
  std::function<Result<std::string>(registry::Leaf)> receipt;
  std::string origin;                                              // of the ledger
  std::string log_key;                                             // the ledger's vkey; empty: not known here
  std::function<Result<std::string>()> checkpoint;                 // the latest signed note; unset: not known here
  std::function<Result<std::string>(std::string_view)> sign_note;  // with the ledger's key; unset: this server has none
  std::function<void(const Error&)> problem;
};

inline constexpr std::string_view kApiPrefix = "/api/v1";
inline constexpr std::size_t kWholePage = 500;  // records, or entries, of a page of a whole list (/pages/…)

// All routes below kApiPrefix.
[[nodiscard]] Result<void> add_api(Router& router, std::shared_ptr<const ApiContext> context);

// RFC 9457 problem details. `code` is stable, for programs.
[[nodiscard]] http::Response problem(unsigned status, std::string_view code, std::string_view what, std::string_view hint = {},
                                     std::string_view pointer = {});

}  // namespace entente::server
