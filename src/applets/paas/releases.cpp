// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "applets/paas/wire.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/table_output.hpp"
#include "net/loop.hpp"

namespace dfriends::applets::paas {

namespace {

/// "v3" or "3"; without one the release before the one that serves.
core::Release find_target(const Session& session, const core::App& app)
{
    const std::vector<core::Release> all = session.apps.releases(app.name);
    if (session.rest().empty()) {
        for (auto release = all.rbegin(); release != all.rend(); ++release)
            if (release->number < app.release)
                return *release;
        throw Error(ErrorKind::not_found, "{} has no release before this one", app.name);
    }
    std::string_view word = session.rest().front();
    if (word.starts_with('v'))
        word.remove_prefix(1);
    const auto number = parse_signed(word);
    if (!number)
        throw Error(ErrorKind::usage, "'{}' is no release", printable(session.rest().front()))
            .hint("'releases " + app.name + "' lists them");
    for (const core::Release& release : all)
        if (release.number == *number)
            return release;
    throw Error(ErrorKind::not_found, "{} has no release v{} (any more)", app.name, *number)
        .hint("'releases " + app.name + "' lists those that are kept");
}

} // namespace

int releases(Context& context)
{
    Session session(context);
    const core::App app = session.apps.get(session.take_app());
    const auto all = session.apps.releases(app.name);
    if (context.global.json) {
        context.write(encode_releases(all, app.release));
        return 0;
    }
    cli::TableOutput table({"RELEASE", "CREATED", "BY", "REVISION", "DESCRIPTION"});
    for (auto release = all.rbegin(); release != all.rend(); ++release)
        table.row({fmt::format("v{}{}", release->number, release->number == app.release ? "*" : ""), release->created,
                   release->author, release->revision.substr(0, 8), release->description});
    context.write(table.render());
    return 0;
}

int rollback(Context& context)
{
    Session session(context);
    const std::string name = session.take_app();
    const os::FileLock lock = core::lock_app(session.apps, name, std::chrono::minutes(10));
    const core::App app = session.apps.get(name); // as a deploy that held the lock left it
    core::Release release = find_target(session, app);
    const std::int64_t target = release.number;
    if (!net::run(context.engine().images().find(release.image)))
        throw Error(ErrorKind::not_found, "the image of v{} is gone from the engine", target)
            .hint("push its commit again: " + release.revision.substr(0, 8));
    session.banner.step(fmt::format("Rolling back {} to v{}", app.name, target));
    release.description = fmt::format("rollback to v{}", target);
    release.author = session.author();
    const core::Release made = net::run(core::deploy(session.site(), app.name, release));
    // What the app is configured by from now on is what it runs with.
    const core::Config shared = session.apps.config("");
    core::Config own = made.config;
    std::erase_if(own, [&shared](const auto& pair) {
        const auto same = shared.find(pair.first);
        return same != shared.end() && same->second == pair.second;
    });
    std::vector<std::string> unset;
    for (const auto& [key, value] : session.apps.config(app.name))
        if (!own.contains(key))
            unset.push_back(key);
    session.apps.change_config(app.name, own, unset);
    session.banner.step(fmt::format("Rolled back, v{} serves", made.number));
    return 0;
}

} // namespace dfriends::applets::paas
