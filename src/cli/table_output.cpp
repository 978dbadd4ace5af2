// SPDX-License-Identifier: Apache-2.0
#include "cli/table_output.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace dfriends::cli {

std::string TableOutput::render(bool headings) const
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        if (!headings && &row == &rows_.front())
            continue;
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], count_characters(row[i]));
    }
    std::string text;
    for (const auto& row : rows_) {
        if (!headings && &row == &rows_.front())
            continue;
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size())
                text.append(std::max<std::size_t>(widths[i] + gap_, least_) - count_characters(row[i]), ' ');
        }
        while (text.ends_with(' '))
            text.pop_back();
        text += '\n';
    }
    return text;
}

} // namespace dfriends::cli
