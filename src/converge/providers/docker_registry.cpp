// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"
#include "engine/registry_auth.hpp"

namespace dfriends::converge {

namespace {

std::string require_text(const Resource& resource, const char* attribute)
{
    auto text = find_text(resource, attribute);
    if (!text)
        throw Error(ErrorKind::invalid, resource.position, "'{}' wants '{}'", address(resource), attribute);
    return *text;
}

/// A registry may have given a token for the password: that the user is the same must do then.
bool is_same(const engine::RegistryLogin& kept, const std::string& user, const std::string& password)
{
    return kept.user == user && (!kept.identity_token.empty() || kept.password == password);
}

} // namespace

Step examine_docker_registry(const Resource& resource, const std::string& action, Scene& scene)
{
    Docker& docker = scene.host.docker();
    const std::string registry = engine::registry_of(text_or_name(resource, "server"));
    const auto kept = docker.find_login(registry);
    if (action == "logout") {
        if (!kept)
            return {};
        return {.effect = Effect::remove, .changes = {{"username", kept->user, ""}}, .perform = [&docker, registry] {
                    docker.log_out(registry);
                }};
    }
    const std::string user = require_text(resource, "username");
    const std::string password = require_text(resource, "password");
    if (kept && is_same(*kept, user, password))
        return {};
    const bool is_new_user = !kept || kept->user != user;
    return {.effect = kept ? Effect::update : Effect::create,
            .changes = {is_new_user ? Change{"username", kept ? kept->user : "", user}
                                    : Change{"password", "(hidden)", "(hidden)"}},
            .perform = [&docker, registry, user, password] { docker.log_in(registry, user, password); }};
}

} // namespace dfriends::converge
