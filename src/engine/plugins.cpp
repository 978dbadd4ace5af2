// SPDX-License-Identifier: Apache-2.0
#include "engine/plugins.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/registry_calls.hpp"
#include "engine/wire.hpp"

namespace dfriends::engine {

namespace {

std::string path_of_plugin(const std::string& plugin, std::string_view rest = {})
{
    return path_of_reference("/plugins/", plugin, rest);
}

} // namespace

Reference parse_plugin_reference(std::string_view text)
{
    Reference reference = parse_reference(text);
    if (!reference.digest.empty())
        throw Error(ErrorKind::invalid, "the plugin '{}' is named by a digest, which engines cannot fetch it by",
                    printable(text))
            .hint("name it by a tag");
    return reference;
}

net::Task<std::vector<PluginDetails>> Plugins::list(Filters filters)
{
    co_return decode_plugin_list(
        co_await connection_.fetch({.path = "/plugins" + Query().add("filters", filters).text()}));
}

net::Task<PluginDetails> Plugins::inspect(std::string plugin)
{
    co_return decode_plugin(co_await connection_.fetch({.path = path_of_plugin(plugin, "/json")}));
}

net::Task<std::optional<PluginDetails>> Plugins::find(std::string plugin)
{
    try {
        co_return co_await inspect(plugin);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found)
            throw;
    }
    co_return std::nullopt;
}

net::Task<std::vector<PluginPrivilege>> Plugins::privileges(std::string remote)
{
    const Reference reference = parse_plugin_reference(remote);
    Connection::Ask ask{.path = "/plugins/privileges" + Query().add("remote", reference.familiar()).text(),
                        .waits_long = true};
    add_login(ask, reference.registry);
    co_await connection_.negotiate(); // its troubles are not the registry's
    std::string failure;
    try {
        co_return decode_privileges(co_await connection_.fetch(std::move(ask)));
    } catch (const Error& error) {
        if (!error.hint().empty() || error.kind() == ErrorKind::unavailable)
            throw;
        failure = error.message();
    }
    throw registry_error("cannot find out what the plugin '" + reference.familiar() + "' asks for", failure);
}

net::Task<> Plugins::install(std::string plugin, std::string remote, std::vector<PluginPrivilege> granted,
                             OnProgress on_progress)
{
    const Reference reference = parse_plugin_reference(remote);
    Connection::Ask ask{.method = "POST",
                        .path =
                            "/plugins/pull" + Query().add("remote", reference.familiar()).add("name", plugin).text(),
                        .body = encode_privileges(granted),
                        .waits_long = true};
    add_login(ask, reference.registry);
    co_await transfer(connection_, std::move(ask), "cannot install the plugin '" + reference.familiar() + "'",
                      on_progress);
}

net::Task<> Plugins::upgrade(std::string plugin, std::string remote, std::vector<PluginPrivilege> granted,
                             OnProgress on_progress)
{
    const Reference reference = parse_plugin_reference(remote);
    Connection::Ask ask{.method = "POST",
                        .path = path_of_plugin(plugin, "/upgrade") + Query().add("remote", reference.familiar()).text(),
                        .body = encode_privileges(granted),
                        .waits_long = true};
    add_login(ask, reference.registry);
    co_await transfer(connection_, std::move(ask),
                      "cannot upgrade the plugin '" + plugin + "' to '" + reference.familiar() + "'", on_progress);
}

net::Task<> Plugins::set(std::string plugin, std::vector<std::string> settings)
{
    co_await connection_.fetch(
        {.method = "POST", .path = path_of_plugin(plugin, "/set"), .body = encode_list(settings)});
}

net::Task<> Plugins::enable(std::string plugin, int timeout)
{
    const std::string query = Query().add("timeout", std::int64_t{timeout}).text();
    // It answers when the plugin does, or has not done so for as long as the engine itself likes.
    co_await connection_.fetch(
        {.method = "POST", .path = path_of_plugin(plugin, "/enable") + query, .waits_long = true});
}

net::Task<> Plugins::disable(std::string plugin, bool force)
{
    co_await connection_.fetch({.method = "POST",
                                .path = path_of_plugin(plugin, "/disable") + Query().add("force", force).text(),
                                .waits_long = true});
}

net::Task<> Plugins::remove(std::string plugin, bool force)
{
    co_await connection_.fetch(
        {.method = "DELETE", .path = path_of_plugin(plugin) + Query().add("force", force).text(), .waits_long = true});
}

} // namespace dfriends::engine
