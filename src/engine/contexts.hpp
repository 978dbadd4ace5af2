// SPDX-License-Identifier: Apache-2.0
// The contexts of the docker client, in the folder of config.json: names for engines.
#pragma once

#include "engine/host.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::engine {

struct ContextEntry {
    std::string name;
    std::string description;
    std::string endpoint;
    std::string failure; ///< why its file cannot be read; usually empty
};
/// The default one and those that the folder of config.json has, by name.
std::vector<ContextEntry> list_contexts(const Environment& environment = {});
/// What DOCKER_HOST, DOCKER_CONTEXT and config.json come to: "default" without any.
std::string current_context_name(const Environment& environment = {});
/// What config.json says, or nothing. A broken one does not keep anybody from the engine: `warning` tells of it.
std::string configured_context(const Environment& environment, std::string& warning);
/// Notes it in config.json. Throws Error(not_found) for a context that does not exist.
void use_context(const std::string& name, const Environment& environment = {});
/// The engine of a context. Throws Error(not_found) for one that does not exist, Error(invalid) for one that names
/// none.
Host context_host(const std::string& name, const Environment& environment = {});

/// How a context's engine is reached. The files are whole here: a context keeps copies.
struct ContextEndpoint {
    std::string host;  ///< as parse_host() reads it
    std::string trust; ///< PEM, as the two that follow; empty: none
    std::string certificate;
    std::string key;
    bool skip_verify = false;
};
struct ContextDraft {
    std::optional<std::string> description;
    std::optional<ContextEndpoint> endpoint;
};
/// "host=tcp://machine.example:2376,ca=FILE,cert=FILE,key=FILE,skip-tls-verify=true" or "from=CONTEXT", as --docker has
/// it; its files are read. Throws Error(invalid) for what it cannot read.
ContextEndpoint parse_endpoint(std::string_view text, const Environment& environment = {});
/// What a context says, "default" too. Throws Error(not_found).
ContextDraft load_context(const std::string& name, const Environment& environment = {});
/// Throws Error(invalid) for a name that none may have, and Error(conflict) for one that is taken.
void create_context(const std::string& name, const ContextDraft& draft, const Environment& environment = {});
/// What `draft` does not say stays. Throws Error(not_found).
void update_context(const std::string& name, const ContextDraft& draft, const Environment& environment = {});
/// Throws Error(not_found), and Error(conflict) for the current one unless it is `forced`: then the default is current.
void remove_context(const std::string& name, bool forced, const Environment& environment = {});
/// The document that `docker context inspect` prints of it. Throws Error(not_found).
std::string context_document(const std::string& name, const Environment& environment = {});

} // namespace dfriends::engine
