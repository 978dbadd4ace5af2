// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "engine/attachment.hpp"
#include "http/message.hpp"
#include "net/signals.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
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

/// The bytes of a file, in pieces, for the engine.
http::Producer send_file(std::filesystem::path path);

/// Hands a container's output to ours by channel.
engine::OnOutput print_output(Context& context);
/// Prints a build's output, and the steps of a pull or push without their bars.
engine::OnProgress print_progress(Context& context);

struct Session {
    bool input = false; ///< our stdin goes to the container
    bool tty = false;   ///< the container has a terminal: ours becomes raw, and its size follows ours
    std::string detach_keys = {};
    std::function<net::Task<>(unsigned columns, unsigned rows)> resize = {};
    std::function<net::Task<>(int signal)> on_signal = {}; ///< empty: signals act on us
    /// What has come since before the container started; set where `on_signal` is.
    std::shared_ptr<net::Signals> signals = {};
};

/// Takes the signals that the docker client hands on (--sig-proxy) from their default action.
std::shared_ptr<net::Signals> catch_signals();
/// "TERM" as the engine understands it.
std::string signal_name(int number);

/// As docker does: a container's terminal wants one of ours where our stdin goes to it.
bool has_terminal(bool input, bool tty);
constexpr std::string_view no_terminal = "the input device is not a TTY";
/// Throws Error(failed).
void expect_terminal(bool input, bool tty);

enum class Ending { output_ended, detached };

/// Carries bytes between our streams and the container's until its output ends or the user leaves it by the keys.
net::Task<Ending> carry(Context& context, engine::Attachment& attachment, Session session);

} // namespace dfriends::applets::docker
