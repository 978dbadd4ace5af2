// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/machines.hpp"
#include "applets/cluster/verbs.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cluster/cloud_config.hpp"
#include "cluster/config_rb.hpp"
#include "cluster/machines/network.hpp"
#include "crypto/random.hpp"
#include "http/client.hpp"
#include "net/loop.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dfriends::applets::cluster {

namespace {

using namespace dfriends::cluster;
namespace fs = std::filesystem;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// What `up` is asked for: options before config.rb before what there was.
struct Wish {
    std::size_t count = 3;
    std::string prefix = "core";
    std::string subnet = "172.17.8.0/24";
    std::optional<std::string> user_data;
    std::string user_data_file;
};

Wish read_wish(Context& context, const std::optional<LocalCluster>& before)
{
    Wish wish;
    if (before)
        wish.count = before->machines.size();
    if (const std::string& file = context.settings.text("config-rb"); !file.empty()) {
        const ConfigRb config = parse_config_rb(os::read_file(file, 1U << 20U), file, ::getenv);
        for (const ConfigRb::Warning& warning : config.warnings)
            context.say(fmt::format("{}:{}:{}: warning: {}", warning.position.file, warning.position.line,
                                    warning.position.column, warning.text));
        wish.count = static_cast<std::size_t>(std::max<std::int64_t>(config.instances, 0));
        wish.prefix = config.prefix;
    }
    if (context.settings.is_given("machines"))
        wish.count = static_cast<std::size_t>(std::max<std::int64_t>(context.settings.number("machines"), 0));
    if (context.settings.is_given("subnet"))
        wish.subnet = context.settings.text("subnet");
    else if (before)
        wish.subnet = before->subnet;
    if (wish.count == 0)
        throw Error(ErrorKind::usage, "a cluster has at least one machine");
    wish.user_data_file = context.settings.text("user-data");
    if (!wish.user_data_file.empty())
        wish.user_data = os::read_file(wish.user_data_file, 1U << 20U);
    return wish;
}

/// Checks the user-data as each machine will read it, and takes what concerns the cluster.
std::string metadata_of(Context& context, const Wish& wish, const std::string& address, bool first)
{
    if (!wish.user_data)
        return {};
    const CloudConfig config =
        parse_cloud_config(*wish.user_data, wish.user_data_file, {{"public_ipv4", address}, {"private_ipv4", address}});
    if (first)
        for (const CloudConfig::Finding& finding : config.findings)
            context.say(wish.user_data_file + ": " + render_finding(finding));
    std::vector<std::string> pairs;
    for (const auto& [key, value] : config.metadata())
        pairs.push_back(key + "=" + value);
    return join(pairs, ",");
}

LocalCluster describe(Context& context, const Wish& wish, const std::optional<LocalCluster>& before)
{
    const Subnet subnet = parse_subnet(wish.subnet);
    if (wish.count > subnet.largest_number())
        throw Error(ErrorKind::usage, "{} machines do not fit into {}", wish.count, wish.subnet);
    if (before && before->subnet != wish.subnet)
        throw Error(ErrorKind::conflict, "the machines that there are have addresses of {}", before->subnet)
            .hint("'dfriends cluster down' takes them away first");
    LocalCluster cluster{.subnet = wish.subnet};
    for (std::size_t number = 1; number <= wish.count; ++number) {
        LocalMachine machine{.name = fmt::format("{}-{:02}", wish.prefix, number)};
        machine.address = subnet.machine_address(number);
        const LocalMachine* known = before ? before->find(machine.name) : nullptr;
        machine.id = known != nullptr ? known->id : crypto::random_hex(16);
        machine.metadata = metadata_of(context, wish, machine.address, number == 1);
        if (!wish.user_data && known != nullptr)
            machine.metadata = known->metadata;
        cluster.machines.push_back(std::move(machine));
    }
    if (before && before->machines.size() > cluster.machines.size())
        throw Error(ErrorKind::conflict, "there are {} machines already", before->machines.size())
            .hint("'dfriends cluster down' takes them away first; a machine less is 'dfriends cluster halt NAME'");
    return cluster;
}

void require_parts()
{
    for (const auto& [program, package] :
         {std::pair{"ip", "iproute2"}, {"iptables", "iptables"}, {"dockerd", "docker.io"}})
        if (!os::find_program(program))
            throw Error(ErrorKind::not_found, "machines need '{}', which is not installed", program)
                .hint(fmt::format("install {} (on Debian: apt-get install {})", program, package));
}

/// What a failing part wrote last.
std::string last_lines(const fs::path& log)
{
    const std::string text = os::find_file(log, 64U << 20U).value_or("");
    const auto all = lines(text);
    std::string tail;
    for (std::size_t index = all.size() > 3 ? all.size() - 3 : 0; index < all.size(); ++index)
        tail += "\n  " + printable(all[index]);
    return tail;
}

/// Starts the process that holds the machines, away from this terminal, or tells the one that does to look again.
void start_host(Context& context, const LocalFiles& files)
{
    if (const auto host = files.find_host()) {
        ::kill(*host, SIGHUP);
        return;
    }
    const pid_t child = ::fork();
    if (child < 0)
        throw Error(ErrorKind::unavailable, "cannot start the machines: {}", describe_errno(errno));
    if (child == 0) {
        ::setsid();
        if (::fork() != 0) // so that it is nobody's child that waits
            ::_exit(0);
        const int out = ::open(files.host_log().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
        const int none = ::open("/dev/null", O_RDONLY);
        ::dup2(none, 0);
        ::dup2(out, 1);
        ::dup2(out, 2);
        ::close_range(3, ~0U, 0); // pipes of whoever called us must not stay open
        if (::chdir("/") != 0)
            ::_exit(127);
        try {
            os::execute({.words = {fs::read_symlink("/proc/self/exe"), "--state-dir",
                                   fs::absolute(context.state_directory()).string(), "cluster", "host"}});
        } catch (const std::exception&) {
        }
        ::_exit(127);
    }
    ::waitpid(child, nullptr, 0);
}

void wait_until_up(Context& context, const LocalFiles& files, const LocalCluster& cluster)
{
    const auto end = steady_clock::now() + 90s;
    for (const LocalMachine& machine : cluster.machines) {
        const auto begin = steady_clock::now();
        while (!answers(files, machine) || !has_joined(cluster, machine)) {
            if (!files.find_host() && steady_clock::now() - begin > 5s)
                throw Error(ErrorKind::failed, "the machines did not start:{}", last_lines(files.host_log()));
            if (steady_clock::now() > end)
                throw Error(ErrorKind::failed, "machine '{}' did not come up:{}{}{}", machine.name,
                            last_lines(files.of(machine.name) / "init.log"),
                            last_lines(files.of(machine.name) / "dockerd.log"),
                            last_lines(files.of(machine.name) / "agent.log"));
            net::run(net::sleep(100ms));
        }
        context.print("Machine '{}' is up at {}\n", machine.name, machine.address);
    }
}

/// Tells the discovery service of user-data who has come, as an etcd would, so that it shows the cluster.
net::Task<> register_at(std::string url, LocalCluster cluster)
{
    const http::Url parsed = http::parse_url(url);
    const std::string token = parsed.target.substr(1);
    const std::string root = url.substr(0, url.size() - parsed.target.size());
    // The service's keys are those of etcd's v2 API, with the token as their root.
    http::Client client;
    for (const LocalMachine& machine : cluster.machines) {
        http::Call call{.method = "PUT", .url = http::parse_url(root + "/" + token + "/" + machine.id)};
        call.headers.set("Content-Type", "application/x-www-form-urlencoded");
        call.body = "value=" + encode_percent(fmt::format("{}=http://{}:7001", machine.name, machine.address));
        call.connect_timeout = call.head_timeout = 5s;
        http::Reply reply = co_await client.send(std::move(call));
        const std::string answer = co_await reply.read_all(65536);
        if (!reply.ok())
            throw Error(ErrorKind::failed, "the discovery service refuses the token '{}': {}", token, trim(answer));
    }
}

} // namespace

int up(Context& context)
{
    context.expect_arguments(0, 0);
    require_parts();
    const LocalFiles files = files_of(context);
    const auto before = files.read();
    const Wish wish = read_wish(context, before);
    const LocalCluster cluster = describe(context, wish, before);
    if (const auto overlap = find_overlap(parse_subnet(cluster.subnet)); overlap && !before)
        context.say("note: " + *overlap);
    os::make_directories(files.directory, 0750);
    check_network(cluster);
    files.write(cluster); // first, so that 'down' finds whatever is made from here on
    make_network(cluster);
    for (const LocalMachine& machine : cluster.machines) {
        std::error_code ignored;
        os::make_directories(files.of(machine.name), 0750);
        fs::remove(files.halted(machine.name), ignored);
        context.print("Bringing machine '{}' up...\n", machine.name);
    }
    if (wish.user_data)
        os::write_file(files.user_data(), *wish.user_data, 0640);
    if (wish.user_data) {
        const auto& first = cluster.machines.front().address;
        const auto url =
            parse_cloud_config(*wish.user_data, wish.user_data_file, {{"public_ipv4", first}, {"private_ipv4", first}})
                .discovery();
        if (url && !before) {
            try {
                net::run(register_at(*url, cluster));
            } catch (const Error& error) {
                context.say(fmt::format("note: {}; the machines find each other without it", error.message()));
            }
        }
    }
    start_host(context, files);
    wait_until_up(context, files, cluster);
    return 0;
}

} // namespace dfriends::applets::cluster
