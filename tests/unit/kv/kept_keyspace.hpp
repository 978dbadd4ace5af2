// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v2/keyspace.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"
#include "state/store.hpp"

#include <string>

namespace dfriends::kv::v2 {

/// A keyspace on a database of its own, with a clock that a test can set.
struct KeptKeyspace {
    os::TemporaryDirectory directory;
    TimePoint now = *parse_rfc3339("2026-01-02T12:00:00Z");
    state::Store store{directory.path()};
    std::unique_ptr<Keyspace> keyspace;

    KeptKeyspace() { restart(); }

    /// As after the end of the process.
    void restart()
    {
        keyspace = std::make_unique<Keyspace>(store, [this] { return now; });
        keyspace->load();
    }

    /// The event's body, or "101 /cause".
    std::string change(Operation operation)
    {
        const Outcome outcome = net::run(keyspace->change(std::move(operation)));
        if (outcome.refusal)
            return std::to_string(static_cast<int>(outcome.refusal->code)) + " " + outcome.refusal->cause;
        return outcome.event->body;
    }
    std::string set(std::string path, std::string value, std::optional<std::chrono::seconds> ttl = std::nullopt)
    {
        Operation operation;
        operation.path = std::move(path);
        operation.value = std::move(value);
        if (ttl)
            operation.expires = now + *ttl;
        return change(std::move(operation));
    }
    std::string remove(std::string path)
    {
        Operation operation;
        operation.action = Action::remove;
        operation.path = std::move(path);
        operation.recursive = true;
        return change(std::move(operation));
    }
    /// The node, or "100 /cause".
    std::string read(std::string path)
    {
        const Reading reading = net::run(keyspace->read(std::move(path), true));
        if (reading.refusal)
            return std::to_string(static_cast<int>(reading.refusal->code)) + " " + reading.refusal->cause;
        return reading.node;
    }
    void sql(const std::string& text)
    {
        store.change([&text](state::Database& database) { database.execute(text); });
    }
};

} // namespace dfriends::kv::v2
