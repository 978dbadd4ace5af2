// SPDX-License-Identifier: Apache-2.0
#include "cli/report.hpp"

#include "base/text.hpp"

namespace dfriends::cli {

int exit_code(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::failed:
        return 1;
    case ErrorKind::usage:
        return 2;
    case ErrorKind::invalid:
        return 3;
    case ErrorKind::not_found:
        return 4;
    case ErrorKind::conflict:
        return 5;
    case ErrorKind::denied:
        return 6;
    case ErrorKind::unavailable:
        return 7;
    case ErrorKind::interrupted:
        return 130;
    case ErrorKind::internal:
        return 70;
    }
    return 70;
}

namespace {

std::string render_place(const SourcePosition& position)
{
    if (position.file.empty())
        return {};
    if (position.line == 0)
        return position.file + ": ";
    return fmt::format("{}:{}:{}: ", position.file, position.line, position.column);
}

/// The line with a caret under the column; tabs stay tabs, so that the caret stands right.
std::string render_source(const SourcePosition& position, const Colour& colour)
{
    if (position.text.empty() || position.line == 0)
        return {};
    std::string_view line = std::string_view(position.text).substr(0, 160);
    std::string shown, caret;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool tab = line[i] == '\t';
        shown += tab ? "\t" : printable(line.substr(i, 1));
        if (i + 1 < position.column)
            caret += tab ? '\t' : ' ';
    }
    return fmt::format("  {}\n  {}{}\n", shown, caret, colour.green("^"));
}

} // namespace

std::string render_error(const std::string& program, const Error& error, const Colour& colour)
{
    std::string text = fmt::format("{}: {}{}\n", program, render_place(error.position()), printable(error.message()));
    text += render_source(error.position(), colour);
    if (!error.context().empty()) {
        text += "  while";
        for (std::size_t i = 0; i < error.context().size(); ++i)
            text += (i == 0 ? " " : ", while ") + printable(error.context()[i]);
        text += "\n";
    }
    if (!error.hint().empty())
        text += fmt::format("{} {}\n", colour.blue("hint:"), printable(error.hint()));
    return text;
}

} // namespace dfriends::cli
