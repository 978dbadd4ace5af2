// SPDX-License-Identifier: Apache-2.0
// history, diff, the prunes and system df.
#include "engine/upkeep.hpp"

#include "applets/docker/confirm.hpp"
#include "applets/docker/list.hpp"
#include "applets/docker/verbs.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"

#include <algorithm>

namespace dfriends::applets::docker {

namespace {

using engine::Prunable;

// --- history ---

const Fields history_headings{
    {"ID", "IMAGE"},  {"CreatedAt", "CREATED AT"}, {"CreatedSince", "CREATED"}, {"CreatedBy", "CREATED BY"},
    {"Size", "SIZE"}, {"Comment", "COMMENT"}};

Fields fields_of(const engine::ImageStep& step, bool whole, bool for_people)
{
    constexpr std::size_t widest = 45;
    const std::string by = replace_all(step.created_by, "\t", " ");
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(system_now().time_since_epoch());
    std::string zone = render_local(TimePoint{std::chrono::seconds(step.created)}, "%z");
    zone = zone == "+0000" ? "Z" : zone.substr(0, 3) + ":" + zone.substr(3);
    return {{"ID", whole ? step.id : short_id(step.id)},
            {"CreatedAt", render_local(TimePoint{std::chrono::seconds(step.created)}, "%Y-%m-%dT%H:%M:%S") + zone},
            {"CreatedSince", render_age(now - std::chrono::seconds(step.created))},
            {"CreatedBy", whole ? by : shortened(by, widest)},
            {"Size", for_people ? render_decimal_size(step.size) : std::to_string(step.size)},
            {"Comment", step.comment}};
}

// --- prune ---

/// Whether the user says yes, after what will be removed; true at once with --force.
bool is_confirmed(Context& context, const std::string& warning)
{
    return context.settings.flag("force") ||
           confirms(context, "WARNING! " + warning + "\nAre you sure you want to continue?");
}

void print_pruned(Context& context, Prunable what, const engine::Pruned& pruned)
{
    if (pruned.names.empty() && pruned.untagged.empty())
        return;
    std::string text;
    switch (what) {
    case Prunable::containers:
        text = "Deleted Containers:\n";
        break;
    case Prunable::images:
        text = "Deleted Images:\n";
        break;
    case Prunable::networks:
        text = "Deleted Networks:\n";
        break;
    case Prunable::volumes:
        text = "Deleted Volumes:\n";
        break;
    case Prunable::build_cache:
        text = "Deleted build cache objects:\n";
        break;
    }
    for (const std::string& name : pruned.untagged)
        text += "untagged: " + name + "\n";
    for (const std::string& name : pruned.names)
        text += (what == Prunable::images ? "deleted: " : "") + name + "\n";
    context.print("{}\n", text);
}

/// Returns how many bytes are free again.
std::int64_t prune_some(Context& context, Prunable what, const engine::Filters& filters, bool all)
{
    engine::Filters used = filters;
    if (what == Prunable::images)
        used["dangling"] = {all ? "false" : "true"};
    const auto pruned =
        net::run(engine::prune(context.engine().connection(), what, used, what == Prunable::build_cache && all));
    print_pruned(context, what, pruned);
    return pruned.reclaimed;
}

int prune_one(Context& context, Prunable what, const std::string& warning, bool all = false)
{
    context.expect_arguments(0, 0);
    const engine::Filters filters = parse_filters(context.settings.list("filter"));
    if (!is_confirmed(context, warning))
        return 0;
    const std::int64_t reclaimed = prune_some(context, what, filters, all);
    if (what != Prunable::networks)
        context.print("Total reclaimed space: {}\n", render_decimal_size(reclaimed, 4));
    return 0;
}

std::string system_warning(const config::Settings& settings)
{
    const bool all = settings.flag("all");
    std::string text = "This will remove:\n  - all stopped containers\n  - all networks not used by at least one "
                       "container\n";
    if (settings.flag("volumes"))
        text += "  - all anonymous volumes not used by at least one container\n";
    text += all ? "  - all images without at least one container associated to them\n  - all build cache\n"
                : "  - all dangling images\n  - unused build cache\n";
    if (!settings.list("filter").empty())
        text += "\n  Items to be pruned will be filtered with:\n";
    for (const std::string& filter : settings.list("filter"))
        text += "  - " + filter + "\n";
    return text;
}

// --- system df ---

const Fields df_headings{
    {"Type", "TYPE"}, {"TotalCount", "TOTAL"}, {"Active", "ACTIVE"}, {"Size", "SIZE"}, {"Reclaimable", "RECLAIMABLE"}};

Fields fields_of(const std::string& type, const engine::DiskUse& use, bool with_share)
{
    std::string reclaimable = render_decimal_size(use.reclaimable, 4);
    if (with_share && use.size > 0)
        reclaimable += fmt::format(" ({}%)", use.reclaimable * 100 / use.size);
    return {{"Type", type},
            {"TotalCount", std::to_string(use.total)},
            {"Active", std::to_string(use.active)},
            {"Size", render_decimal_size(use.size, 4)},
            {"Reclaimable", reclaimable}};
}

} // namespace

int history(Context& context)
{
    context.expect_arguments(1, 1);
    const auto& settings = context.settings;
    const bool for_people = settings.flag("human");
    List list{.type = "*formatter.historyContext",
              .table = for_people ? "table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
                                  : "table {{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
              .headings = history_headings,
              .rows = {}};
    for (const auto& step : net::run(engine::fetch_history(context.engine().connection(), context.arguments.front())))
        list.rows.push_back(fields_of(step, settings.flag("no-trunc"), for_people));
    print_list(context, list, "ID");
    return 0;
}

int diff(Context& context)
{
    context.expect_arguments(1, 1);
    constexpr std::string_view letters = "CAD";
    for (const auto& change : net::run(engine::fetch_changes(context.engine().connection(), context.arguments.front())))
        context.print("{} {}\n", letters[static_cast<std::size_t>(change.kind)], change.path);
    return 0;
}

int container_prune(Context& context)
{
    return prune_one(context, Prunable::containers, "This will remove all stopped containers.");
}

int image_prune(Context& context)
{
    const bool all = context.settings.flag("all");
    return prune_one(context, Prunable::images,
                     all ? "This will remove all images without at least one container associated to them."
                         : "This will remove all dangling images.",
                     all);
}

int network_prune(Context& context)
{
    return prune_one(context, Prunable::networks,
                     "This will remove all custom networks not used by at least one container.");
}

int volume_prune(Context& context)
{
    return prune_one(context, Prunable::volumes,
                     "This will remove all local volumes not used by at least one container.");
}

int builder_prune(Context& context)
{
    const bool all = context.settings.flag("all");
    return prune_one(context, Prunable::build_cache,
                     all ? "This will remove all build cache." : "This will remove all dangling build cache.", all);
}

int system_prune(Context& context)
{
    context.expect_arguments(0, 0);
    const engine::Filters filters = parse_filters(context.settings.list("filter"));
    const bool volumes = context.settings.flag("volumes");
    const bool all = context.settings.flag("all");
    if (volumes && filters.contains("until"))
        throw Error(ErrorKind::failed, "the 'until' filter is not supported with --volumes");
    if (!is_confirmed(context, system_warning(context.settings)))
        return 0;
    engine::Filters cache_filters = filters;
    cache_filters.erase("label"); // a step of a build has none
    cache_filters.erase("label!");
    std::int64_t reclaimed = prune_some(context, Prunable::containers, filters, all);
    reclaimed += prune_some(context, Prunable::networks, filters, all);
    if (volumes)
        reclaimed += prune_some(context, Prunable::volumes, filters, all);
    reclaimed += prune_some(context, Prunable::images, filters, all);
    reclaimed += prune_some(context, Prunable::build_cache, cache_filters, all);
    context.print("Total reclaimed space: {}\n", render_decimal_size(reclaimed, 4));
    return 0;
}

int system_df(Context& context)
{
    context.expect_arguments(0, 0);
    const auto usage = net::run(engine::fetch_disk_usage(context.engine().connection()));
    List list{.type = "*formatter.diskUsageContext",
              .table = "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}",
              .headings = df_headings,
              .rows = {fields_of("Images", usage.images, true), fields_of("Containers", usage.containers, true),
                       fields_of("Local Volumes", usage.volumes, true),
                       fields_of("Build Cache", usage.build_cache, false)}};
    print_list(context, list, {});
    return 0;
}

} // namespace dfriends::applets::docker
