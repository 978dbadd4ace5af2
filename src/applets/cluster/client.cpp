// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/client.hpp"

#include "applets/cluster/machines.hpp"
#include "applets/cluster/verbs.hpp"
#include "applets/etcd_access.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <array>

namespace dfriends::applets::cluster {

using namespace dfriends::cluster;

std::vector<std::string> store_endpoints(const Context& context)
{
    const bool is_older_word = context.settings.is_given("endpoint") && !context.settings.is_given("kv");
    if (!is_older_word && !context.settings.is_given("kv"))
        if (const auto local = local_store_url(context))
            return {*local};
    std::vector<std::string> endpoints;
    for (const std::string& given : context.settings.list(is_older_word ? "endpoint" : "kv"))
        for (const std::string_view endpoint : split(given, ','))
            if (!trim(endpoint).empty())
                endpoints.emplace_back(trim(endpoint));
    for (const std::string& endpoint : endpoints)
        if (endpoint.starts_with("unix:"))
            throw Error(ErrorKind::usage, "endpoint '{}' is a socket of fleet's own", endpoint)
                .hint("name the key-value store of the cluster: --kv http://127.0.0.1:2379");
    return endpoints;
}

etcd::v3::ClientOptions store_options(const Context& context)
{
    EtcdAccess access = etcd_access(context);
    etcd::v3::ClientOptions options;
    options.endpoints = store_endpoints(context);
    options.user = std::move(access.user);
    options.password = std::move(access.password);
    options.tls = std::move(access.tls);
    return options;
}

Snapshot read_cluster(Registry& registry)
{
    try {
        return net::run(registry.read());
    } catch (Error& error) {
        throw error.hint("is the key-value store of the cluster there? Name it with --kv URL");
    }
}

std::string render_tabbed(const std::vector<std::vector<std::string>>& rows)
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], (row[column].size() + 8) / 8 * 8);
    }
    std::string text;
    for (const auto& row : rows)
        for (std::size_t column = 0; column < row.size(); ++column) {
            const std::string cell = printable(row[column]);
            text += cell;
            if (column + 1 == row.size())
                text += '\n';
            else
                text.append((widths[column] - std::min(widths[column] - 1, cell.size()) + 7) / 8, '\t');
        }
    return text;
}

const Member* find_member(const Snapshot& snapshot, const std::string& id)
{
    const auto found = snapshot.members.find(id);
    return found == snapshot.members.end() ? nullptr : &found->second;
}

const Member& find_machine(const Snapshot& snapshot, const std::string& word)
{
    const Member* found = nullptr;
    for (const auto& [id, member] : snapshot.members) {
        if (id == word || member.host_name == word || member.public_ip == word)
            return member;
        if (!word.empty() && id.starts_with(word)) {
            if (found != nullptr)
                throw Error(ErrorKind::conflict, "found more than one machine whose id begins with '{}'", word);
            found = &member;
        }
    }
    if (found == nullptr)
        throw Error(ErrorKind::not_found, "no machine '{}'", word)
            .hint("'" + std::string("dfriends cluster list-machines") + "' shows them");
    return *found;
}

int report(const Error& error, const Context& context)
{
    // Words that fleet had not have the house's codes.
    constexpr std::array<std::string_view, 7> own{"down", "halt", "host", "image load", "machine", "up", "verify"};
    const Verb* verb = context.verb;
    if (verb == nullptr || (verb->traits & (long_running | hidden)) != 0 ||
        std::ranges::find(own, verb->name) != own.end() || error.kind() == ErrorKind::usage ||
        error.kind() == ErrorKind::interrupted)
        return -1;
    fmt::print(stderr, "{}", cli::render_error(context.program, error, context.error_colour));
    return 1;
}

} // namespace dfriends::applets::cluster
