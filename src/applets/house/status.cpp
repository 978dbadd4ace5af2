// SPDX-License-Identifier: Apache-2.0
#include "applets/house/status.hpp"

#include "applets/context.hpp"
#include "applets/house/verbs.hpp"
#include "applets/house/wire.hpp"
#include "base/size.hpp"
#include "cache/cache_index.hpp"
#include "cli/table_output.hpp"
#include "converge/history.hpp"
#include "engine/client.hpp"
#include "kv/v2/rows.hpp"
#include "net/loop.hpp"
#include "state/store.hpp"

namespace dfriends::applets::house {

namespace {

Status::Engine ask_engine(Context& context)
{
    Status::Engine found;
    try {
        engine::Client& client = context.engine();
        found.host = client.host().text();
        found.api_version = net::run(client.ping());
        found.summary = net::run(client.info());
    } catch (const Error& error) {
        found.problem = error.what();
    }
    return found;
}

void read_state(Context& context, Status& status)
{
    state::Store& store = context.store();
    const auto totals = cache::CacheIndex(store).totals();
    status.cache.files = totals.blobs;
    status.cache.bytes = totals.bytes;
    const auto database = store.reader();
    kv::v2::Rows rows(*database);
    status.kv.keys = rows.count_keys();
    status.kv.index = rows.number("index", 0);
    if (const auto run = converge::last_run(store))
        status.converge = {.run = run->id,
                           .started = run->started,
                           .is_finished = !run->finished.empty(),
                           .changes = run->created + run->changed + run->removed,
                           .unchanged = run->unchanged,
                           .failed = run->failed};
}

std::string render_service(const std::optional<pid_t>& process)
{
    return process ? fmt::format("serving (process {})", *process) : "not running";
}

std::string render_engine(const Status::Engine& engine)
{
    if (!engine.problem.empty())
        return engine.problem;
    return fmt::format("Docker {}, API {}, {} of {} containers running, {} images", engine.summary.server_version,
                       engine.api_version, engine.summary.running, engine.summary.containers, engine.summary.images);
}

std::string render_converge(const Status::Converge& converge)
{
    if (converge.run == 0)
        return "nothing applied yet";
    return fmt::format("run {} at {}: {}{} changed, {} unchanged, {} failed", converge.run, converge.started,
                       converge.is_finished ? "" : "not finished, ", converge.changes, converge.unchanged,
                       converge.failed);
}

} // namespace

Status find_status(Context& context)
{
    Status status;
    status.engine = ask_engine(context);
    const auto directory = context.state_directory();
    status.state.directory = directory.string();
    try {
        status.cache.process = state::ServiceLock::find_holder(directory, "cache");
        status.kv.process = state::ServiceLock::find_holder(directory, "kv");
        if (const auto file = directory / "state.db"; std::filesystem::exists(file)) {
            status.state.bytes = std::filesystem::file_size(file);
            read_state(context, status);
        }
    } catch (const Error& error) {
        status.state.problem = error.what();
    } catch (const std::filesystem::filesystem_error& error) {
        status.state.problem = error.code().message();
    }
    return status;
}

int show_status(Context& context)
{
    context.expect_arguments(0, 0);
    const Status status = find_status(context);
    if (context.global.json) {
        context.write(encode_status(status));
        return 0;
    }
    const bool has_state = status.state.bytes && status.state.problem.empty();
    cli::TableOutput table({"PART", "STATE", "DETAILS"});
    table.row({"engine", status.engine.problem.empty() ? "answers" : "unavailable", render_engine(status.engine)});
    table.row({"cache", render_service(status.cache.process),
               has_state ? fmt::format("{} files, {}", status.cache.files,
                                       render_size(static_cast<std::uint64_t>(status.cache.bytes)))
                         : "-"});
    table.row({"kv", render_service(status.kv.process),
               has_state ? fmt::format("{} keys, index {}", status.kv.keys, status.kv.index) : "-"});
    table.row({"converge", "-", has_state ? render_converge(status.converge) : "-"});
    table.row({"state",
               !status.state.problem.empty() ? "unavailable"
               : has_state                   ? "good"
                                             : "none yet",
               !status.state.problem.empty() ? status.state.problem
               : has_state ? fmt::format("{}, {}", status.state.directory, render_size(*status.state.bytes))
                           : status.state.directory});
    context.write(table.render());
    return 0;
}

} // namespace dfriends::applets::house
