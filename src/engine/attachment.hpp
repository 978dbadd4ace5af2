// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/frames.hpp"
#include "http/client.hpp"

#include <string>

namespace dfriends::engine {

/// A connection to a container's or an exec's own streams.
class Attachment {
  public:
    Attachment(http::Upgraded connection, bool tty);
    Attachment(Attachment&&) noexcept = default;
    Attachment& operator=(Attachment&&) noexcept = default;

    /// The next bytes, by channel (with a terminal all of them are output); false at the end. `on_output` may be called
    /// several times.
    net::Task<bool> read(const OnOutput& on_output);
    /// To the container's stdin.
    net::Task<> write(std::string bytes);
    /// Ends the container's stdin; its output goes on.
    net::Task<> close_input();
    /// Ends everything; a pending read() fails or returns false.
    void close() noexcept;

  private:
    net::StreamPointer stream_;
    std::string rest_;
    FrameReader frames_;
    bool tty_;
};

} // namespace dfriends::engine
