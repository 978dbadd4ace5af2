// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace dfriends::crypto {

namespace {

struct Row {
    Algorithm algorithm;
    std::string_view name;
    std::size_t size;
    const EVP_MD* (*digest)();
};

constexpr std::array<Row, 4> rows{{
    {Algorithm::md5, "md5", 16, EVP_md5},
    {Algorithm::sha1, "sha1", 20, EVP_sha1},
    {Algorithm::sha256, "sha256", 32, EVP_sha256},
    {Algorithm::sha512, "sha512", 64, EVP_sha512},
}};

const Row& row_of(Algorithm algorithm)
{
    return rows[static_cast<std::size_t>(algorithm)];
}

[[noreturn]] void fail()
{
    throw Error(ErrorKind::internal, "cannot compute a digest");
}

} // namespace

struct Hash::Context {
    Context() : handle(EVP_MD_CTX_new())
    {
        if (handle == nullptr)
            fail();
    }
    ~Context() { EVP_MD_CTX_free(handle); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    EVP_MD_CTX* handle;
};

std::string_view name(Algorithm algorithm)
{
    return row_of(algorithm).name;
}

std::optional<Algorithm> find_algorithm(std::string_view name)
{
    for (const Row& row : rows)
        if (row.name == name)
            return row.algorithm;
    return std::nullopt;
}

std::size_t digest_size(Algorithm algorithm)
{
    return row_of(algorithm).size;
}

bool is_digest(Algorithm algorithm, std::string_view hex)
{
    return hex.size() == 2 * digest_size(algorithm) &&
           std::ranges::all_of(hex, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

Hash::Hash(Algorithm algorithm) : context_(std::make_unique<Context>())
{
    if (EVP_DigestInit_ex(context_->handle, row_of(algorithm).digest(), nullptr) != 1)
        fail();
}

Hash::Hash(const Hash& other) : context_(std::make_unique<Context>())
{
    if (EVP_MD_CTX_copy_ex(context_->handle, other.context_->handle) != 1)
        fail();
}

Hash::Hash(Hash&&) noexcept = default;
Hash& Hash::operator=(Hash other) noexcept
{
    context_.swap(other.context_);
    return *this;
}
Hash::~Hash() = default;

void Hash::update(std::string_view bytes)
{
    if (EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()) != 1)
        fail();
}

std::string Hash::finish()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_->handle, digest.data(), &size) != 1)
        fail();
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string Hash::finish_hex()
{
    return encode_hex(finish());
}

std::string hash(Algorithm algorithm, std::string_view bytes)
{
    Hash running(algorithm);
    running.update(bytes);
    return running.finish();
}

std::string hash_hex(Algorithm algorithm, std::string_view bytes)
{
    return encode_hex(hash(algorithm, bytes));
}

bool equal_secrets(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace dfriends::crypto
