// The request parser: what it takes, what it refuses and why, and that no split of the bytes changes the outcome.
#include "http/request_parser.h"

#include <gmock/gmock.h>

namespace entente::http {
namespace {

struct Outcome {
  std::vector<Request> requests;
  unsigned refused = 0;
  std::size_t left = 0;
};

// Feeds `bytes` in pieces of `step`, as a connection would.
Outcome parse(std::string_view bytes, std::size_t step = std::string_view::npos, std::size_t max_header = 1024, std::size_t max_body = 64) {
  RequestParser parser(max_header);
  Outcome out;
  std::size_t begin = 0, end = 0;
  while (true) {
    while (begin < end) {
      const auto [consumed, event] = parser.feed(bytes.substr(begin, end - begin));
      begin += consumed;
      if (event == RequestParser::Event::refused) {
        out.refused = parser.status();
        EXPECT_FALSE(parser.reason().empty());
        return out;
      }
      if (event == RequestParser::Event::head && !parser.set_body_limit(max_body)) {
        out.refused = parser.status();
        return out;
      }
      if (event == RequestParser::Event::complete) out.requests.push_back(parser.take());
      if (event == RequestParser::Event::need_more) break;
    }
    if (end == bytes.size()) break;
    end = step < bytes.size() - end ? end + step : bytes.size();
  }
  out.left = bytes.size() - begin;
  return out;
}

TEST(RequestParser, SplitsTargetAndFields) {
  const auto out = parse("GET /tile/0/000?a=1&b=&c HTTP/1.1\r\nHost: log.example\r\nX-Thing:  two words \r\n\r\n");
  ASSERT_EQ(out.requests.size(), 1U);
  const Request& r = out.requests.front();
  EXPECT_EQ(r.method, Method::get);
  EXPECT_EQ(r.path, "/tile/0/000");
  EXPECT_EQ(r.query, "a=1&b=&c");
  EXPECT_EQ(r.header("HOST"), "log.example");
  EXPECT_EQ(r.header("x-thing"), "two words");
  EXPECT_EQ(r.header("absent"), "");
  EXPECT_EQ(r.parameter("a"), "1");
  EXPECT_EQ(r.parameter("b"), "");
  EXPECT_EQ(r.parameter("c"), "");
  EXPECT_EQ(r.parameter("d"), std::nullopt);
}

TEST(RequestParser, MethodsAndForms) {
  const auto out = parse(
      "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: x\r\n\r\nDELETE /b HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET http://log.example/c?d HTTP/1.1\r\nHost: x\r\n\r\nGET http://log.example HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_EQ(out.requests.size(), 5U);
  EXPECT_EQ(out.requests[0].method, Method::head);
  EXPECT_EQ(out.requests[1].method, Method::options);
  EXPECT_EQ(out.requests[1].path, "*");
  EXPECT_EQ(out.requests[2].method, Method::other);
  EXPECT_EQ(out.requests[3].path, "/c");
  EXPECT_EQ(out.requests[3].query, "d");
  EXPECT_EQ(out.requests[4].path, "/");
}

TEST(RequestParser, BodiesByLengthAndByChunksInAnySplit) {
  const std::string stream =
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
      "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n4\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n"
      "GET /c HTTP/1.1\r\nHost: x\r\n\r\n";
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    const auto out = parse(stream, step);
    ASSERT_EQ(out.requests.size(), 3U) << "step " << step << " refused " << out.refused;
    EXPECT_EQ(out.requests[0].body, "hello");
    EXPECT_EQ(out.requests[1].body, "abcdefg");
    EXPECT_EQ(out.requests[1].header("Trailer"), "");
    EXPECT_EQ(out.requests[2].path, "/c");
    EXPECT_EQ(out.left, 0U);
  }
}

TEST(RequestParser, Refusals) {
  const std::string many = [] {
    std::string out = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 300; ++i) out += "a: b\r\n";
    return out + "\r\n";
  }();
  const struct {
    const char* name;
    std::string bytes;
    unsigned status;
  } cases[] = {
      {"garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 tls hello", 400},
      {"no version", "GET /\r\n\r\n", 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"another version", "GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505},
      {"spaces in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"no version but a word", "GET / http\r\nHost: x\r\n\r\n", 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"relative target", "GET tile/0 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"space in a field's name", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"NUL in a field", std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29), 400},
      {"two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
      {"lengths in a list", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\n\r\na", 400},
      {"negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
      {"huge length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n", 400},
      {"length and chunks", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunks and length", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", 400},
      {"unknown coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"coding before chunked", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"chunks in 1.0", "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
      {"chunk size no number", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
      {"body by length too large", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65\r\n\r\na", 413},
      {"chunk too large", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n41\r\na", 413},
      {"chunk size of 2^64 - 1", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\na", 413},
      {"chunks too large together", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n40\r\na", 413},
      {"long target", "GET /" + std::string(2000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
      {"long field", "GET / HTTP/1.1\r\nHost: x\r\na: " + std::string(2000, 'a') + "\r\n\r\n", 431},
      {"many fields", many, 431},
  };
  for (const auto& c : cases)
    for (const std::size_t step : {std::string_view::npos, std::size_t{1}, std::size_t{7}}) {
      const auto out = parse(c.bytes, step);
      EXPECT_EQ(out.refused, c.status) << c.name << " in steps of " << step;
      EXPECT_TRUE(out.requests.empty()) << c.name;
    }
}

// Lines end in CRLF; with bare line feeds the head never ends (or is refused), and no request comes of it.
TEST(RequestParser, BareLineFeedsEndNothing) {
  for (const std::size_t step : {std::string_view::npos, std::size_t{1}}) {
    const auto out = parse("GET /a HTTP/1.1\nHost: x\n\nGET /b HTTP/1.1\nHost: x\n\n", step);
    EXPECT_TRUE(out.requests.empty());
    EXPECT_TRUE(out.refused != 0 || out.left > 0);
  }
}

// Beast itself bounds only the field it is at; the sum is ours.
TEST(RequestParser, WholeHeadIsBounded) {
  std::string head = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 20; ++i) head += "f" + std::to_string(i) + ": " + std::string(60, 'v') + "\r\n";
  head += "\r\n";
  ASSERT_GT(head.size(), 1024U);
  EXPECT_EQ(parse(head).refused, 431U);
  EXPECT_EQ(parse(head, 10).refused, 431U);
  EXPECT_EQ(parse(head, 10, head.size()).requests.size(), 1U);
}

TEST(RequestParser, KeepAliveAndExpect) {
  const auto flags = [](std::string_view head) {
    RequestParser parser(1024);
    EXPECT_NE(parser.feed(head).event, RequestParser::Event::refused);
    return std::make_tuple(parser.keep_alive(), parser.http_1_0(), parser.expects_continue());
  };
  EXPECT_EQ(flags("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), std::make_tuple(true, false, false));
  EXPECT_EQ(flags("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), std::make_tuple(false, false, false));
  EXPECT_EQ(flags("GET / HTTP/1.0\r\n\r\n"), std::make_tuple(false, true, false));
  EXPECT_EQ(flags("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), std::make_tuple(true, true, false));
  EXPECT_EQ(flags("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n"), std::make_tuple(true, false, true));
}

}  // namespace
}  // namespace entente::http
