#include "core/uri.h"

#include <gtest/gtest.h>

namespace entente {
namespace {

TEST(Uri, PathsArePercentEncoded) {
  EXPECT_EQ(uri_of_path("a/b-c_d.e~f"), "a/b-c_d.e~f");
  EXPECT_EQ(uri_of_path("c:x y%/é#?"), "c%3Ax%20y%25/%C3%A9%23%3F");
}

TEST(Uri, BytesByTheirDigest) {
  // RFC 6920, section 8.1: "Hello World!".
  EXPECT_EQ(uri_of_digest(sha256("Hello World!")), "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk");
}

}  // namespace
}  // namespace entente
