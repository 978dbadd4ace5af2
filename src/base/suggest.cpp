// SPDX-License-Identifier: Apache-2.0
#include "base/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dfriends {

namespace {

/// Optimal string alignment distance: insert, delete, replace, and swap of neighbours cost one each.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        previous[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                current[j] = std::min(current[j], before[j - 2] + 1);
        }
        before.swap(previous);
        previous.swap(current);
    }
    return previous[b.size()];
}

} // namespace

std::optional<std::string> suggest(std::string_view typed, const std::vector<std::string>& candidates)
{
    if (typed.size() > 64)
        return std::nullopt;
    std::size_t best = std::max<std::size_t>(1, (typed.size() + 1) / 3) + 1;
    std::optional<std::string> found;
    for (const std::string& candidate : candidates) {
        if (const std::size_t far = distance(typed, candidate); far < best) {
            best = far;
            found = candidate;
        }
    }
    // What was typed may be the first part of a longer word.
    for (const std::string& candidate : candidates)
        if (!found && typed.size() >= 3 && candidate.starts_with(typed))
            found = candidate;
    return found;
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& candidates)
{
    const auto found = suggest(typed, candidates);
    return found ? fmt::format("did you mean '{}'?", *found) : std::string();
}

} // namespace dfriends
