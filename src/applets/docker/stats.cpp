// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"
#include "os/terminal.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <unistd.h>

namespace dfriends::applets::docker {

namespace {

constexpr std::string_view stats_table = "table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t"
                                         "{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";

const Fields stats_headings{{"BlockIO", "BLOCK I/O"}, {"CPUPerc", "CPU %"}, {"Container", "CONTAINER"},
                            {"ID", "CONTAINER ID"},   {"MemPerc", "MEM %"}, {"MemUsage", "MEM USAGE / LIMIT"},
                            {"Name", "NAME"},         {"NetIO", "NET I/O"}, {"PIDs", "PIDS"}};

/// A container whose use is read while the table is shown. Shared with the task that reads it.
struct Watched {
    std::string container; ///< as the user named it, else its id
    std::optional<engine::ContainerStats> stats;
    std::exception_ptr failure;
    bool has_ended = false;
};
using Watches = std::vector<std::shared_ptr<Watched>>;

net::Task<> watch(engine::Client& client, std::shared_ptr<Watched> watched, bool stream,
                  std::shared_ptr<net::Event> change)
{
    try {
        co_await client.containers().stats(watched->container, stream,
                                           [&watched, &change](const engine::ContainerStats& stats) {
                                               watched->stats = stats;
                                               change->notify_all();
                                           });
    } catch (...) {
        watched->failure = std::current_exception();
    }
    watched->has_ended = true;
    change->notify_all();
}

Fields fields_of(const Watched& watched, bool whole)
{
    if (!watched.stats)
        return {{"BlockIO", "--"}, {"CPUPerc", "--"}, {"Container", watched.container},
                {"ID", "--"},      {"MemPerc", "--"}, {"MemUsage", "-- / --"},
                {"Name", "--"},    {"NetIO", "--"},   {"PIDs", "--"}};
    const engine::ContainerStats& stats = *watched.stats;
    const auto pair = [](const std::string& a, const std::string& b) { return a + " / " + b; };
    return {{"BlockIO", pair(render_decimal_size(stats.block_read), render_decimal_size(stats.block_written))},
            {"CPUPerc", fmt::format("{:.2f}%", stats.cpu_percent())},
            {"Container", watched.container},
            {"ID", whole ? stats.id : short_id(stats.id)},
            {"MemPerc", fmt::format("{:.2f}%", stats.memory_percent())},
            {"MemUsage", pair(render_binary_size(stats.memory_usage), render_binary_size(stats.memory_limit))},
            {"Name", stats.name},
            {"NetIO", pair(render_decimal_size(stats.network_received), render_decimal_size(stats.network_sent))},
            {"PIDs", std::to_string(stats.processes)}};
}

/// The table, as --format wants it: on a terminal in the place of the last one.
class Board {
  public:
    explicit Board(Context& context)
        : context_(context), is_whole_(context.settings.flag("no-trunc")),
          redraws_(!context.settings.flag("no-stream") && os::is_terminal(STDOUT_FILENO))
    {
        format_ = context.global.json ? "json" : context.settings.text("format");
    }

    void print(const Watches& watches) const
    {
        List list{.type = "*formatter.statsContext", .table = stats_table, .headings = stats_headings};
        for (const auto& watched : watches)
            list.rows.push_back(fields_of(*watched, is_whole_));
        const std::string text = render_list(format_, list);
        // Each line clears only what it leaves over: a screen that is cleared first would flicker.
        context_.write(redraws_ ? "\x1b[H" + replace_all(text, "\n", "\x1b[K\n") + "\x1b[J" : text);
    }

  private:
    Context& context_;
    bool is_whole_;
    bool redraws_;
    std::string format_;
};

/// The containers of the table: those that the user named, else those that the engine lists.
class Audience {
  public:
    explicit Audience(Context& context)
        : engine_(context.engine()), names_(context.arguments), all_(context.settings.flag("all")),
          streams_(!context.settings.flag("no-stream"))
    {
    }

    /// Takes in what is new at the engine, and waits until each has told something.
    net::Task<Watches> next_round()
    {
        if (!names_.empty() && watches_.empty())
            for (const std::string& name : names_)
                watches_.push_back(begin(name));
        if (names_.empty())
            co_await follow_list();
        while (!std::ranges::all_of(watches_, has_told))
            if (!co_await change_->wait(std::chrono::seconds(streams_ ? 2 : 30)))
                break; // an engine that hangs on one container shall not hide the others
        drop_ended();
        co_return watches_;
    }

  private:
    static bool has_told(const std::shared_ptr<Watched>& watched) { return watched->stats || watched->has_ended; }

    std::shared_ptr<Watched> begin(const std::string& container)
    {
        auto watched = std::make_shared<Watched>(Watched{.container = container});
        net::spawn(watch(engine_, watched, streams_, change_));
        return watched;
    }

    net::Task<> follow_list()
    {
        Watches listed;
        for (const engine::ContainerSummary& row : co_await engine_.containers().list(all_)) {
            const std::string id = short_id(row.id);
            const auto known = std::ranges::find(watches_, id, [](const auto& watched) { return watched->container; });
            listed.push_back(known != watches_.end() ? *known : begin(id));
        }
        watches_ = std::move(listed);
    }

    /// A removed container leaves the table; one that was never there is an error.
    void drop_ended()
    {
        std::erase_if(watches_, [this](const std::shared_ptr<Watched>& watched) {
            if (watched->failure && !watched->stats && !names_.empty())
                std::rethrow_exception(watched->failure);
            return watched->has_ended && (streams_ || !watched->stats);
        });
    }

    engine::Client& engine_;
    std::vector<std::string> names_;
    bool all_;
    bool streams_;
    Watches watches_;
    std::shared_ptr<net::Event> change_ = std::make_shared<net::Event>();
};

net::Task<> show_stats(Context& context)
{
    const bool streams = !context.settings.flag("no-stream");
    const Board board(context);
    Audience audience(context);
    for (;;) {
        const Watches watches = co_await audience.next_round();
        if (watches.empty() && streams && !context.arguments.empty())
            co_return; // all that were named are gone
        board.print(watches);
        if (!streams)
            co_return;
        co_await net::sleep(std::chrono::seconds(1));
    }
}

} // namespace

int stats(Context& context)
{
    net::run(show_stats(context));
    return 0;
}

} // namespace dfriends::applets::docker
