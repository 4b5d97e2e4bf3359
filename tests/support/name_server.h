// Real helpers for tests of domain proofs: a child process in a group of its own, NSD serving zones from a temporary folder on a free
// loopback port, and zones signed by ldns-signzone.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "dns/resolver.h"
#include "test_support.h"

namespace entente::test {

// Killed with all it started at the end of the object's life.
class ChildProcess {
 public:
  ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& folder) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::setpgid(0, 0);
    const std::string log = (folder / "output").string();
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    std::vector<char*> argv;
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGTERM);
    for (int i = 0; i < 100; ++i) {
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
        ::kill(-pid_, SIGKILL);  // what is left of its group
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
};

// A loopback port free for UDP and TCP when asked.
inline std::uint16_t free_port() {
  for (int attempt = 0; attempt < 50; ++attempt) {
    const int udp = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), tcp = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    bool both = ::bind(tcp, reinterpret_cast<sockaddr*>(&at), size) == 0;
    ::getsockname(tcp, reinterpret_cast<sockaddr*>(&at), &size);
    both = both && ::bind(udp, reinterpret_cast<sockaddr*>(&at), size) == 0;
    ::close(udp);
    ::close(tcp);
    if (both) return ntohs(at.sin_port);
  }
  return 0;
}

inline bool has_program(const std::string& name) {
  for (const std::string folder : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/usr/local/bin/"})
    if (::access((folder + name).c_str(), X_OK) == 0) return true;
  return false;
}

// NSD with these zones: name → records below "$ORIGIN <name>." (SOA and NS are added).
class NameServer {
 public:
  using Zones = std::map<std::string, std::string>;
  // `port` 0: a free one.
  explicit NameServer(const Zones& zones, std::uint16_t port = 0)
      : folder_(TemporaryFolder::make("nsd").value()), port_(port == 0 ? free_port() : port) {
    const std::string at = folder_.path().string();
    std::string config = "server:\n  ip-address: 127.0.0.1@" + std::to_string(port_) +
                         "\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  zonesdir: \"" + at + "\"\n  pidfile: \"" + at +
                         "/nsd.pid\"\n  xfrdfile: \"" + at + "/xfrd\"\n  zonelistfile: \"" + at + "/zones\"\n  xfrdir: \"" + at +
                         "\"\n  server-count: 1\n  ip-transparent: no\nremote-control:\n  control-enable: no\n";
    for (const auto& [name, text] : zones) {
      spit(folder_.path() / (name + ".zone"), text);
      config += "zone:\n  name: \"" + name + "\"\n  zonefile: \"" + name + ".zone\"\n";
    }
    spit(folder_.path() / "nsd.conf", config);
    process_ = std::make_unique<ChildProcess>(std::vector<std::string>{"/usr/sbin/nsd", "-d", "-c", at + "/nsd.conf"}, folder_.path());
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string output() const { return read_file(folder_.path() / "output").value_or(""); }
  // Waits until `zone` is answered for.
  [[nodiscard]] bool ready(const std::string& zone) const {
    for (int i = 0; i < 50; ++i) {
      auto resolver = dns::Resolver::make({.stubs = {{zone, {{"127.0.0.1", port_}}}}, .timeout = std::chrono::milliseconds(1'000)});
      if (resolver && resolver->query({zone, dns::Type::soa})) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }

 private:
  TemporaryFolder folder_;
  std::uint16_t port_;
  std::unique_ptr<ChildProcess> process_;
};

// A whole zone file. `negative` is the SOA's MINIMUM.
inline std::string zone_text(const std::string& name, const std::string& records, unsigned negative = 300) {
  return "$ORIGIN " + name + ".\n$TTL 60\n@ 3600 IN SOA ns." + name + ". host." + name + ". 1 3600 900 86400 " + std::to_string(negative) +
         "\n@ IN NS ns." + name + ".\nns IN A 127.0.0.1\n" + records;
}

struct SignedZone {
  std::string text;
  std::string ds;  // the record for the parent, and the trust anchor
};
// Signs with a fresh ECDSA P-256 key. Empty text if ldns-utils fails.
inline SignedZone sign_zone(const std::string& name, const std::string& text) {
  const auto folder = TemporaryFolder::make("sign").value();
  spit(folder.path() / "zone", text);
  const std::string command = "cd '" + folder.path().string() + "' && key=$(ldns-keygen -a ECDSAP256SHA256 -k " + name +
                              ") && ldns-signzone -n -o " + name + " -f signed zone $key >/dev/null && cp $key.ds ds";
  if (std::system(command.c_str()) != 0) return {};
  return {read_file(folder.path() / "signed").value_or(""), read_file(folder.path() / "ds").value_or("")};
}

}  // namespace entente::test
