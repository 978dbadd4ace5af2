// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dfriends::applets::docker {

/// The sequence of keys by which a user at a terminal leaves a container that runs on.
class DetachKeys {
  public:
    /// "ctrl-p,ctrl-q", "a,DEL": single characters, ctrl- with a letter or one of @[\]^_, or DEL; empty is the first of
    /// these. Throws Error(usage).
    explicit DetachKeys(std::string_view text);

    /// What is to be handed on. A beginning of the sequence is held back until it is clear that it is none; nothing
    /// after the whole sequence is handed on.
    std::string feed(std::string_view typed);
    bool were_pressed() const { return matched_ == sequence_.size(); }

  private:
    std::string sequence_;
    std::size_t matched_ = 0;
};

} // namespace dfriends::applets::docker
