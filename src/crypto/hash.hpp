// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends::crypto {

enum class Algorithm { md5, sha1, sha256, sha512 };

/// "md5", "sha1", "sha256", "sha512".
std::string_view name(Algorithm algorithm);
std::optional<Algorithm> find_algorithm(std::string_view name);
/// Bytes of a digest: 16, 20, 32, 64.
std::size_t digest_size(Algorithm algorithm);
/// True for a digest of that size in hexadecimal digits of either case.
bool is_digest(Algorithm algorithm, std::string_view hex);

/// A digest that grows with the bytes fed to it. Copies are independent.
class Hash {
  public:
    explicit Hash(Algorithm algorithm);
    Hash(const Hash& other);
    Hash(Hash&&) noexcept;
    Hash& operator=(Hash other) noexcept;
    ~Hash();

    void update(std::string_view bytes);
    /// Ends the digest and returns it raw; further updates are a fault.
    std::string finish();
    /// finish() as lower-case hexadecimal digits.
    std::string finish_hex();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

std::string hash(Algorithm algorithm, std::string_view bytes);
std::string hash_hex(Algorithm algorithm, std::string_view bytes);

/// Compares in time that depends on the lengths only: for tokens and passwords.
bool equal_secrets(std::string_view a, std::string_view b);

} // namespace dfriends::crypto
