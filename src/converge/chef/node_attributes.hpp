// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/object.hpp"
#include "converge/facts.hpp"

#include <array>
#include <optional>
#include <span>

namespace dfriends::converge::chef {

/// The tree behind node['…']: what the recipe sets at three levels, and above them what the machine says of itself.
class NodeAttributes {
  public:
    explicit NodeAttributes(const Facts& facts) : facts_(facts) {}

    /// The level is "default", "normal" (or "set") or "override".
    void set(const std::string& level, std::span<const std::string> keys, Object value);
    std::optional<Object> find(std::span<const std::string> keys) const;

  private:
    const Facts& facts_;
    std::array<Object, 3> levels_;
};

} // namespace dfriends::converge::chef
