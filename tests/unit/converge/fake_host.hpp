// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/text.hpp"
#include "converge/host.hpp"
#include "converge/journal.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dfriends::converge {

/// For runs that nothing shall be known of later.
struct ForgetfulJournal final : Journal {
    std::vector<Pending> pending() override { return {}; }
    void begin() override {}
    void expect(const std::vector<Pending>&) override {}
    void record(const Result&, const std::vector<Pending>&, const std::vector<Pending>&) override {}
    void delivered(const Pending&) override {}
};

/// An engine in memory. What it is told to do stands in `calls`.
class FakeDocker final : public Docker {
  public:
    bool alive = true;
    bool registry_answers = false;
    std::map<std::string, std::string> images;             ///< reference to id
    std::map<std::string, std::string> digests;            ///< of the registry that they came from
    std::map<std::string, std::string> remote_digests;     ///< that the registry has now
    std::map<std::string, engine::ContainerSpec> defaults; ///< what an image gives a container, by reference
    std::map<std::string, engine::Labels> image_labels;
    std::map<std::string, std::string> contexts;                ///< digests of folders that images are built from
    std::map<std::string, engine::ContainerDetails> containers; ///< by name
    std::map<std::string, engine::NetworkDetails> networks;
    std::map<std::string, engine::VolumeDetails> volumes;
    std::map<std::string, engine::PluginDetails> plugins;                         ///< by name, with the tag
    std::map<std::string, engine::PluginDetails> offered;                         ///< plugins of a registry
    std::map<std::string, std::vector<engine::PluginPrivilege>> asked_privileges; ///< by those
    bool plugins_answer = true;                                                   ///< once they are enabled
    std::map<std::string, engine::RegistryLogin> logins;                          ///< by registry
    std::set<std::string> broken_starts;   ///< images whose containers do not start
    std::map<std::string, int> exit_codes; ///< of images that end at once
    std::vector<std::string> calls;
    int glances = 0;  ///< at the list of containers
    int inspects = 0; ///< of containers

    bool answers() override { return alive; }
    void require() override
    {
        if (!alive)
            throw Error(ErrorKind::unavailable, "no engine answers");
    }
    std::optional<engine::ContainerSummary> glance_at_container(const std::string& name) override
    {
        ++glances;
        const auto details = find(containers, name);
        if (!details)
            return std::nullopt;
        engine::ContainerSummary summary;
        summary.id = details->id;
        summary.names = {name};
        summary.image_id = details->image_id;
        summary.labels = details->spec.labels;
        summary.state = details->state.status;
        summary.status = details->state.health.empty() ? "Up" : "Up (" + details->state.health + ")";
        for (const engine::NetworkAttachment& place : details->spec.networks)
            summary.networks.push_back(place.network);
        return summary;
    }
    std::string image_id(const std::string& image) override
    {
        const auto found = images.find(full(image));
        return found == images.end() ? "" : found->second;
    }
    void forget() override {}
    void forget_container(const std::string&) override {}
    std::optional<engine::ImageDetails> find_image(const std::string& image) override
    {
        auto row = images.find(full(image));
        if (row == images.end())
            row = std::ranges::find(images, image, &std::pair<const std::string, std::string>::second);
        if (row == images.end())
            return std::nullopt;
        engine::ImageDetails details;
        details.id = row->second;
        if (const auto given = defaults.find(row->first); given != defaults.end())
            details.defaults = given->second;
        if (const auto labels = image_labels.find(full(image)); labels != image_labels.end())
            details.defaults.labels = labels->second;
        if (const auto digest = digests.find(full(image)); digest != digests.end())
            details.digests = {image + "@" + digest->second};
        return details;
    }
    std::string remote_digest(const std::string& image) override
    {
        const auto row = remote_digests.find(full(image));
        if (row == remote_digests.end())
            throw Error(ErrorKind::unavailable, "the registry does not answer");
        return row->second;
    }
    void pull(const std::string& image) override
    {
        calls.push_back("pull " + image);
        if (!registry_answers)
            throw Error(ErrorKind::unavailable, "the registry does not answer");
        images[full(image)] = "sha256:" + image;
    }
    void push(const std::string& image) override
    {
        calls.push_back("push " + image);
        digests[full(image)] = remote_digests[full(image)] = "sha256:pushed";
    }
    void tag(const std::string& image, const std::string& reference) override
    {
        calls.push_back("tag " + image + " " + reference);
        images[full(reference)] = images.at(full(image));
    }
    void build(const ImageBuild& build) override
    {
        calls.push_back("build " + build.directory + (build.dockerfile.empty() ? "" : " with " + build.dockerfile) +
                        (build.builder == engine::Builder::buildkit ? " with BuildKit" : ""));
        images[full(build.image)] = "sha256:" + build.directory + std::to_string(++built_);
        image_labels[full(build.image)] = build.labels;
    }
    std::string context_digest(const std::string& directory, const std::string& dockerfile) override
    {
        return contexts[directory] + dockerfile;
    }
    void remove_image(const std::string& image, bool, bool) override
    {
        calls.push_back("rmi " + image);
        images.erase(full(image));
    }
    void import_image(const std::string& archive, const std::string& image) override
    {
        calls.push_back("import " + archive);
        images[full(image)] = "sha256:" + archive;
    }
    void load_image(const std::string& archive) override { calls.push_back("load " + archive); }
    void save_image(const std::string&, const std::string& archive) override { calls.push_back("save " + archive); }

    std::optional<engine::RegistryLogin> find_login(const std::string& registry) override
    {
        return find(logins, registry);
    }
    void log_in(const std::string& registry, const std::string& user, const std::string& password) override
    {
        logins[registry] = {.server = registry, .user = user, .password = password};
    }
    void log_out(const std::string& registry) override { logins.erase(registry); }

    std::optional<engine::ContainerDetails> find_container(const std::string& name) override
    {
        ++inspects;
        for (const auto& [key, details] : containers)
            if (key == name || details.id == name)
                return details;
        return std::nullopt;
    }
    std::string create(const engine::ContainerSpec& spec) override
    {
        calls.push_back("create " + spec.name);
        engine::ContainerDetails details;
        details.id = "id" + std::to_string(++created_);
        details.name = spec.name;
        details.spec = spec;
        details.image_id = images.at(full(spec.image));
        details.state.status = "created";
        containers[spec.name] = details;
        return details.id;
    }
    void start(const std::string& container) override
    {
        engine::ContainerDetails& details = at(container);
        calls.push_back("start " + details.name);
        if (broken_starts.contains(details.spec.image))
            throw Error(ErrorKind::failed, "Bind for 0.0.0.0:80 failed: port is already allocated");
        const auto code = exit_codes.find(details.spec.image);
        set_running(details, code == exit_codes.end());
        details.state.exit_code = code == exit_codes.end() ? 0 : code->second;
    }
    void stop(const std::string& container, std::optional<int>) override
    {
        calls.push_back("stop " + at(container).name);
        set_running(at(container), false);
    }
    void restart(const std::string& container, std::optional<int>) override
    {
        calls.push_back("restart " + at(container).name);
        set_running(at(container), true);
    }
    void kill(const std::string& container, const std::string& signal) override
    {
        calls.push_back("kill " + at(container).name + " " + signal);
        set_running(at(container), false);
    }
    void pause(const std::string& container) override { set_paused(at(container), true); }
    void unpause(const std::string& container) override { set_paused(at(container), false); }
    void update(const std::string& container, const engine::ContainerUpdate& change) override
    {
        engine::ContainerDetails& details = at(container);
        calls.push_back("update " + details.name);
        const engine::ContainerLimits& limits = change.limits;
        details.spec.memory = limits.memory != 0 ? limits.memory : details.spec.memory;
        details.spec.memory_swap = limits.memory_swap != 0 ? limits.memory_swap : details.spec.memory_swap;
        details.spec.memory_reservation =
            limits.memory_reservation != 0 ? limits.memory_reservation : details.spec.memory_reservation;
        details.spec.cpu_period = limits.cpu_period != 0 ? limits.cpu_period : details.spec.cpu_period;
        details.spec.cpu_quota = limits.cpu_quota != 0 ? limits.cpu_quota : details.spec.cpu_quota;
        details.spec.blkio_weight = limits.blkio_weight != 0 ? limits.blkio_weight : details.spec.blkio_weight;
        details.spec.cpu_shares = limits.cpu_shares != 0 ? limits.cpu_shares : details.spec.cpu_shares;
        details.spec.nano_cpus = limits.nano_cpus != 0 ? limits.nano_cpus : details.spec.nano_cpus;
        details.spec.pids_limit = limits.pids_limit != 0 ? limits.pids_limit : details.spec.pids_limit;
        details.spec.cpuset_cpus = limits.cpuset_cpus.empty() ? details.spec.cpuset_cpus : limits.cpuset_cpus;
        details.spec.restart = change.restart.value_or(details.spec.restart);
    }
    void rename(const std::string& container, const std::string& name) override
    {
        engine::ContainerDetails details = at(container);
        calls.push_back("rename " + details.name + " " + name);
        if (containers.contains(name))
            throw Error(ErrorKind::conflict, "the name is taken");
        containers.erase(details.name);
        details.name = name;
        containers[name] = details;
    }
    void commit(const std::string& container, const engine::ImageChanges& changes) override
    {
        calls.push_back("commit " + at(container).name + " " + changes.reference + " by " + changes.author);
        images[full(changes.reference)] = "sha256:committed";
    }
    void copy_from(const std::string& container, const std::string& path, const std::string& folder) override
    {
        calls.push_back("copy " + at(container).name + " " + path + " " + folder);
    }
    void export_files(const std::string& container, const std::function<void(std::string_view)>& on_bytes) override
    {
        on_bytes("files of " + at(container).name);
    }
    void remove(const std::string& container, bool with_volumes) override
    {
        const std::string name = at(container).name;
        calls.push_back("rm " + name + (with_volumes ? " with volumes" : ""));
        containers.erase(name);
    }
    std::string holder_of_port(std::uint16_t port) override
    {
        for (const auto& [name, details] : containers)
            for (const engine::PortBinding& binding : details.spec.ports)
                if (binding.host_port == port && details.state.running)
                    return "the container '" + name + "'";
        return {};
    }
    int wait(const std::string& container) override { return at(container).state.exit_code; }

    std::optional<engine::NetworkDetails> find_network(const std::string& name) override
    {
        return find(networks, name);
    }
    std::vector<std::string> containers_in(const std::string& network) override
    {
        std::vector<std::string> names;
        for (const auto& [name, details] : containers)
            for (const engine::NetworkAttachment& place : details.spec.networks)
                if (place.network == network)
                    names.push_back(name);
        return names;
    }
    void create_network(const engine::NetworkSpec& spec) override { networks[spec.name].spec = spec; }
    void remove_network(const std::string& name) override { networks.erase(name); }
    void connect(const std::string& container, const engine::NetworkAttachment& place) override
    {
        calls.push_back("connect " + at(container).name + " " + place.network);
        at(container).spec.networks.push_back(place);
    }
    void disconnect(const std::string& network, const std::string& container) override
    {
        calls.push_back("disconnect " + at(container).name + " " + network);
        std::erase_if(at(container).spec.networks, [&](const auto& place) { return place.network == network; });
    }
    std::optional<engine::VolumeDetails> find_volume(const std::string& name) override { return find(volumes, name); }
    void create_volume(const engine::VolumeSpec& spec) override { volumes[spec.name].spec = spec; }
    void remove_volume(const std::string& name) override { volumes.erase(name); }

    std::optional<engine::PluginDetails> find_plugin(const std::string& name) override
    {
        return find(plugins, full(name));
    }
    std::vector<engine::PluginPrivilege> plugin_privileges(const std::string& remote) override
    {
        if (!registry_answers)
            throw Error(ErrorKind::unavailable, "the registry does not answer");
        return asked_privileges[remote];
    }
    void install_plugin(const std::string& name, const std::string& remote,
                        const std::vector<engine::PluginPrivilege>& granted) override
    {
        calls.push_back(fmt::format("plugin install {} {} {}", name, remote, granted.size()));
        fetch_plugin(full(name), remote);
    }
    void upgrade_plugin(const std::string& name, const std::string& remote,
                        const std::vector<engine::PluginPrivilege>& granted) override
    {
        calls.push_back(fmt::format("plugin upgrade {} {} {}", name, remote, granted.size()));
        require_disabled(name);
        fetch_plugin(name, remote);
    }
    void set_plugin(const std::string& name, const std::vector<std::string>& options) override
    {
        calls.push_back("plugin set " + name + " " + join(options, " "));
        require_disabled(name);
        for (const std::string& line : options) {
            const auto [option, value] = split_once(line, '=');
            for (engine::PluginSetting& setting : plugins.at(full(name)).settings)
                if (setting.name == split_once(option, '.').first)
                    setting.value = value;
        }
    }
    void enable_plugin(const std::string& name, int timeout) override
    {
        calls.push_back(fmt::format("plugin enable {} {}", name, timeout));
        if (!plugins_answer)
            throw Error(ErrorKind::failed, "the plugin does not answer");
        plugins.at(full(name)).enabled = true;
    }
    void disable_plugin(const std::string& name, bool force) override
    {
        calls.push_back("plugin disable " + name + (force ? " by force" : ""));
        plugins.at(full(name)).enabled = false;
    }
    void remove_plugin(const std::string& name, bool force) override
    {
        calls.push_back("plugin rm " + name + (force ? " by force" : ""));
        require_disabled(name);
        plugins.erase(full(name));
    }

  private:
    static std::string full(const std::string& image)
    {
        return image.find(':') == std::string::npos ? image + ":latest" : image;
    }
    void fetch_plugin(const std::string& name, const std::string& remote)
    {
        if (!registry_answers)
            throw Error(ErrorKind::unavailable, "the registry does not answer");
        if (!offered.contains(remote))
            throw Error(ErrorKind::not_found, "the registry has no plugin '{}'", remote);
        engine::PluginDetails plugin = offered.at(remote);
        plugin.name = name;
        plugin.reference = remote;
        plugins[name] = plugin;
    }
    void require_disabled(const std::string& name) const
    {
        if (plugins.at(full(name)).enabled)
            throw Error(ErrorKind::conflict, "the plugin is enabled");
    }
    static void set_running(engine::ContainerDetails& details, bool running)
    {
        details.state.running = running;
        details.state.status = running ? "running" : "exited";
    }
    static void set_paused(engine::ContainerDetails& details, bool paused)
    {
        details.state.paused = paused;
        details.state.status = paused ? "paused" : "running";
    }
    template <class Map>
    static std::optional<typename Map::mapped_type> find(const Map& map, const std::string& name)
    {
        const auto row = map.find(name);
        return row == map.end() ? std::nullopt : std::optional(row->second);
    }
    engine::ContainerDetails& at(const std::string& container)
    {
        for (auto& [name, details] : containers)
            if (name == container || details.id == container)
                return details;
        throw Error(ErrorKind::not_found, "there is no container '{}'", container);
    }
    int created_ = 0;
    int built_ = 0;
};

/// Servers in memory: files by their URLs. What they were asked stands in `asked`.
class FakeWeb final : public Web {
  public:
    struct File {
        std::string content;
        std::string etag = {};
        std::optional<std::int64_t> modified = {};
    };
    std::map<std::string, File> files;
    std::vector<std::string> asked;

    WebFacts ask(const WebFile& file) override
    {
        asked.push_back("HEAD " + file.url);
        const File& found = at(file);
        return {.size = found.content.size(), .etag = found.etag, .modified = found.modified};
    }
    WebFacts fetch(const WebFile& file, const std::function<void(std::string_view)>& on_bytes) override
    {
        asked.push_back("GET " + file.url);
        const File& found = at(file);
        on_bytes(found.content);
        return {.size = found.content.size(), .etag = found.etag, .modified = found.modified};
    }

  private:
    const File& at(const WebFile& file) const
    {
        const auto row = files.find(file.url);
        if (row == files.end())
            throw Error(ErrorKind::not_found, "'{}' cannot be had", file.url);
        return row->second;
    }
};

/// A machine in memory: paths, and programs whose outcomes a test sets.
class FakeHost final : public Host {
  public:
    FakeDocker engine;
    FakeWeb servers;
    std::map<std::string, std::string> notes;
    std::map<std::string, PathState> paths;
    std::map<std::string, std::string> contents;
    std::set<std::string> programs{"apt-get"};
    std::map<std::string, os::Outcome> outcomes; ///< by the words, joined with blanks; others end with 0
    std::vector<std::string> commands;           ///< that were run
    std::vector<std::string> inputs;             ///< of those that are given any
    std::vector<std::string> said;
    std::function<void(const std::string& words)> on_command; ///< what a command does to the machine

    std::optional<PathState> find_path(const std::string& path) override
    {
        const auto row = paths.find(path);
        return row == paths.end() ? std::nullopt : std::optional(row->second);
    }
    std::string read(const std::string& path) override
    {
        if (!contents.contains(path))
            throw Error(ErrorKind::not_found, "there is no file '{}'", path);
        return contents.at(path);
    }
    void write(const std::string& path, std::string_view bytes, mode_t mode) override
    {
        contents[path] = bytes;
        notes.erase(path);
        paths[path] = {.kind = PathState::Kind::file,
                       .mode = mode,
                       .owner = "root",
                       .group = "root",
                       .target = {},
                       .size = bytes.size(),
                       .modified = ++clock_};
    }
    void write_pieces(const std::string& path, mode_t mode,
                      const std::function<void(const Sink& sink)>& produce) override
    {
        std::string bytes;
        produce([&](std::string_view piece) { bytes += piece; });
        write(path, bytes, mode);
    }
    std::string digest(const std::string& path) override
    {
        return crypto::hash_hex(crypto::Algorithm::sha256, read(path));
    }
    std::vector<std::string> list(const std::string& path) override
    {
        std::vector<std::string> names;
        for (const auto& [name, state] : paths)
            if (name.starts_with(path + "/") && name.find('/', path.size() + 1) == std::string::npos)
                names.push_back(name.substr(path.size() + 1));
        return names;
    }
    void set_modified(const std::string& path, std::optional<std::int64_t> seconds) override
    {
        paths.at(path).modified = seconds.value_or(++clock_);
    }
    std::string note(const std::string& path) override { return notes.contains(path) ? notes.at(path) : ""; }
    void set_note(const std::string& path, const std::string& text) override { notes[path] = text; }
    void make_directory(const std::string& path, mode_t mode, bool) override
    {
        paths[path] = {
            .kind = PathState::Kind::directory, .mode = mode, .owner = "root", .group = "root", .target = {}};
    }
    void make_link(const std::string& path, const std::string& target) override
    {
        paths[path] = {.kind = PathState::Kind::link, .mode = 0777, .owner = "root", .group = "root", .target = target};
    }
    void set_mode(const std::string& path, mode_t mode) override { paths.at(path).mode = mode; }
    void set_owner(const std::string& path, const std::string& owner, const std::string& group) override
    {
        if (!owner.empty())
            paths.at(path).owner = owner;
        if (!group.empty())
            paths.at(path).group = group;
    }
    void remove(const std::string& path, bool recursive) override
    {
        paths.erase(path);
        contents.erase(path);
        if (recursive)
            std::erase_if(paths, [&](const auto& row) { return row.first.starts_with(path + "/"); });
    }
    os::Outcome run(const os::Command& command) override
    {
        const std::string words = join(command.words, " ");
        commands.push_back(words);
        if (!command.input.empty())
            inputs.push_back(command.input);
        if (on_command)
            on_command(words);
        const auto row = outcomes.find(words);
        return row == outcomes.end() ? os::Outcome{} : row->second;
    }
    bool has_program(const std::string& name) override { return programs.contains(name); }
    bool is_root() override { return true; }
    void pause(std::chrono::milliseconds time) override
    {
        if (time < std::chrono::seconds(1))
            return; // an engine that settles here needs no time
        commands.push_back("pause " + std::to_string(time.count() / 1000));
        if (on_command)
            on_command(commands.back());
    }
    std::string key = "key";
    std::string sealing_key() override { return key; }
    Docker& docker() override { return engine; }
    Web& web() override { return servers; }
    void say(std::string_view line) override { said.emplace_back(line); }

  private:
    std::int64_t clock_ = 1000;
};

} // namespace dfriends::converge
