// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/client.hpp"
#include "applets/kv/verbs.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "etcd/quote.hpp"
#include "etcd/v2_wire.hpp"
#include "net/loop.hpp"

#include <iostream>

namespace dfriends::applets::kv {

namespace {

/// A refusal as etcdctl shows it under these words: the sentence alone, and 1.
class PlainRefusal : public Error {
  public:
    explicit PlainRefusal(const std::string& message) : Error(ErrorKind::failed, "{}", message) {}
};

/// Runs a verb; what the server refuses, or the user left out, ends with 1.
template <class Work>
int plainly(Context& context, Work work)
{
    try {
        work();
        return 0;
    } catch (const PlainRefusal& refusal) {
        context.write_error(printable(refusal.message()) + "\n");
        return 1;
    }
}

/// The answer's body; throws where its status says that it was refused.
std::string call(const Context& context, std::string method, std::string target, std::string json = {})
{
    etcd::V2Client client = make_client(context);
    const etcd::V2Client::Reply reply =
        net::run(client.exchange(std::move(method), std::move(target), std::move(json)));
    if (reply.status >= 300)
        throw PlainRefusal(etcd::decode_v2_message(reply.body));
    return reply.body;
}

std::string only_argument(const Context& context, const char* complaint)
{
    if (context.arguments.size() != 1)
        throw PlainRefusal(complaint);
    return context.arguments[0];
}

void refuse_arguments(const Context& context)
{
    if (!context.arguments.empty())
        throw PlainRefusal("No arguments accepted");
}

std::string user_target(const std::string& name)
{
    return "/v2/auth/users/" + encode_percent(name);
}

std::string role_target(const std::string& name)
{
    return "/v2/auth/roles/" + encode_percent(name);
}

/// A line of stdin: at the terminal it would be seen.
std::string read_password()
{
    std::string password;
    std::getline(std::cin, password);
    if (password.empty())
        throw PlainRefusal("Error reading password: it is read as one line of stdin");
    return password;
}

std::string list_of(const std::vector<std::string>& words)
{
    std::string list;
    for (const std::string& word : words)
        list += (list.empty() ? "" : ",") + etcd::quote(word);
    return "[" + list + "]";
}

int change_user_roles(Context& context, std::string_view change)
{
    return plainly(context, [&] {
        const std::vector<std::string>& roles = context.settings.list("roles");
        if (roles.empty())
            throw PlainRefusal("No roles specified; please use `--roles`");
        const std::string name = only_argument(context, "Please provide a username");
        std::vector<std::string> all;
        for (const std::string& given : roles)
            for (const std::string_view role : split(given, ','))
                all.emplace_back(role);
        call(context, "PUT", user_target(name),
             fmt::format(R"({{"user":{},"{}":{}}})", etcd::quote(name), change, list_of(all)));
        context.print("User {} updated\n", name);
    });
}

int change_permission(Context& context, std::string_view change, std::string_view unchanged)
{
    return plainly(context, [&] {
        const std::string& path = context.settings.text("path");
        if (path.empty())
            throw PlainRefusal("No path specified; please use `--path`");
        if (!path.starts_with('/'))
            throw PlainRefusal("Not canonical path; please use `--path=/" + path + "`");
        const bool both = context.settings.flag("readwrite") || context.settings.flag("rw");
        const bool read = context.settings.flag("read");
        const bool write = context.settings.flag("write");
        if (static_cast<int>(both) + static_cast<int>(read) + static_cast<int>(write) != 1)
            throw PlainRefusal("Please specify exactly one of --read, --write or --readwrite");
        const std::string name = only_argument(context, "Please provide a role name");
        const etcd::V2Role before = etcd::decode_v2_role(call(context, "GET", role_target(name)));
        const auto paths = [&path](bool wanted) { return wanted ? list_of({path}) : std::string("null"); };
        const etcd::V2Role after = etcd::decode_v2_role(
            call(context, "PUT", role_target(name),
                 fmt::format(R"({{"role":{},"{}":{{"kv":{{"read":{},"write":{}}}}}}})", etcd::quote(name), change,
                             paths(both || read), paths(both || write))));
        if (before == after)
            context.print("Role unchanged; already {}", unchanged);
        context.print("Role {} updated\n", name);
    });
}

} // namespace

int auth_enable(Context& context)
{
    return plainly(context, [&] {
        refuse_arguments(context);
        call(context, "PUT", "/v2/auth/enable");
        context.write("Authentication Enabled\n");
    });
}

int auth_disable(Context& context)
{
    return plainly(context, [&] {
        refuse_arguments(context);
        call(context, "DELETE", "/v2/auth/enable");
        context.write("Authentication Disabled\n");
    });
}

int user_list(Context& context)
{
    return plainly(context, [&] {
        refuse_arguments(context);
        for (const etcd::V2User& user : etcd::decode_v2_users(call(context, "GET", "/v2/auth/users")))
            context.print("{}\n", user.name);
    });
}

int user_add(Context& context)
{
    return plainly(context, [&] {
        std::string name = only_argument(context, "Please provide a username");
        std::string password;
        if (const std::size_t colon = name.find(':'); colon != name.npos) {
            password = name.substr(colon + 1);
            name.erase(colon);
        } else {
            password = read_password();
        }
        call(context, "PUT", user_target(name),
             fmt::format(R"({{"user":{},"password":{}}})", etcd::quote(name), etcd::quote(password)));
        context.print("User {} created\n", name);
    });
}

int user_get(Context& context)
{
    return plainly(context, [&] {
        const std::string name = only_argument(context, "Please provide a username");
        const etcd::V2User user = etcd::decode_v2_user(call(context, "GET", user_target(name)));
        context.print("User: {}\nRoles: {}\n", user.name, join(user.roles, " "));
    });
}

int user_remove(Context& context)
{
    return plainly(context, [&] {
        const std::string name = only_argument(context, "Please provide a username");
        call(context, "DELETE", user_target(name));
        context.print("User {} removed\n", name);
    });
}

int user_passwd(Context& context)
{
    return plainly(context, [&] {
        const std::string name = only_argument(context, "Please provide a username");
        call(context, "PUT", user_target(name),
             fmt::format(R"({{"user":{},"password":{}}})", etcd::quote(name), etcd::quote(read_password())));
        context.write("Password updated\n");
    });
}

int user_grant(Context& context)
{
    return change_user_roles(context, "grant");
}

int user_revoke(Context& context)
{
    return change_user_roles(context, "revoke");
}

int role_list(Context& context)
{
    return plainly(context, [&] {
        refuse_arguments(context);
        for (const etcd::V2Role& role : etcd::decode_v2_roles(call(context, "GET", "/v2/auth/roles")))
            context.print("{}\n", role.name);
    });
}

int role_add(Context& context)
{
    return plainly(context, [&] {
        const std::string name = only_argument(context, "Please provide a role name");
        etcd::V2Client client = make_client(context);
        if (net::run(client.exchange("GET", role_target(name), {})).status == 200)
            throw PlainRefusal("Role " + name + " already exists");
        call(context, "PUT", role_target(name), fmt::format(R"({{"role":{}}})", etcd::quote(name)));
        context.print("Role {} created\n", name);
    });
}

int role_get(Context& context)
{
    return plainly(context, [&] {
        const std::string name = only_argument(context, "Please provide a role name");
        const etcd::V2Role role = etcd::decode_v2_role(call(context, "GET", role_target(name)));
        context.print("Role: {}\nKV Read:\n", role.name);
        for (const std::string& path : role.read)
            context.print("\t{}\n", path);
        context.write("KV Write:\n");
        for (const std::string& path : role.write)
            context.print("\t{}\n", path);
    });
}

int role_remove(Context& context)
{
    return plainly(context, [&] {
        const std::string name = only_argument(context, "Please provide a role name");
        call(context, "DELETE", role_target(name));
        context.print("Role {} removed\n", name);
    });
}

int role_grant(Context& context)
{
    return change_permission(context, "grant", "granted");
}

int role_revoke(Context& context)
{
    return change_permission(context, "revoke", "revoked");
}

int member_add(Context& context)
{
    return plainly(context, [&] {
        if (context.arguments.size() != 2)
            throw PlainRefusal("Provide a name and a single member peerURL");
        const std::string& name = context.arguments[0];
        const etcd::V2Member added = etcd::decode_v2_member(
            call(context, "POST", "/v2/members", fmt::format(R"({{"peerURLs":{}}})", list_of({context.arguments[1]}))));
        context.print("Added member named {} with ID {} to cluster\n", name, added.id);
        etcd::V2Client client = make_client(context);
        std::vector<std::string> all;
        for (const etcd::V2Member& member : net::run(client.members()))
            for (const std::string& url : member.peer_urls)
                all.push_back((member.id == added.id ? name : member.name) + "=" + url);
        context.print("\nETCD_NAME={}\nETCD_INITIAL_CLUSTER={}\nETCD_INITIAL_CLUSTER_STATE=\"existing\"\n",
                      etcd::quote(name), etcd::quote(join(all, ",")));
    });
}

int member_remove(Context& context)
{
    return plainly(context, [&] {
        const std::string id = only_argument(context, "Provide a single member ID");
        etcd::V2Client client = make_client(context);
        bool found = false;
        for (const etcd::V2Member& member : net::run(client.members()))
            found = found || member.id == id;
        if (!found)
            throw PlainRefusal(fmt::format("Couldn't find a member in the cluster with an ID of {}.", id));
        call(context, "DELETE", "/v2/members/" + encode_percent(id));
        context.print("Removed member {} from cluster\n", id);
    });
}

int member_update(Context& context)
{
    return plainly(context, [&] {
        if (context.arguments.size() != 2)
            throw PlainRefusal("Provide an ID and a list of comma separated peerURL (0xabcd "
                               "http://example.com,http://example1.com)");
        const std::string& id = context.arguments[0];
        std::vector<std::string> urls;
        for (const std::string_view url : split(context.arguments[1], ','))
            urls.emplace_back(url);
        call(context, "PUT", "/v2/members/" + encode_percent(id), fmt::format(R"({{"peerURLs":{}}})", list_of(urls)));
        context.print("Updated member with ID {} in cluster\n", id);
    });
}

int backup(Context& context)
{
    context.write_error("backup reads the directory of a stopped etcd, which this does not\n"
                        "use 'dfriends kv export' for the keys of a running server\n");
    return 1;
}

} // namespace dfriends::applets::kv
