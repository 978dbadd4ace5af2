// SPDX-License-Identifier: Apache-2.0
#include "crypto/random.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"

#include <openssl/rand.h>

namespace dfriends::crypto {

std::string random_bytes(std::size_t count)
{
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
        throw Error(ErrorKind::internal, "the random number generator gave nothing");
    return bytes;
}

std::string random_hex(std::size_t bytes)
{
    return encode_hex(random_bytes(bytes));
}

} // namespace dfriends::crypto
