// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/converge/verbs.hpp"
#include "base/error.hpp"
#include "converge/declared_state.hpp"
#include "converge/history.hpp"
#include "converge/load.hpp"
#include "converge/real_host.hpp"
#include "converge/run.hpp"
#include "converge/selection.hpp"
#include "converge/wire.hpp"
#include "crypto/random.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"
#include "state/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace dfriends::applets::converge {

namespace {

namespace domain = dfriends::converge;

constexpr std::uint64_t largest_plan = 64ULL << 20U;

/// This machine and its engine, for as long as a verb runs.
struct Machine {
    explicit Machine(Context& context)
        : say([&context, mutex = std::make_shared<std::mutex>()](std::string_view line) {
              const std::lock_guard lock(*mutex); // several pulls tell of their progress
              context.say("  " + std::string(line));
          }),
          docker(domain::make_real_docker(context.engine(), say)),
          host(domain::make_real_host(*docker, say, open_key(context))), last(open_last(context))
    {
    }

    /// A plan may be made by who cannot read what an apply of root's has kept.
    static bool has_store(Context& context)
    {
        return ::access((context.state_directory() / "state.db").c_str(), R_OK | W_OK) == 0;
    }
    static std::unique_ptr<domain::LastDeclared> open_last(Context& context)
    {
        return has_store(context) ? std::make_unique<domain::KeptDeclarations>(context.store()) : nullptr;
    }
    /// Without the host's own key no digest is known again, and containers are asked for what they have.
    static std::string open_key(Context& context)
    {
        return has_store(context) ? domain::sealing_key(context.store()) : crypto::random_hex(32);
    }

    domain::RunOptions options(Context& context) const
    {
        return {.parallel = 1,
                .deep = context.settings.flag("deep"),
                .may_restart_engine = context.settings.flag("allow-engine-restart"),
                .last = last.get(),
                .owed = has_store(context) ? domain::pending_notifications(context.store())
                                           : std::vector<domain::Pending>{}};
    }
    domain::RunOptions deep_options() const
    {
        return {.parallel = 1, .deep = true, .may_restart_engine = true, .last = last.get()};
    }

    domain::Say say;
    std::unique_ptr<domain::Docker> docker;
    std::unique_ptr<domain::Host> host;
    std::unique_ptr<domain::LastDeclared> last;
};

std::string painted(const domain::Result& result, const cli::Colour& colour)
{
    const std::string text = domain::render_result(result);
    if (result.status == domain::Status::failed)
        return colour.red(text);
    if (result.status != domain::Status::changed)
        return text;
    if (result.effect == domain::Effect::create)
        return colour.green(text);
    return result.effect == domain::Effect::remove ? colour.red(text) : colour.yellow(text);
}

domain::OnResult printer(Context& context)
{
    if (context.global.json)
        return {};
    return [&context](const domain::Result& result) {
        if (const std::string text = painted(result, context.out_colour); !text.empty())
            context.write(text);
    };
}

int finish(Context& context, const domain::Report& report, bool planning)
{
    context.write(context.global.json ? domain::encode_report(report) : domain::render_summary(report, planning));
    if (context.settings.flag("detailed-exitcode"))
        return report.detailed_exit_code();
    return report.has_failures() ? 1 : 0;
}

/// With --prune, what the files declare no more is to be removed.
void remove_undeclared(Context& context, domain::Catalog& catalog)
{
    if (context.settings.flag("prune"))
        domain::remove_undeclared(
            catalog, net::run(context.engine().containers().list(true, {{"label", {domain::digest_label}}})),
            net::run(context.engine().networks().list({{"label", {domain::digest_label}}})));
}

std::vector<std::string> absolute(const std::vector<std::filesystem::path>& files)
{
    std::vector<std::string> paths;
    for (const auto& file : files)
        paths.push_back(std::filesystem::absolute(file).lexically_normal().string());
    return paths;
}

/// The plan's files, if an apply would still do what it says.
std::vector<std::filesystem::path> files_of_plan(Context& context, const Machine& machine)
{
    if (!context.arguments.empty())
        throw Error(ErrorKind::usage, "a saved plan has its own files").hint("leave FILE out, or --plan");
    const std::string name = context.settings.text("plan");
    const domain::SavedPlan saved = domain::decode_plan(os::read_file(name, largest_plan), name);
    const auto files = domain::find_manifests(saved.files);
    domain::Catalog catalog = domain::load(files, domain::gather_facts());
    remove_undeclared(context, catalog);
    if (!domain::still_declares(saved, catalog) ||
        domain::digest_of(domain::plan(catalog, *machine.host, {}, machine.options(context))) != saved.digest)
        throw Error(ErrorKind::conflict, "the files or this host are not as they were when '{}' was saved", name)
            .hint("look at a new plan: dfriends converge plan --out " + name + " FILE...");
    return files;
}

/// Files that want an engine wait for it before anything changes.
void await_engine(const Context& context, const domain::Catalog& catalog, domain::Docker& docker)
{
    if (!domain::wants_engine(catalog))
        return;
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::seconds(std::clamp<std::int64_t>(context.settings.number("engine-timeout"), 0, 3600));
    while (!docker.answers() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    try {
        if (!docker.answers())
            docker.require(); // says why
    } catch (Error& error) {
        throw std::move(error).during("waiting for the engine before any change");
    }
}

/// Returns at the next event since then that tells of a change, or at the stream's end.
void await_change(engine::Client& client, std::chrono::system_clock::time_point since)
{
    const auto nanoseconds = std::chrono::nanoseconds(since.time_since_epoch()).count();
    const std::string moment = fmt::format("{}.{:09}", nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000);
    static constexpr std::array<std::string_view, 12> telling{"create",  "start",  "die",    "stop",
                                                              "destroy", "rename", "update", "delete",
                                                              "connect", "tag",    "untag",  "disconnect"};
    struct Changed {};
    try {
        net::run(client.events({}, moment, "", [](const engine::Event& event) {
            if (std::ranges::find(telling, event.action) != telling.end())
                throw Changed{};
        }));
    } catch (const Changed&) {
        // One change rarely comes alone.
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
}

int watch(Context& context, const std::vector<std::filesystem::path>& files)
{
    engine::Client client(context.engine().host());
    std::string told;
    for (;;) {
        const auto since = std::chrono::system_clock::now(); // what changes while we look is looked at again
        Machine machine(context);
        const domain::Report report =
            domain::plan(load_catalog(context, files), *machine.host, {}, machine.deep_options());
        if (const std::string digest = domain::digest_of(report); digest != told) {
            for (const domain::Result& result : report.results)
                if (!context.global.json)
                    context.write(painted(result, context.out_colour));
            finish(context, report, true);
            told = digest;
        }
        await_change(client, since);
    }
}

} // namespace

int plan(Context& context)
{
    context.expect_arguments(1);
    const auto files = domain::find_manifests(context.arguments);
    domain::Catalog catalog = load_catalog(context, files);
    remove_undeclared(context, catalog);
    Machine machine(context);
    const domain::Report report = domain::plan(catalog, *machine.host, printer(context), machine.options(context));
    if (const std::string out = context.settings.text("out"); !out.empty()) {
        if (report.has_failures())
            throw Error(ErrorKind::failed, "a plan with failures is not saved");
        os::write_file(out, domain::encode_plan(absolute(files), catalog, report), 0600);
    }
    return finish(context, report, true);
}

int drift(Context& context)
{
    std::vector<std::string> words = context.arguments;
    if (words.empty()) {
        const auto last = domain::last_run(context.store());
        if (!last)
            throw Error(ErrorKind::not_found, "nothing was applied on this host yet")
                .hint("name the files: dfriends converge drift FILE...");
        words = last->files;
    }
    const auto files = domain::find_manifests(words);
    if (context.settings.flag("watch"))
        return watch(context, files);
    const domain::Catalog catalog = load_catalog(context, files);
    Machine machine(context);
    return finish(context, domain::plan(catalog, *machine.host, printer(context), machine.deep_options()), true);
}

int apply(Context& context)
{
    const bool has_plan = !context.settings.text("plan").empty();
    context.expect_arguments(has_plan ? 0 : 1);
    const state::ServiceLock lock(context.state_directory(), "converge");
    context.store(); // there from the first run on
    Machine machine(context);
    const auto files = has_plan ? files_of_plan(context, machine) : domain::find_manifests(context.arguments);
    domain::Catalog catalog = load_catalog(context, files);
    const bool boots = context.settings.flag("boot");
    if (boots)
        catalog = domain::only_starts(catalog);
    await_engine(context, catalog, *machine.docker);
    if (!boots)
        remove_undeclared(context, catalog);
    domain::RunOptions options = machine.options(context);
    options.parallel = static_cast<unsigned>(std::clamp<std::int64_t>(context.settings.number("parallel"), 1, 64));
    domain::RunJournal journal(context.store(), files);
    const domain::Report report = domain::apply(catalog, *machine.host, journal, printer(context), options);
    journal.finish(report);
    return finish(context, report, false);
}

} // namespace dfriends::applets::converge
