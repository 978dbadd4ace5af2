// SPDX-License-Identifier: Apache-2.0
#include "converge/facts.hpp"

#include "base/text.hpp"
#include "os/file.hpp"
#include "os/interfaces.hpp"
#include "os/user.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cstdlib>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <utility>

namespace dfriends::converge {

namespace {

Value text(std::string content)
{
    return Value{.content = std::move(content), .position = {}};
}

Value number(std::int64_t content)
{
    return Value{.content = content, .position = {}};
}

std::string capitalized(std::string word)
{
    if (!word.empty())
        word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
    return word;
}

/// Puppet's words for families and distributions differ from Chef's.
std::string puppet_family(const std::string& family)
{
    if (family == "rhel" || family == "fedora")
        return "RedHat";
    return family == "arch" ? "Archlinux" : capitalized(family);
}

std::string puppet_architecture(const Facts& facts)
{
    return facts.architecture == "x86_64" && facts.os_family == "debian" ? "amd64" : facts.architecture;
}

std::string debian_architecture(const std::string& machine)
{
    if (machine == "x86_64")
        return "amd64";
    return machine == "aarch64" ? "arm64" : machine;
}

std::string major(const std::string& version)
{
    return std::string(split_once(version, '.').first);
}

std::string minor(const std::string& version)
{
    return std::string(split_once(split_once(version, '.').second, '.').first);
}

using Table = std::map<std::string, Value, std::less<>>;

void add_chef_words(const Facts& facts, Table& table)
{
    table["platform"] = text(facts.distribution);
    table["platform_family"] = text(facts.os_family);
    table["platform_version"] = text(facts.distribution_version);
    table["lsb.codename"] = text(facts.distribution_codename);
    table["lsb.id"] = text(capitalized(facts.distribution));
    table["lsb.release"] = text(facts.distribution_version);
    table["machinename"] = text(facts.hostname);
    table["name"] = text(facts.fqdn);
    table["cpu.total"] = number(facts.processors);
    table["kernel.name"] = text(facts.kernel);
    table["kernel.release"] = text(facts.kernel_release);
    table["kernel.machine"] = text(facts.architecture);
    table["memory.total"] = text(std::to_string(facts.memory_bytes / 1024) + "kB");
}

/// Facts of old have the interface in their names, with a line for what no name has.
void add_interfaces(const Facts& facts, Table& table)
{
    std::vector<std::string> names;
    for (const NetworkInterface& interface : facts.interfaces) {
        std::string old = interface.name;
        for (char& c : old)
            c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
        table["ipaddress_" + old] = text(interface.address);
        table["netmask_" + old] = text(interface.netmask);
        names.push_back(std::move(old));
        if (interface.name.find('.') == std::string::npos) { // a dot would be another level of names
            table["networking.interfaces." + interface.name + ".ip"] = text(interface.address);
            table["networking.interfaces." + interface.name + ".netmask"] = text(interface.netmask);
        }
        if (interface.address == facts.ipaddress)
            table["networking.primary"] = text(interface.name);
    }
    table["interfaces"] = text(join(names, ","));
}

void add_puppet_words(const Facts& facts, Table& table)
{
    const std::string family = puppet_family(facts.os_family);
    const std::string distribution = capitalized(facts.distribution);
    const std::string& version = facts.distribution_version;
    for (const std::string prefix : {"os.distro.", "os."}) {
        table[prefix + "release.full"] = text(version);
        table[prefix + "release.major"] = text(facts.distribution == "ubuntu" ? version : major(version));
        table[prefix + "release.minor"] = text(minor(version));
    }
    table["os.name"] = table["os.distro.id"] = table["operatingsystem"] = table["lsbdistid"] = text(distribution);
    table["os.family"] = table["osfamily"] = text(family);
    table["os.distro.codename"] = table["lsbdistcodename"] = text(facts.distribution_codename);
    table["os.architecture"] = table["architecture"] = text(puppet_architecture(facts));
    table["os.hardware"] = table["hardwaremodel"] = text(facts.architecture);
    table["operatingsystemrelease"] = table["lsbdistrelease"] = text(version);
    table["operatingsystemmajrelease"] = text(facts.distribution == "ubuntu" ? version : major(version));
    table["lsbmajdistrelease"] = table["operatingsystemmajrelease"];
    const std::string kernel_version(split_once(facts.kernel_release, '-').first);
    table["kernelrelease"] = text(facts.kernel_release);
    table["kernelversion"] = text(kernel_version);
    table["kernelmajversion"] = text(major(kernel_version) + "." + minor(kernel_version));
    table["processors.count"] = table["processorcount"] = number(facts.processors);
    table["memory.system.total_bytes"] = number(facts.memory_bytes);
    table["memory.system.total"] = table["memorysize"] =
        text(fmt::format("{:.2f} GiB", static_cast<double>(facts.memory_bytes) / (1024.0 * 1024.0 * 1024.0)));
    table["memorysize_mb"] =
        Value{.content = static_cast<double>(facts.memory_bytes) / (1024.0 * 1024.0), .position = {}};
    table["networking.hostname"] = text(facts.hostname);
    table["networking.fqdn"] = table["clientcert"] = text(facts.fqdn);
    table["networking.domain"] = text(facts.domain);
    table["networking.ip"] = text(facts.ipaddress);
    add_interfaces(facts, table);
    table["virtual"] = text(facts.virtualization);
    table["is_virtual"] = Value{.content = facts.virtualization != "physical", .position = {}};
    if (const char* path = std::getenv("PATH"))
        table["path"] = text(path);
    table["puppetversion"] = text("7.23.0"); // whose language is spoken: manifests ask before they use it
}

void add_shared_words(const Facts& facts, Table& table)
{
    table["hostname"] = text(facts.hostname);
    table["fqdn"] = text(facts.fqdn);
    table["domain"] = text(facts.domain);
    table["ipaddress"] = text(facts.ipaddress);
}

Table table_of(const Facts& facts)
{
    Table table;
    add_shared_words(facts, table);
    table["distribution"] = text(facts.distribution);
    table["distribution_version"] = text(facts.distribution_version);
    table["distribution_codename"] = text(facts.distribution_codename);
    table["debian_architecture"] = text(debian_architecture(facts.architecture));
    table["processors.total"] = number(facts.processors);
    add_chef_words(facts, table);
    add_puppet_words(facts, table);
    return table;
}

/// The map of what stands below `prefix` (which ends with a dot) in the rows from `at` on.
Value below(Table::const_iterator at, Table::const_iterator end, const std::string& prefix)
{
    Value::Map members;
    while (at != end && at->first.starts_with(prefix)) {
        const std::string rest = at->first.substr(prefix.size());
        const auto [name, deeper] = split_once(rest, '.');
        if (deeper.empty()) {
            members.push_back({std::string(name), (at++)->second});
            continue;
        }
        const std::string inner = prefix + std::string(name) + ".";
        members.push_back({std::string(name), below(at, end, inner)});
        while (at != end && at->first.starts_with(inner))
            ++at;
    }
    return Value{.content = std::move(members), .position = {}};
}

std::map<std::string, std::string> read_os_release()
{
    std::map<std::string, std::string> values;
    for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
        const auto content = os::find_file(path);
        if (!content)
            continue;
        for (const std::string_view line : lines(*content)) {
            auto [name, value] = split_once(trim(line), '=');
            if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
                value = value.substr(1, value.size() - 2);
            values.emplace(name, value);
        }
        break;
    }
    return values;
}

std::string family_of(const std::string& id, std::string_view like)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> families{{
        {"debian", "debian"},
        {"ubuntu", "debian"},
        {"fedora", "fedora"},
        {"rhel", "rhel"},
        {"centos", "rhel"},
        {"rocky", "rhel"},
        {"almalinux", "rhel"},
        {"alpine", "alpine"},
        {"arch", "arch"},
        {"suse", "suse"},
        {"opensuse", "suse"},
        {"sles", "suse"},
    }};
    const auto find = [](std::string_view word) {
        return std::ranges::find(families, word, &std::pair<std::string_view, std::string_view>::first);
    };
    if (const auto row = find(id); row != families.end())
        return std::string(row->second);
    for (const std::string_view word : words(like))
        if (const auto row = find(word); row != families.end())
            return std::string(row->second);
    return id;
}

std::vector<NetworkInterface> network_interfaces()
{
    std::vector<NetworkInterface> interfaces;
    for (os::InterfaceAddress& one : os::interface_addresses())
        if (one.is_ipv4 && std::ranges::find(interfaces, one.interface, &NetworkInterface::name) == interfaces.end())
            interfaces.push_back({std::move(one.interface), std::move(one.address), std::move(one.netmask)});
    return interfaces;
}

/// A container's marks, else what the firmware says that the machine is.
std::string find_virtualization()
{
    if (os::find_file("/.dockerenv"))
        return "docker";
    if (const auto container = os::find_file("/run/systemd/container"); container && !trim(*container).empty())
        return replace_all(std::string(trim(*container)), "-", "_");
    static constexpr auto makers =
        std::to_array<std::pair<std::string_view, std::string_view>>({{"VMware", "vmware"},
                                                                      {"VirtualBox", "virtualbox"},
                                                                      {"Parallels", "parallels"},
                                                                      {"Virtual Machine", "hyperv"},
                                                                      {"Google", "gce"},
                                                                      {"HVM domU", "xenhvm"},
                                                                      {"KVM", "kvm"},
                                                                      {"QEMU", "kvm"},
                                                                      {"Amazon EC2", "kvm"},
                                                                      {"OpenStack", "kvm"},
                                                                      {"DigitalOcean", "kvm"}});
    const std::string folder = "/sys/class/dmi/id/";
    const std::string made =
        os::find_file(folder + "sys_vendor").value_or("") + ' ' + os::find_file(folder + "product_name").value_or("");
    const auto row =
        std::ranges::find_if(makers, [&](const auto& maker) { return made.find(maker.first) != made.npos; });
    return std::string(row == makers.end() ? "physical" : row->second);
}

/// The address that packets to the outside would carry: connecting a UDP socket asks the routing table and sends
/// nothing.
std::string outward_address()
{
    const os::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(9);
    peer.sin_addr.s_addr = htonl(0xC0000201U); // 192.0.2.1, an address of nobody
    sockaddr_in own{};
    socklen_t length = sizeof own;
    std::array<char, INET_ADDRSTRLEN> shown{};
    if (!socket || ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0 ||
        ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&own), &length) != 0 ||
        ::inet_ntop(AF_INET, &own.sin_addr, shown.data(), shown.size()) == nullptr)
        return "127.0.0.1";
    return shown.data();
}

/// The full name that /etc/hosts has for a short one; asking a name server could make a run wait.
std::string full_name(const std::string& host)
{
    if (host.find('.') != std::string::npos)
        return host;
    const std::string hosts = os::find_file("/etc/hosts").value_or("");
    for (const std::string_view line : lines(hosts)) {
        const auto entry = words(split_once(line, '#').first);
        if (entry.size() > 1 && std::ranges::find(entry, host) != entry.end() && entry[1].starts_with(host + "."))
            return std::string(entry[1]);
    }
    return host;
}

void gather_distribution(Facts& facts)
{
    const auto release = read_os_release();
    const auto value = [&](const char* name) { return release.contains(name) ? release.at(name) : std::string(); };
    facts.distribution = value("ID");
    facts.distribution_version = value("VERSION_ID");
    facts.distribution_codename = value("VERSION_CODENAME");
    facts.os_family = family_of(facts.distribution, value("ID_LIKE"));
}

} // namespace

std::optional<Value> Facts::find(std::string_view name) const
{
    const Table table = table_of(*this);
    if (const auto row = table.find(name); row != table.end())
        return row->second;
    const std::string prefix = std::string(name) + ".";
    const auto first = table.lower_bound(prefix);
    if (first == table.end() || !first->first.starts_with(prefix))
        return std::nullopt;
    return below(first, table.end(), prefix);
}

Value Facts::puppet() const
{
    Table table;
    add_shared_words(*this, table);
    add_puppet_words(*this, table);
    // Chef has a map of that name, with the kernel's name in it.
    table["kernel"] = text(kernel);
    return below(table.begin(), table.end(), "");
}

Value Facts::host() const
{
    Table table;
    add_shared_words(*this, table);
    table["arch"] = text(architecture);
    table["cpus"] = number(processors);
    table["kernel"] = text(kernel);
    table["kernel_release"] = text(kernel_release);
    table["memory_mb"] = number(memory_bytes / (1024 * 1024));
    table["os.codename"] = text(distribution_codename);
    table["os.family"] = text(os_family);
    table["os.name"] = text(distribution);
    table["os.release"] = text(distribution_version);
    return below(table.begin(), table.end(), "");
}

std::vector<std::string> Facts::names() const
{
    std::vector<std::string> names;
    for (const auto& [name, value] : table_of(*this))
        names.push_back(name);
    return names;
}

Facts gather_facts()
{
    Facts facts;
    try {
        facts.fqdn = full_name(os::host_name());
        facts.hostname = std::string(split_once(facts.fqdn, '.').first);
        facts.domain = std::string(split_once(facts.fqdn, '.').second);
        gather_distribution(facts);
    } catch (const Error&) { // an unreadable /etc says nothing; the rest is still known
    }
    facts.ipaddress = outward_address();
    facts.interfaces = network_interfaces();
    try {
        facts.virtualization = find_virtualization();
    } catch (const Error&) { // the same
    }
    utsname system{};
    if (::uname(&system) == 0) {
        facts.kernel = system.sysname;
        facts.kernel_release = system.release;
        facts.architecture = system.machine;
    }
    facts.processors = std::max<std::int64_t>(1, ::sysconf(_SC_NPROCESSORS_ONLN));
    facts.memory_bytes = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    return facts;
}

} // namespace dfriends::converge
