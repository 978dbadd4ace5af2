// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dfriends::converge {

/// The seconds that a container may take to stop; nothing where the engine shall decide.
std::optional<int> stop_timeout(const Resource& resource);

/// Whether commands of the host come before or after its starts and stops.
bool has_hooks(const Resource& resource);

/// Runs the host's commands of a moment, such as "before_start", one after the other. Throws Error(failed) where
/// one does not end with 0.
void run_hooks(const Resource& resource, std::string_view moment, Host& host);

/// Whether a container whose check says this (empty: it has none) is still to become healthy, as its declaration has
/// it.
bool awaits_health(const Resource& resource, std::string_view health);
/// Waits as long as the check may take to say unhealthy, and throws Error(failed) where it does.
void await_health(const Resource& resource, const engine::ContainerDetails& started, Docker& docker);

/// Starts a container and sees that it stays; without detach, waits for its end, which must be a success.
void start_container(const Resource& resource, const std::string& container, Host& host);
/// Watches a container that takes another's place a while longer: what ends after a second is found out while the old
/// one can still come back.
void see_it_stay(const Resource& resource, const std::string& container, Host& host);
void stop_container(const Resource& resource, const std::string& container, Host& host);
void restart_container(const Resource& resource, const std::string& container, Host& host);

} // namespace dfriends::converge
