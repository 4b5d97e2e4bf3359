// A real PostgreSQL for tests: a cluster of its own in a temporary folder, reached by a Unix socket, ended with the object. Where the
// server's programs are not installed, url() is empty and `why_not` says so.
#pragma once

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace entente::test {

class Postgres {
 public:
  Postgres() {
    bin_ = programs();
    if (bin_.empty()) {
      why_not = "no PostgreSQL server is installed (Debian package postgresql)";
      return;
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "entente-pg-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      why_not = "no temporary folder";
      return;
    }
    folder_ = pattern;
    // The server refuses to run as root.
    if (::geteuid() == 0) {
      const passwd* user = ::getpwnam("postgres");
      if (user == nullptr || ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) {
        why_not = "PostgreSQL does not run as root, and there is no user postgres";
        return;
      }
      uid_ = user->pw_uid;
      gid_ = user->pw_gid;
    }
    const std::string data = (folder_ / "data").string();
    const pid_t init =
        spawn({(bin_ / "initdb").string(), "-D", data, "-A", "trust", "-U", "tester", "-N", "-E", "UTF8", "--locale=C.UTF-8"});
    int status = 0;
    ::waitpid(init, &status, 0);
    if (status != 0) {
      why_not = "initdb failed";
      return;
    }
    server_ = spawn({(bin_ / "postgres").string(), "-D", data, "-k", folder_.string(), "-h", "", "-c", "fsync=off"});
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!(ready_ = takes_connections()) && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (!ready_) why_not = "the server did not start";
  }
  ~Postgres() {
    if (server_ > 0) {
      ::kill(server_, SIGINT);
      ::waitpid(server_, nullptr, 0);
    }
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  [[nodiscard]] std::string url() const {
    return ready_ ? "postgresql:///postgres?host=" + folder_.string() + "&user=tester" : std::string();
  }
  std::string why_not;

 private:
  // The socket is there earlier, and refuses ("the database system is starting up"); what the server writes of itself says when it does
  // not.
  [[nodiscard]] bool takes_connections() const {
    std::ifstream file(folder_ / "data" / "postmaster.pid");
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("ready")) return true;
    return false;
  }
  static std::filesystem::path programs() {
    std::filesystem::path best;
    std::error_code ignored;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored))
      if (std::filesystem::exists(version.path() / "bin/postgres") && (best.empty() || version.path() / "bin" > best))
        best = version.path() / "bin";
    return best;
  }
  [[nodiscard]] pid_t spawn(const std::vector<std::string>& command) const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (uid_ != 0 && (::setgid(gid_) != 0 || ::setuid(uid_) != 0)) ::_exit(126);
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 0);
    ::dup2(null, 1);
    ::dup2(null, 2);
    if (::chdir("/tmp") != 0) ::_exit(126);
    std::vector<char*> argv;
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  std::filesystem::path bin_, folder_;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
  pid_t server_ = -1;
  bool ready_ = false;
};

}  // namespace entente::test
