// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/types.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace dfriends::engine {

/// Undoes the multiplexing of a container's streams without a terminal: frames of one byte channel, three zero bytes,
/// four bytes length (big endian), payload. Payloads are handed on as they come, never collected.
class FrameReader {
  public:
    /// Throws Error(invalid) for a channel that does not exist.
    void feed(std::string_view bytes, const OnOutput& on_output);
    /// True between two frames: an end of the stream there is a clean one.
    bool is_at_boundary() const { return header_.empty() && left_ == 0; }

  private:
    std::string header_;
    std::size_t left_ = 0;
    Channel channel_ = Channel::output;
};

} // namespace dfriends::engine
