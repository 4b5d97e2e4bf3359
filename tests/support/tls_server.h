// A real HTTPS server on loopback for tests: a certificate authority made through OpenSSL for this run, and a server that shows a
// certificate of it, speaks HTTP/1.1 with keep-alive, and answers GET by a function.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/message.h"

namespace entente::test {

using KeyPointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertificatePointer = std::unique_ptr<X509, decltype(&X509_free)>;

class CertificateAuthority {
 public:
  struct Issued {
    KeyPointer key;
    CertificatePointer certificate;
  };

  CertificateAuthority() : own_(make("Test authority", nullptr, {})) {}

  // A key with a certificate for these host names, good from an hour ago for two days.
  [[nodiscard]] Issued issue(const std::vector<std::string>& hosts) const {
    std::string names;
    for (const std::string& host : hosts) names += (names.empty() ? "DNS:" : ",DNS:") + host;
    return make(hosts.front(), &own_, names);
  }
  [[nodiscard]] std::string pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_X509(out.get(), own_.certificate.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
  }

 private:
  static void extend(X509* to, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    X509_add_ext(to, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static Issued make(const std::string& name, const Issued* by, const std::string& hosts) {
    Issued out{{EVP_EC_gen("P-256"), &EVP_PKEY_free}, {X509_new(), &X509_free}};
    X509* x = out.certificate.get();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), by == nullptr ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(x), -3'600);
    X509_gmtime_adj(X509_getm_notAfter(x), 2L * 86'400);
    X509_set_pubkey(x, out.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                               0);
    X509* issuer = by == nullptr ? x : by->certificate.get();
    X509_set_issuer_name(x, X509_get_subject_name(issuer));
    extend(x, issuer, NID_basic_constraints, by == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(x, issuer, NID_subject_key_identifier, "hash");
    if (by == nullptr)
      extend(x, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    else
      extend(x, issuer, NID_authority_key_identifier, "keyid:always");
    if (!hosts.empty()) extend(x, issuer, NID_subject_alt_name, hosts.c_str());
    X509_sign(x, by == nullptr ? out.key.get() : by->key.get(), EVP_sha256());
    return out;
  }

  Issued own_;
};

class TlsServer {
 public:
  // Called from several threads; `host` is the Host field without port.
  using Answer = std::function<http::Response(const std::string& host, const std::string& path)>;

  TlsServer(const CertificateAuthority::Issued& identity, Answer answer)
      : answer_(std::move(answer)), context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free) {
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(listener_, 64) != 0) return;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    ended_ = true;
    if (acceptor_.joinable()) acceptor_.join();
    for (std::thread& one : connections_) one.join();
    ::close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }  // 0: it could not be started
  [[nodiscard]] int handshakes() const { return handshakes_; }

 private:
  // True once there is something to read; looks up every 100 ms whether the server ends.
  [[nodiscard]] bool readable(int fd) const {
    pollfd p{.fd = fd, .events = POLLIN, .revents = 0};
    while (!ended_)
      if (::poll(&p, 1, 100) == 1) return true;
    return false;
  }
  void accept_all() {
    while (readable(listener_)) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      connections_.emplace_back([this, fd] { serve(fd); });
    }
  }
  void serve(int fd) {
    sigset_t pipe;  // a client that goes away is no reason to end the program
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};  // for what has begun to arrive
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), &SSL_free);
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) == 1) {
      ++handshakes_;
      std::string pending;
      while (exchange(ssl.get(), fd, pending)) {}
      SSL_shutdown(ssl.get());
    }
    ::close(fd);
  }
  bool exchange(SSL* ssl, int fd, std::string& pending) {
    std::size_t head = std::string::npos;
    while ((head = pending.find("\r\n\r\n")) == std::string::npos) {
      if (pending.size() > 65'536 || (SSL_pending(ssl) == 0 && !readable(fd))) return false;
      char bytes[4'096];
      const int n = SSL_read(ssl, bytes, sizeof bytes);
      if (n <= 0) return false;
      pending.append(bytes, static_cast<std::size_t>(n));
    }
    const std::string request = pending.substr(0, head + 2);
    pending.erase(0, head + 4);
    const std::size_t blank = request.find(' '), after = request.find(' ', blank + 1);
    if (!request.starts_with("GET ") || after == std::string::npos) return false;
    const http::Response response = answer_(field(request, "Host"), request.substr(blank + 1, after - blank - 1));
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + " -\r\nContent-Length: " + std::to_string(response.body.size());
    if (!response.content_type.empty()) out += "\r\nContent-Type: " + response.content_type;
    for (const auto& [name, value] : response.headers) out.append("\r\n").append(name).append(": ").append(value);
    out += "\r\n\r\n" + response.body;
    return SSL_write(ssl, out.data(), static_cast<int>(out.size())) == static_cast<int>(out.size());
  }
  static std::string field(const std::string& request, const std::string& name) {
    const std::size_t at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 4;
    return request.substr(begin, request.find_first_of(":\r", begin) - begin);
  }

  Answer answer_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ended_{false};
  std::atomic<int> handshakes_{0};
  std::thread acceptor_;
  std::vector<std::thread> connections_;  // of the acceptor's thread until that has ended
};

}  // namespace entente::test
