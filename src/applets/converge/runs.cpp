// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/converge/verbs.hpp"
#include "base/error.hpp"
#include "converge/history.hpp"
#include "converge/load.hpp"
#include "converge/real_host.hpp"
#include "converge/run.hpp"
#include "converge/wire.hpp"
#include "engine/client.hpp"
#include "state/store.hpp"

#include <memory>

namespace dfriends::applets::converge {

namespace {

namespace domain = dfriends::converge;

/// This machine and its engine, for as long as a verb runs.
struct Machine {
    explicit Machine(Context& context)
        : say([&context](std::string_view line) { context.say("  " + std::string(line)); }),
          docker(domain::make_real_docker(context.engine(), say)), host(domain::make_real_host(*docker, say))
    {
    }

    domain::Say say;
    std::unique_ptr<domain::Docker> docker;
    std::unique_ptr<domain::Host> host;
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

int plan_files(Context& context, const std::vector<std::filesystem::path>& files)
{
    const domain::Catalog catalog = domain::load(files, domain::gather_facts());
    Machine machine(context);
    return finish(context, domain::plan(catalog, *machine.host, printer(context)), true);
}

} // namespace

int plan(Context& context)
{
    context.expect_arguments(1);
    return plan_files(context, domain::find_manifests(context.arguments));
}

int drift(Context& context)
{
    if (!context.arguments.empty())
        return plan_files(context, domain::find_manifests(context.arguments));
    const auto last = domain::last_run(context.store());
    if (!last)
        throw Error(ErrorKind::not_found, "nothing was applied on this host yet")
            .hint("name the files: dfriends converge drift FILE...");
    return plan_files(context, domain::find_manifests(last->files));
}

int apply(Context& context)
{
    context.expect_arguments(1);
    const auto files = domain::find_manifests(context.arguments);
    const domain::Catalog catalog = domain::load(files, domain::gather_facts());
    const state::ServiceLock lock(context.state_directory(), "converge");
    Machine machine(context);
    domain::RunJournal journal(context.store(), files);
    const domain::Report report = domain::apply(catalog, *machine.host, journal, printer(context));
    journal.finish(report);
    return finish(context, report, false);
}

} // namespace dfriends::applets::converge
