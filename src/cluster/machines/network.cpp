// SPDX-License-Identifier: Apache-2.0
#include "cluster/machines/network.hpp"

#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "os/interfaces.hpp"
#include "os/process.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dfriends::cluster {

namespace {

using Words = std::vector<std::string>;

void run(Words words)
{
    os::Command command;
    command.words = std::move(words);
    command.timeout = std::chrono::seconds(20);
    (void)os::run_checked(command);
}

bool succeeds(Words words)
{
    os::Command command;
    command.words = std::move(words);
    command.timeout = std::chrono::seconds(20);
    return os::run(command).ok();
}

void ip(Words words)
{
    words.insert(words.begin(), "ip");
    run(std::move(words));
}

bool has_interface(const std::string& name)
{
    return ::if_nametoindex(name.c_str()) != 0;
}

/// The machine's end on the bridge: names of interfaces have at most 15 characters.
std::string link_of(const LocalMachine& machine)
{
    return "dfv-" + machine.address.substr(machine.address.rfind('.') + 1);
}

/// Docker's firewall drops what it does not know: between the machines, from them and to them all may pass. Their way
/// out is masqueraded.
std::vector<Words> firewall_rules(const Subnet& subnet)
{
    const std::string bridge = bridge_name;
    return {
        {"filter", "FORWARD", "-i", bridge, "-j", "ACCEPT"},
        {"filter", "FORWARD", "-o", bridge, "-j", "ACCEPT"},
        {"nat", "POSTROUTING", "-s", subnet.text(), "!", "-d", subnet.text(), "-j", "MASQUERADE"},
    };
}

Words iptables(const std::string& action, const Words& rule)
{
    Words words{"iptables", "-w", "5", "-t", rule[0], action, rule[1]};
    words.insert(words.end(), rule.begin() + 2, rule.end());
    return words;
}

void refuse_foreign_addresses(const Subnet& subnet)
{
    for (const auto& one : os::interface_addresses())
        if (one.is_ipv4 && one.interface != bridge_name && subnet.contains(one.address))
            throw Error(ErrorKind::conflict, "the range {} is in use: '{}' has the address {}", subnet.text(),
                        one.interface, one.address)
                .hint("choose another one with --subnet, such as 10.17.8.0/24");
}

void make_bridge(const Subnet& subnet)
{
    if (!has_interface(bridge_name))
        ip({"link", "add", bridge_name, "type", "bridge"});
    ip({"addr", "replace", subnet.gateway + "/" + std::to_string(subnet.length), "dev", bridge_name});
    ip({"link", "set", bridge_name, "up"});
    os::write_all(os::open_file("/proc/sys/net/ipv4/ip_forward", O_WRONLY).number(), "1\n", "ip_forward");
    for (const Words& rule : firewall_rules(subnet))
        if (!succeeds(iptables("-C", rule)))
            run(iptables("-I", rule));
}

void make_namespace(const LocalMachine& machine, const Subnet& subnet)
{
    const std::string name = namespace_of(machine), link = link_of(machine);
    if (!std::filesystem::exists("/run/netns/" + name))
        ip({"netns", "add", name});
    ip({"-n", name, "link", "set", "lo", "up"});
    if (!succeeds({"ip", "-n", name, "link", "show", "eth0"})) {
        if (has_interface(link))
            ip({"link", "del", link});
        ip({"link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name});
    }
    ip({"link", "set", link, "master", bridge_name, "up"});
    ip({"-n", name, "addr", "replace", machine.address + "/" + std::to_string(subnet.length), "dev", "eth0"});
    ip({"-n", name, "link", "set", "eth0", "up"});
    ip({"-n", name, "route", "replace", "default", "via", subnet.gateway});
}

} // namespace

std::string namespace_of(const LocalMachine& machine)
{
    return "dfriends-" + machine.name;
}

void check_network(const LocalCluster& cluster)
{
    refuse_foreign_addresses(parse_subnet(cluster.subnet));
}

void make_network(const LocalCluster& cluster)
{
    const Subnet subnet = parse_subnet(cluster.subnet);
    make_bridge(subnet);
    for (const LocalMachine& machine : cluster.machines)
        make_namespace(machine, subnet);
}

void remove_network(const LocalCluster& cluster)
{
    const Subnet subnet = parse_subnet(cluster.subnet);
    for (const LocalMachine& machine : cluster.machines) {
        if (has_interface(link_of(machine)))
            (void)succeeds({"ip", "link", "del", link_of(machine)});
        if (std::filesystem::exists("/run/netns/" + namespace_of(machine)))
            (void)succeeds({"ip", "netns", "del", namespace_of(machine)});
    }
    if (has_interface(bridge_name))
        (void)succeeds({"ip", "link", "del", bridge_name});
    for (const Words& rule : firewall_rules(subnet))
        for (int times = 0; times < 8 && succeeds(iptables("-D", rule)); ++times) {
        }
}

std::optional<std::string> find_overlap(const Subnet& subnet)
{
    std::optional<std::string> found;
    for (const auto& one : os::interface_addresses()) {
        if (!one.is_ipv4 || one.interface == bridge_name || one.length > subnet.length || one.length == 0)
            continue;
        in_addr network{}, other{};
        ::inet_pton(AF_INET, subnet.network.c_str(), &network);
        ::inet_pton(AF_INET, one.address.c_str(), &other);
        const std::uint32_t mask = ~std::uint32_t{0} << (32 - one.length);
        if ((ntohl(network.s_addr) & mask) != (ntohl(other.s_addr) & mask))
            continue;
        in_addr whole{};
        whole.s_addr = htonl(ntohl(other.s_addr) & mask);
        char text[INET_ADDRSTRLEN] = {};
        ::inet_ntop(AF_INET, &whole, text, sizeof text);
        found = fmt::format("{} lies within {}/{} of '{}': a container there with an address of this range could not "
                            "be reached; --subnet 10.17.8.0/24 avoids that",
                            subnet.text(), text, one.length, one.interface);
    }
    return found;
}

os::Descriptor listen_here(const std::string& address, unsigned port)
{
    os::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in where{.sin_family = AF_INET, .sin_port = htons(static_cast<std::uint16_t>(port))};
    ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
    const int on = 1;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!socket || ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
        ::listen(socket.number(), 512) != 0)
        throw Error(kind_of_errno(errno), "cannot listen on {}:{}: {}", address, port, describe_errno(errno));
    return socket;
}

os::Descriptor listen_inside(const LocalMachine& machine, const std::string& address, unsigned port)
{
    const os::Descriptor home = os::open_file("/proc/self/ns/net", O_RDONLY);
    const os::Descriptor there = os::open_file("/run/netns/" + namespace_of(machine), O_RDONLY);
    if (::setns(there.number(), CLONE_NEWNET) != 0)
        throw Error(ErrorKind::unavailable, "cannot enter the network of '{}': {}", machine.name,
                    describe_errno(errno));
    const ScopeExit back([&] { ::setns(home.number(), CLONE_NEWNET); });
    return listen_here(address, port);
}

} // namespace dfriends::cluster
