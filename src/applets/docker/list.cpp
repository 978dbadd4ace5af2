// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/list.hpp"

#include "base/text.hpp"
#include "base/timestamp.hpp"

#include <string>
#include <vector>

namespace dfriends::applets::docker {

void print_list(Context& context, const List& list, std::string_view id)
{
    const auto format = context.settings.find("format");
    if (context.global.json && (!format || format->empty())) {
        std::vector<std::string> rows;
        const std::string text = render_list("json", list);
        for (const std::string_view row : lines(text))
            rows.emplace_back(row);
        context.print("[{}]\n", join(rows, ","));
        return;
    }
    if (id.empty() || !context.settings.flag("quiet")) {
        context.write(render_list(format.value_or(""), list));
        return;
    }
    if (format && !format->empty())
        context.write_error("WARNING: Ignoring custom format, because both --format and --quiet are set.\n");
    for (const Fields& row : list.rows)
        context.print("{}\n", row.at(std::string(id)));
}

std::string render_moment_of(std::int64_t seconds)
{
    return render_local(TimePoint{std::chrono::seconds(seconds)}, "%Y-%m-%d %H:%M:%S %z %Z");
}

} // namespace dfriends::applets::docker
