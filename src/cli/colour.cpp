// SPDX-License-Identifier: Apache-2.0
#include "cli/colour.hpp"

#include "os/terminal.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace dfriends::cli {

namespace {

bool wants_colour(int descriptor)
{
    const char* no_colour = std::getenv("NO_COLOR"); // https://no-color.org: set and not empty
    const char* terminal = std::getenv("TERM");
    if (no_colour != nullptr && *no_colour != '\0')
        return false;
    if (terminal != nullptr && std::string_view(terminal) == "dumb")
        return false;
    return os::is_terminal(descriptor);
}

} // namespace

Colour::Colour(When when, int descriptor)
    : on_(when == When::always || (when == When::automatic && wants_colour(descriptor)))
{
}

std::string Colour::paint(std::string_view code, std::string_view text) const
{
    return on_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

} // namespace dfriends::cli
