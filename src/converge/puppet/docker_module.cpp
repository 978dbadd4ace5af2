// SPDX-License-Identifier: Apache-2.0
// What the docker module declares beside engine, images and containers: who may use the engine, and docker-compose.
#include "base/text.hpp"
#include "converge/puppet/evaluator.hpp"

#include <string_view>

namespace dfriends::converge::puppet {

namespace {

/// It becomes a word of a command.
bool is_account_name(std::string_view name)
{
    return !name.empty() && name[0] != '-' &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
               std::string_view::npos;
}

std::string text_or(const Attributes& attributes, std::string_view name, std::string fallback)
{
    const auto given = attributes.find(name);
    return given == attributes.end() || given->second.value.is_undef() ? fallback : to_text(given->second.value);
}

} // namespace

/// The module's docker::system_user: the user is made, unless the manifest does that, and joins the engine's group.
void Evaluator::let_use_engine(const std::string& user, const Attributes& attributes, const ScopePointer& scope,
                               std::size_t offset)
{
    const std::string group = text_or(attributes, "docker_group", text_or(attributes, "socket_group", "docker"));
    for (const std::string& name : {user, group})
        if (!is_account_name(name))
            throw error(offset, "'" + printable(name) + "' is no name of a user or a group");
    const SourcePosition place = source_->position(offset);
    const auto put = [&](Attributes& into, const std::string& name, Datum value) {
        into.insert_or_assign(name, Attribute{std::move(value), place});
    };
    if (text_or(attributes, "create_user", "true") == "true" && !index_.contains({"user", user})) {
        Attributes of_user;
        put(of_user, "ensure", std::string("present"));
        declare("user", user, of_user, scope, offset, "");
    }
    std::vector<Datum> needed;
    if (index_.contains({"user", user}))
        needed.emplace_back(Reference{"user", user, place});
    if (index_.contains({"class", "docker"}))
        needed.emplace_back(Reference{"class", "docker", place});
    Attributes of_exec;
    put(of_exec, "command", "usermod -aG " + group + " " + user);
    put(of_exec, "unless", "id -nG " + user + " | grep -qwF -- " + group);
    put(of_exec, "path", std::string("/usr/sbin:/usr/bin:/sbin:/bin"));
    put(of_exec, "require", make_list(std::move(needed)));
    declare("exec", "docker-system-user-" + user, of_exec, scope, offset, "");
}

/// A docker::system_user, or the class docker::compose; nothing for another type.
bool Evaluator::declare_of_module(const std::string& type, const std::string& title, const Attributes& attributes,
                                  const ScopePointer& scope, std::size_t offset)
{
    const bool is_compose = type == "class" && title == "docker::compose";
    if (!is_compose && type != "docker::system_user")
        return false;
    Declaration declaration{type, title, source_->position(offset), attributes, scope->container, true, false, scope};
    auto inner = std::make_shared<Scope>();
    inner->parent = inner->caller = scope;
    inner->container = add(std::move(declaration));
    if (!is_compose) {
        let_use_engine(text_or(attributes, "user", title), attributes, inner, offset);
        return true;
    }
    Attributes of_package;
    of_package.insert_or_assign("ensure",
                                Attribute{text_or(attributes, "ensure", "present"), source_->position(offset)});
    declare("package", "docker-compose", of_package, inner, offset, "");
    if (attributes.contains("version"))
        say(Message::Level::warning,
            "docker::compose installs the machine's own package docker-compose; 'version' is passed over", offset);
    return true;
}

} // namespace dfriends::converge::puppet
