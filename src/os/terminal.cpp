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

} // namespace dfriends::os
