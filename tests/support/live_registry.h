// A registry served by the real program from a temporary folder that is made to try out, its officers' keys, and a client. Statements are
// made by the makers of registry/test_registry.h, with the present time.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "background_binary.h"
#include "core/json.h"
#include "http/client.h"
#include "registry/test_registry.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente::test {

class LiveRegistry {
 public:
  LiveRegistry() : temporary_(TemporaryFolder::make("registry-e2e").value()) {}

  // Starts, or starts again. False: it did not; `errors()` says why.
  [[nodiscard]] bool start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"serve", folder(), "--listen", "127.0.0.1:0"};
    // Whatever is built beside the program, tests see the same pages.
    if (std::find(more.begin(), more.end(), "--web") == more.end()) arguments.emplace_back("--no-web");
    arguments.insert(arguments.end(), more.begin(), more.end());
    server_ = std::make_unique<BackgroundBinary>(arguments, path("serve.err"));
    url_ = server_->line();
    if (!url_.starts_with("http://127.0.0.1:")) return false;
    if (keys_.empty())
      for (const char* name : {"officer-1", "officer-2", "verifier", "assessor", "importer"})
        keys_.emplace(name, keys::read_key_file(folder() + "/keys/" + name + ".key").value());
    return true;
  }
  // Waits for its end after a polite signal; the exit code.
  int stop() {
    server_->signal(SIGTERM);
    return server_->exit_code();
  }
  void kill() {
    server_->signal(SIGKILL);
    server_->exit_code();
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (temporary_.path() / name).string(); }
  [[nodiscard]] std::string folder() const { return path("registry"); }
  [[nodiscard]] std::string log() const { return folder() + "/log"; }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(std::stoul(url_.substr(url_.rfind(':') + 1))); }
  [[nodiscard]] std::string errors() const { return read_file(path("serve.err")).value_or(""); }
  [[nodiscard]] const keys::SigningKey* key(const std::string& name) const { return &keys_.at(name); }

  // `resource` below /api/v1.
  http::ClientResponse get(const std::string& resource) {
    auto response = client_.get(url_ + "/api/v1" + resource);
    EXPECT_OK(response);
    return response.value_or(http::ClientResponse{});
  }
  http::ClientResponse post(const std::string& resource, std::string_view body, std::string_view type = "application/json") {
    auto response = client_.post(url_ + "/api/v1" + resource, type, body);
    EXPECT_OK(response);
    return response.value_or(http::ClientResponse{});
  }
  http::ClientResponse submit(const std::string& entry) { return post("/statements", entry, "application/vnd.dsse.envelope.v1+json"); }
  // Submits what must be taken; its digest.
  std::string put(const std::string& entry) {
    const auto response = submit(entry);
    EXPECT_EQ(response.status, 201U) << response.body;
    return sha256(entry).hex();
  }
  // The status and code a statement is refused with: "401 bad-signature". "201 " if it is taken.
  std::string refusal(const std::string& entry) { return status_and_code(submit(entry)); }
  static std::string status_and_code(const http::ClientResponse& response) {
    return std::to_string(response.status) + " " + text(json(response), "code");
  }
  static Json json(const http::ClientResponse& response) {
    Json out = Json::parse(response.body, nullptr, false);
    EXPECT_FALSE(out.is_discarded()) << response.body;
    return out;
  }
  static std::string text(const Json& value, const char* member) {
    return value.is_object() && value.contains(member) && value[member].is_string() ? value[member].get<std::string>() : std::string();
  }
  // Makers of statements whose time is now.
  static registry::fixture::World makers() {
    registry::fixture::World world;
    world.clock = std::chrono::floor<std::chrono::seconds>(entente::now());
    return world;
  }

 private:
  TemporaryFolder temporary_;
  std::unique_ptr<BackgroundBinary> server_;
  std::string url_;
  std::map<std::string, keys::SigningKey> keys_;
  http::Client client_{{.private_addresses = http::PrivateAddresses::allow}};
};

}  // namespace entente::test
