// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/json.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// The keys of both APIs as a text, for moving them from one etcd to another: one JSON object a line, a Head first and
/// the Counts last, so that a file which was cut short is known as such.
namespace dfriends::etcd::dump {

struct Head {
    std::string format;
    std::int64_t version = 0;
    std::uint64_t v2_index = 0;   ///< the keys of v2 are as they were at this index; 0: there are none
    std::int64_t v3_revision = 0; ///< likewise

    static void describe(auto& m, auto& visit)
    {
        visit(1, "format", m.format);
        visit(2, "version", m.version);
        visit(3, "v2_index", m.v2_index);
        visit(4, "v3_revision", m.v3_revision);
    }
};

/// A file or a directory of v2; parents come before what they hold.
struct V2Record {
    std::string key;
    std::string value;
    bool dir = false;
    std::string expiration; ///< RFC 3339; empty: none

    static void describe(auto& m, auto& visit)
    {
        visit(1, "key", m.key);
        visit(2, "value", m.value);
        visit(3, "dir", m.dir);
        visit(4, "expiration", m.expiration);
    }
};

/// A lease of v3; it comes before the keys that live with it.
struct LeaseRecord {
    std::int64_t id = 0;
    std::int64_t ttl = 0; ///< the seconds that it was granted

    static void describe(auto& m, auto& visit)
    {
        visit(1, "ID", m.id);
        visit(2, "TTL", m.ttl);
    }
};

struct Counts {
    std::int64_t v2 = 0;
    std::int64_t v3 = 0;
    std::int64_t leases = 0;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "v2", m.v2);
        visit(2, "v3", m.v3);
        visit(3, "leases", m.leases);
    }
    bool operator==(const Counts&) const = default;
};

/// One line: exactly one of its members is there.
struct Record {
    std::optional<Head> head;
    std::optional<V2Record> v2;
    std::optional<LeaseRecord> lease;
    std::optional<v3::KeyValue> v3;
    std::optional<Counts> end;

    static void describe(auto& m, auto& visit)
    {
        visit(1, "head", m.head);
        visit(2, "v2", m.v2);
        visit(3, "lease", m.lease);
        visit(4, "v3", m.v3);
        visit(5, "end", m.end);
    }
};

inline constexpr std::string_view format_name = "dfriends-kv";
inline constexpr std::int64_t format_version = 1;

} // namespace dfriends::etcd::dump
