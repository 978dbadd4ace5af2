// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::etcd {

/// A file or directory as etcd's v2 API shows it.
struct V2Node {
    std::string key = "/"; ///< the root has none on the wire
    std::string value;
    bool dir = false;
    std::vector<V2Node> nodes;
    std::uint64_t created = 0;
    std::uint64_t modified = 0;
    std::string expiration; ///< RFC 3339; empty: none
    std::int64_t ttl = 0;   ///< seconds; 0: none
};

struct V2Event {
    std::string action;
    V2Node node;
    std::optional<V2Node> prev_node;
    std::uint64_t index = 0; ///< X-Etcd-Index of the answer
};

/// An answer such as «100: Key not found (/x) [5]».
struct V2Refusal {
    int code = 0;
    std::string message;
    std::string cause;
    std::uint64_t index = 0;

    std::string text() const;
};

struct V2Answer {
    std::optional<V2Refusal> refusal;
    V2Event event; ///< where it was not refused

    /// The event; throws the refusal as an Error of the kind that fits its code.
    const V2Event& value() const;
};

struct V2Member {
    std::string id;
    std::string name;
    std::vector<std::string> peer_urls;
    std::vector<std::string> client_urls;
};

} // namespace dfriends::etcd
