// SPDX-License-Identifier: Apache-2.0
#include "cluster/supervisor/process_tree.hpp"

#include "base/text.hpp"
#include "os/proc.hpp"

#include <map>

namespace dfriends::cluster {

std::vector<pid_t> find_descendants(pid_t of)
{
    std::multimap<pid_t, pid_t> children;
    for (const pid_t id : os::list_processes())
        if (const auto fields = os::stat_of(id); fields.size() > 1)
            children.emplace(static_cast<pid_t>(parse_unsigned(fields[1]).value_or(0)), id);
    std::vector<pid_t> found{of};
    for (std::size_t next = 0; next < found.size(); ++next) {
        const auto [begin, end] = children.equal_range(found[next]);
        for (auto child = begin; child != end; ++child)
            found.push_back(child->second);
    }
    found.erase(found.begin());
    return found;
}

} // namespace dfriends::cluster
