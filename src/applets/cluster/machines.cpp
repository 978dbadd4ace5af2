// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/machines.hpp"

#include "applets/cluster/client.hpp"
#include "applets/cluster/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/table_output.hpp"
#include "cluster/machines/machine_host.hpp"
#include "cluster/machines/machine_init.hpp"
#include "cluster/machines/network.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace dfriends::applets::cluster {

using namespace dfriends::cluster;
namespace fs = std::filesystem;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

LocalFiles files_of(const Context& context)
{
    return {fs::absolute(context.state_directory()) / "cluster"};
}

engine::Client engine_of(const LocalFiles& files, const LocalMachine& machine)
{
    const auto first = files.find_machine(machine.name);
    if (!first)
        throw Error(ErrorKind::unavailable, "machine '{}' is down", machine.name)
            .hint("'dfriends cluster up' starts it");
    engine::Host host;
    host.socket = fmt::format("/proc/{}/root/run/docker.sock", *first);
    return engine::Client(host);
}

bool answers(const LocalFiles& files, const LocalMachine& machine)
{
    try {
        engine::Client engine = engine_of(files, machine);
        (void)net::run(engine.ping());
        return true;
    } catch (const Error&) {
        return false;
    }
}

bool has_joined(const LocalCluster& cluster, const LocalMachine& machine)
{
    try {
        Registry registry({.endpoints = {store_url(cluster)}});
        return net::run(registry.read()).members.contains(machine.id);
    } catch (const Error&) {
        return false;
    }
}

namespace {

LocalCluster existing_cluster(const LocalFiles& files)
{
    if (auto cluster = files.read())
        return *cluster;
    throw Error(ErrorKind::not_found, "there are no machines on this host").hint("'dfriends cluster up' makes them");
}

const LocalMachine& find(const LocalCluster& cluster, const std::string& name)
{
    if (const LocalMachine* machine = cluster.find(name))
        return *machine;
    std::vector<std::string> names;
    for (const LocalMachine& machine : cluster.machines)
        names.push_back(machine.name);
    throw Error(ErrorKind::not_found, "there is no machine '{}'", name).hint("there are " + join(names, ", "));
}

void kill_leftovers(const LocalFiles& files, const LocalCluster& cluster)
{
    for (const LocalMachine& machine : cluster.machines)
        if (const auto first = files.find_machine(machine.name)) {
            ::kill(*first, SIGKILL);
            for (int tries = 0; tries < 50 && files.find_machine(machine.name); ++tries)
                net::run(net::sleep(100ms));
        }
}

/// The groups that the machines' engines have made, from the deepest up.
void remove_control_groups()
{
    std::error_code ignored;
    for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup", ignored)) {
        std::vector<fs::path> groups;
        const fs::path own = hierarchy.path() / "dfriends";
        if (!fs::is_directory(own, ignored))
            continue;
        groups.push_back(own);
        for (const auto& entry : fs::recursive_directory_iterator(own, ignored))
            if (entry.is_directory(ignored))
                groups.push_back(entry.path());
        std::ranges::reverse(groups);
        for (const fs::path& group : groups)
            ::rmdir(group.c_str());
    }
    ::rmdir("/sys/fs/cgroup/dfriends");
}

/// What engines leave mounted where they were killed keeps their folders from going.
void unmount_below(const fs::path& folder)
{
    const std::string mounts = os::find_file("/proc/self/mounts", 16U << 20U).value_or("");
    std::vector<std::string> below;
    for (const std::string_view line : lines(mounts)) {
        const auto fields = words(line);
        if (fields.size() > 1 && fields[1].starts_with(folder.string() + "/"))
            below.emplace_back(fields[1]);
    }
    std::ranges::reverse(below);
    for (const std::string& mount : below)
        ::umount2(mount.c_str(), MNT_DETACH);
}

} // namespace

int host(Context& context)
{
    context.expect_arguments(0, 0);
    return hold_machines(files_of(context), fs::absolute(context.state_directory()));
}

int machine(Context& context)
{
    context.expect_arguments(1, 1);
    const LocalFiles files = files_of(context);
    return run_machine(files, find(existing_cluster(files), context.arguments[0]));
}

int halt(Context& context)
{
    const LocalFiles files = files_of(context);
    const LocalCluster cluster = existing_cluster(files);
    std::vector<std::string> names = context.arguments;
    if (names.empty())
        for (const LocalMachine& one : cluster.machines)
            names.push_back(one.name);
    for (const std::string& name : names)
        os::write_file(files.halted(find(cluster, name).name), "");
    if (const auto holder = files.find_host(); holder && !context.settings.flag("force"))
        ::kill(*holder, SIGHUP);
    for (const std::string& name : names) {
        if (const auto first = files.find_machine(name); first && context.settings.flag("force"))
            ::kill(*first, SIGKILL);
        const auto end = steady_clock::now() + 30s;
        while (files.find_machine(name)) {
            if (steady_clock::now() > end)
                throw Error(ErrorKind::failed, "machine '{}' does not stop", name)
                    .hint("'dfriends cluster halt --force " + name + "' pulls its plug");
            net::run(net::sleep(50ms));
        }
        context.print("Machine '{}' is down\n", name);
    }
    return 0;
}

int down(Context& context)
{
    context.expect_arguments(0, 0);
    const LocalFiles files = files_of(context);
    std::optional<LocalCluster> cluster;
    try {
        cluster = files.read();
    } catch (const Error&) { // damaged: what can be found goes all the same
    }
    if (const auto holder = files.find_host()) {
        ::kill(*holder, SIGKILL); // the machines and the store end with it: nothing of them is to be kept
        for (int tries = 0; tries < 100 && files.find_host(); ++tries)
            net::run(net::sleep(50ms));
    }
    if (cluster) {
        kill_leftovers(files, *cluster);
        remove_network(*cluster);
    }
    std::error_code failure;
    for (int tries = 0; tries < 20; ++tries) { // the last processes of a machine take a moment to go
        remove_control_groups();
        unmount_below(files.directory);
        fs::remove_all(files.directory, failure);
        if (!failure)
            break;
        net::run(net::sleep(100ms));
    }
    if (failure)
        throw Error(ErrorKind::failed, "cannot remove '{}': {}", files.directory.string(), failure.message());
    context.say(cluster ? "the machines are gone" : "there are no machines");
    return 0;
}

int machines_status(Context& context)
{
    const LocalFiles files = files_of(context);
    const LocalCluster cluster = existing_cluster(files);
    cli::TableOutput table({"MACHINE", "STATE", "IP", "ID"});
    for (const LocalMachine& one : cluster.machines) {
        const char* state = !files.find_machine(one.name) ? (fs::exists(files.halted(one.name)) ? "halted" : "down")
                            : !answers(files, one)        ? "starting"
                            : !has_joined(cluster, one)   ? "apart"
                                                          : "running";
        table.row({one.name, state, one.address, one.id});
    }
    context.write(table.render());
    return 0;
}

std::optional<int> run_in_local_machine(const Context& context, const std::string& name,
                                        const std::vector<std::string>& words)
{
    const LocalFiles files = files_of(context);
    const auto cluster = files.read();
    if (!cluster)
        return std::nullopt;
    for (const LocalMachine& one : cluster->machines) {
        if (one.name != name && one.address != name && one.id != name)
            continue;
        const auto first = files.find_machine(one.name);
        if (!first)
            throw Error(ErrorKind::unavailable, "machine '{}' is down", one.name)
                .hint("'dfriends cluster up' starts it");
        return run_inside(*first, words);
    }
    return std::nullopt;
}

std::optional<std::string> local_store_url(const Context& context)
{
    try {
        if (const auto cluster = files_of(context).read())
            return store_url(*cluster);
    } catch (const Error&) { // no state directory: then there are no machines either
    }
    return std::nullopt;
}

int image_load(Context& context)
{
    context.expect_arguments(1);
    const LocalFiles files = files_of(context);
    const LocalCluster cluster = existing_cluster(files);
    const os::TemporaryDirectory directory;
    const fs::path archive = directory.path() / "images.tar";
    {
        const os::Descriptor file = os::open_file(archive, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        net::run(context.engine().images().save(context.arguments, [&](engine::Channel, std::string_view bytes) {
            os::write_all(file.number(), bytes, archive);
        }));
    }
    for (const LocalMachine& one : cluster.machines) {
        engine::Client engine = engine_of(files, one);
        const os::Descriptor file = os::open_file(archive, O_RDONLY);
        net::run(engine.images().load([&file](http::BodyWriter& out) -> net::Task<> {
            std::vector<char> piece(256 * 1024);
            for (;;) {
                const ssize_t count = ::read(file.number(), piece.data(), piece.size());
                if (count <= 0)
                    co_return;
                co_await out.write({piece.data(), static_cast<std::size_t>(count)});
            }
        }));
        context.print("{}: loaded {}\n", one.name, join(context.arguments, " "));
    }
    return 0;
}

} // namespace dfriends::applets::cluster
