// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/each.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/list.hpp"
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "applets/docker/wire.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "cli/table_output.hpp"
#include "engine/client.hpp"
#include "engine/run_flags.hpp"
#include "net/loop.hpp"

namespace dfriends::applets::docker {

namespace {

std::string age_of(std::int64_t created)
{
    return render_age(std::chrono::duration_cast<std::chrono::seconds>(system_now().time_since_epoch()) -
                      std::chrono::seconds(created));
}

std::string names_of(const engine::ContainerSummary& row)
{
    std::vector<std::string> names;
    for (const std::string& name : row.names)
        if (name.find('/') == name.npos) // another container's link to it
            names.push_back(name);
    return join(names, ",");
}

std::string size_of(const engine::ContainerSummary& row)
{
    const std::string written = render_decimal_size(row.size_written);
    return row.size_root > 0 ? fmt::format("{} (virtual {})", written, render_decimal_size(row.size_root)) : written;
}

Fields fields_of(const engine::ContainerSummary& row, bool whole)
{
    std::vector<std::string> labels;
    for (const auto& [key, value] : row.labels)
        labels.push_back(key + "=" + value);
    return {{"ID", whole ? row.id : short_id(row.id)},
            {"Image", row.image},
            {"Command", render_command(row.command, whole)},
            {"CreatedAt", render_moment_of(row.created)},
            {"RunningFor", age_of(row.created)},
            {"State", row.state},
            {"Status", row.status},
            {"Ports", render_ports(row.ports)},
            {"Names", names_of(row)},
            {"Size", size_of(row)},
            {"Labels", join(labels, ",")},
            {"Networks", join(row.networks, ",")},
            {"LocalVolumes", std::to_string(row.local_volumes)},
            {"Mounts", join(row.mounts, ",")}};
}

const Fields container_headings{{"LocalVolumes", "LOCAL VOLUMES"},
                                {"ID", "CONTAINER ID"},
                                {"Image", "IMAGE"},
                                {"Command", "COMMAND"},
                                {"CreatedAt", "CREATED AT"},
                                {"Size", "SIZE"},
                                {"RunningFor", "CREATED"},
                                {"State", "STATE"},
                                {"Status", "STATUS"},
                                {"Ports", "PORTS"},
                                {"Names", "NAMES"},
                                {"Labels", "LABELS"},
                                {"Networks", "NETWORKS"},
                                {"Mounts", "MOUNTS"}};

constexpr std::string_view container_table = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t"
                                             "{{.Ports}}\t{{.Names}}";

std::optional<int> timeout_of(Context& context)
{
    if (!context.settings.is_given("time"))
        return std::nullopt;
    return static_cast<int>(context.settings.number("time"));
}

/// The options of a verb that run has too, as the words that its grammar reads.
std::vector<std::string> words_of(const config::Settings& settings, std::span<const config::Setting> rows)
{
    std::vector<std::string> flags;
    for (const config::Setting& row : rows)
        if (settings.is_given(row.name))
            flags.push_back("--" + std::string(row.name) + "=" + settings.text(row.name));
    return flags;
}

} // namespace

int commit(Context& context)
{
    context.expect_arguments(1, 2);
    const auto& settings = context.settings;
    const engine::ImageChanges changes{.reference = context.arguments.size() > 1 ? context.arguments[1] : "",
                                       .lines = settings.list("change"),
                                       .message = settings.text("message"),
                                       .author = settings.text("author"),
                                       .pauses = settings.flag("pause")};
    context.print("{}\n", net::run(context.engine().containers().commit(context.arguments.front(), changes)));
    return 0;
}

int update(Context& context)
{
    context.expect_arguments(1);
    engine::RunRequest request;
    const auto flags = words_of(context.settings, context.verb->settings);
    if (flags.empty())
        throw Error(ErrorKind::failed, "you must provide one or more flags when using this command");
    engine::apply_run_flags(request, flags);
    engine::ContainerUpdate change{.limits = request.spec, .restart = std::nullopt};
    if (context.settings.is_given("restart"))
        change.restart = request.spec.restart;
    return for_each_argument(
        context, [&](const std::string& name) { net::run(context.engine().containers().update(name, change)); });
}

int ps(Context& context)
{
    context.expect_arguments(0, 0);
    const auto& settings = context.settings;
    const bool whole = settings.flag("no-trunc");
    const auto last = settings.flag("latest") ? 1 : settings.number("last");
    // Sizes are much work for the engine: only where they are shown.
    const bool with_size = settings.flag("size") || settings.text("format").find(".Size") != std::string::npos;
    const auto rows = net::run(context.engine().containers().list(
        settings.flag("all") || last > 0, parse_filters(settings.list("filter")), static_cast<int>(last), with_size));
    if (context.global.json) {
        context.write(encode_containers(rows));
        return 0;
    }
    const std::string table = std::string(container_table) + (settings.flag("size") ? "\t{{.Size}}" : "");
    List list{.type = "*formatter.ContainerContext", .table = table, .headings = container_headings};
    for (const auto& row : rows) {
        list.rows.push_back(fields_of(row, whole));
        list.labels.push_back(row.labels);
    }
    print_list(context, list, "ID");
    return 0;
}

int logs(Context& context)
{
    context.expect_arguments(1, 1);
    const auto& settings = context.settings;
    const engine::LogOptions options{.follow = settings.flag("follow"),
                                     .timestamps = settings.flag("timestamps"),
                                     .tail = settings.text("tail"),
                                     .since = parse_moment(settings.text("since")),
                                     .until = parse_moment(settings.text("until"))};
    net::run(context.engine().containers().logs(context.arguments.front(), options, print_output(context)));
    return 0;
}

int stop(Context& context)
{
    return for_each_argument(context, [&context](const std::string& name) {
        net::run(context.engine().containers().stop(name, timeout_of(context)));
    });
}

int restart(Context& context)
{
    return for_each_argument(context, [&context](const std::string& name) {
        net::run(context.engine().containers().restart(name, timeout_of(context)));
    });
}

int kill(Context& context)
{
    return for_each_argument(context, [&context](const std::string& name) {
        net::run(context.engine().containers().kill(name, context.settings.text("signal")));
    });
}

int pause(Context& context)
{
    return for_each_argument(
        context, [&context](const std::string& name) { net::run(context.engine().containers().pause(name)); });
}

int unpause(Context& context)
{
    return for_each_argument(
        context, [&context](const std::string& name) { net::run(context.engine().containers().unpause(name)); });
}

int rename(Context& context)
{
    context.expect_arguments(2, 2);
    net::run(context.engine().containers().rename(context.arguments[0], context.arguments[1]));
    return 0;
}

int top(Context& context)
{
    context.expect_arguments(1);
    const std::vector<std::string> words(context.arguments.begin() + 1, context.arguments.end());
    const auto rows = net::run(context.engine().containers().top(context.arguments.front(), join(words, " ")));
    if (rows.empty())
        return 0;
    cli::TableOutput table(rows.front(), 3, 20);
    for (std::size_t row = 1; row < rows.size(); ++row)
        table.row(rows[row]);
    context.write(table.render());
    return 0;
}

int port(Context& context)
{
    context.expect_arguments(1, 2);
    const auto details = net::run(context.engine().containers().inspect(context.arguments.front()));
    std::string wanted = context.arguments.size() > 1 ? context.arguments[1] : "";
    if (!wanted.empty() && wanted.find('/') == wanted.npos)
        wanted += "/tcp";
    bool found = false;
    for (const engine::PortBinding& binding : details.published) {
        const std::string key = engine::port_key(binding.container_port, binding.protocol);
        if (!wanted.empty() && key != wanted)
            continue;
        found = true;
        const bool v6 = binding.host_address.find(':') != std::string::npos;
        const std::string place =
            fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), binding.host_address, binding.host_port);
        context.print("{}\n", wanted.empty() ? key + " -> " + place : place);
    }
    if (!wanted.empty() && !found)
        throw Error(ErrorKind::not_found, "no public port '{}' published for {}", wanted, context.arguments.front());
    return 0;
}

int rm(Context& context)
{
    const bool force = context.settings.flag("force");
    return for_each_argument(context, [&context, force](const std::string& name) {
        try {
            net::run(context.engine().containers().remove(name, force, context.settings.flag("volumes")));
        } catch (const Error& error) {
            if (!force || error.kind() != ErrorKind::not_found)
                throw;
        }
    });
}

int wait(Context& context)
{
    return attempt_each(context, [&context](const std::string& name) {
        context.print("{}\n", net::run(context.engine().containers().wait(name)));
    });
}

} // namespace dfriends::applets::docker
