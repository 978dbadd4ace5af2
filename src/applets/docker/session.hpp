// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "engine/attachment.hpp"
#include "net/task.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace dfriends::applets::docker {

/// Our own stdin as a task sees it: read on a thread, since it may be a file, a pipe or a terminal.
class Input {
  public:
    Input();
    ~Input();
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    /// The next bytes; an empty text at the end.
    net::Task<std::string> read();

  private:
    struct Reading;
    std::shared_ptr<Reading> reading_;
};

/// Hands a container's output to ours by channel.
engine::OnOutput print_output(Context& context);

struct Session {
    bool input = false; ///< our stdin goes to the container
    bool tty = false;   ///< the container has a terminal: ours becomes raw, and its size follows ours
    std::function<net::Task<>(unsigned columns, unsigned rows)> resize;
    std::function<net::Task<>(int signal)> on_signal; ///< empty: signals act on us
};

/// Carries bytes between our streams and the container's until its output ends.
net::Task<> carry(Context& context, engine::Attachment& attachment, Session session);

} // namespace dfriends::applets::docker
