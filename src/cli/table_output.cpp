// SPDX-License-Identifier: Apache-2.0
#include "cli/table_output.hpp"

#include <algorithm>

namespace dfriends::cli {

namespace {

/// Characters of a UTF-8 text: bytes that do not continue one.
std::size_t width_of(const std::string& text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

} // namespace

std::string TableOutput::render(bool headings) const
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        if (!headings && &row == &rows_.front())
            continue;
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string text;
    for (const auto& row : rows_) {
        if (!headings && &row == &rows_.front())
            continue;
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size())
                text.append(std::max<std::size_t>(widths[i] + gap_, least_) - width_of(row[i]), ' ');
        }
        while (text.ends_with(' '))
            text.pop_back();
        text += '\n';
    }
    return text;
}

} // namespace dfriends::cli
