// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only.
#include "net/tls.hpp"

#include <openssl/ssl.h>

#include <string>

namespace dfriends::net {

struct TlsContext::Inside {
    SSL_CTX* handle = nullptr;
    bool verify = true;
    std::string protocols; ///< ours for ALPN, each with its length before it
    Inside() = default;
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { SSL_CTX_free(handle); }
};

/// The oldest entry of OpenSSL's error queue as text; the queue is empty then.
std::string take_tls_error();

} // namespace dfriends::net
