// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/dump/record.hpp"
#include "etcd/v2_client.hpp"
#include "etcd/v3/client.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dfriends::etcd::dump {

/// Where keys come from; a null client leaves its API out.
struct Source {
    V2Client* v2 = nullptr;
    v3::Client* v3 = nullptr;
    /// Directories of v2 whose names begin with '_', which no listing shows, and which are read where they exist.
    std::vector<std::string> hidden{"/_coreos.com", "/_etcd"};
};

using Take = std::function<void(const Record&)>;

/// Hands over all keys as they were at one index of v2 and one revision of v3; gives back how many. Keys whose time ran
/// out meanwhile are left out.
net::Task<Counts> read_all(Source source, Take take);

} // namespace dfriends::etcd::dump
