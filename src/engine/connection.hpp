// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/host.hpp"
#include "engine/types.hpp"
#include "http/client.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::engine {

/// The query part of a target, built piece by piece; empty values and false flags are left out.
class Query {
  public:
    Query& add(std::string_view name, std::string_view value);
    Query& add(std::string_view name, bool value);
    Query& add(std::string_view name, std::int64_t value); ///< always added
    Query& add(std::string_view name, const Filters& filters);
    /// The image's name as "repo" and "tag", its lines as "changes".
    Query& add(const ImageChanges& changes);
    /// "?a=1&b=2", or an empty text.
    std::string text() const;

  private:
    std::string text_;
};

/// The HTTP side of one engine: dialling, the API version, and its errors as Error. Every call has a connection of its
/// own, so that one object serves several loops one after the other (net::run).
class Connection {
  public:
    static constexpr std::string_view oldest_api = "1.24";
    static constexpr std::string_view newest_api = "1.47";

    /// `dial` replaces the way to the engine, `longest_silence` is how long an answer in one piece may pause; tests
    /// pass them.
    Connection(Host host, http::Dial dial, std::chrono::milliseconds longest_silence = std::chrono::minutes(2));
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const Host& host() const { return host_; }
    /// The version to speak ("1.41"), agreed upon at the first call: the lower of both sides' newest. Throws
    /// Error(unavailable) with a hint where no engine answers, Error(denied) without permission, Error(conflict) where
    /// the versions do not meet.
    net::Task<std::string> negotiate();
    /// Agrees on what another connection to the same engine has agreed on.
    void agree_with(const Connection& other) { version_ = other.version_; }
    /// The agreed version is at least this one; false before the first call.
    bool speaks(std::string_view version) const;

    struct Ask {
        std::string method = "GET";
        std::string path; ///< "/containers/json?all=1", without the version
        std::string body; ///< JSON
        http::Headers headers = {};
        http::Producer producer = {}; ///< instead of `body`
        bool waits_long = false;      ///< the head may take as long as it likes (wait, build, attach)
        bool without_version = false; ///< for the calls that find the version out
        bool may_be_first = false; ///< a question that is the same in all versions: as the first call it needs no ping
    };
    /// A reply that is not an error; one of 400 and above is thrown with the engine's own sentence. Its body is a
    /// stream that may be silent for as long as it likes (logs, events, pull).
    net::Task<http::Reply> send(Ask ask);
    /// The whole body of such a reply, which is an answer in one piece: Error(unavailable) where it stops on its way.
    net::Task<std::string> fetch(Ask ask);
    /// fetch() for the status, where it tells more than success (304: nothing to do).
    net::Task<int> fetch_status(Ask ask);
    /// A bare connection to the engine.
    net::Task<net::StreamPointer> dial();
    /// send() with an upgrade to a raw stream: attach and exec.
    net::Task<http::Upgraded> hijack(Ask ask);

  private:
    http::Url url(std::string_view path, bool with_version) const;
    net::Task<http::Reply> send_raw(http::Call call);
    /// The answer to a first question that tells which version to speak; nothing where a ping must do that.
    net::Task<std::optional<http::Reply>> send_first(const Ask& ask, std::chrono::milliseconds longest_silence);
    /// `longest_silence` of the body; 0 waits for ever.
    net::Task<http::Reply> send_within(Ask ask, std::chrono::milliseconds longest_silence);

    Host host_;
    std::chrono::milliseconds longest_silence_;
    http::Client client_;
    std::string version_;
};

/// "1.9" comes before "1.41".
int compare_api_versions(std::string_view a, std::string_view b);

} // namespace dfriends::engine
