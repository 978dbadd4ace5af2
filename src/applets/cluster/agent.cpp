// SPDX-License-Identifier: Apache-2.0
#include "cluster/agent.hpp"

#include "applets/cluster/client.hpp"
#include "applets/cluster/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "os/user.hpp"
#include "service/daemon.hpp"
#include "state/store.hpp"

#include <algorithm>
#include <unistd.h>

namespace dfriends::applets::cluster {

namespace {

using namespace dfriends::cluster;
namespace fs = std::filesystem;

std::map<std::string, std::string> parse_metadata(const std::vector<std::string>& given)
{
    std::map<std::string, std::string> metadata;
    for (const std::string& text : given)
        for (const std::string_view pair : split(text, ',')) {
            const auto [key, value] = split_once(pair, '=');
            if (key.empty() || value.empty())
                throw Error(ErrorKind::usage, "'{}' is no metadata", pair).hint("write it as key=value,key=value");
            metadata.emplace(key, value);
        }
    return metadata;
}

/// Where the units of a machine live while it is up.
fs::path runtime_directory(const Context& context)
{
    if (context.settings.is_given("runtime-dir"))
        return fs::absolute(context.settings.text("runtime-dir"));
    if (os::is_root())
        return "/run/dfriends/cluster";
    if (const char* own = std::getenv("XDG_RUNTIME_DIR"))
        return fs::path(own) / "dfriends/cluster";
    throw Error(ErrorKind::usage, "no folder for the units: XDG_RUNTIME_DIR is not set")
        .hint("give one with --runtime-dir DIR");
}

/// docker, etcdctl and fleetctl, as far as the machine has none of its own: links to this executable.
void make_programs(const fs::path& folder)
{
    fs::remove_all(folder);
    os::make_directories(folder);
    const fs::path self = fs::read_symlink("/proc/self/exe");
    for (const char* name : {"docker", "etcdctl", "fleetctl"})
        if (::access((std::string("/usr/bin/") + name).c_str(), X_OK) != 0)
            fs::create_symlink(self, folder / name);
}

Member make_member(const Context& context, const Machine& machine)
{
    Member member{.id = machine.id,
                  .boot_id = machine.boot_id,
                  .host_name = machine.host_name,
                  .public_ip = context.settings.text("public-ip"),
                  .version = DFRIENDS_VERSION};
    member.metadata = parse_metadata(context.settings.list("metadata"));
    if (member.id.empty())
        throw Error(ErrorKind::invalid, "this machine has no id")
            .hint("write one into /etc/machine-id ('systemd-machine-id-setup' does), or give --machine-id ID");
    const auto is_plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'; };
    if (member.id.size() > 128 || !std::ranges::all_of(member.id, is_plain))
        throw Error(ErrorKind::usage, "'{}' is no machine id", member.id).hint("letters, digits and '-' may be in it");
    return member;
}

} // namespace

int agent(Context& context)
{
    context.expect_arguments(0, 0);
    Machine machine = host_machine();
    if (context.settings.is_given("machine-id"))
        machine.id = context.settings.text("machine-id");
    if (context.settings.is_given("hostname"))
        machine.host_name = context.settings.text("hostname");
    Member member = make_member(context, machine);
    const fs::path runtime = runtime_directory(context);
    os::make_directories(runtime, 0755);
    const state::ServiceLock lock(runtime, "agent");
    make_programs(runtime / "bin");
    LocalUnits units(runtime / "units",
                     {fs::read_symlink("/proc/self/exe").string(), "cluster", "supervise", "--machine-id", machine.id,
                      "--hostname", machine.host_name, "--programs", (runtime / "bin").string()});
    Registry registry(store_options(context));
    std::vector<std::string> listen = context.settings.list("listen");
    if (!context.settings.is_given("listen") && !member.public_ip.empty())
        listen = {member.public_ip + ":49154"};
    std::unique_ptr<Agent> self; // outlives the daemon's loop
    service::Daemon daemon(context.log());
    const std::vector<std::string> addresses =
        daemon.listen(listen, [&self](http::Request& request) { return self->serve(request); });
    member.api = addresses.empty() ? "" : addresses.front();
    self = std::make_unique<Agent>(registry, units, member, context.log(), Agent::Timing{});
    daemon.run_beside([](Agent& agent) -> net::Task<> {
        co_await agent.join();
        co_await agent.run();
    }(*self));
    const int code = daemon.run();
    if (!context.settings.flag("keep-units")) {
        Registry farewell(store_options(context)); // the other one's connections ended with its loop
        Agent leaving(farewell, units, member, context.log(), Agent::Timing{});
        net::run(leaving.leave(std::chrono::seconds(8)));
    }
    return code;
}

} // namespace dfriends::applets::cluster
