// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/machines/local_cluster.hpp"

namespace dfriends::cluster {

std::string encode_local_cluster(const LocalCluster& cluster);
/// Throws Error(invalid) for what is none.
LocalCluster decode_local_cluster(std::string_view text);

} // namespace dfriends::cluster
