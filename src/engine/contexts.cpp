// SPDX-License-Identifier: Apache-2.0
#include "engine/contexts.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "engine/wire.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace dfriends::engine {

namespace {

using Path = std::filesystem::path;

constexpr std::uint64_t largest_file = 1ULL << 20U;
constexpr std::string_view default_name = "default";
constexpr std::string_view default_description = "Current DOCKER_HOST based configuration";

/// Where a context lies: the docker client names its folders by a digest of its name.
struct Place {
    Path meta; ///< a folder
    Path tls;  ///< a folder for each kind of endpoint
    Path file() const { return meta / "meta.json"; }
    Path pem() const { return tls / "docker"; }
};

Path contexts_folder(const Environment& environment)
{
    return configuration_directory(environment) / "contexts";
}

Place place_of(const std::string& name, const Environment& environment)
{
    const std::string id = crypto::hash_hex(crypto::Algorithm::sha256, name);
    const Path folder = contexts_folder(environment);
    return {folder / "meta" / id, folder / "tls" / id};
}

bool is_there(const Path& path)
{
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

ContextFile read_file_of(const std::string& name, const Environment& environment)
{
    const Path file = place_of(name, environment).file();
    const auto text = os::find_file(file, largest_file);
    if (!text)
        throw Error(ErrorKind::not_found, "there is no docker context '{}' in '{}'", printable(name),
                    contexts_folder(environment).string())
            .hint("list them with 'docker context ls', or unset DOCKER_CONTEXT");
    return decode_context(*text, file.string());
}

/// The engine that there is without any context.
std::string default_host(const Environment& environment)
{
    const std::string named = variable(environment, "DOCKER_HOST");
    return named.empty() ? Host().text() : named;
}

void expect_context_name(const std::string& name)
{
    constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const std::string all = std::string(letters_and_digits) + "_.+-";
    if (name.size() < 2 || letters_and_digits.find(name.front()) == letters_and_digits.npos ||
        name.find_first_not_of(all) != name.npos)
        throw Error(ErrorKind::invalid, "'{}' is no name for a context", printable(name))
            .hint("it has at least two of the characters A-Z, a-z, 0-9 and _.+-, and begins with a letter or digit");
    if (name == default_name)
        throw Error(ErrorKind::invalid, "'default' is what the engine without a context is called")
            .hint("give the context another name");
}

/// Name and content of the files that an endpoint has.
std::array<std::pair<const char*, const std::string*>, 3> files_of(const ContextEndpoint& endpoint)
{
    return {{{"ca.pem", &endpoint.trust}, {"cert.pem", &endpoint.certificate}, {"key.pem", &endpoint.key}}};
}

void write_endpoint_files(const Place& place, const ContextEndpoint& endpoint)
{
    const auto files = files_of(endpoint);
    if (std::ranges::all_of(files, [](const auto& file) { return file.second->empty(); })) {
        std::filesystem::remove_all(place.tls);
        return;
    }
    for (const auto& [name, content] : files) {
        if (content->empty()) {
            std::filesystem::remove(place.pem() / name);
            continue;
        }
        os::make_directories(place.pem(), 0700);
        os::write_file(place.pem() / name, *content, 0600);
    }
}

/// The file of meta last: a context is there once that is, and is whole then.
void write_context(const std::string& name, const ContextFile& file, const std::optional<ContextEndpoint>& endpoint,
                   const Environment& environment)
{
    const Place place = place_of(name, environment);
    os::make_directories(configuration_directory(environment), 0700);
    if (endpoint)
        write_endpoint_files(place, *endpoint);
    os::make_directories(place.meta);
    const std::string before = os::find_file(place.file(), largest_file).value_or("{}");
    os::write_file(place.file(), with_context(before, place.file().string(), file));
}

std::string read_endpoint_file(std::string_view key, std::string_view path)
{
    if (path.empty())
        throw Error(ErrorKind::invalid, "'{}=' of a context's endpoint names no file", key);
    return os::read_file(std::string(path), largest_file);
}

} // namespace

std::vector<ContextEntry> list_contexts(const Environment& environment)
{
    std::vector<ContextEntry> contexts;
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(contexts_folder(environment) / "meta", code)) {
        const Path file = entry.path() / "meta.json";
        try {
            if (const auto text = os::find_file(file, largest_file)) {
                const ContextFile context = decode_context(*text, file.string());
                contexts.push_back({context.name, context.description, context.host, ""});
            }
        } catch (const Error& error) {
            contexts.push_back({entry.path().filename().string(), "", "", error.what()});
        }
    }
    contexts.push_back({std::string(default_name), std::string(default_description), default_host(environment), ""});
    std::ranges::sort(contexts, {}, &ContextEntry::name);
    return contexts;
}

std::string configured_context(const Environment& environment, std::string& warning)
{
    const Path file = configuration_directory(environment) / "config.json";
    try {
        const auto text = os::find_file(file, 4U << 20U);
        return text ? decode_user_configuration(*text, file.string()).current_context : "";
    } catch (const Error& error) {
        warning = fmt::format("the client's configuration is passed over: {}", error.what());
        return {};
    }
}

std::string current_context_name(const Environment& environment)
{
    if (!variable(environment, "DOCKER_HOST").empty())
        return std::string(default_name);
    std::string name = variable(environment, "DOCKER_CONTEXT");
    std::string warning;
    if (name.empty())
        name = configured_context(environment, warning);
    return name.empty() ? std::string(default_name) : name;
}

void use_context(const std::string& name, const Environment& environment)
{
    if (name != default_name)
        context_host(name, environment);
    const Path folder = configuration_directory(environment);
    const Path file = folder / "config.json";
    const std::string text = os::find_file(file, 4U << 20U).value_or("{}");
    os::make_directories(folder, 0700);
    os::write_file(file, with_current_context(text, file.string(), name), 0600);
}

Host context_host(const std::string& name, const Environment& environment)
{
    const ContextFile context = read_file_of(name, environment);
    const Place place = place_of(name, environment);
    if (context.host.empty())
        throw Error(ErrorKind::invalid, "the docker context '{}' in '{}' names no engine", printable(name),
                    place.file().string());
    Host host = parse_host(context.host);
    if (is_there(place.pem()) || context.skip_verify) {
        host.turn_tls_on();
        host.take_files(place.pem());
        host.verify = !context.skip_verify;
    }
    host.origin = "context '" + name + "'";
    return host;
}

ContextEndpoint parse_endpoint(std::string_view text, const Environment& environment)
{
    ContextEndpoint endpoint;
    for (const std::string_view field : split(text, ',')) {
        const auto [key, value] = split_once(field, '=');
        if (key == "host")
            endpoint.host = parse_host(value).text();
        else if (key == "from")
            return load_context(std::string(value), environment).endpoint.value_or(ContextEndpoint());
        else if (key == "ca")
            endpoint.trust = read_endpoint_file(key, value);
        else if (key == "cert")
            endpoint.certificate = read_endpoint_file(key, value);
        else if (key == "key")
            endpoint.key = read_endpoint_file(key, value);
        else if (key == "skip-tls-verify" && (value == "true" || value == "false"))
            endpoint.skip_verify = value == "true";
        else
            throw Error(ErrorKind::invalid, "cannot read '{}' of a context's endpoint", printable(field))
                .hint("write 'host=tcp://HOST:PORT,ca=FILE,cert=FILE,key=FILE,skip-tls-verify=true|false' or "
                      "'from=CONTEXT'");
    }
    if (endpoint.host.empty())
        throw Error(ErrorKind::invalid, "a context's endpoint wants a host").hint("begin it with 'host=URL'");
    return endpoint;
}

ContextDraft load_context(const std::string& name, const Environment& environment)
{
    if (name == default_name)
        return {std::string(default_description), ContextEndpoint{.host = default_host(environment)}};
    const ContextFile file = read_file_of(name, environment);
    const Path pem = place_of(name, environment).pem();
    const auto content = [&pem](const char* of) { return os::find_file(pem / of, largest_file).value_or(""); };
    return {file.description.empty() ? std::nullopt : std::optional(file.description),
            ContextEndpoint{.host = file.host,
                            .trust = content("ca.pem"),
                            .certificate = content("cert.pem"),
                            .key = content("key.pem"),
                            .skip_verify = file.skip_verify}};
}

void create_context(const std::string& name, const ContextDraft& draft, const Environment& environment)
{
    expect_context_name(name);
    if (is_there(place_of(name, environment).file()))
        throw Error(ErrorKind::conflict, "context \"{}\" already exists", name)
            .hint("change it with 'docker context update', or take another name");
    const ContextEndpoint endpoint = draft.endpoint.value_or(ContextEndpoint());
    write_context(name, {name, draft.description.value_or(""), endpoint.host, endpoint.skip_verify}, endpoint,
                  environment);
}

void update_context(const std::string& name, const ContextDraft& draft, const Environment& environment)
{
    ContextFile file = read_file_of(name, environment);
    if (draft.description)
        file.description = *draft.description;
    if (draft.endpoint) {
        file.host = draft.endpoint->host;
        file.skip_verify = draft.endpoint->skip_verify;
    }
    write_context(name, file, draft.endpoint, environment);
}

void remove_context(const std::string& name, bool forced, const Environment& environment)
{
    if (name == default_name)
        throw Error(ErrorKind::invalid, "context \"default\" cannot be removed");
    const Place place = place_of(name, environment);
    if (!is_there(place.meta)) {
        if (forced)
            return;
        throw Error(ErrorKind::not_found, "context \"{}\" does not exist", printable(name));
    }
    if (name == current_context_name(environment)) {
        if (!forced)
            throw Error(ErrorKind::conflict, "context \"{}\" is in use, set -f flag to force remove", name);
        use_context(std::string(default_name), environment);
    }
    std::filesystem::remove(place.file()); // first: from here on it is not there
    std::filesystem::remove_all(place.meta);
    std::filesystem::remove_all(place.tls);
}

std::string context_document(const std::string& name, const Environment& environment)
{
    if (name == default_name) {
        constexpr const char* in_memory = "<IN MEMORY>";
        return encode_context({std::string(default_name), "", default_host(environment), false}, {}, in_memory,
                              in_memory);
    }
    const ContextFile file = read_file_of(name, environment);
    const Place place = place_of(name, environment);
    std::vector<std::string> files;
    for (const char* of : {"ca.pem", "cert.pem", "key.pem"})
        if (is_there(place.pem() / of))
            files.emplace_back(of);
    return encode_context(file, files, place.meta.string(), place.tls.string());
}

} // namespace dfriends::engine
