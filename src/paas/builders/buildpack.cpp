// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "config/yaml.hpp"
#include "os/process.hpp"
#include "paas/builder.hpp"
#include "paas/workshop.hpp"

#include <cstdlib>

namespace dfriends::paas {

namespace {

/// Where a buildpack comes from: "https://host/name.git#branch", "git@host:name", a folder of this host.
struct Source {
    std::string url;
    std::string revision; ///< behind '#'; empty: the default branch
};

std::vector<Source> find_sources(const BuildRequest& request)
{
    std::string text;
    if (const auto url = request.config.find("BUILDPACK_URL"); url != request.config.end())
        text = url->second;
    else
        text = request.repository.find_file(request.commit, ".buildpacks").value_or("");
    std::vector<Source> sources;
    for (const std::string_view line : lines(text)) {
        if (trim(line).empty() || trim(line).starts_with('#'))
            continue;
        const auto [url, revision] = split_once(trim(line), '#');
        sources.push_back({std::string(url), std::string(revision)});
    }
    return sources;
}

bool names_buildpack(const BuildRequest& request)
{
    return !find_sources(request).empty();
}

struct Fetched {
    os::Path repository;
    std::string commit;
};

/// Fetches a buildpack as a bare repository, by git itself: its transports, and no shell.
Fetched fetch(const Source& source, os::Path into)
{
    if (source.url.starts_with('-') || source.revision.starts_with('-'))
        throw Error(ErrorKind::invalid, "'{}' is no buildpack", printable(source.url));
    os::Command clone{.words = {"git", "clone", "--quiet", "--bare"}};
    if (source.revision.empty())
        clone.words.insert(clone.words.end(), {"--depth", "1"});
    clone.words.insert(clone.words.end(), {"--", source.url, into.string()});
    // A repository of this host may belong to another user; nothing of it is run here.
    const os::Path configuration = into.string() + ".gitconfig";
    os::write_file(configuration, "[safe]\n\tdirectory = *\n");
    // We run inside a hook, whose variables mean the app's repository: git gets only what it needs.
    clone.clear_environment = true;
    clone.environment = {{"GIT_ALLOW_PROTOCOL", "https:ssh:file"},
                         {"GIT_TERMINAL_PROMPT", "0"},
                         {"GIT_CONFIG_GLOBAL", configuration.string()},
                         {"GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=10"}};
    for (const char* name : {"PATH", "HOME", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "https_proxy"})
        if (const char* value = std::getenv(name))
            clone.environment.emplace(name, value);
    clone.timeout = std::chrono::minutes(2);
    if (const os::Outcome outcome = os::run(clone); !outcome.ok())
        throw Error(ErrorKind::failed, "Unable to fetch custom buildpack from {}: {}", printable(source.url),
                    printable(trim(outcome.error)));
    const std::string commit = git::Repository(into).find_commit(source.revision.empty() ? "HEAD" : source.revision);
    return {std::move(into), commit};
}

// The API of Heroku's buildpacks: detect, compile and release of each, one after the other; each may export variables
// to those behind it, and the last one's release counts.
constexpr std::string_view compile_script = R"bash(
export STACK=dfriends REQUEST_ID=dfriends SOURCE_VERSION=__COMMIT__ CURL_CONNECT_TIMEOUT=10 CURL_TIMEOUT=300
mkdir -p /app /tmp/cache
count=$(ls /tmp/dfriends/buildpacks | wc -l)
for number in $(seq "$count"); do
  pack=/tmp/dfriends/buildpacks/$number
  chmod +x "$pack"/bin/* 2>/dev/null || true
  name=$("$pack/bin/detect" /tmp/build) || { echo "-----> The buildpack ${number} does not detect this app"; exit 1; }
  echo "-----> ${name:-Custom} app detected"
  (cd /tmp/build && "$pack/bin/compile" /tmp/build /tmp/cache /tmp/dfriends/env)
  if [ -e "$pack/export" ]; then . "$pack/export"; fi
done
if [ -x "$pack/bin/release" ]; then "$pack/bin/release" /tmp/build >/tmp/build/.release; fi
if [ -f /tmp/build/.slugignore ]; then
  (cd /tmp/build && grep -v -e '^#' -e '^$' .slugignore | while read -r pattern; do rm -rf -- ./${pattern#/}; done) || true
fi
echo "-----> Compiled slug size is $(du -sh /tmp/build | cut -f1)"
cp -a /tmp/build/. /app/
rm -rf /tmp/build
)bash";

Commands decode_release(const std::string& yaml)
{
    Commands commands;
    if (trim(yaml).empty())
        return commands;
    const config::Node root = config::parse_yaml(yaml, "bin/release");
    if (const config::Node* types = root.find("default_process_types"))
        for (const auto& [type, command] : types->members())
            commands.emplace(type.text(), command.text());
    return commands;
}

net::Task<Slug> build_by_buildpacks(engine::Client& engine, const BuildRequest& request, Banner banner)
{
    const os::TemporaryDirectory directory;
    std::vector<Fetched> packs;
    for (const Source& source : find_sources(request)) {
        banner.step("Fetching custom buildpack");
        packs.push_back(fetch(source, directory.path() / std::to_string(packs.size() + 1)));
    }
    Assembly assembly{.app = request.app, .base = co_await require_stack(engine, banner)};
    assembly.environment = request.config;
    assembly.exports = false;
    assembly.ca_file = request.ca_file;
    assembly.with_cache = true;
    assembly.result = "/app/.release";
    assembly.script = replace_all(compile_script, "__COMMIT__", request.commit);
    assembly.files = [&](archive::TarWriter& tar) {
        add_source(tar, request.repository, request.commit, "tmp/build/");
        for (std::size_t index = 0; index < packs.size(); ++index)
            add_source(tar, git::Repository(packs[index].repository), packs[index].commit,
                       fmt::format("tmp/dfriends/buildpacks/{}/", index + 1));
        tar.add_file("start", start_script, 0755);
    };
    assembly.changes = start_changes();
    const Assembled made = co_await assemble(engine, std::move(assembly), banner);
    co_return Slug{made.image, decode_release(made.result)};
}

} // namespace

constinit const Builder buildpack_builder{"buildpack", "buildpack", names_buildpack, build_by_buildpacks};

} // namespace dfriends::paas
