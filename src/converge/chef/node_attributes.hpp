// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/object.hpp"
#include "converge/facts.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dfriends::converge::chef {

constexpr std::string_view run_state = "run_state";

/// The tree behind node['…']: what the recipe sets at its levels, and above them what the machine says of itself.
class NodeAttributes {
  public:
    explicit NodeAttributes(const Facts& facts) : facts_(facts) {}

    /// "default", "force_default", "normal" (or "set"), "override", "force_override", "automatic", and each of those
    /// that a cookbook sets with "_unless": only where there is nothing yet.
    static bool is_level(std::string_view word);

    /// The level may also be node.run_state, which no other is merged with.
    void set(const std::string& level, std::span<const std::string> keys, Object value);
    std::optional<Object> find(std::span<const std::string> keys) const;
    /// What stands at one level.
    std::optional<Object> find_at(std::string_view level, std::span<const std::string> keys) const;

  private:
    const Facts& facts_;
    std::array<Object, 7> levels_; ///< from the lowest on; the last two are automatic and run_state
};

} // namespace dfriends::converge::chef
