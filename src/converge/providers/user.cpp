// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/provider.hpp"

#include <algorithm>

namespace dfriends::converge {

namespace {

void check_account_name(const std::string& name)
{
    if (name.empty() || name[0] == '-' || name.find_first_of(":,/ \t\n") != std::string::npos)
        throw Error(ErrorKind::invalid, "'{}' is no name of a user or group", name);
}

/// A line of passwd or group, split at its colons; nothing where there is none.
std::optional<std::vector<std::string>> entry(Host& host, const std::string& table, const std::string& name)
{
    check_account_name(name);
    const auto outcome = host.run(tool_command({"getent", table, name}));
    if (!outcome.ok())
        return std::nullopt;
    std::vector<std::string> fields;
    for (const std::string_view field : split(trim(outcome.output), ':'))
        fields.emplace_back(field);
    fields.resize(std::max<std::size_t>(fields.size(), 7));
    return fields;
}

std::vector<std::string> groups_of(Host& host, const std::string& user)
{
    std::vector<std::string> groups;
    const os::Outcome outcome = host.run(tool_command({"id", "-Gn", user}));
    for (const std::string_view group : words(trim(outcome.output)))
        groups.emplace_back(group);
    return groups;
}

/// An option of useradd and usermod, the attribute that it sets and the field of passwd in which it stands.
struct UserField {
    const char* attribute;
    const char* option;
    std::size_t field;
};
constexpr UserField user_fields[] = {{"id", "-u", 2}, {"comment", "-c", 4}, {"home", "-d", 5}, {"shell", "-s", 6}};

std::string group_name_of(Host& host, const std::string& id)
{
    const auto group = entry(host, "group", id);
    return group ? group->front() : id;
}

/// A password is told nowhere, hashed or not.
constexpr const char* hidden_password = "(sensitive)";

bool has_password(Host& host, const std::string& name, const std::string& hash)
{
    const auto shadow = entry(host, "shadow", name);
    return shadow && (*shadow)[1] == hash;
}

void set_password(Host& host, const std::string& name, const std::string& hash)
{
    os::Command command = tool_command({"chpasswd", "-e"}); // on stdin, where no other user sees it
    command.input = name + ":" + hash + "\n";
    run_or_fail(host, command);
}

std::optional<std::string> declared_password(const Resource& resource)
{
    auto hash = find_text(resource, "password");
    if (hash && hash->find_first_of(":\n\r") != std::string::npos)
        throw Error(ErrorKind::invalid, find_attribute(resource, "password")->position,
                    "the password is none that /etc/shadow could have")
            .hint("write its hash, as 'openssl passwd -6' makes one");
    return hash;
}

Step change_user(const Resource& resource, const std::string& name,
                 const std::optional<std::vector<std::string>>& current, Scene& scene)
{
    Host& host = scene.host;
    Step step{.effect = current ? Effect::update : Effect::create, .changes = {}, .perform = {}};
    std::vector<std::string> words{current ? "usermod" : "useradd"};
    const auto set = [&](const char* attribute, const char* option, const std::string& from, const std::string& to) {
        step.changes.push_back({attribute, from, to});
        words.insert(words.end(), {option, to});
    };
    for (const UserField& field : user_fields)
        if (const auto wanted = find_text(resource, field.attribute);
            wanted && (!current || (*current)[field.field] != *wanted))
            set(field.attribute, field.option, current ? (*current)[field.field] : "", *wanted);
    if (const auto wanted = find_text(resource, "group")) {
        const std::string actual = current ? group_name_of(host, (*current)[3]) : "";
        if (actual != *wanted && (!current || (*current)[3] != *wanted))
            set("group", "-g", actual, *wanted);
    }
    if (auto wanted = list_of(resource, "groups"); !wanted.empty()) {
        const auto actual = current ? groups_of(host, name) : std::vector<std::string>{};
        std::erase_if(wanted,
                      [&](const std::string& group) { return std::ranges::find(actual, group) != actual.end(); });
        if (!wanted.empty()) {
            set("groups", "-G", join(actual, ","), join(wanted, ","));
            if (current)
                words.emplace_back("-a");
        }
    }
    const bool has_command = !current || !step.changes.empty();
    auto password = declared_password(resource);
    if (password && current && has_password(host, name, *password))
        password.reset();
    if (password)
        step.changes.push_back({"password", current ? hidden_password : "", hidden_password});
    if (current && step.changes.empty())
        return {};
    if (!current && flag_or(resource, "make_home", false))
        words.emplace_back("-m");
    if (!current && flag_or(resource, "system", false))
        words.emplace_back("-r");
    words.push_back(name);
    step.perform = [&host, words, name, password, has_command] {
        if (has_command)
            run_or_fail(host, tool_command(words));
        if (password)
            set_password(host, name, *password);
    };
    return step;
}

} // namespace

Step examine_user(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string name = text_or_name(resource, "user");
    const auto current = entry(host, "passwd", name);
    if (action != "remove")
        return change_user(resource, name, current, scene);
    if (!current)
        return {};
    return {.effect = Effect::remove, .changes = {}, .perform = [&host, name] {
                run_or_fail(host, tool_command({"userdel", name}));
            }};
}

namespace {

/// Brings the members in and out that a group shall have and has not, or has and shall not.
void change_members(const Resource& resource, const std::string& group, std::string_view listed, Step& step,
                    std::vector<std::vector<std::string>>& commands)
{
    const std::vector<std::string> wanted = list_of(resource, "members");
    const std::vector<std::string> excluded = list_of(resource, "excluded_members");
    const bool no_others = !wanted.empty() && !flag_or(resource, "append", true);
    const auto is_in = [](const std::vector<std::string>& list, std::string_view member) {
        return std::ranges::find(list, member) != list.end();
    };
    std::vector<std::string> members;
    for (const std::string_view member : split(listed, ','))
        if (!member.empty())
            members.emplace_back(member);
    for (const std::string& member : wanted) {
        check_account_name(member);
        if (is_in(members, member))
            continue;
        step.changes.push_back({"members", "", member});
        commands.push_back({"usermod", "-a", "-G", group, member});
    }
    for (const std::string& member : members)
        if (is_in(excluded, member) || (no_others && !is_in(wanted, member))) {
            step.changes.push_back({"members", member, ""});
            commands.push_back({"gpasswd", "-d", member, group});
        }
}

} // namespace

Step examine_group(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string name = text_or_name(resource, "group");
    const auto current = entry(host, "group", name);
    if (action == "remove") {
        if (!current)
            return {};
        return {.effect = Effect::remove, .changes = {}, .perform = [&host, name] {
                    run_or_fail(host, tool_command({"groupdel", name}));
                }};
    }
    Step step{.effect = current ? Effect::update : Effect::create, .changes = {}, .perform = {}};
    std::vector<std::vector<std::string>> commands;
    std::vector<std::string> make{current ? "groupmod" : "groupadd"};
    if (const auto id = find_text(resource, "id"); id && (!current || (*current)[2] != *id)) {
        step.changes.push_back({"id", current ? (*current)[2] : "", *id});
        make.insert(make.end(), {"-g", *id});
    }
    if (!current && flag_or(resource, "system", false))
        make.emplace_back("-r");
    make.push_back(name);
    if (!current || !step.changes.empty())
        commands.push_back(make);
    change_members(resource, name, current ? (*current)[3] : "", step, commands);
    if (commands.empty())
        return {};
    step.perform = [&host, commands] {
        for (const auto& words : commands)
            run_or_fail(host, tool_command(words));
    };
    return step;
}

} // namespace dfriends::converge
