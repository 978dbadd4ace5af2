// SPDX-License-Identifier: Apache-2.0
#include "crypto/password.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

#include <openssl/evp.h>

#include <charconv>

namespace dfriends::crypto {

namespace {

constexpr std::string_view scheme = "pbkdf2-sha256";
constexpr int rounds_now = 120'000;
constexpr int most_rounds = 10'000'000;

std::string derive(std::string_view password, std::string_view salt, int rounds)
{
    std::string key(32, '\0');
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                          reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()), rounds,
                          EVP_sha256(), static_cast<int>(key.size()),
                          reinterpret_cast<unsigned char*>(key.data())) != 1)
        throw Error(ErrorKind::internal, "cannot derive a key from a password");
    return key;
}

} // namespace

std::string hash_password(std::string_view password)
{
    const std::string salt = random_bytes(16);
    return fmt::format("{}${}${}${}", scheme, rounds_now, encode_hex(salt),
                       encode_hex(derive(password, salt, rounds_now)));
}

bool is_password(std::string_view password, std::string_view stored)
{
    const auto [name, rest] = split_once(stored, '$');
    const auto [rounds_text, secret] = split_once(rest, '$');
    const auto [salt_text, key_text] = split_once(secret, '$');
    int rounds = 0;
    const auto [end, error] = std::from_chars(rounds_text.data(), rounds_text.data() + rounds_text.size(), rounds);
    const auto salt = decode_hex(salt_text), key = decode_hex(key_text);
    const bool is_ours = name == scheme && error == std::errc() && end == rounds_text.data() + rounds_text.size() &&
                         rounds > 0 && rounds <= most_rounds && salt && key && !key->empty();
    const std::string derived = derive(password, is_ours ? *salt : "", is_ours ? rounds : rounds_now);
    return is_ours && equal_secrets(derived, *key);
}

} // namespace dfriends::crypto
