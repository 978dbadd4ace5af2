// SPDX-License-Identifier: Apache-2.0
#include "paas/deploy.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "engine/run_flags.hpp"
#include "net/endpoint.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"
#include "paas/control.hpp"
#include "paas/workshop.hpp"

#include <algorithm>
#include <array>
#include <thread>

namespace dfriends::paas {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint16_t usual_port = 5000;
constexpr milliseconds patience{30'000}; // for a container to listen, where no check says otherwise
constexpr std::size_t kept_releases = 5;

/// A container to be: "web.2".
struct Place {
    std::string type;
    std::int64_t number;
    std::string dyno() const { return fmt::format("{}.{}", type, number); }
};

/// What an image wants to be started with.
struct Manner {
    std::uint16_t port = usual_port; ///< the first that it exposes
    bool has_start = false;          ///< it takes a command line itself (an image of the stack)
};

net::Task<Manner> find_manner(engine::Client& engine, std::string image)
{
    const engine::ImageDetails details = co_await engine.images().inspect(image);
    Manner manner;
    manner.has_start =
        details.defaults.entrypoint && *details.defaults.entrypoint == std::vector<std::string>{"/start"};
    for (const std::string& exposed : details.defaults.exposed_ports)
        if (exposed.ends_with("/tcp"))
            if (const auto port = parse_unsigned(exposed.substr(0, exposed.size() - 4))) {
                manner.port = static_cast<std::uint16_t>(*port);
                break;
            }
    co_return manner;
}

using Formation = std::map<std::string, std::int64_t>;

std::vector<Place> find_places(const Release& release, const Formation& scale)
{
    std::vector<Place> places;
    for (const auto& [type, command] : release.commands) {
        if (type == "release")
            continue; // runs once, before the switch
        const auto wanted = scale.find(type);
        const std::int64_t quantity = wanted != scale.end() ? wanted->second : type == "web" ? 1 : 0;
        for (std::int64_t number = 1; number <= quantity; ++number)
            places.push_back({type, number});
    }
    return places;
}

/// The command of a process type as the image takes it.
std::vector<std::string> command_line(const Release& release, const std::string& type, const Manner& manner)
{
    const auto found = release.commands.find(type);
    if (found == release.commands.end() || found->second.empty())
        return {};
    if (manner.has_start)
        return {found->second};
    return {"/bin/sh", "-c", found->second};
}

engine::ContainerSpec make_spec(const Site& site, const std::string& app, const Release& release, const Place& place,
                                const Manner& manner)
{
    engine::ContainerSpec spec{.name = fmt::format("{}.{}.upcoming-{}", app, place.dyno(), crypto::random_hex(4)),
                               .image = release.image};
    spec.command = command_line(release, place.type, manner);
    Config config = release.config;
    config["PORT"] = std::to_string(manner.port);
    config["DYNO"] = place.dyno();
    if (!release.revision.empty())
        config.emplace("GIT_REV", release.revision);
    for (const auto& [key, value] : config)
        spec.environment.push_back(key + "=" + value);
    spec.labels = labels_of(app);
    spec.labels["com.dokku.process-type"] = place.type;
    spec.labels["com.dokku.dyno"] = place.dyno();
    spec.labels["com.dokku.container-type"] = "deploy";
    spec.init = true;
    spec.restart = {.name = "on-failure", .maximum_retries = 10};
    spec.cap_drop = {"NET_RAW"};
    spec.security_options = {"no-new-privileges"};
    const std::string flags = site.plugins.filter("docker-args-deploy", {app, "latest"}, "");
    if (!flags.empty()) {
        engine::RunRequest request{.spec = std::move(spec)};
        std::vector<std::string> given;
        for (const std::string_view word : words(flags))
            given.emplace_back(word);
        engine::apply_run_flags(request, given);
        spec = std::move(request.spec);
    }
    return spec;
}

std::string address_of(const engine::ContainerDetails& details)
{
    for (const engine::NetworkAddress& network : details.networks)
        if (!network.ipv4_address.empty())
            return network.ipv4_address;
    return {};
}

net::Task<> print_output(engine::Client& engine, std::string container, std::string app, std::string dyno,
                         Banner banner)
{
    std::string text;
    co_await engine.containers().logs(container, {.tail = "20"},
                                      [&](engine::Channel, std::string_view bytes) { text += bytes; });
    banner.section(fmt::format("Start of {} container output ({})", app, dyno));
    for (const std::string_view line : lines(text))
        banner.detail(printable(line));
    banner.section(fmt::format("End of {} container output ({})", app, dyno));
}

/// Its address, as long as it runs. Throws Error(failed) where it has ended.
net::Task<std::string> address_while_running(engine::Client& engine, std::string container)
{
    const engine::ContainerDetails details = co_await engine.containers().inspect(container);
    if (!details.state.running || details.restart_count > 0)
        throw Error(ErrorKind::failed, "the app ended with status {}", details.state.exit_code);
    co_return address_of(details);
}

/// Asks until it listens: 20 ms, 40 ms, … between two questions.
net::Task<std::string> wait_until_it_listens(engine::Client& engine, std::string container, std::uint16_t port)
{
    const auto end = steady_clock::now() + patience;
    milliseconds pause{20};
    for (;;) {
        const std::string address = co_await address_while_running(engine, container);
        if (!address.empty() && !co_await attempt(Check{}, address, port, ""))
            co_return address;
        if (steady_clock::now() > end)
            throw Error(ErrorKind::failed, "the app does not listen on port {} after {} s", port,
                        patience.count() / 1000)
                .hint("it must listen on the port that the variable PORT says, at all addresses");
        co_await net::sleep(pause);
        pause = std::min(pause * 2, milliseconds(200));
    }
}

net::Task<> pass_check(const Site& site, std::string container, Check check, std::string address, std::uint16_t port,
                       std::string host)
{
    site.banner.detail(
        fmt::format("Running healthcheck name='{}' type='{}'", check.name, check.path.empty() ? "listening" : "path"));
    co_await net::sleep(check.initial_delay);
    for (unsigned left = check.attempts; left > 0; --left) {
        const auto failure = co_await attempt(check, address, port, host);
        if (!failure) {
            site.banner.detail(fmt::format("Healthcheck succeeded name='{}'", check.name));
            co_return;
        }
        site.banner.detail(fmt::format("Failure in name='{}': {}", check.name, printable(*failure)));
        (void)co_await address_while_running(site.engine, container);
        if (left > 1)
            co_await net::sleep(check.wait);
    }
    throw Error(ErrorKind::failed, "the healthcheck '{}' does not succeed", check.name);
}

/// Starts one container and waits until it may take requests, or, where it takes none, until it has stayed up a moment.
net::Task<Process> bring_up(const Site& site, const std::string& app, const Release& release, const Place& place,
                            const Manner& manner, std::vector<std::string>& made)
{
    const engine::Created created =
        co_await site.engine.containers().create(make_spec(site, app, release, place, manner));
    made.push_back(created.id);
    site.plugins.trigger("post-container-create", {"app", created.id, app, "deploy"}, [](std::string_view) {});
    (void)co_await site.engine.containers().start(created.id);
    Process process{.container = created.id, .app = app, .type = place.type, .number = place.number};
    if (place.type != "web") {
        co_await net::sleep(milliseconds(500));
        process.address = co_await address_while_running(site.engine, created.id);
        co_return process;
    }
    site.banner.detail(fmt::format("Attempting pre-flight checks ({})", place.dyno()));
    process.port = manner.port;
    process.address = co_await wait_until_it_listens(site.engine, created.id, manner.port);
    const auto names = site.installation.host_names(site.apps, app);
    for (const Check& check : release.checks)
        co_await pass_check(site, created.id, check, process.address, manner.port, names.empty() ? "" : names.front());
    site.plugins.trigger("check-deploy", {app, created.id, place.type, std::to_string(manner.port), process.address},
                         [&site](std::string_view line) { site.banner.detail(printable(line)); });
    site.banner.detail(fmt::format("All checks successful ({})", place.dyno()));
    co_return process;
}

/// Every container of the release, or none.
net::Task<std::vector<Process>> bring_all_up(const Site& site, const std::string& app, const Release& release,
                                             const Formation& scale)
{
    const Manner manner = co_await find_manner(site.engine, release.image);
    std::vector<std::string> made;
    std::vector<Process> processes;
    std::exception_ptr failure;
    std::string dyno;
    try {
        std::map<std::string, std::size_t> counts;
        const std::vector<Place> places = find_places(release, scale);
        for (const Place& place : places)
            ++counts[place.type];
        for (const auto& [type, count] : counts)
            site.banner.step(fmt::format("Deploying {} (count={})", type, count));
        for (const Place& place : places) {
            dyno = place.dyno();
            processes.push_back(co_await bring_up(site, app, release, place, manner, made));
        }
    } catch (const Error&) {
        failure = std::current_exception();
    }
    if (!failure)
        co_return processes;
    try {
        if (!made.empty())
            co_await print_output(site.engine, made.back(), app, dyno, site.banner);
        for (const std::string& container : made)
            co_await site.engine.containers().remove(container, true, true);
    } catch (const Error&) { // the reason counts, not that its remains stay: the next deploy sweeps them
    }
    std::rethrow_exception(failure);
}

/// The process type "release", and what app.json wants before: in a container of the new image.
net::Task<> run_release_task(const Site& site, const std::string& app, const Release& release)
{
    const auto command = release.commands.find("release");
    if (command == release.commands.end())
        co_return;
    site.banner.step("Executing release task from Procfile: " + command->second);
    const Manner manner = co_await find_manner(site.engine, release.image);
    engine::ContainerSpec spec = make_spec(site, app, release, {"release", 1}, manner);
    spec.restart = {};
    spec.labels["com.dokku.container-type"] = "release";
    const engine::Created created = co_await site.engine.containers().create(spec);
    auto waiting = co_await site.engine.containers().begin_wait(created.id, "next-exit");
    (void)co_await site.engine.containers().start(created.id);
    std::string text;
    co_await site.engine.containers().logs(created.id, {.follow = true},
                                           [&](engine::Channel, std::string_view bytes) { text += bytes; });
    const int code = waiting ? co_await waiting->exit_code() : co_await site.engine.containers().wait(created.id);
    for (const std::string_view line : lines(text))
        site.banner.detail(printable(line));
    co_await site.engine.containers().remove(created.id, true, true);
    if (code != 0)
        throw Error(ErrorKind::failed, "the release task ended with {}", code);
}

/// dokku's names: the serving container is APP.web.1, those before it have a time behind.
net::Task<> rename_all(engine::Client& engine, const std::vector<Process>& before, const std::vector<Process>& now)
{
    const auto suffix =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    for (const Process& old : before) {
        if (old.retired)
            continue;
        // Of two deploys in one second the first one's has that name already.
        const std::string name = fmt::format("{}.{}.{}", old.app, old.dyno(), suffix);
        const std::array<std::string, 2> names{name, name + "-" + old.container.substr(0, 8)};
        for (const std::string& free : names)
            try {
                co_await engine.containers().rename(old.container, free);
                break;
            } catch (const Error&) { // or it is gone
            }
    }
    for (const Process& process : now)
        try {
            co_await engine.containers().rename(process.container, process.app + "." + process.dyno());
        } catch (const Error&) { // another container has the name; a name is only for people
        }
}

net::Task<> forget_old_images(const Site& site, const std::string& app)
{
    for (const Release& old : site.apps.forget_releases(app, kept_releases))
        try {
            (void)co_await site.engine.images().remove(fmt::format("dokku/{}:v{}", app, old.number));
        } catch (const Error&) { // in use, or gone
        }
}

/// Removes what a deploy that was killed left behind: containers that stand in no row.
net::Task<> sweep(engine::Client& engine, const Apps& apps, const std::string& app)
{
    const std::vector<Process> known = apps.processes(app);
    for (const char* type : {"build", "deploy", "release"})
        for (const engine::ContainerSummary& container : co_await engine.containers().list(
                 true, {{"label", {"com.dokku.app-name=" + app, std::string("com.dokku.container-type=") + type}}})) {
            if (std::ranges::find(known, container.id, &Process::container) != known.end())
                continue;
            try {
                co_await engine.containers().remove(container.id, true, true);
            } catch (const Error&) { // it goes by itself
            }
        }
}

/// What remains when the new containers serve.
net::Task<> tidy_up(const Site& site, const std::string& app, const Release& release,
                    const std::vector<Process>& before, const std::vector<Process>& processes)
{
    const bool routed = co_await sync_router(site.installation.socket());
    co_await site.engine.images().tag(release.image, fmt::format("dokku/{}:v{}", app, release.number));
    co_await site.engine.images().tag(release.image, fmt::format("dokku/{}:latest", app));
    co_await rename_all(site.engine, before, processes);
    if (!routed)
        co_await retire(site.engine, site.apps, app);
    co_await forget_old_images(site, app);
    const auto web = std::ranges::find(processes, "web", &Process::type);
    const bool has_web = web != processes.end();
    site.plugins.trigger("post-deploy",
                         {app, has_web ? std::to_string(web->port) : "", has_web ? web->address : "", "latest"},
                         [&site](std::string_view text) { site.banner.raw(printable(text)); });
}

} // namespace

std::uint16_t choose_port()
{
    for (int attempts = 0; attempts < 100; ++attempts) {
        const auto listener = net::Listener::tcp({"0.0.0.0", 0});
        if (const std::uint16_t port = listener.endpoint().port; port >= 1024)
            return port;
    }
    throw Error(ErrorKind::unavailable, "no port of this host is free");
}

os::FileLock lock_app(const Apps& apps, const std::string& app, std::chrono::seconds waits)
{
    const os::Path folder = apps.directory() / "paas-locks";
    os::make_directories(folder, 0770);
    const auto end = steady_clock::now() + waits;
    for (;;) {
        if (auto lock = os::FileLock::try_lock(folder / app))
            return std::move(*lock);
        if (steady_clock::now() >= end)
            break;
        std::this_thread::sleep_for(milliseconds(100));
    }
    throw Error(ErrorKind::conflict, "{} currently has a deploy lock in place. Exiting...", app)
        .hint("another deploy of it runs: try again when that has ended");
}

net::Task<Release> deploy(Site site, std::string app, Release release, Formation formation)
{
    co_await sweep(site.engine, site.apps, app);
    site.plugins.trigger("pre-deploy", {app, "latest"},
                         [&site](std::string_view text) { site.banner.raw(printable(text)); });
    co_await run_release_task(site, app, release);
    site.banner.step("Deploying " + app + " ...");
    const std::vector<Process> before = site.apps.processes(app);
    Formation scale = formation;
    scale.merge(site.apps.scale(app));
    const std::vector<Process> processes = co_await bring_all_up(site, app, release, scale);
    if (site.apps.get(app).port == 0 && site.installation.host_names(site.apps, app).empty())
        site.apps.set_port(app, choose_port());
    site.apps.set_scale(app, formation);
    release = site.apps.switch_to(app, release, processes);
    try {
        co_await tidy_up(site, app, release, before, processes);
    } catch (const Error& error) { // the new release serves, whatever comes then
        site.banner.warning(fmt::format("v{} serves, but: {}", release.number, printable(error.message())));
    }
    co_return release;
}

net::Task<Release> redeploy(Site site, std::string app, std::string description, std::string author)
{
    const auto serving = site.apps.find_release(app, site.apps.get(app).release);
    if (!serving)
        throw Error(ErrorKind::failed, "App {} has not been deployed", app);
    Release release = *serving;
    release.config = site.apps.merged_config(app);
    release.description = std::move(description);
    release.author = std::move(author);
    co_return co_await deploy(site, app, std::move(release));
}

net::Task<> retire(engine::Client& engine, Apps& apps, std::string app, int stop_timeout)
{
    const std::vector<Process> processes = apps.processes(app);
    const auto serves = [&processes](const std::string& id) {
        return std::ranges::any_of(processes, [&](const Process& one) { return one.container == id && !one.retired; });
    };
    const auto all = co_await engine.containers().list(
        true, {{"label", {"com.dokku.app-name=" + app, "com.dokku.container-type=deploy"}}});
    for (const engine::ContainerSummary& container : all) {
        if (serves(container.id))
            continue;
        (void)co_await engine.containers().stop(container.id, stop_timeout);
        co_await engine.containers().remove(container.id, true, true);
    }
    for (const Process& process : processes)
        if (process.retired)
            apps.forget_process(process.container);
}

net::Task<> stop(Site site, std::string app)
{
    site.apps.set_stopped(app, true);
    (void)co_await sync_router(site.installation.socket());
    for (const Process& process : site.apps.processes(app))
        if (co_await site.engine.containers().find(process.container))
            (void)co_await site.engine.containers().stop(process.container, 10);
}

net::Task<> start(Site site, std::string app)
{
    for (const Process& process : site.apps.processes(app)) {
        if (process.retired)
            continue;
        if (!co_await site.engine.containers().find(process.container))
            throw Error(ErrorKind::not_found, "the container of {}.{} is gone", app, process.dyno())
                .hint("'ps:restart " + app + "' makes another one");
        (void)co_await site.engine.containers().start(process.container);
        const std::string address = process.port != 0
                                        ? co_await wait_until_it_listens(site.engine, process.container, process.port)
                                        : std::string();
        if (!address.empty())
            site.apps.move_process(process.container, address);
    }
    site.apps.set_stopped(app, false);
    (void)co_await sync_router(site.installation.socket());
}

net::Task<> remove_traces(engine::Client& engine, std::string app)
{
    for (const auto& container : co_await engine.containers().list(true, {{"label", {"com.dokku.app-name=" + app}}}))
        try {
            co_await engine.containers().remove(container.id, true, true);
        } catch (const Error& error) { // the router may have ended it meanwhile
            if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::conflict)
                throw;
        }
    for (const auto& image : co_await engine.images().list(false, {{"reference", {"dokku/" + app}}}))
        for (const std::string& tag : image.tags)
            (void)co_await engine.images().remove(tag, true);
    for (const auto& image : co_await engine.images().list(false, {{"label", {"com.dokku.app-name=" + app}}}))
        try {
            (void)co_await engine.images().remove(image.id, true);
        } catch (const Error&) { // gone with another one
        }
    try {
        co_await engine.volumes().remove(cache_volume(app));
    } catch (const Error&) { // it never built with one
    }
}

} // namespace dfriends::paas
