// SPDX-License-Identifier: Apache-2.0
#include "cluster/cloud_config.hpp"

#include "archive/decompress.hpp"
#include "base/encoding.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "config/yaml.hpp"

#include <algorithm>
#include <array>

namespace dfriends::cluster {

namespace {

using config::Node;
using config::NodeKind;
using FindingKind = CloudConfig::Finding::Kind;

constexpr std::size_t largest_cloud_config = 4U << 20U;
constexpr std::uint64_t largest_content = 16U << 20U;
constexpr std::array<std::string_view, 4> tokens{"public_ipv4", "private_ipv4", "public_ipv6", "private_ipv6"};
constexpr std::array<std::string_view, 7> commands{
    "start", "stop", "restart", "reload", "try-restart", "reload-or-restart", "reload-or-try-restart"};

const std::vector<std::string> top_keys{"coreos", "hostname",   "manage_etc_hosts", "ssh_authorized_keys",
                                        "users",  "write_files"};
const std::vector<std::string> coreos_keys{"etcd", "etcd2", "flannel", "fleet", "locksmith", "oem", "units", "update"};
const std::vector<std::string> unit_keys{"command", "content", "drop_ins", "enable", "mask", "name", "runtime"};
const std::vector<std::string> file_keys{"content", "encoding", "owner", "path", "permissions"};
const std::vector<std::string> etcd_keys{"addr",
                                         "bind_addr",
                                         "ca_file",
                                         "cert_file",
                                         "cluster_active_size",
                                         "cluster_remove_delay",
                                         "cluster_sync_interval",
                                         "cors",
                                         "data_dir",
                                         "discovery",
                                         "graphite_host",
                                         "http_read_timeout",
                                         "http_write_timeout",
                                         "key_file",
                                         "max_result_buffer",
                                         "max_retry_attempts",
                                         "name",
                                         "peer_addr",
                                         "peer_bind_addr",
                                         "peer_ca_file",
                                         "peer_cert_file",
                                         "peer_key_file",
                                         "peer_election_timeout",
                                         "peer_heartbeat_interval",
                                         "peers",
                                         "peers_file",
                                         "retry_interval",
                                         "snapshot",
                                         "snapshot_count",
                                         "trace",
                                         "verbose",
                                         "very_verbose",
                                         "very_very_verbose",
                                         "advertise_client_urls",
                                         "client_cert_auth",
                                         "debug",
                                         "discovery_fallback",
                                         "discovery_srv",
                                         "discovery_proxy",
                                         "election_timeout",
                                         "enable_pprof",
                                         "force_new_cluster",
                                         "heartbeat_interval",
                                         "initial_advertise_peer_urls",
                                         "initial_cluster",
                                         "initial_cluster_state",
                                         "initial_cluster_token",
                                         "listen_client_urls",
                                         "listen_peer_urls",
                                         "log_package_levels",
                                         "max_snapshots",
                                         "max_wals",
                                         "proxy",
                                         "strict_reconfig_check",
                                         "trusted_ca_file",
                                         "wal_dir"};
const std::vector<std::string> fleet_keys{"agent_ttl",       "authorized_keys_file",
                                          "disable_engine",  "engine_reconcile_interval",
                                          "etcd_cafile",     "etcd_certfile",
                                          "etcd_key_prefix", "etcd_keyfile",
                                          "etcd_password",   "etcd_request_timeout",
                                          "etcd_servers",    "etcd_username",
                                          "metadata",        "public_ip",
                                          "token_limit",     "verbosity",
                                          "verify_units"};

/// In all keys '-' equals '_'.
std::string plain_key(const Node& key)
{
    return replace_all(key.text(), "-", "_");
}

class CloudConfigReader {
  public:
    CloudConfig run(const Node& document)
    {
        if (document.is_null())
            return std::move(result_);
        for (const auto& [key, value] : document.members())
            read_top(plain_key(key), key, value);
        return std::move(result_);
    }

  private:
    void find(const Node& where, FindingKind kind, std::string text)
    {
        result_.findings.push_back({where.position().line, kind, std::move(text)});
    }
    void unrecognized(const Node& key, const std::vector<std::string>& known)
    {
        std::string text = "unrecognized key \"" + printable(key.text()) + "\"";
        if (const auto nearest = suggest(plain_key(key), known))
            text += "; did you mean \"" + *nearest + "\"?";
        find(key, FindingKind::warning, std::move(text));
    }
    bool is_of(const Node& key, const Node& value, NodeKind wanted, std::string_view name)
    {
        if (value.kind() == wanted)
            return true;
        if (!value.is_null())
            find(key, FindingKind::warning,
                 fmt::format("incorrect type for \"{}\" (want {})", printable(key.text()), name));
        return false;
    }

    void read_top(const std::string& name, const Node& key, const Node& value)
    {
        if (name == "hostname" && is_of(key, value, NodeKind::scalar, "string"))
            result_.hostname = value.text();
        else if (name == "ssh_authorized_keys" && is_of(key, value, NodeKind::list, "[]string"))
            for (const Node& line : value.items())
                result_.ssh_authorized_keys.push_back(line.text());
        else if (name == "write_files" && is_of(key, value, NodeKind::list, "[]struct"))
            for (const Node& file : value.items())
                read_file(file);
        else if (name == "coreos" && is_of(key, value, NodeKind::map, "struct"))
            for (const auto& [inner, content] : value.members())
                read_coreos(plain_key(inner), inner, content);
        else if (std::ranges::find(top_keys, name) == top_keys.end())
            unrecognized(key, top_keys);
        else if (name == "users" || name == "manage_etc_hosts")
            find(key, FindingKind::warning,
                 "\"" + name + "\" has no effect here: a machine shares the users and the names of its host");
    }

    void read_coreos(const std::string& name, const Node& key, const Node& value)
    {
        if ((name == "etcd" || name == "etcd2") && is_of(key, value, NodeKind::map, "struct"))
            read_settings(value, etcd_keys, result_.etcd);
        else if (name == "fleet" && is_of(key, value, NodeKind::map, "struct"))
            read_settings(value, fleet_keys, result_.fleet);
        else if (name == "units" && is_of(key, value, NodeKind::list, "[]struct"))
            for (const Node& unit : value.items())
                read_unit(unit);
        else if (name == "write_files")
            find(key, FindingKind::info, "write_files doesn't belong under coreos");
        else if (std::ranges::find(coreos_keys, name) == coreos_keys.end())
            unrecognized(key, coreos_keys);
        else if (name == "flannel" || name == "locksmith" || name == "oem" || name == "update")
            find(key, FindingKind::warning, "\"" + name + "\" has no effect here");
    }

    void read_settings(const Node& map, const std::vector<std::string>& known,
                       std::map<std::string, std::string, std::less<>>& into)
    {
        for (const auto& [key, value] : map.members()) {
            const std::string name = plain_key(key);
            if (std::ranges::find(known, name) == known.end() && !name.starts_with("peer_"))
                unrecognized(key, known);
            else if (is_of(key, value, NodeKind::scalar, "string"))
                into.insert_or_assign(name, value.text());
        }
    }

    /// The members of a file or a unit, after a look at their names.
    std::map<std::string, const Node*> members_of(const Node& map, const std::vector<std::string>& known)
    {
        std::map<std::string, const Node*> members;
        for (const auto& [key, value] : map.members()) {
            if (std::ranges::find(known, plain_key(key)) == known.end())
                unrecognized(key, known);
            else if (!value.is_null())
                members.insert_or_assign(plain_key(key), &value);
        }
        return members;
    }

    void read_file(const Node& node)
    {
        const auto members = members_of(node, file_keys);
        const auto text = [&members](const char* name) {
            return members.contains(name) ? members.at(name)->text() : std::string();
        };
        CloudConfig::File file{.path = text("path"), .content = text("content"), .owner = text("owner"), .mode = 0644};
        if (!file.path.starts_with('/') || ("/" + file.path + "/").find("/../") != std::string::npos)
            throw node.error("a file wants an absolute path");
        if (file.path.starts_with("/usr/"))
            find(node, FindingKind::error, "file cannot be written to a read-only filesystem");
        if (const std::string permissions = text("permissions"); !permissions.empty())
            read_permissions(*members.at("permissions"), permissions, file);
        if (const std::string encoding = text("encoding"); !encoding.empty())
            decode(*members.at("encoding"), encoding, file);
        result_.files.push_back(std::move(file));
    }

    void read_permissions(const Node& node, const std::string& text, CloudConfig::File& file)
    {
        const bool is_octal = text.size() >= 3 && text.size() <= 5 && (text.size() < 5 || text[0] == '0') &&
                              std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '7'; });
        if (is_octal)
            file.mode = static_cast<unsigned>(std::stoul(text, nullptr, 8));
        else
            find(node, FindingKind::error, "invalid value " + printable(text));
    }

    void decode(const Node& node, const std::string& encoding, CloudConfig::File& file)
    {
        const bool is_packed = encoding.starts_with("gz");
        const bool is_base64 =
            encoding == "b64" || encoding == "base64" || encoding.ends_with("+b64") || encoding.ends_with("+base64");
        if (!is_base64 && encoding != "gz" && encoding != "gzip") {
            find(node, FindingKind::error, "invalid value " + printable(encoding));
            return;
        }
        try {
            if (is_base64) {
                const std::string without_blanks = replace_all(replace_all(file.content, "\n", ""), " ", "");
                const auto bytes = decode_base64(without_blanks);
                if (!bytes)
                    throw Error(ErrorKind::invalid, "it is not base64");
                file.content = *bytes;
            }
            if (is_packed)
                file.content = archive::decompress(file.content, largest_content);
        } catch (const Error&) {
            find(node, FindingKind::error, "content cannot be decoded as \"" + printable(encoding) + "\"");
        }
    }

    void read_unit(const Node& node)
    {
        const auto members = members_of(node, unit_keys);
        const auto text = [&members](const char* name) {
            return members.contains(name) ? members.at(name)->text() : std::string();
        };
        const auto flag = [&members](const char* name) { return members.contains(name) && members.at(name)->flag(); };
        CloudConfig::Unit unit{.name = text("name"),
                               .content = text("content"),
                               .command = text("command"),
                               .enable = flag("enable"),
                               .mask = flag("mask"),
                               .runtime = flag("runtime")};
        if (unit.name.empty() || unit.name.find('/') != std::string::npos)
            throw node.error("a unit wants a name, such as app.service");
        if (!unit.command.empty() && std::ranges::find(commands, unit.command) == commands.end())
            find(*members.at("command"), FindingKind::error, "invalid value " + printable(unit.command));
        if (members.contains("drop_ins"))
            for (const Node& drop_in : members.at("drop_ins")->items())
                unit.drop_ins.push_back({drop_in.at("name").text(), drop_in.at("content").text()});
        result_.units.push_back(std::move(unit));
    }

    CloudConfig result_;
};

SourcePosition first_line(std::string_view text, const std::string& file)
{
    return {file, 1, 1, printable(std::string(text.substr(0, text.find('\n'))))};
}

} // namespace

std::string substitute(std::string_view text, const Substitutions& addresses)
{
    std::string result;
    while (!text.empty()) {
        const bool is_escaped = text.starts_with("\\$");
        const std::string_view behind = text.substr(is_escaped ? 2 : 1);
        const auto token =
            text[0] == '$' || is_escaped
                ? std::ranges::find_if(tokens, [behind](std::string_view name) { return behind.starts_with(name); })
                : tokens.end();
        if (token == tokens.end()) {
            result += text[0];
            text.remove_prefix(1);
            continue;
        }
        if (is_escaped)
            result.append("$").append(*token);
        else if (const auto address = addresses.find(*token); address != addresses.end())
            result += address->second;
        text.remove_prefix((is_escaped ? 2 : 1) + token->size());
    }
    return result;
}

CloudConfig parse_cloud_config(std::string_view text, const std::string& file, const Substitutions& addresses)
{
    if (text.size() > largest_cloud_config)
        throw Error(ErrorKind::invalid, "'{}' is larger than a cloud-config can be", file);
    if (trim(text).empty())
        return {};
    const std::string_view head = trim(text.substr(0, text.find('\n')));
    if (head.starts_with("#!"))
        throw Error(ErrorKind::invalid, first_line(text, file), "user-data that is a script has nobody here to run it")
            .hint("write a cloud-config: its first line is #cloud-config");
    if (head != "#cloud-config")
        throw Error(ErrorKind::invalid, first_line(text, file), "unrecognized user-data format")
            .hint("the first line of a cloud-config is just #cloud-config");
    return CloudConfigReader().run(config::parse_yaml(substitute(text, addresses), file));
}

std::optional<std::string> CloudConfig::discovery() const
{
    const auto found = etcd.find("discovery");
    return found == etcd.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> CloudConfig::public_ip() const
{
    const auto found = fleet.find("public_ip");
    return found == fleet.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, std::string, std::less<>> CloudConfig::metadata() const
{
    std::map<std::string, std::string, std::less<>> pairs;
    if (const auto found = fleet.find("metadata"); found != fleet.end())
        for (const std::string_view pair : split(found->second, ','))
            if (const auto [key, value] = split_once(trim(pair), '='); !key.empty())
                pairs.insert_or_assign(std::string(trim(key)), std::string(trim(value)));
    return pairs;
}

std::string render_finding(const CloudConfig::Finding& finding)
{
    constexpr std::array<std::string_view, 3> words{"error", "warning", "info"};
    return fmt::format("line {}: {}: {}", finding.line, words[static_cast<std::size_t>(finding.kind)], finding.text);
}

} // namespace dfriends::cluster
