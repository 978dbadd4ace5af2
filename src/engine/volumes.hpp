// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connection.hpp"
#include "engine/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dfriends::engine {

/// The volumes of an engine.
class Volumes {
  public:
    explicit Volumes(Connection& connection) : connection_(connection) {}

    /// An existing volume of that name is returned as it is.
    net::Task<VolumeDetails> create(VolumeSpec spec);
    net::Task<VolumeDetails> inspect(std::string volume);
    net::Task<std::optional<VolumeDetails>> find(std::string volume);
    net::Task<std::vector<VolumeDetails>> list(Filters filters = {});
    /// A volume that a container uses is Error(conflict).
    net::Task<> remove(std::string volume, bool force = false);

  private:
    Connection& connection_;
};

} // namespace dfriends::engine
