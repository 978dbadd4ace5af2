// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/provider.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

enum class Status {
    unchanged,
    changed, ///< in a plan: will change
    failed,
    skipped, ///< something that it requires failed
    guarded, ///< its only_if or not_if said no, or its noop that the effect is only told
};

std::string_view name_of(Status status);

/// What became of one action of a resource.
struct Result {
    std::string type;
    std::string name;
    std::string action;
    Status status = Status::unchanged;
    Effect effect = Effect::none;
    std::vector<Change> changes;
    std::string reason; ///< the error, the failed requirement, the guard, or who notified
    std::string hint;
    std::chrono::milliseconds duration{0};
};

/// What became of a run.
struct Report {
    std::vector<Result> results;

    std::size_t count(Status status) const;
    bool has_changes() const { return count(Status::changed) > 0; }
    bool has_failures() const { return count(Status::failed) + count(Status::skipped) > 0; }
    /// Of --detailed-exitcode: 0 nothing, 2 changes, 4 failures, 6 both.
    int detailed_exit_code() const { return (has_changes() ? 2 : 0) + (has_failures() ? 4 : 0); }
};

/// "+ docker_image[busybox]" and a line for each change: "    ports: 80 -> 8080". Unchanged resources are an empty
/// text.
std::string render_result(const Result& result);
/// "plan: 1 to create, 2 to change, 1 to remove, 3 unchanged, 0 failed".
std::string render_summary(const Report& report, bool planning);

} // namespace dfriends::converge
