// SPDX-License-Identifier: Apache-2.0
#include "os/terminal.hpp"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace dfriends::os {

bool is_terminal(int descriptor) noexcept
{
    return ::isatty(descriptor) == 1;
}

std::size_t terminal_width(int descriptor, std::size_t fallback) noexcept
{
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return fallback;
    return size.ws_col;
}

struct RawMode::Saved {
    termios attributes;
};

RawMode::RawMode()
{
    termios attributes{};
    if (::tcgetattr(STDIN_FILENO, &attributes) != 0)
        return;
    saved_ = new Saved{attributes};
    ::cfmakeraw(&attributes);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &attributes);
}

RawMode::~RawMode()
{
    if (saved_ != nullptr)
        ::tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_->attributes);
    delete saved_;
}

namespace {

/// False where there is no terminal.
bool show_input(bool shown)
{
    termios attributes{};
    if (::tcgetattr(STDIN_FILENO, &attributes) != 0)
        return false;
    if (shown)
        attributes.c_lflag |= static_cast<tcflag_t>(ECHO);
    else
        attributes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    return ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &attributes) == 0;
}

} // namespace

HiddenInput::HiddenInput() : is_hidden_(show_input(false)) {}

HiddenInput::~HiddenInput()
{
    if (is_hidden_)
        show_input(true);
}

} // namespace dfriends::os
