// SPDX-License-Identifier: Apache-2.0
#include "cache/proxy.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "cache/freshness.hpp"
#include "cache/moment.hpp"
#include "cache/report_page.hpp"
#include "http/status.hpp"

#include <algorithm>

namespace dfriends::cache {

namespace {

constexpr std::chrono::seconds table_patience{20};
constexpr std::int64_t taken_back_time = 600;
constexpr std::int64_t full_time = 60; // that the disk counts as full: a document cannot be adopted, but passed

/// A configured registry may be connected to, whatever its address and port.
std::vector<std::string> allowed_upstreams(const ProxyOptions& options)
{
    auto allowed = options.allowed_upstreams;
    if (const auto registry = read_registry(options.registry)) {
        const bool is_v6 = registry->host.find(':') != std::string::npos;
        allowed.push_back(fmt::format("{}{}{}:{}", is_v6 ? "[" : "", registry->host, is_v6 ? "]" : "", registry->port));
    }
    return allowed;
}

/// Whether content that no index vouches for is kept.
bool may_keep(const Fill& fill)
{
    const auto& draft = *fill.draft();
    return is_storable(fill.head()) && is_plausible(fill.order().key, fill.head(), draft.descriptor(), draft.size());
}

} // namespace

Proxy::Proxy(ProxyOptions options, state::Store& state, log::Logger& log, Statistics& statistics)
    : options_(std::move(options)), log_(log), statistics_(statistics), remap_(options_.remap),
      store_(options_.directory), index_(state),
      upstream_(AddressPolicy(allowed_upstreams(options_), remap_, options_.allowed_clients),
                read_upstream_proxy(options_.upstream_proxy)),
      fetches_(
          upstream_, store_, may_keep, [this](FillPointer fill) { return stored(std::move(fill)); },
          [this](const Fill& fill) { trouble(fill); }),
      tables_(store_, index_, options_.clock), releases_(upstream_, store_, index_, fetches_, tables_, options_.clock)
{
    bytes_ = index_.content_bytes();
    set_registry(options_.registry);
    releases_.trust(options_.keyrings);
    store_.on_full([this](std::uint64_t size) { make_room(size); });
    upstream_.on_health_change([this] { tell_mirrors(); });
    tell_mirrors();
}

void Proxy::set_registry(std::string_view text)
{
    const auto url = read_registry(text);
    registry_ = url ? std::make_shared<Registry>(*url, upstream_, options_.clock) : nullptr;
}

http::Response Proxy::said(http::Request& request, Verdict verdict, http::Response response)
{
    statistics_.count(verdict);
    request.note = name(verdict);
    if (!response.headers.has("X-Cache"))
        response.headers.set("X-Cache", std::string(name(verdict)));
    return response;
}

void Proxy::reconfigure(const ProxyOptions& options)
{
    Remap remap(options.remap);
    auto proxy = read_upstream_proxy(options.upstream_proxy);
    upstream_.replace_policy(AddressPolicy(allowed_upstreams(options), remap, options.allowed_clients));
    upstream_.replace_proxy(std::move(proxy));
    remap_ = std::move(remap);
    tell_mirrors();
    set_registry(options.registry);
    releases_.trust(options.keyrings);
    options_.offline = options.offline;
    options_.max_size = options.max_size;
    hot_.clear();
}

net::Task<http::Response> Proxy::handle(http::Request& request)
{
    if (!upstream_.policy().may_ask(request.connection->peer_address()))
        co_return said(request, Verdict::error,
                       http::text_response(403, "this cache serves local networks only\n"
                                                "hint: its operator lets others in with --allow-client\n"));
    std::optional<Error> error;
    try {
        if (registry_ && is_registry_target(request.target))
            co_return co_await serve_registry(request, registry_);
        if (const auto* hot = hot_answer(request))
            co_return said(request, Verdict::hit, *hot);
        auto asked = map_request(request.method, request.target, remap_);
        asked.via = via_of(request.headers);
        if (upstream_.is_own(asked.via))
            co_return said(request, Verdict::error, http::text_response(508, "the request came back to this cache\n"));
        switch (asked.kind) {
        case ProxyRequest::Kind::usage:
            co_return usage(request);
        case ProxyRequest::Kind::report: {
            auto response = http::text_response(302, "the report is at /\n");
            response.headers.set("Location", "/");
            co_return said(request, Verdict::local, std::move(response));
        }
        case ProxyRequest::Kind::tunnel:
            co_return co_await tunnel(request, std::move(asked));
        case ProxyRequest::Kind::file:
            co_return co_await serve_file(request, std::move(asked));
        }
    } catch (const Error& caught) {
        error = caught;
    }
    co_return failure(request, error ? *error : Error(ErrorKind::internal, "a request of no kind"));
}

http::Response Proxy::usage(http::Request& request)
{
    // auto-apt-proxy takes whoever answers with this status and reason on port 3142 for a cache.
    const auto totals = index_.totals();
    Report report;
    const auto host = http::find_url("http://" + std::string(request.headers.get("Host")) + "/");
    report.proxy = host ? "http://" + host->authority() : "http://" + request.connection->local_address() + ":3142";
    report.bytes = totals.bytes;
    report.files = totals.blobs;
    report.suites = releases_.size();
    report.hits = statistics_.requests(Verdict::hit) + statistics_.requests(Verdict::stale);
    report.misses = statistics_.requests(Verdict::miss);
    report.sent = statistics_.sent_bytes();
    report.fetched = statistics_.fetched_bytes();
    report.offline = options_.offline;
    auto response = http::text_response(406, render_report(report), "text/html; charset=utf-8");
    response.reason = "Usage Information";
    return said(request, Verdict::local, std::move(response));
}

net::Task<http::Response> Proxy::serve_file(http::Request& request, ProxyRequest asked)
{
    if (request.method != "GET" && request.method != "HEAD") {
        auto response = http::text_response(405, "a package cache answers GET, HEAD and CONNECT\n");
        response.headers.set("Allow", "GET, HEAD, CONNECT");
        co_return said(request, Verdict::error, std::move(response));
    }
    if (has_credentials(request) || !asked.url.user_info.empty())
        co_return co_await pass(request, std::move(asked));
    const auto client = request.connection->peer_address();
    if (const auto member = releases_.find_member(asked.key, client)) {
        releases_.want(*member);
        co_return co_await serve_known(request, ReleaseSets::order(*member, asked));
    }
    if (ReleaseSets::is_document(asked.key))
        co_return co_await serve_document(request, std::move(asked));
    co_await tables_.settle(asked.key, table_patience);
    if (auto expected = tables_.find(asked.key)) {
        FetchOrder order;
        order.key = asked.key;
        order.sources = std::move(asked.sources);
        order.expected = *std::move(expected);
        co_return co_await serve_known(request, std::move(order));
    }
    co_return co_await serve_unknown(request, std::move(asked));
}

net::Task<http::Response> Proxy::serve_document(http::Request& request, ProxyRequest asked)
{
    const auto served =
        co_await releases_.serve(asked, request.connection->peer_address(), options_.offline, wants_check(request));
    if (!served.sha256.empty()) {
        if (served.failure)
            warn(*served.failure, asked.key);
        if (const auto blob = co_await store_.open(served.sha256)) {
            using Freshness = ReleaseSets::Freshness;
            const auto verdict = served.freshness == Freshness::hit    ? Verdict::hit
                                 : served.freshness == Freshness::miss ? Verdict::miss
                                                                       : Verdict::stale;
            co_return from_store(request, blob, asked.key, verdict);
        }
    }
    // Not every file of that name is a suite's: installer images have a Release of their own kind.
    if (served.failure && served.failure->kind() == ErrorKind::invalid && asked.key.ends_with("/Release"))
        co_return co_await serve_unknown(request, std::move(asked));
    const bool has_room = seconds(options_.clock()) - full_at_ > full_time;
    if (served.failure && served.failure->kind() == ErrorKind::unavailable && !has_room && !options_.offline)
        co_return co_await pass(request, std::move(asked));
    if (served.failure) {
        warn(*served.failure, asked.key);
        co_return upstream_failure(request, *served.failure);
    }
    co_return upstream_status(request, served.status == 200 ? 503 : served.status, asked.key);
}

net::Task<BlobPointer> Proxy::find_content(const Expected& expected)
{
    auto blob = co_await store_.open(index_.sha256_of(expected));
    if (blob && expected.size && blob->size != *expected.size)
        blob = nullptr;
    co_return blob;
}

net::Task<http::Response> Proxy::serve_known(http::Request& request, FetchOrder order)
{
    if (const auto blob = co_await find_content(order.expected)) {
        if (!order.directory.empty())
            tables_.ensure(order.directory, order.path, blob->sha256);
        // Which generation's index a plain name is depends on the client, and a registry's answers get more headers.
        const bool is_everybodys = order.directory.empty() && !order.sender;
        co_return is_everybodys ? hit(request, blob, order.key) : from_store(request, blob, order.key, Verdict::hit);
    }
    if (options_.offline)
        co_return failure(request,
                          Error(ErrorKind::unavailable, "'{}' is not in the cache, which is offline", order.key));
    if (request.method == "HEAD") {
        http::Response response;
        response.headers.set("Content-Type", content_type_of(order.key));
        if (order.expected.size)
            response.headers.set("Content-Length", std::to_string(*order.expected.size));
        response.headers.set("Accept-Ranges", "bytes");
        co_return said(request, Verdict::miss, std::move(response));
    }
    order.via = via_of(request.headers);
    const auto [fill, is_new] = fetches_.join(std::move(order));
    if (is_new && !fill->order().directory.empty())
        tables_.follow(fill);
    // Until the first byte may go out every failure can still become a status.
    while (!fill->has_ended() && fill->available() == 0)
        co_await fill->changed().wait();
    if (fill->state() == Fill::State::refused || fill->state() == Fill::State::failed)
        co_return failure(request, fill);
    co_return from_fill(request, fill, is_new ? Verdict::miss : Verdict::join);
}

net::Task<http::Response> Proxy::serve_unknown(http::Request& request, ProxyRequest asked)
{
    const auto now = seconds(options_.clock());
    auto row = index_.find_name(asked.key);
    const auto blob = row ? co_await store_.open(row->sha256) : nullptr;
    const bool is_fresh = blob && (row->verified || now < row->fresh_until) && !wants_check(request);
    if (is_fresh)
        co_return hit(request, blob, asked.key);
    if (blob && (options_.offline || upstream_.are_down(asked.sources)))
        co_return from_store(request, blob, asked.key, Verdict::stale);
    if (options_.offline)
        co_return failure(request,
                          Error(ErrorKind::unavailable, "'{}' is not in the cache, which is offline", asked.key));
    if (request.method == "HEAD")
        co_return co_await pass(request, std::move(asked));

    FetchOrder order;
    order.key = asked.key;
    order.sources = asked.sources;
    order.via = asked.via;
    if (blob && !row->etag.empty())
        order.conditions.set("If-None-Match", row->etag);
    else if (blob && !row->last_modified.empty())
        order.conditions.set("If-Modified-Since", row->last_modified);
    const auto [fill, is_new] = fetches_.join(std::move(order));
    while (!fill->has_ended() && fill->available() == 0)
        co_await fill->changed().wait();
    if (fill->state() == Fill::State::refused && fill->status() == 304 && blob) {
        row->fresh_until = now + fresh_seconds(asked.key, fill->head());
        if (is_new)
            net::spawn(index_.put_name(*row));
        co_return from_store(request, blob, asked.key, Verdict::hit);
    }
    const bool is_lost =
        fill->state() == Fill::State::failed || (fill->state() == Fill::State::refused && is_transient(fill->status()));
    if (is_lost && blob)
        co_return from_store(request, blob, asked.key, Verdict::stale);
    if (fill->state() == Fill::State::refused || fill->state() == Fill::State::failed)
        co_return failure(request, fill);
    co_return from_fill(request, fill, is_new ? Verdict::miss : Verdict::join);
}

http::Response Proxy::from_store(http::Request& request, const BlobPointer& blob, std::string_view key, Verdict verdict)
{
    Representation about;
    about.content_type = content_type_of(key);
    if (auto row = index_.find_blob(blob->sha256)) {
        about.content_type = std::move(row->content_type);
        about.last_modified = std::move(row->last_modified);
    } else {
        // Published by a process that was killed before it could write that down.
        net::spawn(index_.put({blob->sha256, blob->size, about.content_type, {}}, {}, milliseconds(options_.clock())));
        bytes_ += static_cast<std::int64_t>(blob->size);
    }
    used(blob->sha256);
    return said(request, verdict,
                answer_blob(request, blob, about, verdict, may_use_ranges(request, std::string(key))));
}

const http::Response* Proxy::hot_answer(const http::Request& request)
{
    if (hot_revision_ != tables_.revision()) {
        hot_revision_ = tables_.revision();
        hot_.clear();
    }
    return HotAnswers::is_plain(request) ? hot_.find(request.target) : nullptr;
}

http::Response Proxy::hit(http::Request& request, const BlobPointer& blob, std::string_view key)
{
    auto response = from_store(request, blob, key, Verdict::hit);
    if (HotAnswers::is_plain(request) && response.status == 200 && hot_revision_ == tables_.revision())
        hot_.keep(request.target, response, blob);
    return response;
}

http::Response Proxy::from_fill(http::Request& request, const FillPointer& fill, Verdict verdict)
{
    const auto& key = fill->order().key;
    const Representation about{type_of(fill->head(), key), date_of(fill->head())};
    return said(request, verdict, answer_fill(request, fill, about, verdict, may_use_ranges(request, key)));
}

/// A client whose answer was cut may hold bytes that turned out wrong; a part of the right file behind them would make
/// a spliced one.
bool Proxy::may_use_ranges(const http::Request& request, const std::string& key)
{
    if (taken_back_.empty() || !request.headers.has("Range"))
        return true;
    const auto found = taken_back_.find(key);
    return found == taken_back_.end() || seconds(options_.clock()) - found->second > taken_back_time;
}

http::Response Proxy::failure(http::Request& request, const FillPointer& fill)
{
    if (fill->state() == Fill::State::refused)
        return upstream_status(request, fill->status(), fill->order().key);
    return upstream_failure(request, fill->failure());
}

/// What is invalid in an upstream's answer is no fault of the request.
http::Response Proxy::upstream_failure(http::Request& request, const Error& error)
{
    if (error.kind() == ErrorKind::invalid)
        return said(request, Verdict::error, hard_error(502));
    return error_answer(request, error);
}

http::Response Proxy::failure(http::Request& request, const Error& error)
{
    warn(error, request.target);
    return error_answer(request, error);
}

http::Response Proxy::error_answer(http::Request& request, const Error& error)
{
    const int status = http::status_of(error.kind());
    if (is_transient(status))
        return said(request, Verdict::error, hard_error(503));
    std::string text = printable(error.message()) + "\n";
    if (!error.hint().empty())
        text += "hint: " + printable(error.hint()) + "\n";
    return said(request, Verdict::error, http::text_response(status, std::move(text)));
}

http::Response Proxy::upstream_status(http::Request& request, int status, std::string_view key)
{
    if (is_transient(status) || status < 400)
        return said(request, Verdict::error, hard_error(status < 400 ? 502 : 503));
    return said(request, Verdict::pass,
                http::text_response(status, fmt::format("upstream answers {} for '{}'\n", status, printable(key))));
}

} // namespace dfriends::cache
