// SPDX-License-Identifier: Apache-2.0
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

/// Clients of one engine, one for each call that is under way: a client serves one thread at a time.
class Clients {
  public:
    explicit Clients(engine::Client& first) : host_(first.host()), idle_{&first} {}

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
            return *further_.back();
        }
        engine::Client& client = *idle_.back();
        idle_.pop_back();
        return client;
    }

    engine::Host host_;
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
        clients_.with([](engine::Client& client) { return client.ping(); });
        answered_ = true;
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
        if (!images_)
            list_images();
        const auto reference = engine::parse_reference(image);
        const auto row = images_->find(reference.digest.empty() ? reference.familiar()
                                                                : reference.familiar_name() + "@" + reference.digest);
        if (row != images_->end())
            return row->second;
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
        {
            const std::lock_guard lock(found_mutex_);
            if (const auto row = found_images_.find(image); row != found_images_.end())
                return row->second;
        }
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
    void build(const std::string& directory, const std::string& image, engine::Builder builder) override
    {
        const ScopeExit changed([this] { forget_images(); });
        if (builder == engine::Builder::buildkit ||
            (builder == engine::Builder::automatic &&
             engine::find_buildkit_syntax(engine::read_dockerfile(directory)))) {
            engine::build_with_buildkit(clients_.host(), {.options = {"--progress", "plain", "--tag", image},
                                                          .context = std::filesystem::absolute(directory).string(),
                                                          .on_line = say_});
            return;
        }
        engine::BuildContext context = engine::read_context(directory);
        engine::BuildOptions options;
        options.tags = {image};
        options.dockerfile = context.dockerfile;
        clients_.with([&](engine::Client& client) {
            return client.images().build(std::move(context.tar), options, progress_of(say_));
        });
    }
    void remove_image(const std::string& image, bool force) override
    {
        const ScopeExit changed([this] { forget_images(); });
        clients_.with([&](engine::Client& client) { return client.images().remove(image, force); });
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
        return found && (found->name == name || found->id == name) ? found : std::nullopt;
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
    void remove(const std::string& container) override
    {
        clients_.with([&](engine::Client& client) { return client.containers().remove(container); });
    }
    int wait(const std::string& container) override
    {
        return clients_.with([&](engine::Client& client) { return client.containers().wait(container); });
    }

    std::optional<engine::NetworkDetails> find_network(const std::string& name) override
    {
        auto found = clients_.with([&](engine::Client& client) { return client.networks().find(name); });
        return found && found->spec.name == name ? found : std::nullopt;
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
    void list_containers()
    {
        containers_.emplace();
        for (auto& summary : clients_.with([](engine::Client& client) { return client.containers().list(true); }))
            for (const std::string& name : summary.names)
                if (name.find('/') == std::string::npos) // the names of links have one
                    containers_->emplace(name, summary);
    }
    void list_images()
    {
        images_.emplace();
        for (const auto& summary : clients_.with([](engine::Client& client) { return client.images().list(); }))
            for (const auto& names : {summary.tags, summary.digests})
                for (const std::string& name : names)
                    images_->emplace(name, summary.id);
    }

    Clients clients_;
    Say say_;
    bool answered_ = false;
    int glances_ = glances_before_list;
    std::optional<std::map<std::string, engine::ContainerSummary>> containers_; ///< by name
    std::set<std::string> changed_; ///< names whose containers are no longer as the list has them
    std::optional<std::map<std::string, std::string>> images_; ///< ids by reference
    std::mutex found_mutex_; ///< containers that are made at the same time ask for the same image
    std::map<std::string, engine::ImageDetails> found_images_; ///< until something may have changed one
};

} // namespace

std::unique_ptr<Docker> make_real_docker(engine::Client& client, Say say)
{
    return std::make_unique<RealDocker>(client, std::move(say));
}

} // namespace dfriends::converge
