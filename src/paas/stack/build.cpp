// SPDX-License-Identifier: Apache-2.0
#include "paas/stack/build.hpp"

#include "base/error.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "debian/resolve.hpp"
#include "engine/byte_pipe.hpp"
#include "engine/reference.hpp"
#include "paas/stack/apt_sources.hpp"
#include "paas/stack/mirror.hpp"
#include "paas/stack/root.hpp"

#include <algorithm>
#include <chrono>

namespace dfriends::paas {

namespace {

/// What Debian calls the machine that the engine runs on.
std::string debian_architecture(std::string_view machine)
{
    if (machine == "x86_64" || machine == "amd64")
        return "amd64";
    if (machine == "aarch64" || machine == "arm64")
        return "arm64";
    throw Error(ErrorKind::invalid, "no stack can be made for the engine's architecture '{}'", printable(machine))
        .hint("amd64 and arm64 work");
}

std::string mirror_of(const StackOptions& options)
{
    if (!options.mirror.empty())
        return options.mirror;
    if (auto found = find_mirror("/etc/apt", options.suite))
        return *found;
    throw Error(ErrorKind::not_found, "this host's apt names no Debian mirror for {}", options.suite)
        .hint("make the stack once from a mirror near you: dfriends paas stack:build --mirror URL");
}

net::Task<> send_root(std::shared_ptr<const std::vector<Deb>> debs, std::string mirror, std::string suite,
                      http::BodyWriter& writer)
{
    engine::BytePipe pipe(
        [debs, mirror, suite](const engine::BytePipe::Sink& sink) { write_root(*debs, mirror, suite, sink); });
    std::vector<char> piece(128 * 1024);
    while (const std::size_t count = co_await pipe.read_some(piece))
        co_await writer.write({piece.data(), count});
}

net::Task<> send_reply(http::Reply& reply, http::BodyWriter& writer)
{
    std::vector<char> piece(128 * 1024);
    while (const std::size_t count = co_await reply.read_some(piece))
        co_await writer.write({piece.data(), count});
}

/// One making of a stack, with what must go when it ends.
class StackBuild {
  public:
    StackBuild(engine::Client& engine, StackOptions options, Banner banner)
        : engine_(engine), options_(std::move(options)), banner_(std::move(banner)),
          mirror_(mirror_of(options_), options_.proxy)
    {
    }

    net::Task<std::string> make();
    /// Removes the container and the image that were on the way. Never throws an Error.
    net::Task<> clean_up();

  private:
    net::Task<> choose();
    net::Task<> download();
    net::Task<> import_root();
    net::Task<> install();
    net::Task<> show_end_of_log();
    net::Task<std::string> squash();
    std::vector<std::string> label_lines() const;
    engine::ImageChanges changes() const;

    void begin(std::string_view step);
    void end(std::string_view what);

    engine::Client& engine_;
    StackOptions options_;
    Banner banner_;
    Mirror mirror_;
    os::TemporaryDirectory folder_{"dfriends-stack-"};
    debian::Packages packages_;
    std::vector<debian::Chosen> chosen_;
    std::shared_ptr<std::vector<Deb>> debs_ = std::make_shared<std::vector<Deb>>();
    std::string root_image_;
    std::string container_;
    std::chrono::steady_clock::time_point begun_;
};

void StackBuild::begin(std::string_view step)
{
    banner_.step(step);
    begun_ = std::chrono::steady_clock::now();
}

void StackBuild::end(std::string_view what)
{
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun_;
    banner_.detail(fmt::format("{} in {:.1f} s", what, took.count()));
}

net::Task<std::string> StackBuild::make()
{
    co_await choose();
    co_await download();
    co_await import_root();
    co_await install();
    co_return co_await squash();
}

net::Task<> StackBuild::choose()
{
    const engine::EngineSummary summary = co_await engine_.info();
    const std::string architecture = debian_architecture(summary.architecture);
    begin(fmt::format("Reading the packages of {} ({}) from {}", options_.suite, architecture, mirror_.url()));
    const Mirror::Suite suite = co_await mirror_.suite(options_.suite);
    if (!suite.verified)
        banner_.warning("The mirror's signature was not checked: this host has no gpgv or no debian-archive-keyring");
    packages_ = co_await mirror_.packages(options_.suite, suite.release, architecture);
    chosen_ = resolve(packages_, options_.packages, architecture);
    end(fmt::format("{} of {} packages are wanted, signature {}", chosen_.size(), packages_.all().size(),
                    suite.verified ? "good" : "not checked"));
}

net::Task<> StackBuild::download()
{
    std::uint64_t total = 0;
    std::vector<Download> files;
    for (const auto& [package, base] : chosen_) {
        const os::Path file = folder_.path() / fmt::format("{}_{}.deb", package->name, package->architecture);
        files.push_back({package->path, package->size, package->sha256, file});
        debs_->push_back({package->name, package->version, file, base});
        total += package->size;
    }
    begin(fmt::format("Downloading {} packages", files.size()));
    co_await mirror_.download(std::move(files));
    end(render_size(total));
}

net::Task<> StackBuild::import_root()
{
    begin("Unpacking the base");
    const auto root = [debs = debs_, mirror = mirror_.url(), suite = options_.suite](http::BodyWriter& writer) {
        return send_root(debs, mirror, suite, writer);
    };
    root_image_ =
        co_await engine_.images().import_files(root, {.reference = {}, .lines = label_lines(), .message = {}});
    end("Imported");
}

net::Task<> StackBuild::install()
{
    begin("Installing by dpkg");
    engine::ContainerSpec spec;
    spec.image = root_image_;
    spec.command = {"/bin/sh", "-c", std::string(install_script)};
    spec.network_mode = "none";
    spec.tmpfs["/mnt"] = "exec,mode=0755,size=512m";
    spec.log_driver = "json-file"; // so that its end can be shown
    container_ = (co_await engine_.containers().create(spec)).id;
    co_await engine_.containers().start(container_);
    const int code = co_await engine_.containers().wait(container_);
    if (code != 0) {
        co_await show_end_of_log();
        throw Error(ErrorKind::failed, "dpkg cannot install the packages: exit status {}", code);
    }
    end("Installed");
}

net::Task<> StackBuild::show_end_of_log()
{
    std::string log;
    engine::LogOptions options;
    options.tail = "20";
    co_await engine_.containers().logs(
        container_, options, [&](engine::Channel, std::string_view bytes) { log += bytes.substr(0, 64 * 1024); });
    for (const std::string_view line : lines(log))
        banner_.detail(printable(line));
}

std::vector<std::string> StackBuild::label_lines() const
{
    std::vector<std::string> lines;
    for (const std::string& label : options_.labels) {
        const auto [key, value] = split_once(label, '=');
        lines.push_back(fmt::format("LABEL {}=\"{}\"", key, value));
    }
    return lines;
}

engine::ImageChanges StackBuild::changes() const
{
    engine::ImageChanges changes{
        .reference = options_.image, .lines = {}, .message = "a Debian stack by dfriends paas"};
    changes.lines = {"ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "ENV LANG=C.UTF-8",
                     "CMD [\"/bin/sh\"]", fmt::format("LABEL com.dfriends.stack=\"{}\"", options_.image),
                     fmt::format("LABEL com.dfriends.stack.suite=\"{}\"", options_.suite)};
    for (std::string& line : label_lines())
        changes.lines.push_back(std::move(line));
    for (const std::string& name : options_.packages)
        if (const debian::Package* package = packages_.find(name))
            changes.lines.push_back(fmt::format("LABEL com.dfriends.stack.{}=\"{}\"", name, package->version));
    return changes;
}

/// One layer without the packages' files: what was in the first image and is gone takes no place.
net::Task<std::string> StackBuild::squash()
{
    begin("Making the image");
    http::Reply files = co_await engine_.containers().export_files(container_);
    const auto copy = [&files](http::BodyWriter& writer) { return send_reply(files, writer); };
    const std::string id = co_await engine_.images().import_files(copy, changes());
    const engine::ImageDetails made = co_await engine_.images().inspect(id);
    end(fmt::format("{} has {}, made", options_.image,
                    render_size(static_cast<std::uint64_t>(std::max<std::int64_t>(0, made.size)))));
    co_return id;
}

net::Task<> StackBuild::clean_up()
{
    std::string complaint;
    try {
        if (!container_.empty())
            co_await engine_.containers().remove(container_, true, true);
        if (!root_image_.empty())
            co_await engine_.images().remove(root_image_, true);
    } catch (const Error& error) {
        complaint = error.what();
    }
    if (!complaint.empty())
        banner_.warning("Something is left behind: " + complaint);
}

} // namespace

std::vector<std::string> stack_packages()
{
    return {"bash", "ca-certificates", "curl", "file", "git", "jq", "nodejs", "procps", "python3", "unzip", "xz-utils"};
}

net::Task<std::string> build_stack(engine::Client& engine, StackOptions options, Banner banner)
{
    engine::parse_reference(options.image); // a name that is none fails before the work
    StackBuild build(engine, std::move(options), std::move(banner));
    std::string id;
    std::exception_ptr failure;
    try {
        id = co_await build.make();
    } catch (...) {
        failure = std::current_exception();
    }
    co_await build.clean_up();
    if (failure)
        std::rethrow_exception(failure);
    co_return id;
}

} // namespace dfriends::paas
