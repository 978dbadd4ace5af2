// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "net/tls.hpp"

#include <optional>
#include <string>

namespace dfriends::applets {

/// How we show ourselves to a key-value store, and whom we trust.
struct EtcdAccess {
    std::string user; ///< empty: nobody
    std::string password;
    std::optional<net::TlsContext> tls; ///< nothing: the system's trust
};

/// What --username, --password, --ca-file, --cert-file and --key-file say; the word must have these settings.
EtcdAccess etcd_access(const Context& context);

} // namespace dfriends::applets
