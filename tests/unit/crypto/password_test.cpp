// SPDX-License-Identifier: Apache-2.0
#include "crypto/password.hpp"

#include <doctest/doctest.h>

using namespace dfriends::crypto;

TEST_CASE("password: only the right one fits, and no two hashes are the same")
{
    const std::string stored = hash_password("secret");
    CHECK(stored.starts_with("pbkdf2-sha256$"));
    CHECK(stored.find("secret") == std::string::npos);
    CHECK(stored != hash_password("secret"));
    CHECK(is_password("secret", stored));
    CHECK(!is_password("Secret", stored));
    CHECK(!is_password("", stored));
}

TEST_CASE("password: what is no hash fits nothing")
{
    for (const char* stored : {"", "secret", "pbkdf2-sha256$1$00$", "pbkdf2-sha256$0$00$00", "pbkdf2-sha256$-1$00$00",
                               "pbkdf2-sha256$1$0$00", "pbkdf2-sha256$99999999999$00$00", "other$1$00$00"})
        CHECK_MESSAGE(!is_password("secret", stored), stored);
    // RFC 7914 section 11: PBKDF2-HMAC-SHA-256 of "passwd" with the salt "salt" and one round.
    CHECK(is_password("passwd",
                      "pbkdf2-sha256$1$73616c74$55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"));
}
