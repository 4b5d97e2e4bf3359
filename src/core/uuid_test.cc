#include "core/uuid.h"

#include <gtest/gtest.h>

namespace entente {
namespace {

TEST(Uuid, Version5OfTheSpecificationsExample) {
  EXPECT_EQ(uuid_v5(kUuidNamespaceDns, "www.example.com").str(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");  // RFC 9562, A.4
}

TEST(Uuid, AnotherNameOrNamespaceIsAnotherUuid) {
  const Uuid one = uuid_v5(kUuidNamespaceUrl, "https://entente.example/ns");
  EXPECT_EQ(one, uuid_v5(kUuidNamespaceUrl, "https://entente.example/ns"));
  EXPECT_NE(one, uuid_v5(kUuidNamespaceUrl, "https://entente.example/ns/"));
  EXPECT_NE(one, uuid_v5(kUuidNamespaceDns, "https://entente.example/ns"));
  EXPECT_NE(uuid_v5(one, ""), uuid_v5(one, std::string_view("\0", 1)));
}

}  // namespace
}  // namespace entente
