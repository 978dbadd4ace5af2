// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Plain values of the Docker Engine API. Their JSON is the business of wire.cpp.
namespace dfriends::engine {

using Labels = std::map<std::string, std::string>;
/// Filters of a list: {"name": {"web"}, "label": {"a=b"}}.
using Filters = std::map<std::string, std::vector<std::string>>;

/// A container's port on the host.
struct PortBinding {
    std::uint16_t container_port = 0;
    std::string protocol = "tcp";
    std::string host_address;         ///< empty: all addresses
    std::uint16_t host_port = 0;      ///< 0: the engine chooses
    std::uint16_t host_port_last = 0; ///< above host_port: the engine chooses one of the range
    auto operator<=>(const PortBinding&) const = default;
};

/// "80/tcp".
std::string port_key(std::uint16_t port, std::string_view protocol);

struct Mount {
    std::string type = "volume"; ///< bind, volume, tmpfs
    std::string source;
    std::string target;
    bool read_only = false;
    std::string consistency;
    std::string propagation;    ///< of a bind
    bool create_source = false; ///< of a bind: a missing folder is made
    bool no_copy = false;       ///< of a volume
    Labels volume_labels;
    std::string volume_driver;
    Labels volume_options;
    std::int64_t tmpfs_size = 0;
    unsigned tmpfs_mode = 0;
    bool operator==(const Mount&) const = default;
};

struct Health {
    std::vector<std::string> test; ///< {"NONE"}, {"CMD", …} or {"CMD-SHELL", "…"}; empty: the image's
    std::chrono::nanoseconds interval{0};
    std::chrono::nanoseconds timeout{0};
    std::chrono::nanoseconds start_period{0};
    int retries = 0;
    bool operator==(const Health&) const = default;
};

struct RestartPolicy {
    std::string name = "no"; ///< no, always, unless-stopped, on-failure
    int maximum_retries = 0;
    bool operator==(const RestartPolicy&) const = default;
};

struct Ulimit {
    std::string name;
    std::int64_t soft = 0;
    std::int64_t hard = 0;
    bool operator==(const Ulimit&) const = default;
};

struct Device {
    std::string host_path;
    std::string container_path;
    std::string permissions = "rwm";
    bool operator==(const Device&) const = default;
};

/// Devices that a driver gives out, such as GPUs.
struct DeviceRequest {
    std::string driver;     ///< empty: the engine's choice
    std::int64_t count = 0; ///< -1: all of them
    std::vector<std::string> ids;
    std::vector<std::string> capabilities; ///< all of these
    std::map<std::string, std::string> options;
    bool operator==(const DeviceRequest&) const = default;
};

/// A container's place in a network.
struct NetworkAttachment {
    std::string network;
    std::vector<std::string> aliases;
    std::vector<std::string> links;
    std::string ipv4_address;
    std::string ipv6_address;
    std::string mac_address;
    std::map<std::string, std::string> driver_options;
    bool operator==(const NetworkAttachment&) const = default;
};

/// What a container may use. It can be changed while the container lives. Zero and empty values set no limit.
struct ContainerLimits {
    std::int64_t memory = 0; ///< bytes
    std::int64_t memory_swap = 0;
    std::int64_t memory_reservation = 0;
    std::int64_t nano_cpus = 0; ///< 1e9 is one CPU
    std::int64_t cpu_shares = 0;
    std::int64_t cpu_period = 0;
    std::int64_t cpu_quota = 0;
    std::string cpuset_cpus;
    std::string cpuset_mems;
    std::int64_t pids_limit = 0;
    std::int64_t blkio_weight = 0;
    bool operator==(const ContainerLimits&) const = default;
};

/// All that `docker run` can say of a container. Empty and zero values leave the choice to the image or the engine.
struct ContainerSpec : ContainerLimits {
    std::string name;
    std::string platform;
    std::string image;
    std::vector<std::string> command;
    std::optional<std::vector<std::string>> entrypoint; ///< {""} removes the image's
    std::vector<std::string> environment;               ///< "NAME=VALUE"
    Labels labels;
    std::string host_name;
    std::string domain_name;
    std::string user;
    std::string working_directory;
    std::string mac_address;
    std::string stop_signal;
    std::optional<int> stop_timeout; ///< seconds
    bool tty = false;
    bool open_stdin = false;
    bool stdin_once = false;
    bool attach_stdin = false;
    bool attach_stdout = false;
    bool attach_stderr = false;
    bool network_disabled = false;
    std::vector<std::string> exposed_ports; ///< "80/tcp"; bound ones need not be repeated
    std::vector<std::string> volumes;       ///< container paths of anonymous volumes
    std::optional<Health> health;

    std::vector<std::string> binds; ///< "/host:/container:ro", "name:/container"
    std::vector<Mount> mounts;
    std::map<std::string, std::string> tmpfs;
    std::vector<std::string> volumes_from;
    std::string volume_driver;
    std::vector<PortBinding> ports;
    bool publish_all_ports = false;
    std::string network_mode;                ///< "bridge", "host", "none", "container:ID", or a network's name
    std::vector<NetworkAttachment> networks; ///< the first is joined at creation, further ones before the start
    std::vector<std::string> links;
    std::vector<std::string> dns;
    std::vector<std::string> dns_options;
    std::vector<std::string> dns_search;
    std::vector<std::string> extra_hosts; ///< "name:address"
    RestartPolicy restart;
    bool auto_remove = false;
    bool privileged = false;
    bool read_only = false;
    std::vector<std::string> cap_add;
    std::vector<std::string> cap_drop;
    std::vector<std::string> security_options;
    std::vector<std::string> group_add;
    std::vector<Device> devices;
    std::vector<std::string> device_cgroup_rules;
    std::vector<DeviceRequest> device_requests;
    std::vector<Ulimit> ulimits;
    std::map<std::string, std::string> sysctls;
    std::map<std::string, std::string> storage_options;
    std::string pid_mode;
    std::string ipc_mode;
    std::string uts_mode;
    std::string userns_mode;
    std::string cgroupns_mode;
    std::string cgroup_parent;
    std::string runtime;
    std::optional<bool> init;
    std::string log_driver;
    std::map<std::string, std::string> log_options;
    std::int64_t kernel_memory = 0; ///< bytes
    std::optional<std::int64_t> memory_swappiness;
    std::int64_t shm_size = 0;
    std::optional<bool> oom_kill_disable;
    int oom_score_adjust = 0;
};

/// What can be changed in a container that lives. Limits of zero and a missing policy stay as they are.
struct ContainerUpdate {
    ContainerLimits limits;
    std::optional<RestartPolicy> restart;
};

struct Created {
    std::string id;
    std::vector<std::string> warnings;
};

struct ContainerState {
    std::string status; ///< created, running, paused, restarting, removing, exited, dead
    bool running = false;
    bool paused = false;
    bool restarting = false;
    bool oom_killed = false;
    int exit_code = 0;
    std::int64_t pid = 0;
    std::string error;
    std::string started_at; ///< RFC 3339
    std::string finished_at;
    std::string health; ///< healthy, unhealthy, starting; empty without a check
};

/// What a mounted path of a container really is.
struct MountPoint {
    std::string type;
    std::string name; ///< of a volume
    std::string source;
    std::string destination;
    std::string mode;
    bool writable = true;
};

/// A container's address in one network as the engine gave it out.
struct NetworkAddress {
    std::string network;
    std::string network_id;
    std::string ipv4_address;
    std::string ipv6_address;
    std::string gateway;
    std::string mac_address;
    std::vector<std::string> aliases;
};

struct ContainerDetails {
    std::string id;
    std::string name; ///< without the leading '/'
    std::string created;
    std::string image_id; ///< "sha256:…"
    std::string path;     ///< the program that runs
    std::vector<std::string> arguments;
    int restart_count = 0;
    ContainerState state;
    ContainerSpec spec; ///< as the engine holds it: the image's values and the engine's defaults are already in it
    std::vector<MountPoint> mounts;
    std::vector<NetworkAddress> networks;
    std::vector<PortBinding> published; ///< with the ports that the engine chose; empty while stopped
    std::string document;               ///< the engine's JSON, as it came
};

struct PublishedPort {
    std::string address;
    std::uint16_t container_port = 0;
    std::uint16_t host_port = 0; ///< 0: exposed only
    std::string protocol;
};

/// A row of the list of containers.
struct ContainerSummary {
    std::string id;
    std::vector<std::string> names; ///< without the leading '/'
    std::string image;
    std::string image_id;
    std::string command;
    std::int64_t created = 0; ///< seconds since 1970
    std::vector<PublishedPort> ports;
    Labels labels;
    std::string state;
    std::string status; ///< "Up 2 minutes", "Exited (0) 3 hours ago"
    std::vector<std::string> networks;
    std::vector<std::string> mounts;
    int local_volumes = 0;
    std::int64_t size_written = 0;
    std::int64_t size_root = 0;
};

struct ImageDetails {
    std::string id;
    std::string parent;
    std::vector<std::string> tags;
    std::vector<std::string> digests;
    std::string created;
    std::string architecture;
    std::string os;
    std::string author;
    std::int64_t size = 0;
    std::vector<std::string> layers;
    ContainerSpec defaults; ///< command, entrypoint, environment, labels, ports, volumes, user, … of the image
    std::string document;   ///< the engine's JSON, as it came
};

/// A row of the list of images.
struct ImageSummary {
    std::string id;
    std::string parent;
    std::vector<std::string> tags;
    std::vector<std::string> digests;
    std::int64_t created = 0;
    std::int64_t size = 0;
    std::int64_t containers = -1;
    Labels labels;
};

/// One line of the progress of a pull, build or load.
struct Progress {
    std::string id;     ///< a layer; may be empty
    std::string status; ///< "Downloading"
    std::string bar;    ///< "[==>   ] 1MB/3MB", as the engine draws it
    std::string stream; ///< a piece of a build's output
    std::string image;  ///< the id of what a build made, in its one aux line
    std::int64_t current = 0;
    std::int64_t total = 0;
};
using OnProgress = std::function<void(const Progress&)>;

/// The stream of a container that bytes belong to.
enum class Channel { input = 0, output = 1, error = 2, system_error = 3 };
using OnOutput = std::function<void(Channel channel, std::string_view bytes)>;

/// A user's login at a registry.
struct RegistryLogin {
    std::string server;
    std::string user;
    std::string password;
    std::string identity_token;
    std::string registry_token;
};

struct BuildOptions {
    std::vector<std::string> tags;
    std::string dockerfile = "Dockerfile"; ///< path inside the context
    std::map<std::string, std::optional<std::string>> arguments;
    Labels labels;
    std::string target;
    std::string network;
    std::string platform;
    std::vector<std::string> cache_from;
    std::vector<std::string> extra_hosts;
    std::string remote; ///< a URL that the engine fetches itself, instead of a context
    bool no_cache = false;
    bool pull = false;
    bool remove_intermediate = true;
    bool force_remove = false;
    bool squash = false;
    bool quiet = false;
    ContainerLimits limits; ///< of the containers of RUN: memory, swap and CPUs
    std::int64_t shm_size = 0;
    std::string cgroup_parent;
    std::vector<std::string> security_options;
    std::vector<Ulimit> ulimits;
};

/// An image that a registry found for a word.
struct FoundImage {
    std::string name;
    std::string description;
    std::int64_t stars = 0;
    bool is_official = false;
    bool is_automated = false; ///< built by the registry itself
};

/// What an image is given beside its files. `changes` are lines of a Dockerfile: "CMD [\"sh\"]", "ENV A=b", "LABEL
/// a=b".
struct ImageChanges {
    std::string reference; ///< "NAME:TAG"; empty: the image has no name
    std::vector<std::string> lines;
    std::string message;
    std::string author = {}; ///< of a commit
    bool pauses = true;      ///< a commit freezes the container meanwhile
};

struct LogOptions {
    bool follow = false;
    bool timestamps = false;
    bool output = true;
    bool error = true;
    std::string tail;  ///< a number, or "all"
    std::string since; ///< RFC 3339 or seconds since 1970
    std::string until;
};

struct ExecSpec {
    std::vector<std::string> command;
    std::vector<std::string> environment;
    std::string user;
    std::string working_directory;
    std::string detach_keys;
    bool tty = false;
    bool privileged = false;
    bool attach_stdin = false;
    bool attach_stdout = true;
    bool attach_stderr = true;
};

struct ExecDetails {
    std::string id;
    std::string container;
    bool running = false;
    int exit_code = 0;
    std::int64_t pid = 0;
};

struct AddressPool {
    std::string subnet;
    std::string gateway;
    std::string range;
    std::map<std::string, std::string> auxiliary;
    bool operator==(const AddressPool&) const = default;
};

struct NetworkSpec {
    std::string name;
    std::string driver = "bridge";
    std::string ipam_driver;
    std::vector<AddressPool> pools;
    std::map<std::string, std::string> options;
    Labels labels;
    bool internal = false;
    bool attachable = false;
    bool ipv6 = false;
};

struct NetworkDetails {
    std::string id;
    std::string scope;
    std::string created;
    NetworkSpec spec;
    std::map<std::string, std::string> containers; ///< id to name
    std::string document;
};

struct VolumeSpec {
    std::string name; ///< empty: the engine makes one up
    std::string driver = "local";
    std::map<std::string, std::string> options;
    Labels labels;
};

struct VolumeDetails {
    VolumeSpec spec;
    std::string mount_point;
    std::string scope;
    std::string created;
    std::string document;
};

/// A permission that a plugin asks for, and the values that it asks it for.
struct PluginPrivilege {
    std::string name; ///< network, mount, device, capabilities, "host pid namespace", …
    std::string description;
    std::vector<std::string> values;
};

/// What `docker plugin set` takes for a plugin: a variable, the source of a mount, the path of a device, its arguments.
struct PluginSetting {
    std::string name;
    std::string value;
    bool is_settable = true;
    bool operator==(const PluginSetting&) const = default;
};

struct PluginDetails {
    std::string id;
    std::string name;      ///< with its tag
    std::string reference; ///< what it was installed from
    std::string description;
    bool enabled = false;
    std::vector<PluginSetting> settings;
    std::string document;
};

struct Event {
    std::string type;   ///< container, image, network, …
    std::string action; ///< start, die, pull, …
    std::string id;
    Labels attributes;
    std::int64_t nanoseconds = 0; ///< since 1970
    std::string document;         ///< as the engine sent it
};
using OnEvent = std::function<void(const Event&)>;

/// What the engine says of itself.
struct EngineVersion {
    std::string version;
    std::string api_version;         ///< the newest that it speaks
    std::string minimum_api_version; ///< the oldest
    std::string os;
    std::string architecture;
    std::string kernel;
    std::string git_commit;
    std::string go_version;
    std::string built;
    bool experimental = false;
    struct Component {
        std::string name;
        std::string version;
        std::map<std::string, std::string> details;
    };
    std::vector<Component> components;
    std::string platform;
    std::string document;
};

struct EngineSummary {
    std::string id;
    std::string name;
    std::string server_version;
    std::string storage_driver;
    std::string logging_driver;
    std::string cgroup_driver;
    std::string cgroup_version;
    std::string root;
    std::string os;
    std::string os_type;
    std::string architecture;
    std::string kernel;
    std::int64_t containers = 0;
    std::int64_t running = 0;
    std::int64_t paused = 0;
    std::int64_t stopped = 0;
    std::int64_t images = 0;
    std::int64_t cpus = 0;
    std::int64_t memory = 0;
    std::vector<std::string> runtimes;
    std::vector<std::string> security_options;
    std::vector<std::string> insecure_registries;
    std::vector<std::string> warnings;
    std::vector<std::pair<std::string, std::string>> storage_status;
    std::string default_runtime;
    std::string init_binary;
    bool debug = false;
    bool live_restore = false;
    std::string document;
};

} // namespace dfriends::engine
