// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "converge/real_host.hpp"
#include "engine/build_context.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <array>
#include <fcntl.h>
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

class RealDocker final : public Docker {
  public:
    RealDocker(engine::Client& client, Say say) : client_(client), say_(std::move(say)) {}

    bool answers() override
    {
        try {
            net::run(client_.ping());
            return true;
        } catch (const Error&) {
            return false;
        }
    }
    void require() override { net::run(client_.ping()); }

    std::optional<engine::ImageDetails> find_image(const std::string& image) override
    {
        return net::run(client_.images().find(image));
    }
    void pull(const std::string& image) override
    {
        try {
            net::run(client_.images().pull(image, progress_of(say_)));
        } catch (Error& error) {
            throw std::move(error)
                .during("pulling '" + image + "'")
                .hint("the engine has no such image: build it, load it, or see that the registry can be reached");
        }
    }
    void build(const std::string& directory, const std::string& image) override
    {
        engine::BuildContext context = engine::read_context(directory);
        engine::BuildOptions options;
        options.tags = {image};
        options.dockerfile = context.dockerfile;
        net::run(client_.images().build(std::move(context.tar), options, progress_of(say_)));
    }
    void remove_image(const std::string& image, bool force) override
    {
        net::run(client_.images().remove(image, force));
    }
    void load_image(const std::string& archive) override
    {
        auto file = std::make_shared<os::Descriptor>(os::open_file(archive, O_RDONLY));
        net::run(client_.images().load(
            [file, archive](http::BodyWriter& writer) { return send_file(writer, file, archive); }, progress_of(say_)));
    }
    /// A neighbour takes the archive's place once it is whole.
    void save_image(const std::string& image, const std::string& archive) override
    {
        const std::string neighbour = archive + ".dfriends-new";
        try {
            const os::Descriptor file = os::open_file(neighbour, O_WRONLY | O_CREAT | O_TRUNC);
            net::run(client_.images().save({image}, [&](engine::Channel, std::string_view bytes) {
                os::write_all(file.number(), bytes, neighbour);
            }));
            if (::fsync(file.number()) != 0 || ::rename(neighbour.c_str(), archive.c_str()) != 0)
                throw Error(kind_of_errno(errno), "cannot write '{}': {}", archive, describe_errno(errno));
        } catch (const Error&) {
            ::unlink(neighbour.c_str());
            throw;
        }
    }

    /// The engine also takes the beginning of an id for a name: only the exact one counts.
    std::optional<engine::ContainerDetails> find_container(const std::string& name) override
    {
        auto found = net::run(client_.containers().find(name));
        return found && (found->name == name || found->id == name) ? found : std::nullopt;
    }
    std::string create(const engine::ContainerSpec& spec) override
    {
        return net::run(client_.containers().create(spec)).id;
    }
    void start(const std::string& container) override { net::run(client_.containers().start(container)); }
    void stop(const std::string& container, std::optional<int> timeout) override
    {
        net::run(client_.containers().stop(container, timeout));
    }
    void restart(const std::string& container, std::optional<int> timeout) override
    {
        net::run(client_.containers().restart(container, timeout));
    }
    void kill(const std::string& container, const std::string& signal) override
    {
        net::run(client_.containers().kill(container, signal));
    }
    void rename(const std::string& container, const std::string& name) override
    {
        net::run(client_.containers().rename(container, name));
    }
    void remove(const std::string& container) override { net::run(client_.containers().remove(container)); }
    int wait(const std::string& container) override { return net::run(client_.containers().wait(container)); }

    std::optional<engine::NetworkDetails> find_network(const std::string& name) override
    {
        auto found = net::run(client_.networks().find(name));
        return found && found->spec.name == name ? found : std::nullopt;
    }
    void create_network(const engine::NetworkSpec& spec) override { net::run(client_.networks().create(spec)); }
    void remove_network(const std::string& name) override { net::run(client_.networks().remove(name)); }
    std::optional<engine::VolumeDetails> find_volume(const std::string& name) override
    {
        return net::run(client_.volumes().find(name));
    }
    void create_volume(const engine::VolumeSpec& spec) override { net::run(client_.volumes().create(spec)); }
    void remove_volume(const std::string& name) override { net::run(client_.volumes().remove(name)); }

  private:
    engine::Client& client_;
    Say say_;
};

} // namespace

std::unique_ptr<Docker> make_real_docker(engine::Client& client, Say say)
{
    return std::make_unique<RealDocker>(client, std::move(say));
}

} // namespace dfriends::converge
