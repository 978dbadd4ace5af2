// SPDX-License-Identifier: Apache-2.0
// The proxy as a mirror of a registry for images: what is asked for by digest is like a package that an index vouches
// for, and a tag is a name for a digest.
#include "base/text.hpp"
#include "cache/moment.hpp"
#include "cache/proxy.hpp"
#include "cache/registry_wire.hpp"

#include <unistd.h>

namespace dfriends::cache {

namespace {

constexpr std::int64_t tag_freshness = 60;
constexpr std::uint64_t most_to_sniff = 4U << 20U;

ProxyRequest registry_file(const RegistryPointer& registry, const RegistryRequest& asked)
{
    ProxyRequest file;
    file.kind = ProxyRequest::Kind::file;
    file.url = registry->source(asked);
    file.sources = {file.url};
    file.key = file.url.text();
    return file;
}

FetchOrder registry_order(const RegistryPointer& registry, const RegistryRequest& asked)
{
    FetchOrder order;
    const auto source = registry->source(asked);
    order.key = source.text();
    order.sources = {source};
    order.expected.digests[crypto::Algorithm::sha256] = asked.reference;
    order.sender = registry->sender(asked);
    return order;
}

std::string_view registry_code(int status, RegistryRequest::Kind kind)
{
    if (status == 403)
        return "DENIED";
    if (status == 404)
        return kind == RegistryRequest::Kind::blob ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN";
    return "UNSUPPORTED";
}

http::Response registry_error(int status, std::string_view code, std::string_view message)
{
    return http::text_response(status, encode_registry_error(code, message), "application/json");
}

http::Response registry_refusal(std::string_view code, std::string_view target)
{
    const int status = code == "UNSUPPORTED" ? 404 : 400;
    return registry_error(
        status, code,
        fmt::format("'{}' is not what a mirror of a registry can answer", printable(target.substr(0, 500))));
}

/// An error of the cache as engines read it. A 401 would make them ask this cache for a challenge that it has not.
http::Response as_registry(http::Response response, RegistryRequest::Kind kind)
{
    if (const auto* text = std::get_if<std::string>(&response.body);
        text != nullptr && response.status >= 400 && response.status <= 404) {
        const auto verdict = std::string(response.headers.get("X-Cache"));
        const int status = response.status == 401 ? 403 : response.status;
        response = registry_error(status, registry_code(status, kind), trim(*text));
        response.headers.set("X-Cache", verdict);
    }
    response.headers.set("Docker-Distribution-API-Version", "registry/2.0");
    return response;
}

http::Response with_digest(http::Response response, const std::string& sha256)
{
    if (response.status < 400)
        response.headers.set("Docker-Content-Digest", "sha256:" + sha256);
    return response;
}

/// The type that a manifest's text names, for content that came here as a mere blob first.
std::string sniffed_type(const Blob& blob)
{
    if (blob.size > most_to_sniff)
        return {};
    std::string text(static_cast<std::size_t>(blob.size), '\0');
    if (::pread(blob.descriptor.number(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return {};
    return manifest_type_of(text);
}

} // namespace

/// `registry`: the one of when the request came; a reload may set another meanwhile.
net::Task<http::Response> Proxy::serve_registry(http::Request& request, RegistryPointer registry)
{
    using Kind = RegistryRequest::Kind;
    auto asked = parse_registry_request(request.target);
    if (request.method != "GET" && request.method != "HEAD") {
        auto response = registry_error(405, "UNSUPPORTED", "a mirror of a registry answers GET and HEAD");
        response.headers.set("Allow", "GET, HEAD");
        co_return said(request, Verdict::error, std::move(response));
    }
    if (upstream_.is_own(via_of(request.headers)))
        co_return said(request, Verdict::error, http::text_response(508, "the request came back to this cache\n"));
    if (asked.kind == Kind::refused)
        co_return said(request, Verdict::error, registry_refusal(asked.reference, request.target));
    if (has_credentials(request))
        co_return co_await pass(request, registry_file(registry, asked));
    const auto kind = asked.kind;
    std::optional<Error> error;
    try {
        co_return as_registry(co_await answer_registry(request, std::move(registry), std::move(asked)), kind);
    } catch (const Error& caught) {
        error = caught;
    }
    co_return as_registry(failure(request, *error), kind);
}

net::Task<http::Response> Proxy::answer_registry(http::Request& request, RegistryPointer registry,
                                                 RegistryRequest asked)
{
    using Kind = RegistryRequest::Kind;
    switch (asked.kind) {
    case Kind::blob:
        co_return co_await serve_blob(request, std::move(registry), std::move(asked));
    case Kind::manifest:
        co_return co_await serve_manifest(request, std::move(registry), std::move(asked));
    case Kind::tag:
        co_return co_await serve_tag(request, std::move(registry), std::move(asked));
    case Kind::listing:
        co_return co_await pass(request, registry_file(registry, asked), registry->sender(asked));
    case Kind::base:
    case Kind::refused:
        break;
    }
    co_return said(request, Verdict::local, http::text_response(200, "{}", "application/json"));
}

net::Task<http::Response> Proxy::serve_blob(http::Request& request, RegistryPointer registry, RegistryRequest asked)
{
    const auto sha256 = asked.reference;
    // Before the fetch nobody knows its size, which is what HEAD is about.
    const auto kept = co_await store_.open(sha256);
    if (request.method == "HEAD" && !kept && !options_.offline)
        co_return with_digest(co_await pass(request, registry_file(registry, asked), registry->sender(asked)), sha256);
    co_return with_digest(co_await serve_known(request, registry_order(registry, asked)), sha256);
}

net::Task<http::Response> Proxy::serve_manifest(http::Request& request, RegistryPointer registry, RegistryRequest asked)
{
    const auto sha256 = asked.reference;
    auto order = registry_order(registry, asked);
    const auto key = order.key;
    auto blob = co_await store_.open(sha256);
    if (blob)
        co_return manifest_from_store(request, blob, key, Verdict::hit);
    if (options_.offline)
        co_return failure(request, Error(ErrorKind::unavailable, "'{}' is not in the cache, which is offline", key));
    const auto [fill, is_new] = fetches_.join(std::move(order));
    // It is small, and its type may have to be read from it.
    co_await fill->wait_until_over();
    if (fill->state() != Fill::State::complete)
        co_return failure(request, fill);
    const auto verdict = is_new ? Verdict::miss : Verdict::join;
    blob = co_await store_.open(sha256);
    co_return blob ? manifest_from_store(request, blob, key, verdict)
                   : with_digest(from_fill(request, fill, verdict), sha256);
}

http::Response Proxy::manifest_from_store(http::Request& request, const BlobPointer& blob, std::string_view key,
                                          Verdict verdict)
{
    auto response = with_digest(from_store(request, blob, key, verdict), blob->sha256);
    if (is_manifest_type(response.headers.get("Content-Type")))
        return response;
    if (auto type = sniffed_type(*blob); !type.empty())
        response.headers.set("Content-Type", std::move(type));
    return response;
}

/// What a tag stood for is served for a minute, and longer where the registry cannot be asked.
net::Task<http::Response> Proxy::serve_tag(http::Request& request, RegistryPointer registry, RegistryRequest asked)
{
    const auto source = registry->source(asked);
    const auto now = seconds(options_.clock());
    const auto row = index_.find_name(source.text());
    const auto kept = row ? co_await store_.open(row->sha256) : nullptr;
    if (kept && now < row->fresh_until && !wants_check(request))
        co_return manifest_from_store(request, kept, row->name, Verdict::hit);
    if (kept && (options_.offline || upstream_.is_down(source)))
        co_return manifest_from_store(request, kept, row->name, Verdict::stale);
    if (options_.offline)
        co_return failure(request,
                          Error(ErrorKind::unavailable, "'{}' is not in the cache, which is offline", source.text()));
    Registry::Resolution resolved;
    std::optional<Error> error;
    try {
        resolved = co_await registry->resolve(asked, wants_check(request));
    } catch (const Error& caught) {
        error = caught;
    }
    if (kept && (error ? error->kind() == ErrorKind::unavailable : is_transient(resolved.status)))
        co_return manifest_from_store(request, kept, row->name, Verdict::stale);
    if (error)
        co_return failure(request, *error);
    if (resolved.status != 200)
        co_return upstream_status(request, resolved.status, source.text());
    co_return co_await serve_resolved(request, std::move(registry), std::move(asked), std::move(resolved.sha256), kept);
}

net::Task<http::Response> Proxy::serve_resolved(http::Request& request, RegistryPointer registry, RegistryRequest asked,
                                                std::string sha256, BlobPointer kept)
{
    const auto name = registry->source(asked).text();
    RegistryRequest manifest;
    manifest.kind = RegistryRequest::Kind::manifest;
    manifest.name = asked.name;
    manifest.reference = sha256;
    manifest.target = fmt::format("/v2/{}/manifests/sha256:{}", asked.name, sha256);
    auto response = co_await serve_manifest(request, std::move(registry), std::move(manifest));
    if (response.status >= 500 && kept)
        co_return manifest_from_store(request, kept, name, Verdict::stale);
    if (response.status < 400)
        net::spawn(index_.put_name({name, sha256, false, {}, {}, seconds(options_.clock()) + tag_freshness}));
    co_return response;
}

} // namespace dfriends::cache
