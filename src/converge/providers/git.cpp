// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/kept_file.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace dfriends::converge {

namespace {

constexpr auto longest_fetch = std::chrono::minutes(30);

struct Checkout {
    std::string repository;
    std::string revision;
    std::string destination;
    std::string remote;
};

/// Words of git that come from a manifest: one that begins with a dash would be an option.
std::string safe_word(const Resource& resource, const char* attribute, std::string value)
{
    if (value.empty() || value.front() == '-' || printable(value) != value)
        throw Error(ErrorKind::invalid, resource.position, "'{}' of '{}' cannot be '{}'", attribute, address(resource),
                    printable(value));
    return value;
}

Checkout declared_checkout(const Resource& resource)
{
    Checkout checkout{
        .repository = safe_word(resource, "repository", text_or(resource, "repository", "")),
        .revision = safe_word(resource, "revision", text_or(resource, "revision", "HEAD")),
        .destination = safe_word(resource, "destination", text_or_name(resource, "destination")),
        .remote = safe_word(resource, "remote", text_or(resource, "remote", "origin")),
    };
    if (!checkout.destination.starts_with('/'))
        throw Error(ErrorKind::invalid, resource.position, "the destination '{}' does not begin with /",
                    checkout.destination);
    return checkout;
}

os::Command git_command(const Resource& resource, std::vector<std::string> words)
{
    words.insert(words.begin(), "git");
    os::Command command = tool_command(std::move(words));
    command.environment["GIT_TERMINAL_PROMPT"] = "0";
    command.environment["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh"; // none that runs a command
    for (const std::string& pair : list_of(resource, "environment")) {
        const auto [name, value] = split_once(pair, '=');
        command.environment[std::string(name)] = value;
    }
    run_as_declared(resource, command);
    command.timeout = longest_fetch;
    return command;
}

std::string output_of(Host& host, const os::Command& command)
{
    const os::Outcome outcome = host.run(command);
    if (!outcome.ok())
        throw Error(ErrorKind::failed, "'{}' ended with {}: {}", join(command.words, " "), outcome.status,
                    printable(trim(outcome.error)));
    return outcome.output;
}

bool is_commit(std::string_view text)
{
    return text.size() == 40 && is_hex(text);
}

/// The commit that the repository has under the revision now. An annotated tag stands for the commit that it is of.
std::string wanted_commit(const Resource& resource, const Checkout& checkout, Host& host)
{
    const std::string& revision = checkout.revision;
    if (is_commit(revision))
        return revision;
    const std::string listed =
        output_of(host, git_command(resource, {"ls-remote", "--", checkout.repository, revision, revision + "^{}"}));
    const std::array<std::string, 5> names{"refs/tags/" + revision + "^{}", "refs/tags/" + revision,
                                           "refs/heads/" + revision, revision + "^{}", revision};
    for (const std::string& name : names)
        for (const std::string_view line : lines(listed))
            if (const auto columns = words(line); columns.size() == 2 && columns[1] == name && is_commit(columns[0]))
                return std::string(columns[0]);
    throw Error(ErrorKind::not_found, "'{}' has no revision '{}'", checkout.repository, revision)
        .hint("name a branch, a tag, or a commit by its 40 digits");
}

/// A few commits only, of a branch or tag; a commit by its digits is found among all.
std::optional<std::string> depth_option(const Resource& resource, const Checkout& checkout)
{
    const auto depth = find_number(resource, "depth");
    if (!depth || is_commit(checkout.revision))
        return std::nullopt;
    if (*depth < 1)
        throw Error(ErrorKind::invalid, find_attribute(resource, "depth")->position, "'depth' wants a number above 0");
    return "--depth=" + std::to_string(*depth);
}

void fetch_commit(const Resource& resource, const Checkout& checkout, const std::string& commit, bool clones,
                  Host& host)
{
    const auto git = [&](std::vector<std::string> words) {
        run_or_fail(host, git_command(resource, std::move(words)));
    };
    const std::string& folder = checkout.destination;
    const auto depth = depth_option(resource, checkout);
    if (clones) {
        std::vector<std::string> words{"clone", "-q", "--no-checkout", "--origin", checkout.remote};
        if (depth)
            words.push_back(*depth);
        if (depth && checkout.revision != "HEAD")
            words.push_back("--branch=" + checkout.revision);
        words.insert(words.end(), {"--", checkout.repository, folder});
        git(std::move(words));
    } else {
        git({"-C", folder, "remote", "set-url", checkout.remote, checkout.repository});
        if (depth)
            git({"-C", folder, "fetch", "-q", *depth, checkout.remote, checkout.revision});
        else
            git({"-C", folder, "fetch", "-q", "--tags", "--force", checkout.remote});
    }
    git({"-C", folder, "checkout", "-q", "--force", "--detach", commit});
    if (flag_or(resource, "submodules", false))
        git({"-C", folder, "submodule", "update", "-q", "--init", "--recursive"});
}

} // namespace

Step examine_git(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const Checkout checkout = declared_checkout(resource);
    const bool is_there = host.find_path(checkout.destination + "/.git").has_value();
    if (is_there && action == "checkout")
        return {};
    if (!host.has_program("git")) {
        if (scene.planning)
            return {.effect = Effect::create, .changes = {{"revision", "", checkout.revision}}};
        throw Error(ErrorKind::unavailable, "there is no git on this machine")
            .hint("install it with the resource type package");
    }
    std::string now;
    if (is_there) {
        const os::Outcome head = host.run(git_command(resource, {"-C", checkout.destination, "rev-parse", "HEAD"}));
        now = head.ok() ? std::string(trim(head.output)) : "";
    }
    const std::string commit = wanted_commit(resource, checkout, host);
    if (now == commit)
        return {};
    return {.effect = is_there ? Effect::update : Effect::create,
            .changes = {{"revision", now.substr(0, 12), commit.substr(0, 12)}},
            .perform = [&resource, &host, checkout, commit, is_there] {
                fetch_commit(resource, checkout, commit, !is_there, host);
            }};
}

} // namespace dfriends::converge
