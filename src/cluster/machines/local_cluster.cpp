// SPDX-License-Identifier: Apache-2.0
#include "cluster/machines/local_cluster.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "cluster/machines/local_cluster_wire.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>

namespace dfriends::cluster {

namespace {

std::optional<std::uint32_t> parse_address(std::string_view text)
{
    in_addr address{};
    if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1)
        return std::nullopt;
    return ntohl(address.s_addr);
}

std::string render_address(std::uint32_t address)
{
    return fmt::format("{}.{}.{}.{}", address >> 24U, (address >> 16U) & 255U, (address >> 8U) & 255U, address & 255U);
}

std::uint32_t mask_of(unsigned length)
{
    return ~std::uint32_t{0} << (32 - length);
}

bool is_private(std::uint32_t address)
{
    return address >> 24U == 10 || address >> 20U == 0xac1 || address >> 16U == 0xc0a8;
}

std::uint32_t first_offset(unsigned length)
{
    return length <= 24 ? 101 : 2;
}

} // namespace

Subnet parse_subnet(std::string_view text)
{
    const auto [address_text, length_text] = split_once(text, '/');
    const auto address = parse_address(address_text);
    const auto length = parse_unsigned(length_text);
    if (!address || !length || *length < 16 || *length > 28 || (*address & ~mask_of(unsigned(*length))) != 0 ||
        !is_private(*address))
        throw Error(ErrorKind::usage, "'{}' is no range for machines", text)
            .hint("give a private network between /16 and /28, such as 172.17.8.0/24");
    return {std::string(address_text), static_cast<unsigned>(*length), render_address(*address + 1)};
}

std::string Subnet::machine_address(std::size_t number) const
{
    return render_address(*parse_address(network) + first_offset(length) + static_cast<std::uint32_t>(number) - 1);
}

std::size_t Subnet::largest_number() const
{
    const std::size_t addresses = length <= 24 ? 255 : (std::size_t{1} << (32 - length)) - 1;
    return addresses - first_offset(length);
}

bool Subnet::contains(std::string_view address) const
{
    const auto number = parse_address(address);
    return number && (*number & mask_of(length)) == *parse_address(network);
}

const LocalMachine* LocalCluster::find(std::string_view name) const
{
    const auto found = std::ranges::find(machines, name, &LocalMachine::name);
    return found == machines.end() ? nullptr : &*found;
}

std::optional<LocalCluster> LocalFiles::read() const
{
    const auto text = os::find_file(description(), 1U << 20U);
    return text ? std::optional(decode_local_cluster(*text)) : std::nullopt;
}

void LocalFiles::write(const LocalCluster& cluster) const
{
    os::write_file(description(), encode_local_cluster(cluster), 0644);
}

std::optional<pid_t> LocalFiles::find_host() const
{
    return os::FileLock::find_holder(host_lock());
}

std::optional<pid_t> LocalFiles::find_machine(std::string_view machine) const
{
    const auto text = os::find_file(pid(machine), 64);
    const auto id = static_cast<pid_t>(parse_unsigned(trim(text.value_or(""))).value_or(0));
    if (id <= 1)
        return std::nullopt;
    // Another process may have the number by now: ours says whose it is.
    const auto words = os::find_file(fmt::format("/proc/{}/cmdline", id), 4096).value_or("");
    const std::string mark = fmt::format("cluster{}machine{}", '\0', '\0');
    return words.find(mark) != words.npos ? std::optional(id) : std::nullopt;
}

std::string store_url(const LocalCluster& cluster)
{
    return "http://" + parse_subnet(cluster.subnet).gateway + ":2379";
}

} // namespace dfriends::cluster
