// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/engine_flags.hpp"
#include "converge/puppet/resources.hpp"
#include "converge/puppet/translation.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::converge::puppet {

/// The module of 2014 had false where nothing is said, and manifests of then hand that on.
void Translation::drop_false()
{
    static constexpr auto texts =
        std::to_array<std::string_view>({"command",  "cpuset",      "dns",     "dns_search",       "entrypoint",
                                         "env",      "env_file",    "expose",  "extra_parameters", "hostentries",
                                         "hostname", "labels",      "links",   "lxc_conf",         "memory_limit",
                                         "net",      "ports",       "restart", "socket_connect",   "username",
                                         "volumes",  "volumes_from"});
    for (const std::string_view name : texts)
        if (const Attribute* attribute = find(from_, name); attribute != nullptr)
            if (const bool* flag = attribute->value.as<bool>(); flag != nullptr && !*flag)
                from_.attributes.erase(std::string(name));
}

void Translation::finish_engine()
{
    const std::string version = text("version");
    if (!version.empty() && version != "latest")
        set("version", version, given("version")->position);
    const auto only = [&](std::string_view name, std::initializer_list<std::string_view> values,
                          std::string_view hint) {
        const Attribute* attribute = given(name);
        if (attribute != nullptr && std::ranges::find(values, to_text(attribute->value)) == values.end())
            throw Error(ErrorKind::invalid, attribute->position,
                        "the parameter '{}' of the class docker cannot be '{}'", name,
                        printable(to_text(attribute->value)))
                .hint(std::string(hint));
    };
    only("service_state", {"running", "true"}, "an engine that is wanted runs; stop it with an exec");
    only("service_enable", {"true"}, "an engine that is wanted starts with the machine; leave it out");
    only("socket_bind", {"unix:///var/run/docker.sock", "unix:///run/docker.sock", ""},
         "the engine is spoken to at /var/run/docker.sock; leave it out");
    set_listeners();
    set_engine_environment();
    set_engine_options();
    resource.actions = {is_absent() ? "remove" : "install"};
}

/// A TCP port beside the socket.
void Translation::set_listeners()
{
    const Attribute* ports = given("tcp_bind");
    if (ports == nullptr || flat(ports->value).empty() || text("tcp_bind").empty())
        return;
    std::vector<Datum> hosts{std::string("unix:///var/run/docker.sock")};
    for (Datum& port : flat(ports->value))
        hosts.push_back(std::move(port));
    set("hosts", make_list(std::move(hosts)), ports->position);
}

void Translation::set_engine_environment()
{
    static constexpr auto rows = std::to_array<std::pair<std::string_view, std::string_view>>(
        {{"proxy", "HTTP_PROXY"}, {"proxy", "HTTPS_PROXY"}, {"no_proxy", "NO_PROXY"}});
    std::vector<Datum> variables;
    for (const auto& [parameter, variable] : rows)
        if (const std::string value = text(parameter); !value.empty())
            variables.emplace_back(std::string(variable) + "=" + value);
    if (!variables.empty())
        set("environment", make_list(std::move(variables)), from_.position);
}

/// The options of the engine's command line, a text or several.
void Translation::set_engine_options()
{
    const Attribute* options = given("extra_parameters");
    if (options == nullptr)
        return;
    std::vector<std::string> texts;
    for (const Datum& text : flat(options->value))
        texts.push_back(to_text(text));
    Value& daemon = resource.attributes.try_emplace("daemon", Value{Value::Map{}, options->position}).first->second;
    for (Member& member : daemon_of_flags(texts, options->position))
        std::get<Value::Map>(daemon.content).push_back(std::move(member));
}

void Translation::finish_image()
{
    const std::string ensure = text("ensure");
    if (!ensure.empty() && ensure != "present" && ensure != "absent" && ensure != "latest")
        refuse_word("ensure", "present, latest or absent");
    if (const Attribute* digest = given("image_digest"))
        set("image", (given("image") == nullptr ? from_.title : text("image")) + "@" + to_text(digest->value),
            digest->position);
    for (const char* way : {"docker_dir", "docker_file"})
        if (given(way) != nullptr && given("docker_tar") != nullptr)
            throw Error(ErrorKind::invalid, from_.position,
                        "the image '{}' is made of docker_tar or of {}, not of both", from_.title, way);
    if (given("docker_file") != nullptr)
        set_dockerfile();
    const bool newest = ensure == "latest" || text("image_tag") == "latest" || is_true("force"); // as the module has it
    if (ensure == "absent") {
        resource.actions = {"remove"};
        if (is_true("force"))
            set("force", true, given("force")->position);
    } else if (resource.attributes.contains("source"))
        resource.actions = {newest ? "build" : "build_if_missing"};
    else if (resource.attributes.contains("archive"))
        resource.actions = {"load"};
    else
        resource.actions = {newest ? "pull" : "pull_if_missing"};
}

/// Alone, its folder is the context.
void Translation::set_dockerfile()
{
    const Attribute* file = given("docker_file");
    const std::string path = to_text(file->value);
    if (given("docker_dir") != nullptr)
        return set("dockerfile", path, file->position);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos || slash + 1 == path.size())
        throw Error(ErrorKind::invalid, file->position, "the Dockerfile '{}' is no full path", printable(path))
            .hint("write docker_file => '/srv/app/Dockerfile'");
    set("source", slash == 0 ? "/" : path.substr(0, slash), file->position);
    if (path.substr(slash + 1) != "Dockerfile")
        set("dockerfile", path.substr(slash + 1), file->position);
}

void Translation::finish_container()
{
    const auto has_blank = [](std::string_view text) {
        return std::ranges::any_of(text, [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; });
    };
    if (has_blank(from_.title))
        throw Error(ErrorKind::invalid, from_.position, "the title '{}' has a blank", printable(from_.title))
            .hint("it names the container");
    if (has_blank(text("image")))
        throw Error(ErrorKind::invalid, given("image")->position, "the image '{}' has a blank",
                    printable(text("image")));
    for (const char* flag : {"running", "restart_service", "remove_container_on_start", "remove_container_on_stop",
                             "remove_volume_on_start", "remove_volume_on_stop"})
        check_flag(flag);
    resource.name = sanitised(from_.title);
    if (is_absent()) {
        resource.actions = {"remove"};
        if (given("image") == nullptr)
            set("image", from_.title, from_.position);
        return;
    }
    resource.actions = given("running") != nullptr && !is_true("running") ? std::vector<std::string>{"create", "stop"}
                                                                          : std::vector<std::string>{"run"};
    set_command();
    set_network();
    const std::string memory = text("memory_limit");
    if (!memory.empty() && memory.find_first_not_of("0bkmgBKMG") != std::string::npos)
        set("memory", memory, given("memory_limit")->position);
    if (const Attribute* interval = given("health_check_interval")) {
        const std::string seconds = to_text(interval->value);
        set("health_interval", parse_unsigned(seconds) ? seconds + "s" : seconds, interval->position);
    }
    set_life();
}

/// When it starts and stops, and what comes with that.
void Translation::set_life()
{
    // The module keeps containers running by units of the init system; the engine's own policy does so here.
    if (given("restart") == nullptr)
        set("restart", std::string(text("systemd_restart") == "no" ? "no" : "unless-stopped"), from_.position);
    if (const Attribute* word = given("restart_service"); word != nullptr && !is_true("restart_service"))
        set("replace_running", false, word->position);
    for (const char* moment : {"after_create", "after_start", "after_stop", "before_start", "before_stop"})
        if (const Attribute* hook = given(moment); hook != nullptr && hook->value.truthy() && !text(moment).empty())
            set(moment, make_list(flat(hook->value)), hook->position);
    for (const auto& [volume, container] : {std::pair("remove_volume_on_start", "remove_container_on_start"),
                                            std::pair("remove_volume_on_stop", "remove_container_on_stop")}) {
        if (!is_true(volume))
            continue;
        if (given(container) != nullptr && !is_true(container))
            throw Error(ErrorKind::invalid, given(volume)->position,
                        "'{}' removes the volumes of a container that '{}' keeps", volume, container)
                .hint(fmt::format("leave {} out", container));
        set("keep_anonymous_volumes", false, given(volume)->position);
    }
    if (const Attribute* unless = given("custom_unless"))
        for (const Datum& command : flat(unless->value))
            resource.guards.push_back({false, to_text(command), unless->position});
}

/// The module gave the command to a shell of the host.
void Translation::set_command()
{
    const Attribute* command = given("command");
    if (command == nullptr || (command->value.as<List>() == nullptr && text("command").empty()))
        return;
    if (command->value.as<List>() == nullptr)
        refuse_shell(to_text(command->value), command->position);
    set("command", command->value, command->position);
}

void Translation::refuse_shell(const std::string& command, const SourcePosition& position)
{
    char quote = '\0';
    for (std::size_t at = 0; at < command.size(); ++at) {
        const char c = command[at];
        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
            else if (quote == '"' && (c == '`' || (c == '$' && at + 1 < command.size() && command[at + 1] == '(')))
                break;
            continue;
        }
        if (c == '\\')
            ++at;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (std::string_view("|&;<>`").find(c) != std::string_view::npos ||
                 (c == '$' && at + 1 < command.size() && command[at + 1] == '('))
            throw Error(ErrorKind::invalid, position,
                        "the command has '{}' outside of quotes, which would be for the host's shell", c)
                .hint("give it to a shell of the container: sh -c '…'");
    }
}

void Translation::set_network()
{
    if (is_true("disable_network"))
        return set("network", std::string("none"), given("disable_network")->position);
    const Attribute* net = given("net");
    if (net == nullptr)
        return;
    auto networks = flat(net->value);
    if (networks.size() > 1)
        set("networks", make_list(std::move(networks)), net->position);
    else if (!networks.empty())
        set("network", networks[0], net->position);
}

void Translation::finish_docker_exec()
{
    const Attribute* container = given("container");
    if (container == nullptr || given("command") == nullptr)
        throw Error(ErrorKind::invalid, from_.position, "'docker::exec' wants '{}'",
                    container == nullptr ? "container" : "command");
    const std::string name = sanitised(to_text(container->value));
    std::string options;
    for (const auto& [parameter, option] :
         {std::pair("detach", " --detach"), std::pair("interactive", " --interactive"), std::pair("tty", " --tty")})
        options += is_true(parameter) ? option : "";
    if (const Attribute* env = given("env"))
        for (const Datum& pair : flat(env->value))
            options += " --env " + shell_quoted(to_text(pair));
    set("command", "docker exec" + options + " " + name + " " + text("command"), given("command")->position);
    if (const Attribute* unless = given("unless"))
        resource.guards.push_back({false, "docker exec " + name + " " + to_text(unless->value), unless->position});
    if (const Attribute* onlyif = given("onlyif"))
        resource.guards.push_back({true,
                                   text("onlyif") == "running"
                                       ? "test \"$(docker inspect -f '{{.State.Running}}' " + name + ")\" = true"
                                       : "docker exec " + name + " " + text("onlyif"),
                                   onlyif->position});
}

/// The module grants what a plugin asks for and enables it, unless it is told otherwise.
void Translation::finish_plugin()
{
    for (const char* flag : {"disable_content_trust", "enabled", "force_remove", "grant_all_permissions"})
        check_flag(flag);
    const auto is_so = [&](const char* flag) { return given(flag) == nullptr || is_true(flag); };
    if (!is_so("disable_content_trust"))
        throw Error(ErrorKind::invalid, given("disable_content_trust")->position,
                    "the signature of a plugin cannot be checked here")
            .hint("leave disable_content_trust out");
    for (const char* name : {"plugin_alias", "plugin_name"})
        if (!text(name).empty()) {
            set("plugin", text(name), given(name)->position);
            break;
        }
    if (is_absent()) {
        resource.actions = {"remove"};
        set("force", is_so("force_remove"), from_.position);
        return;
    }
    resource.actions = {"install", is_so("enabled") ? "enable" : "disable"};
    if (text("plugin_name").empty()) // what it is called here need not be what it is called there
        set("remote", from_.title, from_.position);
    if (is_so("grant_all_permissions"))
        set("grant_privileges", std::string("all"), from_.position);
}

} // namespace dfriends::converge::puppet
