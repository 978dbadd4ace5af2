// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/scenes.hpp"
#include "assets/assets.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/client.hpp"
#include "net/endpoint.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"
#include "os/process.hpp"

#include <algorithm>

namespace dfriends::applets::house::demo {

namespace {

namespace fs = std::filesystem;

/// The Debian mirror that this machine itself uses: the first one of its apt's sources.
std::string find_mirror()
{
    std::vector<fs::path> files{"/etc/apt/sources.list"};
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/etc/apt/sources.list.d", ignored))
        files.push_back(entry.path());
    for (const fs::path& file : files) {
        const std::string text = os::find_file(file).value_or("");
        for (const std::string_view line : lines(text)) {
            const auto fields = words(line);
            if (fields.size() < 2 || (fields[0] != "URIs:" && fields[0] != "deb"))
                continue;
            for (std::string_view field : fields) {
                if (field.ends_with('/'))
                    field.remove_suffix(1);
                if (field.starts_with("http") && field.ends_with("/debian"))
                    return std::string(field);
            }
        }
    }
    throw Error(ErrorKind::not_found, "this machine's apt has no Debian mirror in its sources")
        .hint("the demo makes its base image of Debian's packages: run it on Debian");
}

/// The cache asks only public upstreams unless told otherwise.
std::vector<std::string> upstream_words(const std::string& mirror)
{
    const http::Url url = http::parse_url(mirror);
    for (const net::Endpoint& endpoint : net::run(net::resolve(url.host, 0)))
        if (net::is_special(endpoint.address))
            return {"--allow-upstream", url.host};
    return {};
}

std::string proxy_line(Scene& scene)
{
    return scene.run(
        {"dfriends", "cache", "client-config", "--dockerfile", "--port", std::to_string(scene.stage.ports.cache)});
}

/// Lines of the cache's log that say where the package came from.
void show_cache_lines(Scene& scene, const std::string& package)
{
    const std::string log = scene.run({"docker", "logs", scene.stage.cache_container}, true);
    std::vector<std::string> found;
    for (const std::string_view line : lines(log))
        if (line.find("/" + package + "_") != line.npos)
            found.emplace_back(line);
    if (!found.empty())
        scene.say("the cache says: " + found.back() + "\n");
}

} // namespace

void note_image(Scene& scene, const std::string& name)
{
    for (const Ledger::Line& line : scene.ledger().lines(Ledger::Kind::image))
        if (line.name == name)
            return;
    const auto before = net::run(scene.engine().images().find(name));
    scene.ledger().note(Ledger::Kind::image, name, before ? before->id : "");
}

void show_cache(Scene& scene)
{
    const Ports& ports = scene.stage.ports;
    std::string file(assets::find("container/cache.Dockerfile").value_or(""));
    scene.write_file("cache/Dockerfile",
                     replace_all(file, "FROM scratch\n", "FROM scratch\n" + label_line(scene.ledger())));
    fs::copy_file(fs::read_symlink("/proc/self/exe"), scene.ledger().work() / "cache/dfriends",
                  fs::copy_options::overwrite_existing);
    note_image(scene, cache_image);
    scene.show_quietly({"docker", "build", "-t", cache_image, "cache"});
    scene.ledger().note(Ledger::Kind::volume, scene.stage.cache_volume);
    std::vector<std::string> run{"docker",
                                 "run",
                                 "-d",
                                 "-p",
                                 fmt::format("{}:3142", ports.cache),
                                 "-v",
                                 scene.stage.cache_volume + ":/var/cache/dfriends",
                                 "-v",
                                 scene.ledger().state().string() + ":/state",
                                 "-e",
                                 "DFRIENDS_STATE_DIR=/state",
                                 "--name",
                                 scene.stage.cache_container,
                                 cache_image};
    if (const auto more = upstream_words(find_mirror()); !more.empty()) {
        run.insert(run.end(), {"cache", "serve"});
        run.insert(run.end(), more.begin(), more.end());
    }
    scene.show(run);
    (void)scene.fetch(local_url(ports.cache) + "/healthz", std::chrono::seconds(15));
    scene.show({"docker", "logs", scene.stage.cache_container});
    scene.note_address("Package cache", local_url(ports.cache) + "/");
}

namespace {

/// One that is there already is taken as it is.
void make_stack(Scene& scene)
{
    note_image(scene, stack_image);
    if (net::run(scene.engine().images().find(stack_image))) {
        scene.say(fmt::format("There is an image '{}' already.\n", stack_image));
        return;
    }
    scene.show({"dfriends", "paas", "stack:build", "--proxy", local_url(scene.stage.ports.cache), "--label",
                fmt::format("{}={}", label, scene.ledger().mark())});
}

} // namespace

void make_debian(Scene& scene)
{
    make_stack(scene);
    note_image(scene, debian_image);
    scene.write_file("debian/Dockerfile", fmt::format("FROM {}\n{}", stack_image, label_line(scene.ledger())));
    scene.run({"docker", "build", "-t", debian_image, "debian"});
    scene.show({"docker", "images", debian_image});
}

void make_code_it(Scene& scene)
{
    for (const assets::Asset& asset : assets::all())
        if (constexpr std::string_view folder = "examples/"; asset.path.starts_with(folder))
            scene.write_asset(std::string(asset.path.substr(folder.size())), std::string(asset.path));
    note_image(scene, code_it_image);
    scene.show_quietly(
        {"docker", "build", "-t", code_it_image, "--build-arg", fmt::format("BASE={}", debian_image), "code.it"});
    scene.show({"docker", "images", code_it_image});
}

void show_cached_builds(Scene& scene)
{
    for (const char* name : {"first", "second"}) {
        const std::string image = fmt::format("dfriends-demo/{}", name);
        scene.write_file(fmt::format("{}/Dockerfile", name),
                         fmt::format("FROM {}\n{}RUN apt-get update && apt-get install -y hello && hello\n",
                                     debian_image, proxy_line(scene)),
                         name == std::string_view("first"));
        note_image(scene, image);
        scene.show_quietly({"docker", "build", "--no-cache", "-t", image, name});
        show_cache_lines(scene, "hello");
    }
}

namespace {

/// Plans, applies, and sees that a second run would change nothing.
void converge_file(Scene& scene, const std::string& file)
{
    scene.show({"dfriends", "converge", "plan", file});
    scene.show({"dfriends", "converge", "apply", file});
    scene.show({"dfriends", "converge", "plan", "--detailed-exitcode", file});
}

} // namespace

void show_converge(Scene& scene)
{
    const std::uint16_t port = scene.stage.ports.app;
    // The recipe's volume is this host's; of a folder that stood there before, only the log is ours.
    const fs::path logs = "/var/log/code.it";
    if (const fs::path ours = fs::exists(logs) ? logs / "access.log" : logs; !fs::exists(ours))
        scene.ledger().note(Ledger::Kind::tree, ours.string());
    const std::string recipe(assets::find("examples/converge/codeit.rb").value_or(""));
    scene.write_file("codeit.rb", replace_all(recipe, "'8000:8000'", fmt::format("'{}:8000'", port)), true);
    converge_file(scene, "codeit.rb");
    (void)scene.fetch(local_url(port) + "/", std::chrono::seconds(20));
    scene.show_fetch(local_url(port) + "/api/files");
    scene.note_address("code.it, by a Chef recipe", local_url(port) + "/");
    scene.write_asset("codeit.pp", "examples/converge/codeit.pp", true);
    converge_file(scene, "codeit.pp");
}

} // namespace dfriends::applets::house::demo
