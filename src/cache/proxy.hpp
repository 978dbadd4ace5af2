// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "cache/answer.hpp"
#include "cache/cache_index.hpp"
#include "cache/cache_store.hpp"
#include "cache/fetch.hpp"
#include "cache/hot_answers.hpp"
#include "cache/mirror_wire.hpp"
#include "cache/package_tables.hpp"
#include "cache/proxy_request.hpp"
#include "cache/registry.hpp"
#include "cache/release_set.hpp"
#include "cache/statistics.hpp"
#include "cache/upstream.hpp"
#include "http/message.hpp"
#include "log/log.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace dfriends::cache {

struct ProxyOptions {
    os::Path directory;
    std::vector<std::string> allowed_clients; ///< address ranges beside the local networks
    std::vector<std::string> allowed_upstreams;
    std::vector<std::string> remap;
    std::vector<os::Path> keyrings; ///< that check suites; none: those that apt trusts
    std::string upstream_proxy;     ///< URL of the proxy that all servers are asked through; empty: none
    std::string registry;           ///< URL of the registry that /v2/ mirrors; empty: none
    bool offline = false;
    std::optional<std::uint64_t> max_size; ///< bytes of content to keep
    Clock clock = system_now;
};

/// The caching proxy: answers every request of its clients from the store, from a fetch under way, or from upstream.
/// Lives on one loop.
class Proxy {
  public:
    Proxy(ProxyOptions options, state::Store& state, log::Logger& log, Statistics& statistics);

    net::Task<http::Response> handle(http::Request& request);
    /// Takes over what may change while it runs: allowed clients and upstreams, keyrings, remaps, the registry, offline
    /// and the greatest size. Throws, and changes nothing, where they are not valid.
    void reconfigure(const ProxyOptions& options);

    /// Bytes of content in the store.
    std::int64_t bytes() const { return bytes_; }
    std::size_t suites() const { return releases_.size(); }
    std::size_t fills() const { return fetches_.size(); }
    /// The remapped mirrors and how they are.
    std::vector<MirrorState> mirrors() const;
    /// Writes down what was used since the last time: for the end of the service.
    net::Task<> flush();

  private:
    net::Task<http::Response> serve_file(http::Request& request, ProxyRequest asked);
    net::Task<http::Response> serve_document(http::Request& request, ProxyRequest asked);
    net::Task<http::Response> serve_known(http::Request& request, FetchOrder order);
    net::Task<http::Response> serve_unknown(http::Request& request, ProxyRequest asked);
    net::Task<http::Response> serve_registry(http::Request& request, RegistryPointer registry);
    net::Task<http::Response> answer_registry(http::Request& request, RegistryPointer registry, RegistryRequest asked);
    net::Task<http::Response> serve_blob(http::Request& request, RegistryPointer registry, RegistryRequest asked);
    net::Task<http::Response> serve_manifest(http::Request& request, RegistryPointer registry, RegistryRequest asked);
    net::Task<http::Response> serve_tag(http::Request& request, RegistryPointer registry, RegistryRequest asked);
    net::Task<http::Response> serve_resolved(http::Request& request, RegistryPointer registry, RegistryRequest asked,
                                             std::string sha256, BlobPointer kept);
    http::Response manifest_from_store(http::Request& request, const BlobPointer& blob, std::string_view key,
                                       Verdict verdict);
    net::Task<http::Response> pass(http::Request& request, ProxyRequest asked, Sender sender = {});
    net::Task<http::Response> tunnel(http::Request& request, ProxyRequest asked);
    http::Response usage(http::Request& request);

    net::Task<BlobPointer> find_content(const Expected& expected);
    http::Response from_store(http::Request& request, const BlobPointer& blob, std::string_view key, Verdict verdict);
    const http::Response* hot_answer(const http::Request& request);
    /// from_store() for content that for a moment is the answer to everybody's request.
    http::Response hit(http::Request& request, const BlobPointer& blob, std::string_view key);
    http::Response from_fill(http::Request& request, const FillPointer& fill, Verdict verdict);
    http::Response failure(http::Request& request, const FillPointer& fill);
    http::Response failure(http::Request& request, const Error& error);
    http::Response error_answer(http::Request& request, const Error& error);
    http::Response upstream_failure(http::Request& request, const Error& error);
    http::Response upstream_status(http::Request& request, int status, std::string_view key);
    http::Response said(http::Request& request, Verdict verdict, http::Response response);

    void set_registry(std::string_view text);
    net::Task<> stored(FillPointer fill);
    void trouble(const Fill& fill);
    void warn(const Error& error, std::string_view about);
    /// Removes the least recently used content until no more than `goal` bytes are left.
    net::Task<> collect(std::int64_t goal);
    /// The disk is full: content of `size` bytes could not be kept.
    void make_room(std::uint64_t size);
    /// Writes down how the mirrors are, for `stats`.
    void tell_mirrors();
    void used(const std::string& sha256);
    bool may_use_ranges(const http::Request& request, const std::string& key);

    ProxyOptions options_;
    log::Logger& log_;
    Statistics& statistics_;
    Remap remap_;
    CacheStore store_;
    CacheIndex index_;
    Upstream upstream_;
    Fetches fetches_;
    PackageTables tables_;
    ReleaseSets releases_;
    HotAnswers hot_;
    std::uint64_t hot_revision_ = 0; ///< of the tables that hot_ was answered by
    RegistryPointer registry_;       ///< null: none
    std::int64_t bytes_ = 0;
    bool collecting_ = false;
    std::int64_t full_at_ = 0; ///< when the disk was full, in seconds
    std::string told_mirrors_;
    std::unordered_set<std::string> used_;
    std::int64_t flushed_ = 0;
    std::map<std::string, std::int64_t> taken_back_; ///< keys of which clients may hold wrong bytes, and since when
};

} // namespace dfriends::cache
