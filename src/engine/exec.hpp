// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/attachment.hpp"
#include "engine/connection.hpp"
#include "engine/types.hpp"

#include <string>

namespace dfriends::engine {

/// Further programs in a running container.
class Exec {
  public:
    explicit Exec(Connection& connection) : connection_(connection) {}

    /// Returns the exec's id; nothing runs yet.
    net::Task<std::string> create(std::string container, ExecSpec spec);
    net::Task<Attachment> start(std::string id, bool tty);
    net::Task<> start_detached(std::string id, bool tty);
    net::Task<ExecDetails> inspect(std::string id);
    net::Task<> resize(std::string id, unsigned columns, unsigned rows);

    struct Result {
        int exit_code = 0;
        std::string output;
        std::string error;
    };
    /// Runs to the end and keeps at most `limit` bytes of each stream.
    net::Task<Result> run(std::string container, ExecSpec spec, std::size_t limit = 1U << 20U);

  private:
    Connection& connection_;
};

} // namespace dfriends::engine
