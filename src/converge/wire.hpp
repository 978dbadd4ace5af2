// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/history.hpp"
#include "converge/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

std::string encode_changes(const std::vector<Change>& changes);
std::vector<Change> decode_changes(std::string_view text);

/// {"results": […], "changed": N, …} in one line.
std::string encode_report(const Report& report);
std::string encode_runs(const std::vector<PastRun>& runs);
std::string encode_run(const PastRun& run, const std::vector<Result>& results);

} // namespace dfriends::converge
