// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/web.hpp"
#include "engine/buildkit.hpp"
#include "engine/types.hpp"
#include "os/process.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace dfriends::converge {

/// What stands at a path; symbolic links are not followed.
struct PathState {
    enum class Kind { file, directory, link, other };
    Kind kind = Kind::file;
    mode_t mode = 0; ///< permission bits
    std::string owner;
    std::string group;
    std::string target; ///< of a link
    std::uint64_t size = 0;
    std::int64_t modified = 0; ///< seconds since 1970
    bool operator==(const PathState&) const = default;
};

/// What an image is built from, and how.
struct ImageBuild {
    std::string image;
    std::string directory;
    std::string dockerfile; ///< its path on disk; empty: Dockerfile in the directory
    std::map<std::string, std::string> arguments;
    engine::Labels labels;
    std::string target; ///< a stage; empty: the last one
    bool no_cache = false;
    bool remove_intermediate = true;
    engine::Builder builder = engine::Builder::automatic;
};

/// The Docker Engine of a host, as far as resources need it. Names and failures are those of engine::Client. What
/// changes something may be called from several threads at once; what only looks, from one.
class Docker {
  public:
    virtual ~Docker() = default;
    /// Whether an engine answers now.
    virtual bool answers() = 0;
    /// Throws what explains that none answers.
    virtual void require() = 0;

    // What the engine's lists say: one call for all containers, one for all images, as long as nothing changes.
    virtual std::optional<engine::ContainerSummary> glance_at_container(const std::string& name) = 0;
    /// Empty where there is no such image.
    virtual std::string image_id(const std::string& image) = 0;
    /// The lists are no longer what they were.
    virtual void forget() = 0;
    /// They are, but for one container.
    virtual void forget_container(const std::string& name) = 0;

    virtual std::optional<engine::ImageDetails> find_image(const std::string& image) = 0;
    /// The digest that the image has in its registry now.
    virtual std::string remote_digest(const std::string& image) = 0;
    virtual void pull(const std::string& image) = 0;
    virtual void push(const std::string& image) = 0;
    virtual void tag(const std::string& image, const std::string& reference) = 0;
    virtual void build(const ImageBuild& build) = 0;
    /// What a build would send, as a digest of names, modes and contents.
    virtual std::string context_digest(const std::string& directory, const std::string& dockerfile) = 0;
    virtual void remove_image(const std::string& image, bool force, bool keeps_parents) = 0;
    virtual void load_image(const std::string& archive) = 0;
    /// The archive is a whole file system; the image has it as its one layer.
    virtual void import_image(const std::string& archive, const std::string& image) = 0;
    virtual void save_image(const std::string& image, const std::string& archive) = 0;

    /// The login that config.json has for a registry.
    virtual std::optional<engine::RegistryLogin> find_login(const std::string& registry) = 0;
    /// Tries a login and keeps it there.
    virtual void log_in(const std::string& registry, const std::string& user, const std::string& password) = 0;
    virtual void log_out(const std::string& registry) = 0;

    virtual std::optional<engine::ContainerDetails> find_container(const std::string& name) = 0;
    virtual std::string create(const engine::ContainerSpec& spec) = 0;
    virtual void start(const std::string& container) = 0;
    virtual void stop(const std::string& container, std::optional<int> timeout) = 0;
    virtual void restart(const std::string& container, std::optional<int> timeout) = 0;
    virtual void kill(const std::string& container, const std::string& signal) = 0;
    virtual void pause(const std::string& container) = 0;
    virtual void unpause(const std::string& container) = 0;
    virtual void update(const std::string& container, const engine::ContainerUpdate& change) = 0;
    virtual void rename(const std::string& container, const std::string& name) = 0;
    /// Anonymous volumes stay, unless they are to go with it.
    virtual void remove(const std::string& container, bool with_volumes = false) = 0;
    virtual void commit(const std::string& container, const engine::ImageChanges& changes) = 0;
    /// What stands at a path inside, into a folder of the host.
    virtual void copy_from(const std::string& container, const std::string& path, const std::string& folder) = 0;
    /// Its whole file system as a tar archive.
    virtual void export_files(const std::string& container, const std::function<void(std::string_view)>& on_bytes) = 0;
    /// Who has a TCP port of the engine's machine: "the container 'web'", or a process where that machine is this one.
    /// Empty where nobody is found.
    virtual std::string holder_of_port(std::uint16_t port) = 0;
    /// Waits for its end; returns the exit code.
    virtual int wait(const std::string& container) = 0;

    virtual std::optional<engine::NetworkDetails> find_network(const std::string& name) = 0;
    /// Names of the containers that are in it, also of those that do not run.
    virtual std::vector<std::string> containers_in(const std::string& network) = 0;
    virtual void create_network(const engine::NetworkSpec& spec) = 0;
    virtual void remove_network(const std::string& name) = 0;
    virtual void connect(const std::string& container, const engine::NetworkAttachment& place) = 0;
    virtual void disconnect(const std::string& network, const std::string& container) = 0;
    virtual std::optional<engine::VolumeDetails> find_volume(const std::string& name) = 0;
    virtual void create_volume(const engine::VolumeSpec& spec) = 0;
    virtual void remove_volume(const std::string& name) = 0;

    virtual std::optional<engine::PluginDetails> find_plugin(const std::string& name) = 0;
    /// What the plugin of that reference asks for, as its registry has it.
    virtual std::vector<engine::PluginPrivilege> plugin_privileges(const std::string& remote) = 0;
    virtual void install_plugin(const std::string& name, const std::string& remote,
                                const std::vector<engine::PluginPrivilege>& granted) = 0;
    virtual void upgrade_plugin(const std::string& name, const std::string& remote,
                                const std::vector<engine::PluginPrivilege>& granted) = 0;
    /// NAME=VALUE texts.
    virtual void set_plugin(const std::string& name, const std::vector<std::string>& options) = 0;
    virtual void enable_plugin(const std::string& name, int timeout) = 0;
    virtual void disable_plugin(const std::string& name, bool force) = 0;
    virtual void remove_plugin(const std::string& name, bool force) = 0;
};

/// The machine that a run brings to its declared state: all that providers do to it goes through here. Failures are
/// Error with the path or the program in it.
class Host {
  public:
    virtual ~Host() = default;

    virtual std::optional<PathState> find_path(const std::string& path) = 0;
    virtual std::string read(const std::string& path) = 0;
    /// Replaces the file as a whole; mode and owner of an existing one stay where they are not said later.
    virtual void write(const std::string& path, std::string_view bytes, mode_t mode) = 0;
    /// The same for content that comes piece by piece: where `produce` throws, the old file stands.
    using Sink = std::function<void(std::string_view bytes)>;
    virtual void write_pieces(const std::string& path, mode_t mode,
                              const std::function<void(const Sink& sink)>& produce) = 0;
    /// The SHA-256 of a file of any size, in hexadecimal digits.
    virtual std::string digest(const std::string& path) = 0;
    /// The names in a folder, sorted.
    virtual std::vector<std::string> list(const std::string& path) = 0;
    /// Nothing: now.
    virtual void set_modified(const std::string& path, std::optional<std::int64_t> seconds) = 0;
    /// A word that the file system keeps beside a file for us; empty where there is none, or none can be kept.
    virtual std::string note(const std::string& path) = 0;
    virtual void set_note(const std::string& path, const std::string& text) = 0;
    virtual void make_directory(const std::string& path, mode_t mode, bool parents) = 0;
    virtual void make_link(const std::string& path, const std::string& target) = 0;
    virtual void set_mode(const std::string& path, mode_t mode) = 0;
    /// Names or numbers; empty ones stay as they are.
    virtual void set_owner(const std::string& path, const std::string& owner, const std::string& group) = 0;
    /// A folder that is not empty is removed only where `recursive`.
    virtual void remove(const std::string& path, bool recursive) = 0;

    /// Runs a program to its end. A program that does not exist is an outcome with status 127.
    virtual os::Outcome run(const os::Command& command) = 0;
    virtual bool has_program(const std::string& name) = 0;
    virtual bool is_root() = 0;

    virtual void pause(std::chrono::milliseconds time) = 0;

    /// What digests of secrets are made with, so that nobody else can guess at them.
    virtual std::string sealing_key() = 0;

    virtual Docker& docker() = 0;
    virtual Web& web() = 0;
    /// A line for the user: what the resource type log writes, and the output of long work.
    virtual void say(std::string_view line) = 0;
};

} // namespace dfriends::converge
