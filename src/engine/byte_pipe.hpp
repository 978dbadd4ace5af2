// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/stream.hpp"
#include "os/file.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <thread>

namespace dfriends::engine {

/// Bytes that a blocking function makes on a thread of its own, read on the loop as they come. The function waits when
/// nobody reads, and is made to fail when the pipe goes.
class BytePipe {
  public:
    using Sink = std::function<void(std::string_view bytes)>;
    explicit BytePipe(std::function<void(const Sink& sink)> make);
    BytePipe(const BytePipe&) = delete;
    BytePipe& operator=(const BytePipe&) = delete;
    ~BytePipe();

    /// 0 at the end; rethrows what the function threw.
    net::Task<std::size_t> read_some(std::span<char> into);

  private:
    net::StreamPointer stream_;
    std::exception_ptr failure_;
    std::thread thread_;
};

} // namespace dfriends::engine
