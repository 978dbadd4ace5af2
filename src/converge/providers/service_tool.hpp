// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/host.hpp"

#include <string>

namespace dfriends::converge {

/// Whether systemd runs the machine's services.
bool has_systemd(Host& host);

/// The machine's services: systemd where it runs, OpenRC, or System V init scripts.
class ServiceTool {
  public:
    explicit ServiceTool(Host& host);

    bool is_running(const std::string& service) const;
    bool is_enabled(const std::string& service) const;
    /// "start", "stop", "restart", "reload", "enable", "disable". Throws Error(failed) with what was said.
    void act(const std::string& service, const std::string& action) const;

  private:
    enum class Kind { systemd, openrc, scripts };
    Host& host_;
    Kind kind_;
};

} // namespace dfriends::converge
