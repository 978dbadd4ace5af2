// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connection.hpp"
#include "engine/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dfriends::engine {

/// The networks of an engine, each known by its name or id.
class Networks {
  public:
    explicit Networks(Connection& connection) : connection_(connection) {}

    /// A name that is taken is Error(conflict).
    net::Task<Created> create(NetworkSpec spec);
    net::Task<NetworkDetails> inspect(std::string network);
    net::Task<std::optional<NetworkDetails>> find(std::string network);
    net::Task<std::vector<NetworkDetails>> list(Filters filters = {});
    net::Task<> remove(std::string network);
    net::Task<> connect(std::string container, NetworkAttachment attachment);
    net::Task<> disconnect(std::string network, std::string container, bool force = false);

  private:
    Connection& connection_;
};

} // namespace dfriends::engine
