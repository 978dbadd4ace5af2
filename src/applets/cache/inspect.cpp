// SPDX-License-Identifier: Apache-2.0
// stats and list: what the index says, whether the service runs or not.
#include "applets/cache/directory.hpp"
#include "applets/cache/verbs.hpp"
#include "applets/cache/wire.hpp"
#include "applets/context.hpp"
#include "base/clock.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "cli/table_output.hpp"
#include "state/store.hpp"

namespace dfriends::applets::cache {

int stats(Context& context)
{
    context.expect_arguments(0, 0);
    dfriends::cache::CacheIndex index(context.store());
    const auto totals = index.totals();
    const auto mirrors = dfriends::cache::find_mirrors(content_directory(context.settings));
    if (context.global.json) {
        context.print("{}\n", encode_stats(totals, mirrors));
        return 0;
    }
    cli::TableOutput table({"WHAT", "COUNT"});
    table.row({"files", std::to_string(totals.blobs)});
    table.row({"size", render_size(static_cast<std::uint64_t>(totals.bytes))});
    table.row({"names", std::to_string(totals.names)});
    table.row({"suites", std::to_string(totals.releases)});
    table.row({"package tables", std::to_string(totals.packages_tables)});
    context.write(table.render(false));
    if (mirrors.empty())
        return 0;
    cli::TableOutput health({"NAME", "MIRROR", "STATE"});
    for (const auto& mirror : mirrors)
        health.row({mirror.name, printable(mirror.url),
                    mirror.is_well()
                        ? "well"
                        : fmt::format("avoided after {} {}: {}", mirror.failures,
                                      mirror.failures == 1 ? "failure" : "failures", printable(mirror.why))});
    context.print("\n");
    context.write(health.render());
    return 0;
}

int list(Context& context)
{
    context.expect_arguments(0, 1);
    dfriends::cache::CacheIndex index(context.store());
    const auto rows = index.list(context.arguments.empty() ? std::string() : context.arguments.front());
    if (context.global.json) {
        context.print("{}\n", encode_list(rows));
        return 0;
    }
    cli::TableOutput table({"SIZE", "VERIFIED", "USED", "URL"});
    for (const auto& row : rows) {
        const auto age =
            std::chrono::duration_cast<std::chrono::seconds>(system_now().time_since_epoch()).count() - row.used / 1000;
        table.row({render_size(row.size), row.verified ? "yes" : "no", render_age(std::chrono::seconds(age)),
                   printable(row.name)});
    }
    context.write(table.render());
    return 0;
}

} // namespace dfriends::applets::cache
