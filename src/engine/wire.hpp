// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only: types to JSON and back.
#include "engine/containers.hpp"
#include "engine/images.hpp"
#include "engine/types.hpp"
#include "engine/upkeep.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::engine {

/// The engine's sentence in an error's body: {"message": "…"}, or the body itself, on one line and printable.
std::string decode_error(std::string_view body);
std::string encode_filters(const Filters& filters);

std::string encode_container(const ContainerSpec& spec);
std::string encode_update(const ContainerUpdate& update);
ContainerDetails decode_container(std::string document);
std::vector<ContainerSummary> decode_container_list(std::string_view document);
/// {"Id": "…", "Warnings": […]} of containers and networks.
Created decode_created(std::string_view document);
/// Throws Error(failed) where the engine could not wait.
int decode_wait(std::string_view document);
std::vector<std::vector<std::string>> decode_top(std::string_view document);
std::optional<Containers::PathStat> decode_path_stat(std::string_view header);

ImageDetails decode_image(std::string document);
std::vector<ImageSummary> decode_image_list(std::string_view document);
std::vector<FoundImage> decode_found_images(std::string_view document);
/// The digest in what the engine tells of an image in its registry.
std::string decode_distribution(std::string_view document);
std::vector<Images::Removed> decode_removed(std::string_view document);
/// A line of the progress of a pull, build or load; `failure` is its error, or empty.
struct ProgressLine {
    Progress progress;
    std::string failure;
    int code = 0;
};
ProgressLine decode_progress(std::string_view line);
std::string encode_map(const std::map<std::string, std::string>& map);
std::string encode_map(const std::map<std::string, std::optional<std::string>>& map);
std::string encode_list(const std::vector<std::string>& list);
std::string encode_ulimits(const std::vector<Ulimit>& ulimits);

std::string encode_exec(const ExecSpec& spec);
std::string encode_exec_start(bool detach, bool tty);
ExecDetails decode_exec(std::string_view document);

std::string encode_network(const NetworkSpec& spec);
NetworkDetails decode_network(std::string document);
std::vector<NetworkDetails> decode_network_list(std::string_view document);
std::string encode_connect(const std::string& container, const NetworkAttachment& attachment);
std::string encode_disconnect(const std::string& container, bool force);

std::string encode_volume(const VolumeSpec& spec);
VolumeDetails decode_volume(std::string document);
std::vector<VolumeDetails> decode_volume_list(std::string_view document);

PluginDetails decode_plugin(std::string document);
std::vector<PluginDetails> decode_plugin_list(std::string_view document);
std::vector<PluginPrivilege> decode_privileges(std::string_view document);
std::string encode_privileges(const std::vector<PluginPrivilege>& privileges);

std::vector<ImageStep> decode_history(std::string_view document);
std::vector<FileChange> decode_changes(std::string_view document);
Pruned decode_pruned(std::string_view document);
DiskUsage decode_disk_usage(std::string_view document);

EngineVersion decode_version(std::string document);
EngineSummary decode_summary(std::string document);
Event decode_event(std::string_view line);

/// What docker's config.json says.
struct UserConfiguration {
    std::string current_context;
    std::string credentials_store;
    std::map<std::string, std::string> credential_helpers;
    std::map<std::string, RegistryLogin> logins; ///< by the key as written
};
UserConfiguration decode_user_configuration(std::string_view text, std::string_view file);
/// A context's meta.json.
struct ContextFile {
    std::string name;
    std::string description;
    std::string host;
    bool skip_verify = false;
};
ContextFile decode_context(std::string_view text, std::string_view file);
/// meta.json with those values; everything else in it stays.
std::string with_context(std::string_view text, std::string_view file, const ContextFile& context);
/// As `docker context inspect` tells of one: `files` are the names of its PEM files, the other two its folders.
std::string encode_context(const ContextFile& context, const std::vector<std::string>& files,
                           const std::string& meta_folder, const std::string& tls_folder);
/// config.json with that current context; none for "default".
std::string with_current_context(std::string_view text, std::string_view file, const std::string& name);
std::string encode_login_document(const RegistryLogin& login);
/// Of the answer to a login; empty where the registry gave none.
std::string decode_identity_token(std::string_view text);
/// config.json with a registry's login, or without it; everything else in it stays. `is_kept_elsewhere`: a helper has
/// the secret, and only the registry is noted.
std::string with_login(std::string_view text, std::string_view file, const std::string& server,
                       const RegistryLogin& login, bool is_kept_elsewhere);
std::string without_login(std::string_view text, std::string_view file, const std::string& server);
/// What a credential helper's `store` reads.
std::string encode_helper_login(const RegistryLogin& login);
std::string encode_logins_document(const std::map<std::string, RegistryLogin>& logins);
/// What `docker-credential-X get` prints.
RegistryLogin decode_helper_login(std::string_view text);
/// What a credential helper lists: its servers.
std::vector<std::string> decode_helper_servers(std::string_view text);

} // namespace dfriends::engine
