// SPDX-License-Identifier: Apache-2.0
#include "converge/history.hpp"

#include "applets/context.hpp"
#include "applets/converge/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/table_output.hpp"
#include "converge/attributes.hpp"
#include "converge/wire.hpp"

namespace dfriends::applets::converge {

namespace {

namespace domain = dfriends::converge;

std::string number(std::int64_t value)
{
    return std::to_string(value);
}

int list(Context& context)
{
    const std::int64_t limit = context.settings.number("limit");
    const auto runs = domain::list_runs(context.store(), limit < 0 ? 0 : static_cast<std::size_t>(limit));
    if (context.global.json) {
        context.write(domain::encode_runs(runs));
        return 0;
    }
    cli::TableOutput table({"ID", "STARTED", "CREATED", "CHANGED", "REMOVED", "UNCHANGED", "FAILED", "FILES"});
    for (const domain::PastRun& run : runs)
        table.row({number(run.id), run.started, number(run.created), number(run.changed), number(run.removed),
                   number(run.unchanged), number(run.failed),
                   printable(join(run.files, " ")) + (run.finished.empty() ? " (did not finish)" : "")});
    context.write(table.render());
    return 0;
}

} // namespace

int history(Context& context)
{
    context.expect_arguments(0, 1);
    if (context.arguments.empty())
        return list(context);
    const auto id = parse_signed(context.arguments[0]);
    if (!id)
        throw Error(ErrorKind::usage, "'{}' is no number of a run", context.arguments[0]);
    const domain::PastRun run = domain::find_run(context.store(), *id);
    const auto results = domain::results_of(context.store(), *id);
    if (context.global.json) {
        context.write(domain::encode_run(run, results));
        return 0;
    }
    context.print("run {} of {}: {}\n", run.id, printable(join(run.files, " ")), run.started);
    for (const domain::Result& result : results)
        context.write(domain::render_result(result));
    context.write(run.finished.empty() ? std::string("it did not finish\n")
                                       : fmt::format("{} created, {} changed, {} removed, {} unchanged, {} failed\n",
                                                     run.created, run.changed, run.removed, run.unchanged, run.failed));
    return 0;
}

int show(Context& context)
{
    context.expect_arguments(1, 1);
    const auto reference = domain::parse_address(context.arguments[0]);
    if (!reference)
        throw Error(ErrorKind::usage, "'{}' is no resource", context.arguments[0])
            .hint("write TYPE[NAME], as in docker_container[web]");
    const auto rows = domain::results_of_resource(context.store(), reference->type, reference->name);
    if (rows.empty())
        throw Error(ErrorKind::not_found, "no run knows '{}'", context.arguments[0]);
    if (context.global.json) {
        domain::Report report;
        for (const auto& [run, result] : rows)
            report.results.push_back(result);
        context.write(domain::encode_report(report));
        return 0;
    }
    for (const auto& [run, result] : rows) {
        const std::string text = domain::render_result(result);
        context.print("run {}: {}", run,
                      text.empty() ? fmt::format("{} {}\n", name_of(result.status), result.action) : text);
    }
    return 0;
}

} // namespace dfriends::applets::converge
