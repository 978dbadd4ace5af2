// SPDX-License-Identifier: Apache-2.0
#include "converge/format.hpp"

#include "base/text.hpp"
#include "converge/chef/format.hpp"
#include "converge/layout.hpp"
#include "converge/puppet/format.hpp"
#include "converge/yaml/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace dfriends::converge {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t lines_of_context = 3;

bool is_blank(char c)
{
    return std::string_view(" \t\r\n\f\v").find(c) != std::string_view::npos;
}

/// Comments are no tokens: that they are still there is seen from the characters.
void expect_same_characters(std::string_view before, std::string_view after, const std::string& file)
{
    std::size_t at = 0;
    unsigned line = 1;
    for (const char c : before) {
        line += c == '\n' ? 1 : 0;
        if (is_blank(c))
            continue;
        while (at < after.size() && is_blank(after[at]))
            ++at;
        if (at >= after.size() || after[at++] != c)
            throw changed_meaning({file, line, 1, {}});
    }
}

std::string format_by_suffix(std::string_view text, const std::string& file, const std::string& suffix)
{
    if (suffix != ".pp" && suffix != ".rb") {
        std::string formatted = format_yaml(text, file);
        expect_same_yaml(text, formatted, file);
        return formatted;
    }
    const Source source(text, file);
    std::string formatted = suffix == ".pp" ? puppet::format(source) : chef::format(source);
    const Source result(formatted, file);
    if (suffix == ".pp")
        puppet::expect_same(source, result);
    else
        chef::expect_same(source, result);
    return formatted;
}

/// The lines of a text, with their ends.
std::vector<std::string_view> whole_lines(std::string_view text)
{
    std::vector<std::string_view> found;
    while (!text.empty()) {
        const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
        found.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return found;
}

/// A line of a diff: as it was (' ' or '-') or as it is now ('+').
struct DiffLine {
    char mark;
    std::string_view text;
};

/// Since lines only move sideways and blank ones go, each line that stays has its partner at the same place.
std::vector<DiffLine> compare_lines(std::string_view before, std::string_view after)
{
    const std::vector<std::string_view> old_lines = whole_lines(before);
    const std::vector<std::string_view> new_lines = whole_lines(after);
    std::vector<DiffLine> all;
    std::vector<DiffLine> added; // behind what it takes the place of
    std::size_t next = 0;
    for (const std::string_view line : old_lines) {
        const bool has_partner = next < new_lines.size() && trim(line).empty() == trim(new_lines[next]).empty();
        if (has_partner && line == new_lines[next]) {
            all.insert(all.end(), added.begin(), added.end());
            added.clear();
            all.push_back({' ', line});
            ++next;
            continue;
        }
        all.push_back({'-', line});
        if (has_partner)
            added.push_back({'+', new_lines[next++]});
    }
    all.insert(all.end(), added.begin(), added.end());
    for (; next < new_lines.size(); ++next)
        all.push_back({'+', new_lines[next]});
    return all;
}

/// The header of a hunk's side: where it begins and how many lines it has.
std::string range(std::size_t lines_before, std::size_t count)
{
    return fmt::format("{},{}", count == 0 ? lines_before : lines_before + 1, count);
}

} // namespace

std::string format(std::string_view text, const std::filesystem::path& file)
{
    const bool has_mark = text.starts_with(byte_order_mark);
    const std::string_view content = has_mark ? text.substr(byte_order_mark.size()) : text;
    std::string formatted = format_by_suffix(content, file.string(), file.extension().string());
    expect_same_characters(content, formatted, file.string());
    if (formatted.starts_with(byte_order_mark)) // a word so far, and none at the begin
        throw changed_meaning({file.string(), 1, 1, {}});
    return has_mark ? std::string(byte_order_mark) + formatted : formatted;
}

std::string render_format_diff(std::string_view before, std::string_view after, const std::string& file)
{
    if (before == after)
        return {};
    const std::vector<DiffLine> all = compare_lines(before, after);
    std::string out = fmt::format("--- {0}\n+++ {0}\n", printable(file));
    std::size_t old_lines = 0; // before the place
    std::size_t new_lines = 0;
    std::size_t at = 0;
    const auto is_change = [](const DiffLine& line) { return line.mark != ' '; };
    const auto pass = [&](std::size_t end) {
        for (; at < end; ++at) {
            old_lines += all[at].mark != '+' ? 1 : 0;
            new_lines += all[at].mark != '-' ? 1 : 0;
        }
    };
    for (;;) {
        const auto change = std::ranges::find_if(all.begin() + static_cast<std::ptrdiff_t>(at), all.end(), is_change);
        if (change == all.end())
            return out;
        const auto first = static_cast<std::size_t>(change - all.begin());
        std::size_t end = first; // of the hunk: behind the last change that the next one is not near to
        for (std::size_t look = first; look < all.size() && look <= end + 2 * lines_of_context; ++look)
            end = is_change(all[look]) ? look + 1 : end;
        end = std::min(end + lines_of_context, all.size());
        pass(std::max(at, first - std::min(first, lines_of_context)));
        const std::size_t begin = at;
        const std::size_t old_before = old_lines;
        const std::size_t new_before = new_lines;
        pass(end);
        out += fmt::format("@@ -{} +{} @@\n", range(old_before, old_lines - old_before),
                           range(new_before, new_lines - new_before));
        for (std::size_t line = begin; line < end; ++line)
            out += fmt::format("{}{}{}", all[line].mark, all[line].text,
                               all[line].text.ends_with('\n') ? "" : "\n\\ No newline at end of file\n");
    }
}

} // namespace dfriends::converge
