// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dfriends::converge::yaml {

/// The value of a key of the key-value store, or of an etcd, that the environment names as it does for the verbs of kv:
/// ETCDCTL_ENDPOINTS, ETCDCTL_USERNAME and ETCDCTL_PASSWORD, ETCDCTL_CA_FILE, ETCDCTL_CERT_FILE and ETCDCTL_KEY_FILE.
/// Blocks. Throws Error(not_found) where there is no such key, and Error(unavailable) where no server answers.
std::string read_kv_secret(const std::string& key);

} // namespace dfriends::converge::yaml
