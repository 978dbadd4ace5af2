// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

#include <doctest/doctest.h>

using namespace dfriends::crypto;

TEST_CASE("hash: known digests of 'abc' (RFC 1321, FIPS 180)")
{
    CHECK(hash_hex(Algorithm::md5, "abc") == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(hash_hex(Algorithm::sha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(hash_hex(Algorithm::sha256, "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hash(Algorithm::sha512, "abc").size() == digest_size(Algorithm::sha512));
}

TEST_CASE("Hash: a copy goes on by itself")
{
    Hash first(Algorithm::sha256);
    first.update("ab");
    Hash second = first;
    first.update("c");
    CHECK(first.finish_hex() == hash_hex(Algorithm::sha256, "abc"));
    CHECK(second.finish_hex() == hash_hex(Algorithm::sha256, "ab"));
}

TEST_CASE("random_hex: two are different; equal_secrets compares")
{
    CHECK(random_hex(16).size() == 32);
    CHECK(random_hex(16) != random_hex(16));
    CHECK(equal_secrets("abc", "abc"));
    CHECK(!equal_secrets("abc", "abd"));
    CHECK(!equal_secrets("abc", "ab"));
}
