// SPDX-License-Identifier: Apache-2.0
#include "converge/guard.hpp"

#include <chrono>

namespace dfriends::converge {

std::optional<std::string> find_refusal(const Resource& resource, Host& host)
{
    for (const Guard& guard : resource.guards) {
        os::Command command;
        command.words = {"/bin/sh", "-c", guard.command};
        command.timeout = std::chrono::seconds(60);
        const os::Outcome outcome = host.run(command);
        if (outcome.timed_out)
            throw Error(ErrorKind::failed, guard.position, "the guard '{}' did not end within 60 s", guard.command);
        if (outcome.ok() != guard.only_if)
            return fmt::format("{} '{}'", guard.only_if ? "only_if" : "not_if", guard.command);
    }
    return std::nullopt;
}

} // namespace dfriends::converge
