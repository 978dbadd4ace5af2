// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/path.hpp"
#include "crypto/hash.hpp"

#include <fmt/format.h>

#include <exception>

namespace dfriends::converge {

namespace {

std::vector<WebFile> sources_of(const Resource& resource)
{
    std::vector<WebFile> sources;
    for (const std::string& url : list_of(resource, "source"))
        sources.push_back({url, map_of(resource, "headers")});
    if (sources.empty())
        throw Error(ErrorKind::invalid, resource.position, "'{}' wants 'source'", address(resource))
            .hint("the URL that the file is fetched from");
    return sources;
}

/// The declared digest in small letters; empty where none is declared.
std::string declared_checksum(const Resource& resource)
{
    const std::string checksum = to_lower(text_or(resource, "checksum", ""));
    if (!checksum.empty() && !crypto::is_digest(crypto::Algorithm::sha256, checksum))
        throw Error(ErrorKind::invalid, find_attribute(resource, "checksum")->position,
                    "'{}' is no SHA-256 digest of 64 hexadecimal digits", printable(checksum));
    return checksum;
}

/// The first source that answers says what is known of the file; others are for when it does not.
template <class Function>
auto first_of(const std::vector<WebFile>& sources, Function ask)
{
    for (std::size_t at = 0; at + 1 < sources.size(); ++at) {
        try {
            return ask(sources[at]);
        } catch (const Error&) {
            continue; // what the last one says is told
        }
    }
    return ask(sources.back());
}

/// A tag counts for the file that it came with: not for one that was written since.
std::string note_of(const WebFacts& facts, std::int64_t modified)
{
    return facts.etag.empty() ? "" : fmt::format("{} {}", modified, facts.etag);
}

enum class Freshness { same, other, unknown };

/// What a server's head says of a file that was fetched from it before. A file fetched by us has the server's time.
Freshness compare_with(const WebFacts& facts, const PathState& state, const std::string& note)
{
    if (facts.size && *facts.size != state.size)
        return Freshness::other;
    if (!facts.etag.empty() && !note.empty())
        return note == note_of(facts, state.modified) ? Freshness::same : Freshness::unknown;
    if (facts.size && facts.modified && *facts.modified == state.modified)
        return Freshness::same;
    return Freshness::unknown;
}

/// Puts the file in its place once it is whole and has the declared digest.
void fetch(const WebFile& source, const std::string& path, mode_t mode, const std::string& checksum, Host& host)
{
    WebFacts facts;
    host.write_pieces(path, mode, [&](const Host::Sink& sink) {
        crypto::Hash hash(crypto::Algorithm::sha256);
        facts = host.web().fetch(source, [&](std::string_view bytes) {
            hash.update(bytes);
            sink(bytes);
        });
        const std::string digest = hash.finish_hex();
        if (!checksum.empty() && digest != checksum)
            throw Error(ErrorKind::invalid, "'{}' has the SHA-256 digest {} instead of {}", shown_url(source.url),
                        digest, checksum)
                .hint("somebody changed the file, or the checksum is another version's");
    });
    if (facts.modified)
        host.set_modified(path, facts.modified);
    if (const auto state = host.find_path(path); state && !facts.etag.empty())
        host.set_note(path, note_of(facts, state->modified));
}

/// What content and access come to, to see whether a fetch brought anything new.
std::string imprint_of(const std::string& path, Host& host)
{
    const auto state = host.find_path(path);
    if (!state || state->kind != PathState::Kind::file)
        return "";
    return fmt::format("{} {} {} {}", host.digest(path), state->owner, state->group, state->mode);
}

/// How the content of a file that is there differs from the declared one, as far as it is known before it is fetched.
std::optional<Change> difference(const Resource& resource, const std::vector<WebFile>& sources, const PathState& state,
                                 Host& host, const std::string& path)
{
    const std::string url = shown_url(sources.front().url);
    if (const std::string checksum = declared_checksum(resource); !checksum.empty()) {
        const std::string digest = host.digest(path);
        return digest == checksum ? std::nullopt
                                  : std::optional(Change{"checksum", digest.substr(0, 12), checksum.substr(0, 12)});
    }
    const WebFacts facts = first_of(sources, [&](const WebFile& source) { return host.web().ask(source); });
    switch (compare_with(facts, state, host.note(path))) {
    case Freshness::same:
        return std::nullopt;
    case Freshness::other:
        return Change{"content", fmt::format("{} bytes", state.size), fmt::format("{} bytes of {}", *facts.size, url)};
    case Freshness::unknown:
        break;
    }
    return Change{"content", fmt::format("{} bytes", state.size), "what is at " + url + " now"};
}

} // namespace

Step examine_remote_file(const Resource& resource, const std::string& action, Scene& scene)
{
    if (action == "delete" || action == "touch")
        return examine_file(resource, action, scene);
    Host& host = scene.host;
    const std::string path = text_or_name(resource, "path");
    const auto sources = sources_of(resource);
    const std::string checksum = declared_checksum(resource);
    const auto state = host.find_path(path);
    if (state && state->kind == PathState::Kind::directory)
        throw Error(ErrorKind::conflict, "'{}' is a directory, not a file", path);
    if (state && action == "create_if_missing")
        return {};
    const bool is_file = state && state->kind == PathState::Kind::file;
    const auto content = is_file ? difference(resource, sources, *state, host, path)
                                 : Change{"content", "", shown_url(sources.front().url)};
    Step step{.effect = state ? Effect::update : Effect::create,
              .changes = compare_access(resource, state ? &*state : nullptr)};
    if (content)
        step.changes.insert(step.changes.begin(), *content);
    if (step.changes.empty())
        return {};
    const mode_t mode = declared_mode(resource).value_or(is_file ? state->mode : 0644);
    step.perform = [&host, &resource, path, sources, checksum, mode, state, is_file, fetches = content.has_value()] {
        if (fetches)
            first_of(sources, [&](const WebFile& source) { fetch(source, path, mode, checksum, host); });
        // A replaced file belongs to us: what is not declared stays as it was.
        if (fetches && is_file && host.is_root())
            host.set_owner(path, state->owner, state->group);
        apply_access(resource, path, host);
    };
    if (is_file)
        step.probe = [&host, path] { return imprint_of(path, host); };
    return step;
}

} // namespace dfriends::converge
