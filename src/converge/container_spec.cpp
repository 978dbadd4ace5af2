// SPDX-License-Identifier: Apache-2.0
#include "converge/container_spec.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "crypto/hash.hpp"
#include "engine/run_flags.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

/// Attributes that are flags of docker run: one grammar for both.
struct FlagRow {
    const char* attribute;
    const char* flag;
    bool is_set; ///< the order of its values does not count
};
constexpr std::array flag_rows{
    FlagRow{"cpu_shares", "cpu-shares", false},
    FlagRow{"dns", "dns", false},
    FlagRow{"env", "env", true},
    FlagRow{"expose", "expose", true},
    FlagRow{"hostname", "hostname", false},
    FlagRow{"labels", "label", true},
    FlagRow{"links", "link", true},
    FlagRow{"memory", "memory", false},
    FlagRow{"network", "network", false},
    FlagRow{"ports", "publish", true},
    FlagRow{"privileged", "privileged", false},
    FlagRow{"read_only", "read-only", false},
    FlagRow{"remove", "rm", false},
    FlagRow{"restart", "restart", false},
    FlagRow{"stdin", "interactive", false},
    FlagRow{"stop_timeout", "stop-timeout", false},
    FlagRow{"tty", "tty", false},
    FlagRow{"user", "user", false},
    FlagRow{"volumes", "volume", true},
    FlagRow{"volumes_from", "volumes-from", true},
    FlagRow{"working_directory", "workdir", false},
};

std::vector<std::string> values_of(const Resource& resource, const char* attribute)
{
    const Value* value = find_attribute(resource, attribute);
    if (value == nullptr || !std::holds_alternative<Value::Map>(value->content))
        return list_of(resource, attribute);
    std::vector<std::string> pairs;
    for (const auto& [name, text] : map_of(resource, attribute))
        pairs.push_back(name + "=" + text);
    return pairs;
}

/// A list as it is; one text is split as a shell would.
std::vector<std::string> command_words(const Resource& resource, const char* attribute)
{
    const Value* value = find_attribute(resource, attribute);
    if (value == nullptr || std::holds_alternative<Value::List>(value->content))
        return list_of(resource, attribute);
    return shell_words(scalar_text(*value));
}

std::vector<std::string> run_words(const Resource& resource)
{
    std::vector<std::string> words;
    for (const FlagRow& row : flag_rows)
        for (const std::string& value : values_of(resource, row.attribute))
            words.push_back(std::string("--") + row.flag + "=" + value);
    for (const std::string& text : list_of(resource, "extra_parameters"))
        for (std::string& word : shell_words(text))
            words.push_back(std::move(word));
    return words;
}

std::string escape(const std::string& text)
{
    return replace_all(replace_all(text, "\\", "\\\\"), "\n", "\\n");
}

std::string unescape(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size())
            out += text[++at] == 'n' ? '\n' : text[at];
        else
            out += text[at];
    }
    return out;
}

bool is_secret(std::string_view name)
{
    static constexpr std::array<std::string_view, 5> words{"password", "passwd", "secret", "token", "_key"};
    const std::string lower = to_lower(name);
    return std::ranges::any_of(words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// "A=1, DB_PASSWORD=(hidden)".
std::string shown(const std::string& attribute, const std::string& value)
{
    if (attribute != "env")
        return replace_all(value, "\n", ", ");
    std::vector<std::string> parts;
    for (const std::string_view line : lines(value)) {
        const auto [name, text] = split_once(line, '=');
        parts.push_back(is_secret(name) ? std::string(name) + "=(hidden)" : std::string(line));
    }
    return join(parts, ", ");
}

/// Labels and plans of a container outlive its declaration: of a secret they keep a digest, which says when it changes.
std::string sealed(const std::string& pair)
{
    const auto [name, text] = split_once(pair, '=');
    if (!is_secret(name) || text.empty())
        return pair;
    return fmt::format("{}=sha256:{:.32}", name, crypto::hash_hex(crypto::Algorithm::sha256, text));
}

bool contains_all(const std::vector<std::string>& all, const std::vector<std::string>& some)
{
    return std::ranges::all_of(some, [&](const std::string& one) { return std::ranges::find(all, one) != all.end(); });
}

std::vector<std::string> render_ports(std::vector<engine::PortBinding> ports)
{
    std::vector<std::string> texts;
    for (engine::PortBinding& port : ports) {
        if (port.host_address == "0.0.0.0")
            port.host_address.clear();
        texts.push_back(fmt::format("{}:{}-{}:{}/{}", port.host_address, port.host_port,
                                    std::max(port.host_port, port.host_port_last), port.container_port, port.protocol));
    }
    std::ranges::sort(texts);
    return texts;
}

/// What an engine keeps under several names for the same.
std::string network_name(const std::string& mode)
{
    return mode.empty() || mode == "default" ? "bridge" : mode;
}

std::string policy_text(const engine::RestartPolicy& policy)
{
    const std::string name = policy.name.empty() ? "no" : policy.name;
    return policy.maximum_retries > 0 ? fmt::format("{}:{}", name, policy.maximum_retries) : name;
}

} // namespace

std::string container_name(const Resource& resource)
{
    std::string name = text_or_name(resource, "container");
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '.' && c != '-')
            c = '-';
    return name.empty() || std::isalnum(static_cast<unsigned char>(name[0])) == 0 ? "c" + name : name;
}

engine::ContainerSpec container_spec(const Resource& resource)
{
    try {
        engine::RunRequest request;
        engine::apply_run_flags(request, run_words(resource));
        engine::ContainerSpec spec = std::move(request.spec);
        spec.name = container_name(resource);
        spec.image = text_or(resource, "image", "");
        spec.command = command_words(resource, "command");
        if (find_attribute(resource, "entrypoint") != nullptr)
            spec.entrypoint = command_words(resource, "entrypoint");
        return spec;
    } catch (const Error& error) {
        const ErrorKind kind = error.kind() == ErrorKind::usage ? ErrorKind::invalid : error.kind();
        throw Error(kind, resource.position, "'{}': {}", address(resource), error.message()).hint(error.hint());
    }
}

DeclaredState declared_state(const Resource& resource)
{
    DeclaredState state{{"image", text_or(resource, "image", "")}};
    for (const FlagRow& row : flag_rows) {
        auto values = values_of(resource, row.attribute);
        if (std::string_view(row.attribute) == "env")
            std::ranges::transform(values, values.begin(), sealed);
        if (row.is_set)
            std::ranges::sort(values);
        if (!values.empty())
            state[row.attribute] = join(values, "\n");
    }
    for (const char* attribute : {"command", "entrypoint"})
        if (const auto words = command_words(resource, attribute); !words.empty())
            state[attribute] = join(words, " ");
    if (const auto further = list_of(resource, "extra_parameters"); !further.empty())
        state["extra_parameters"] = join(further, " ");
    return state;
}

std::string render_state(const DeclaredState& state)
{
    std::string out;
    for (const auto& [name, value] : state)
        out += name + "=" + escape(value) + "\n";
    return out;
}

DeclaredState parse_state(std::string_view text)
{
    DeclaredState state;
    for (const std::string_view line : lines(text))
        if (const auto [name, value] = split_once(line, '='); !name.empty())
            state[std::string(name)] = unescape(value);
    return state;
}

std::vector<Change> compare_states(const DeclaredState& from, const DeclaredState& to)
{
    std::vector<Change> changes;
    for (const auto& [name, value] : from)
        if (const auto other = to.find(name); other == to.end() || other->second != value)
            changes.push_back({name, shown(name, value), other == to.end() ? "" : shown(name, other->second)});
    for (const auto& [name, value] : to)
        if (!from.contains(name))
            changes.push_back({name, "", shown(name, value)});
    std::ranges::sort(changes, {}, &Change::attribute);
    return changes;
}

std::vector<Change> compare_container(const Resource& resource, const engine::ContainerDetails& actual,
                                      const std::string& image_id)
{
    const engine::ContainerSpec wanted = container_spec(resource);
    const engine::ContainerSpec& found = actual.spec;
    std::vector<Change> changes;
    const auto differ = [&](const char* name, bool same, const std::string& from, const std::string& to) {
        if (!same)
            changes.push_back({name, from, to});
    };
    const auto is_declared = [&](const char* name) { return find_attribute(resource, name) != nullptr; };
    const auto text = [&](const char* name, const std::string& from, const std::string& to) {
        if (is_declared(name))
            differ(name, from == to, from, to);
    };
    const auto subset = [&](const char* name, const std::vector<std::string>& from,
                            const std::vector<std::string>& to) {
        differ(name, contains_all(from, to), shown(name, join(from, "\n")), shown(name, join(to, "\n")));
    };
    differ("image", !image_id.empty() && image_id == actual.image_id, found.image, wanted.image);
    if (is_declared("command"))
        differ("command", found.command == wanted.command, join(found.command, " "), join(wanted.command, " "));
    if (is_declared("entrypoint"))
        differ("entrypoint", found.entrypoint == wanted.entrypoint,
               join(found.entrypoint.value_or(std::vector<std::string>{}), " "), join(*wanted.entrypoint, " "));
    subset("env", found.environment, wanted.environment);
    subset("volumes", found.binds, wanted.binds);
    for (const auto& [name, value] : wanted.labels)
        if (const auto row = found.labels.find(name); row == found.labels.end() || row->second != value)
            changes.push_back(
                {"labels", name + "=" + (row == found.labels.end() ? "" : row->second), name + "=" + value});
    if (is_declared("ports"))
        differ("ports", render_ports(found.ports) == render_ports(wanted.ports), join(render_ports(found.ports), ", "),
               join(render_ports(wanted.ports), ", "));
    text("restart", policy_text(found.restart), policy_text(wanted.restart));
    text("network", network_name(found.network_mode), network_name(wanted.network_mode));
    text("hostname", found.host_name, wanted.host_name);
    text("user", found.user, wanted.user);
    text("working_directory", found.working_directory, wanted.working_directory);
    text("memory", std::to_string(found.memory), std::to_string(wanted.memory));
    text("cpu_shares", std::to_string(found.cpu_shares), std::to_string(wanted.cpu_shares));
    text("privileged", found.privileged ? "true" : "false", wanted.privileged ? "true" : "false");
    text("tty", found.tty ? "true" : "false", wanted.tty ? "true" : "false");
    text("read_only", found.read_only ? "true" : "false", wanted.read_only ? "true" : "false");
    return changes;
}

} // namespace dfriends::converge
