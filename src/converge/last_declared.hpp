// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace dfriends::converge {

/// What containers that were changed in place are declared as by now: their labels say for ever what they were made as.
/// May be called from several threads at once.
class LastDeclared {
  public:
    virtual ~LastDeclared() = default;
    /// By the container's id, the state as render_state writes it; an empty text where a change was begun and not
    /// brought to its end. Nothing where the labels say it.
    virtual std::optional<std::string> find(const std::string& id) = 0;
    virtual void keep(const std::string& name, const std::string& id, const std::string& state) = 0;
};

} // namespace dfriends::converge
