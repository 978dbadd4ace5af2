// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"
#include "paas/app_name.hpp"
#include "paas/builder.hpp"

#include <chrono>
#include <iostream>

namespace dfriends::applets::paas {

namespace {

using std::chrono::steady_clock;

/// A ref that is pushed, as git tells its hook.
struct Pushed {
    std::string before, after, ref;
    bool is_deletion() const { return after.find_first_not_of('0') == after.npos; }
    std::string branch() const
    {
        constexpr std::string_view heads = "refs/heads/";
        return ref.starts_with(heads) ? ref.substr(heads.size()) : "";
    }
};

std::vector<Pushed> read_pushed()
{
    std::vector<Pushed> all;
    for (std::string line; all.size() < 1000 && std::getline(std::cin, line);) {
        const auto fields = words(line);
        if (fields.size() == 3)
            all.push_back({std::string(fields[0]), std::string(fields[1]), std::string(fields[2])});
    }
    return all;
}

double seconds_since(steady_clock::time_point begin)
{
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

/// A commit → an image → the release that serves.
net::Task<> build_and_deploy(Session& session, std::string app, std::string commit)
{
    const auto begin = steady_clock::now();
    const git::Repository repository(session.installation.repository(app));
    const auto line = [&session](std::string_view text) { session.banner.raw(printable(text)); };
    core::BuildRequest request{.repository = repository, .app = app, .commit = commit};
    request.config = session.apps.merged_config(app);
    request.ca_file = session.apps.setting("ca_file");
    session.plugins.trigger("pre-build", {"", app, ""}, line);
    core::Built built = co_await core::build(session.context.engine(), request, session.banner);
    session.plugins.trigger("post-build", {"", app, ""}, line);
    const auto built_at = steady_clock::now();
    session.plugins.trigger("pre-release", {app, "latest"}, line);
    session.banner.step("Releasing " + app + " ...");
    core::Release release{.image = built.image,
                          .revision = commit,
                          .description = "push",
                          .author = session.author(),
                          .commands = built.commands,
                          .checks = built.checks,
                          .config = request.config};
    session.plugins.trigger("post-release", {app, "latest"}, line);
    std::exception_ptr failure;
    try {
        release = co_await core::deploy(session.site(), app, std::move(release), built.formation);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    if (failure) {
        try {
            (void)co_await session.context.engine().images().remove(built.image);
        } catch (const Error&) { // an earlier release has the same
        }
        std::rethrow_exception(failure);
    }
    session.banner.detail(fmt::format("v{}  build {:.1f}s  deploy {:.1f}s", release.number,
                                      std::chrono::duration<double>(built_at - begin).count(),
                                      seconds_since(built_at)));
}

void print_addresses(Session& session, const std::string& app)
{
    session.banner.section("Application deployed:");
    for (const std::string& url : session.installation.urls(session.apps, session.apps.get(app)))
        session.banner.detail(url);
    session.banner.blank();
}

/// The branch that deploys: the app's, else the first that is pushed.
bool deploys(Session& session, const core::App& app, const Pushed& pushed)
{
    const std::string branch = pushed.branch();
    if (branch.empty())
        return false;
    if (app.deploy_branch.empty() && branch != "master")
        session.banner.step("Set " + branch + " as deploy-branch");
    const std::string& wanted = app.deploy_branch.empty() ? branch : app.deploy_branch;
    if (branch == wanted)
        return true;
    session.banner.step("WARNING: deploy did not complete, you must push to " + wanted + ".");
    session.banner.step("for example, try 'git push <dokku> " + branch + ":" + wanted + "'");
    return false;
}

void receive_one(Session& session, const std::string& name, const Pushed& pushed)
{
    const core::App app = session.apps.get(name);
    if (pushed.is_deletion() || !deploys(session, app, pushed))
        return;
    try {
        net::run(build_and_deploy(session, name, pushed.after));
    } catch (Error& error) {
        throw std::move(error.during(fmt::format("deploying {} ({})", name, pushed.after.substr(0, 8))));
    }
    if (app.deploy_branch.empty())
        session.apps.set_deploy_branch(name, pushed.branch());
    print_addresses(session, name);
}

} // namespace

int receive(Context& context)
{
    context.expect_arguments(1, 1);
    Session session(context);
    // git shows a hook's lines behind the word "remote: "; on a terminal this puts ours over it, as dokku's.
    // A client that goes away does not end what it began.
    session.banner = core::Banner([&context, gone = std::make_shared<bool>(false)](std::string_view line) {
        try {
            if (!*gone)
                context.write(line == "\n" ? std::string(line) : "\x1b[1G" + std::string(line));
        } catch (const Error&) {
            *gone = true;
        }
    });
    const std::string app = core::parse_app_name(context.arguments[0]);
    const std::vector<Pushed> all = read_pushed();
    const os::FileLock lock = core::lock_app(session.apps, app);
    try {
        for (const Pushed& pushed : all)
            receive_one(session, app, pushed);
    } catch (const Error& error) {
        session.banner.warning("App build failed");
        session.banner.warning(printable(error.message()));
        if (!error.hint().empty())
            session.banner.warning(printable(error.hint()));
        if (const auto serving = session.apps.get(app).release; serving != 0)
            session.banner.warning(fmt::format("v{} serves on", serving));
        return 1;
    }
    return 0;
}

int ps_rebuild(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    const os::FileLock lock = core::lock_app(session.apps, app, std::chrono::minutes(10));
    const auto serving = session.apps.find_release(app, session.apps.get(app).release);
    if (!serving || serving->revision.empty())
        throw Error(ErrorKind::failed, "App {} has not been deployed", app);
    net::run(build_and_deploy(session, app, serving->revision));
    print_addresses(session, app);
    return 0;
}

} // namespace dfriends::applets::paas
