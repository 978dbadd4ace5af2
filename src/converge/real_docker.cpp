// SPDX-License-Identifier: Apache-2.0
#include "archive/unpack.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "converge/real_host.hpp"
#include "engine/build_context.hpp"
#include "engine/buildkit.hpp"
#include "engine/client.hpp"
#include "engine/reference.hpp"
#include "engine/registry_auth.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"
#include "os/listener.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <set>
#include <unistd.h>

namespace dfriends::converge {

namespace {

/// Only whole lines are worth a line of ours.
engine::OnProgress progress_of(const Say& say)
{
    return [say, part = std::make_shared<std::string>()](const engine::Progress& progress) {
        *part += progress.stream;
        for (auto end = part->find('\n'); end != std::string::npos; end = part->find('\n')) {
            if (const auto line = trim(std::string_view(*part).substr(0, end)); !line.empty())
                say(line);
            part->erase(0, end + 1);
        }
    };
}

net::Task<> send_file(http::BodyWriter& writer, std::shared_ptr<os::Descriptor> file, std::string path)
{
    std::array<char, 64U << 10U> buffer{};
    for (;;) {
        const ssize_t count = ::read(file->number(), buffer.data(), buffer.size());
        if (count < 0)
            throw Error(ErrorKind::unavailable, "cannot read '{}': {}", path, describe_errno(errno));
        if (count == 0)
            co_return;
        co_await writer.write(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    }
}

net::Task<> receive_export(engine::Client& client, std::string container,
                           const std::function<void(std::string_view)>& on_bytes)
{
    http::Reply reply = co_await client.containers().export_files(std::move(container));
    std::vector<char> piece(64UL << 10U);
    while (const std::size_t count = co_await reply.read_some(piece))
        on_bytes({piece.data(), count});
}

std::vector<std::string> buildkit_options(const ImageBuild& build)
{
    std::vector<std::string> options{"--progress", "plain", "--tag", build.image};
    const auto add = [&](const char* option, const std::string& value) {
        if (!value.empty())
            options.insert(options.end(), {option, value});
    };
    add("--file", build.dockerfile);
    add("--target", build.target);
    for (const auto& [name, value] : build.arguments)
        add("--build-arg", name + "=" + value);
    for (const auto& [name, value] : build.labels)
        add("--label", name + "=" + value);
    if (build.no_cache)
        options.emplace_back("--no-cache");
    return options;
}

/// Clients of one engine, one for each call that is under way: a client serves one thread at a time.
class Clients {
  public:
    explicit Clients(engine::Client& first) : host_(first.host()), first_(first), idle_{&first} {}

    template <class Function>
    auto with(Function function)
    {
        engine::Client& client = take();
        const ScopeExit leave([&] {
            const std::lock_guard lock(mutex_);
            idle_.push_back(&client);
        });
        return net::run(function(client));
    }
    const engine::Host& host() const { return host_; }

  private:
    engine::Client& take()
    {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) {
            further_.push_back(std::make_unique<engine::Client>(host_));
            further_.back()->connection().agree_with(first_.connection());
            return *further_.back();
        }
        engine::Client& client = *idle_.back();
        idle_.pop_back();
        return client;
    }

    engine::Host host_;
    engine::Client& first_;
    std::mutex mutex_;
    std::vector<engine::Client*> idle_;
    std::vector<std::unique_ptr<engine::Client>> further_;
};

class RealDocker final : public Docker {
  public:
    RealDocker(engine::Client& client, Say say) : clients_(client), say_(std::move(say)) {}

    bool answers() override
    {
        if (answered_)
            return true;
        try {
            require();
            return true;
        } catch (const Error&) {
            return false;
        }
    }
    void require() override
    {
        if (!asked_)
            list_containers(); // which a run begins with, and which says as much as a ping
        else
            clients_.with([](engine::Client& client) { return client.ping(); });
        asked_ = answered_ = true;
    }

    std::optional<engine::ContainerSummary> glance_at_container(const std::string& name) override
    {
        if (!containers_ && glances_ < glances_before_list) {
            ++glances_;
            return summary_of(find_container(name));
        }
        if (!containers_)
            list_containers();
        if (changed_.erase(name) > 0)
            if (auto summary = summary_of(find_container(name)))
                containers_->insert_or_assign(name, std::move(*summary));
        const auto row = containers_->find(name);
        return row == containers_->end() ? std::nullopt : std::optional(row->second);
    }
    std::string image_id(const std::string& image) override
    {
        const auto reference = engine::parse_reference(image);
        const std::string name =
            reference.digest.empty() ? reference.familiar() : reference.familiar_name() + "@" + reference.digest;
        if (auto id = id_in_list(name))
            return *id;
        const auto found = find_image(image);
        return found ? found->id : "";
    }
    void forget_container(const std::string& name) override
    {
        if (!containers_)
            return;
        containers_->erase(name);
        changed_.insert(name);
    }
    void forget() override
    {
        answered_ = false;
        containers_.reset();
        changed_.clear();
        glances_ = 0;
        forget_images();
    }

    std::optional<engine::ImageDetails> find_image(const std::string& image) override
    {
        const auto find_known = [&]() -> std::optional<engine::ImageDetails> {
            const std::lock_guard lock(found_mutex_);
            const auto row = found_images_.find(image);
            return row == found_images_.end() ? std::nullopt : std::optional(row->second);
        };
        if (auto known = find_known())
            return known;
        const std::lock_guard one_asks(asking_mutex_);
        if (auto known = find_known())
            return known;
        auto found = clients_.with([&](engine::Client& client) { return client.images().find(image); });
        if (found) {
            const std::lock_guard lock(found_mutex_);
            found_images_.insert_or_assign(image, *found);
        }
        return found;
    }
    std::string remote_digest(const std::string& image) override
    {
        return clients_.with([&](engine::Client& client) { return client.images().remote_digest(image); });
    }
    void pull(const std::string& image) override
    {
        const ScopeExit changed([this] { forget_images(); });
        try {
            clients_.with([&](engine::Client& client) { return client.images().pull(image, progress_of(say_)); });
        } catch (Error& error) {
            throw std::move(error)
                .during("pulling '" + image + "'")
                .hint("the engine has no such image: build it, load it, or see that the registry can be reached");
        }
    }
    void push(const std::string& image) override
    {
        const ScopeExit changed([this] { forget_images(); });
        clients_.with([&](engine::Client& client) { return client.images().push(image, progress_of(say_)); });
    }
    void tag(const std::string& image, const std::string& reference) override
    {
        const ScopeExit changed([this] { forget_images(); });
        clients_.with([&](engine::Client& client) { return client.images().tag(image, reference); });
    }
    void build(const ImageBuild& build) override
    {
        const ScopeExit changed([this] { forget_images(); });
        if (build.builder == engine::Builder::buildkit ||
            (build.builder == engine::Builder::automatic &&
             engine::find_buildkit_syntax(engine::read_dockerfile(build.directory, build.dockerfile)))) {
            engine::build_with_buildkit(clients_.host(),
                                        {.options = buildkit_options(build),
                                         .context = std::filesystem::absolute(build.directory).string(),
                                         .on_line = say_});
            return;
        }
        engine::BuildContext context = engine::read_context(build.directory, build.dockerfile);
        engine::BuildOptions options;
        options.tags = {build.image};
        options.dockerfile = context.dockerfile;
        options.labels = build.labels;
        options.target = build.target;
        options.no_cache = build.no_cache;
        options.remove_intermediate = build.remove_intermediate;
        options.arguments.insert(build.arguments.begin(), build.arguments.end());
        clients_.with([&](engine::Client& client) {
            return client.images().build(std::move(context.tar), options, progress_of(say_));
        });
    }
    std::string context_digest(const std::string& directory, const std::string& dockerfile) override
    {
        return engine::digest_context(directory, dockerfile);
    }
    void remove_image(const std::string& image, bool force, bool keeps_parents) override
    {
        const ScopeExit changed([this] { forget_images(); });
        clients_.with([&](engine::Client& client) { return client.images().remove(image, force, keeps_parents); });
    }
    void load_image(const std::string& archive) override
    {
        const ScopeExit changed([this] { forget_images(); });
        auto file = std::make_shared<os::Descriptor>(os::open_file(archive, O_RDONLY));
        clients_.with([&](engine::Client& client) {
            return client.images().load(
                [file, archive](http::BodyWriter& writer) { return send_file(writer, file, archive); },
                progress_of(say_));
        });
    }
    void import_image(const std::string& archive, const std::string& image) override
    {
        const ScopeExit changed([this] { forget_images(); });
        auto file = std::make_shared<os::Descriptor>(os::open_file(archive, O_RDONLY));
        clients_.with([&](engine::Client& client) {
            return client.images().import_files(
                [file, archive](http::BodyWriter& writer) { return send_file(writer, file, archive); },
                {.reference = image, .lines = {}, .message = {}});
        });
    }
    /// A neighbour takes the archive's place once it is whole.
    void save_image(const std::string& image, const std::string& archive) override
    {
        const std::string neighbour = archive + ".dfriends-new";
        try {
            const os::Descriptor file = os::open_file(neighbour, O_WRONLY | O_CREAT | O_TRUNC);
            clients_.with([&](engine::Client& client) {
                return client.images().save({image}, [&](engine::Channel, std::string_view bytes) {
                    os::write_all(file.number(), bytes, neighbour);
                });
            });
            if (::fsync(file.number()) != 0 || ::rename(neighbour.c_str(), archive.c_str()) != 0)
                throw Error(kind_of_errno(errno), "cannot write '{}': {}", archive, describe_errno(errno));
        } catch (const Error&) {
            ::unlink(neighbour.c_str());
            throw;
        }
    }

    std::optional<engine::RegistryLogin> find_login(const std::string& registry) override
    {
        return engine::find_login(registry, engine::configuration_directory());
    }
    void log_in(const std::string& registry, const std::string& user, const std::string& password) override
    {
        const engine::RegistryLogin login{.server = engine::login_server(registry), .user = user, .password = password};
        engine::keep_login(registry, clients_.with([&](engine::Client& client) { return client.log_in(login); }),
                           engine::configuration_directory());
    }
    void log_out(const std::string& registry) override
    {
        engine::forget_login(registry, engine::configuration_directory());
    }

    /// The engine also takes the beginning of an id for a name: only the exact one counts.
    std::optional<engine::ContainerDetails> find_container(const std::string& name) override
    {
        auto found = clients_.with([&](engine::Client& client) { return client.containers().find(name); });
        if (!found || (found->name != name && found->id != name))
            return std::nullopt;
        name_others(found->spec);
        return found;
    }
    std::string create(const engine::ContainerSpec& spec) override
    {
        return clients_.with([&](engine::Client& client) { return client.containers().create(spec); }).id;
    }
    void start(const std::string& container) override
    {
        clients_.with([&](engine::Client& client) { return client.containers().start(container); });
    }
    void stop(const std::string& container, std::optional<int> timeout) override
    {
        clients_.with([&](engine::Client& client) { return client.containers().stop(container, timeout); });
    }
    void restart(const std::string& container, std::optional<int> timeout) override
    {
        clients_.with([&](engine::Client& client) { return client.containers().restart(container, timeout); });
    }
    void kill(const std::string& container, const std::string& signal) override
    {
        clients_.with([&](engine::Client& client) { return client.containers().kill(container, signal); });
    }
    void pause(const std::string& container) override
    {
        clients_.with([&](engine::Client& client) { return client.containers().pause(container); });
    }
    void unpause(const std::string& container) override
    {
        clients_.with([&](engine::Client& client) { return client.containers().unpause(container); });
    }
    void update(const std::string& container, const engine::ContainerUpdate& change) override
    {
        clients_.with([&](engine::Client& client) { return client.containers().update(container, change); });
    }
    void rename(const std::string& container, const std::string& name) override
    {
        clients_.with([&](engine::Client& client) { return client.containers().rename(container, name); });
    }
    void remove(const std::string& container, bool with_volumes) override
    {
        clients_.with(
            [&](engine::Client& client) { return client.containers().remove(container, false, with_volumes); });
    }
    void commit(const std::string& container, const engine::ImageChanges& changes) override
    {
        const ScopeExit changed([this] { forget_images(); });
        clients_.with([&](engine::Client& client) { return client.containers().commit(container, changes); });
    }
    /// The archive is kept on disk before it is unpacked: it may be long.
    void copy_from(const std::string& container, const std::string& path, const std::string& folder) override
    {
        const os::TemporaryDirectory place;
        const std::string archive = place.path() / "copy.tar";
        const os::Descriptor file = os::open_file(archive, O_RDWR | O_CREAT | O_EXCL, 0600);
        clients_.with([&](engine::Client& client) {
            return client.containers().copy_from(container, path, [&](engine::Channel, std::string_view bytes) {
                os::write_all(file.number(), bytes, archive);
            });
        });
        if (::lseek(file.number(), 0, SEEK_SET) != 0)
            throw Error(kind_of_errno(errno), "cannot read '{}': {}", archive, describe_errno(errno));
        auto reader = archive::Reader::from_descriptor(file.number());
        archive::unpack(reader, folder, [](std::string_view name) { return std::string(name); });
    }
    void export_files(const std::string& container, const std::function<void(std::string_view)>& on_bytes) override
    {
        clients_.with([&](engine::Client& client) { return receive_export(client, container, on_bytes); });
    }
    int wait(const std::string& container) override
    {
        return clients_.with([&](engine::Client& client) { return client.containers().wait(container); });
    }

    std::string holder_of_port(std::uint16_t port) override
    {
        for (const engine::ContainerSummary& other :
             clients_.with([](engine::Client& client) { return client.containers().list(); }))
            if (std::ranges::find(other.ports, port, &engine::PublishedPort::host_port) != other.ports.end())
                return fmt::format("the container '{}'", other.names.empty() ? other.id : other.names[0]);
        const bool is_here = clients_.host().transport == engine::Host::Transport::unix_socket;
        const std::string process = is_here ? os::process_on_port(port) : "";
        return process.empty() ? "" : "the process " + process;
    }

    std::optional<engine::NetworkDetails> find_network(const std::string& name) override
    {
        auto found = clients_.with([&](engine::Client& client) { return client.networks().find(name); });
        return found && found->spec.name == name ? found : std::nullopt;
    }
    std::vector<std::string> containers_in(const std::string& network) override
    {
        std::vector<std::string> names;
        for (const auto& summary : clients_.with(
                 [&](engine::Client& client) { return client.containers().list(true, {{"network", {network}}}); }))
            for (const std::string& name : summary.names)
                if (name.find('/') == std::string::npos) // the names of links have one
                    names.push_back(name);
        return names;
    }
    void create_network(const engine::NetworkSpec& spec) override
    {
        clients_.with([&](engine::Client& client) { return client.networks().create(spec); });
    }
    void remove_network(const std::string& name) override
    {
        clients_.with([&](engine::Client& client) { return client.networks().remove(name); });
    }
    void connect(const std::string& container, const engine::NetworkAttachment& place) override
    {
        clients_.with([&](engine::Client& client) { return client.networks().connect(container, place); });
    }
    void disconnect(const std::string& network, const std::string& container) override
    {
        clients_.with([&](engine::Client& client) { return client.networks().disconnect(network, container, true); });
    }
    std::optional<engine::VolumeDetails> find_volume(const std::string& name) override
    {
        return clients_.with([&](engine::Client& client) { return client.volumes().find(name); });
    }
    void create_volume(const engine::VolumeSpec& spec) override
    {
        clients_.with([&](engine::Client& client) { return client.volumes().create(spec); });
    }
    void remove_volume(const std::string& name) override
    {
        clients_.with([&](engine::Client& client) { return client.volumes().remove(name); });
    }

    /// The engine also takes the beginning of an id for a name: only the exact one counts.
    std::optional<engine::PluginDetails> find_plugin(const std::string& name) override
    {
        auto found = clients_.with([&](engine::Client& client) { return client.plugins().find(name); });
        const std::string full = engine::parse_reference(name).familiar();
        return found && engine::parse_reference(found->name).familiar() == full ? found : std::nullopt;
    }
    std::vector<engine::PluginPrivilege> plugin_privileges(const std::string& remote) override
    {
        return clients_.with([&](engine::Client& client) { return client.plugins().privileges(remote); });
    }
    void install_plugin(const std::string& name, const std::string& remote,
                        const std::vector<engine::PluginPrivilege>& granted) override
    {
        clients_.with(
            [&](engine::Client& client) { return client.plugins().install(name, remote, granted, progress_of(say_)); });
    }
    void upgrade_plugin(const std::string& name, const std::string& remote,
                        const std::vector<engine::PluginPrivilege>& granted) override
    {
        clients_.with(
            [&](engine::Client& client) { return client.plugins().upgrade(name, remote, granted, progress_of(say_)); });
    }
    void set_plugin(const std::string& name, const std::vector<std::string>& options) override
    {
        clients_.with([&](engine::Client& client) { return client.plugins().set(name, options); });
    }
    void enable_plugin(const std::string& name, int timeout) override
    {
        clients_.with([&](engine::Client& client) { return client.plugins().enable(name, timeout); });
    }
    void disable_plugin(const std::string& name, bool force) override
    {
        clients_.with([&](engine::Client& client) { return client.plugins().disable(name, force); });
    }
    void remove_plugin(const std::string& name, bool force) override
    {
        clients_.with([&](engine::Client& client) { return client.plugins().remove(name, force); });
    }

  private:
    /// After a change so many are asked for one by one; then a new list is cheaper.
    static constexpr int glances_before_list = 8;

    void forget_images()
    {
        const std::lock_guard lock(found_mutex_);
        found_images_.clear();
        images_.reset();
    }

    static std::optional<engine::ContainerSummary> summary_of(const std::optional<engine::ContainerDetails>& details)
    {
        if (!details)
            return std::nullopt;
        engine::ContainerSummary summary;
        summary.id = details->id;
        summary.names = {details->name};
        summary.image = details->spec.image;
        summary.image_id = details->image_id;
        summary.labels = details->spec.labels;
        summary.state = details->state.status;
        for (const engine::NetworkAddress& address : details->networks)
            summary.networks.push_back(address.network);
        return summary;
    }
    /// The engine keeps ids of the containers that another one shares something with, where people write names.
    void name_others(engine::ContainerSpec& spec)
    {
        constexpr std::string_view donor = "container:";
        for (std::string* mode : {&spec.network_mode, &spec.pid_mode, &spec.ipc_mode})
            if (mode->starts_with(donor))
                *mode = std::string(donor) + name_of_container(mode->substr(donor.size()));
        for (std::string& source : spec.volumes_from) {
            const auto [container, access] = split_once(source, ':');
            source = name_of_container(std::string(container)) + (access.empty() ? "" : ":" + std::string(access));
        }
    }
    /// Of an id or its beginning; what is no id, or that of a container that is gone, stays as it is.
    std::string name_of_container(const std::string& id)
    {
        constexpr std::size_t shortest_id = 12;
        if (id.size() < shortest_id || !is_hex(id))
            return id;
        const auto found = clients_.with([&](engine::Client& client) { return client.containers().find(id); });
        return found ? found->name : id;
    }
    void list_containers()
    {
        auto found = clients_.with([](engine::Client& client) { return client.containers().list(true); });
        containers_.emplace();
        for (auto& summary : found)
            for (const std::string& name : summary.names)
                if (name.find('/') == std::string::npos) // the names of links have one
                    containers_->emplace(name, summary);
    }
    /// The list is gone when a pull that is under way comes to its end.
    std::optional<std::string> id_in_list(const std::string& name)
    {
        const std::lock_guard lock(found_mutex_);
        if (!images_)
            list_images();
        const auto row = images_->find(name);
        return row == images_->end() ? std::nullopt : std::optional(row->second);
    }
    void list_images()
    {
        const auto found = clients_.with([](engine::Client& client) { return client.images().list(); });
        images_.emplace();
        for (const auto& summary : found)
            for (const auto& names : {summary.tags, summary.digests})
                for (const std::string& name : names)
                    images_->emplace(name, summary.id);
    }

    Clients clients_;
    Say say_;
    bool asked_ = false; ///< it has answered once
    bool answered_ = false;
    int glances_ = glances_before_list;
    std::optional<std::map<std::string, engine::ContainerSummary>> containers_; ///< by name
    std::set<std::string> changed_; ///< names whose containers are no longer as the list has them
    std::optional<std::map<std::string, std::string>> images_; ///< ids by reference
    std::mutex asking_mutex_;                                  ///< what several want to know is asked once
    std::mutex found_mutex_; ///< containers that are made at the same time ask for the same image
    std::map<std::string, engine::ImageDetails> found_images_; ///< until something may have changed one
};

} // namespace

std::unique_ptr<Docker> make_real_docker(engine::Client& client, Say say)
{
    return std::make_unique<RealDocker>(client, std::move(say));
}

} // namespace dfriends::converge
