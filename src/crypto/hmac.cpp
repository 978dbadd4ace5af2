// SPDX-License-Identifier: Apache-2.0
#include "crypto/hmac.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace dfriends::crypto {

std::string hmac_hex(std::string_view key, std::string_view text)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    if (::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
               reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data(), &size) == nullptr)
        throw Error(ErrorKind::failed, "OpenSSL made no HMAC");
    return encode_hex({reinterpret_cast<const char*>(bytes.data()), size});
}

} // namespace dfriends::crypto
