// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/format.hpp"

#include "base/text.hpp"
#include "config/yaml.hpp"
#include "converge/layout.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace dfriends::converge {

namespace {

using config::Node;
using config::NodeKind;

constexpr std::string_view blanks = " \t\r";
constexpr std::size_t step = 2;

bool is_blank(char c)
{
    return blanks.find(c) != std::string_view::npos;
}

std::string_view without_end_blanks(std::string_view text)
{
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// Whether the character at a place ends a word: a blank, or the line's end.
bool ends_word(std::string_view line, std::size_t at)
{
    return at >= line.size() || is_blank(line[at]);
}

std::size_t skip_blanks(std::string_view line, std::size_t at)
{
    return std::min(line.find_first_not_of(blanks, at), line.size());
}

bool is_indicator(std::string_view line, std::size_t at)
{
    return at < line.size() && (line[at] == '-' || line[at] == '?' || line[at] == ':') && ends_word(line, at + 1);
}

/// Past anchors and tags.
std::size_t skip_properties(std::string_view line, std::size_t at)
{
    while (at < line.size() && (line[at] == '&' || line[at] == '!'))
        at = skip_blanks(line, std::min(line.find_first_of(blanks, at), line.size()));
    return at;
}

/// Behind the quote that closes a string whose content goes on at a place, or nothing where the line does not have it.
std::optional<std::size_t> behind_quote(std::string_view line, std::size_t at, char quote)
{
    for (; at < line.size(); ++at) {
        if (quote == '"' && line[at] == '\\')
            ++at;
        else if (line[at] == quote && quote == '\'' && at + 1 < line.size() && line[at + 1] == quote)
            ++at;
        else if (line[at] == quote)
            return at + 1;
    }
    return std::nullopt;
}

/// Where a comment begins that stands behind something, or the line's end.
std::size_t comment_of(std::string_view line, std::size_t at)
{
    for (; at < line.size(); ++at)
        if (line[at] == '#' && at > 0 && is_blank(line[at - 1]))
            return at;
    return line.size();
}

/// Behind the colon of a key that begins at a place; nothing where none does.
std::optional<std::size_t> behind_key(std::string_view line, std::size_t at)
{
    at = skip_properties(line, at);
    if (at >= line.size() || std::string_view("[{|>%@`#").find(line[at]) != std::string_view::npos)
        return std::nullopt;
    if (line[at] == '"' || line[at] == '\'') {
        const auto behind = behind_quote(line, at + 1, line[at]);
        const std::size_t colon = behind ? skip_blanks(line, *behind) : line.size();
        return colon < line.size() && line[colon] == ':' && ends_word(line, colon + 1) ? std::optional(colon + 1)
                                                                                       : std::nullopt;
    }
    const std::size_t end = comment_of(line, at);
    for (; at < end; ++at)
        if (line[at] == ':' && ends_word(line, at + 1))
            return at + 1;
    return std::nullopt;
}

/// Where in a flow collection, or in a string in quotes, a place is.
struct Flow {
    unsigned depth = 0;
    char quote = '\0';     ///< of the string that the place is in
    bool may_begin = true; ///< a string may begin here: elsewhere a quote is a part of a word

    /// Reads one line on; returns where all ends in it, or nothing.
    std::optional<std::size_t> read(std::string_view line, std::size_t at)
    {
        while (at < line.size()) {
            const char c = line[at];
            if (quote != '\0') {
                const auto behind = behind_quote(line, at, quote);
                if (!behind)
                    return std::nullopt;
                quote = '\0';
                at = *behind;
                if (depth == 0)
                    return at;
                may_begin = at < line.size() && line[at] == ':';
                continue;
            }
            if (c == '#' && (at == 0 || is_blank(line[at - 1])))
                break;
            ++at;
            if ((c == '"' || c == '\'') && may_begin)
                quote = c;
            else if (c == '[' || c == '{')
                ++depth;
            else if ((c == ']' || c == '}') && --depth == 0)
                return at;
            if (!is_blank(c))
                may_begin = c == '[' || c == '{' || c == ',' || ((c == ':' || c == '?') && ends_word(line, at));
        }
        may_begin = true;
        return std::nullopt;
    }
};

/// A block collection that is open: the column of its items, before and after.
struct Level {
    bool is_list = false;
    std::size_t before = 0;
    std::size_t after = 0;
};

/// What the latest key or dash still wants.
enum class Wanted { nothing, value, more_words };

class YamlLayout {
  public:
    explicit YamlLayout(std::string_view text) : lines_(lines(text)), ends_in_line_(!text.ends_with('\n')) {}

    std::string run()
    {
        while (at_ < lines_.size()) {
            const std::size_t column = skip_blanks(line(), 0);
            if (column == line().size() || line()[column] == '#')
                lay_comments();
            else if (is_document_mark())
                lay_document_mark();
            else if (wanted_ == Wanted::more_words && (levels_.empty() || column > levels_.back().before))
                lay_more_words(column);
            else
                lay_items(column);
        }
        return std::move(out_);
    }

  private:
    std::string_view line() const { return lines_[at_]; }

    /// Writes the rest of the line, and goes on to the next one.
    void end_line(std::string_view rest)
    {
        out_ += rest;
        out_ += '\n';
        ++at_;
    }

    void begin_line(std::size_t indent)
    {
        if (blank_lines_ > 0 && !out_.empty())
            out_ += '\n';
        blank_lines_ = 0;
        out_.append(indent, ' ');
    }

    bool is_document_mark() const
    {
        return ((line().starts_with("---") || line().starts_with("...")) && ends_word(line(), 3)) ||
               (line().starts_with('%') && levels_.empty() && wanted_ != Wanted::more_words);
    }

    void lay_document_mark()
    {
        levels_.clear();
        begin_line(0);
        wanted_ = Wanted::nothing;
        if (!line().starts_with("--- "))
            return end_line(without_end_blanks(line()));
        out_ += "---";
        shift_ = 0;
        lay_value(3);
    }

    /// The lines without content from here on, with what follows them known.
    void lay_comments()
    {
        std::size_t next = at_;
        std::size_t column = 0;
        for (; next < lines_.size(); ++next) {
            column = skip_blanks(lines_[next], 0);
            if (column < lines_[next].size() && lines_[next][column] != '#')
                break;
        }
        for (; at_ < next; ++at_) {
            const std::string_view comment = trim(line());
            if (comment.empty()) {
                ++blank_lines_;
                continue;
            }
            if (wanted_ == Wanted::more_words)
                wanted_ = Wanted::nothing;
            begin_line(indent_of_comment(skip_blanks(line(), 0), next, column));
            out_ += comment;
            out_ += '\n';
        }
    }

    /// A comment stands as the line that follows does, or where it is deeper, as what it is behind does.
    std::size_t indent_of_comment(std::size_t before, std::size_t next, std::size_t next_column) const
    {
        if (next < lines_.size() && before <= next_column)
            return indent_of(lines_[next], next_column);
        if (wanted_ == Wanted::value && !levels_.empty() && before > levels_.back().before)
            return levels_.back().after + step;
        for (auto level = levels_.rbegin(); level != levels_.rend(); ++level)
            if (level->before <= before)
                return level->after;
        return 0;
    }

    /// How many levels stay open where an item of a kind begins at a column.
    std::size_t count_levels(bool is_list, std::size_t column) const
    {
        std::size_t count = levels_.size();
        while (count > 0 && (levels_[count - 1].before > column ||
                             (levels_[count - 1].before == column && levels_[count - 1].is_list && !is_list)))
            --count;
        return count;
    }

    bool is_level_at(std::size_t count, bool is_list, std::size_t column) const
    {
        return count > 0 && levels_[count - 1].before == column && levels_[count - 1].is_list == is_list;
    }

    std::size_t indent_within(std::size_t count) const { return count == 0 ? 0 : levels_[count - 1].after + step; }

    /// The indentation that a line will have.
    std::size_t indent_of(std::string_view text, std::size_t column) const
    {
        const bool is_list = is_indicator(text, column) && text[column] == '-';
        if (!is_indicator(text, column) && !behind_key(text, column))
            return indent_within(levels_.size());
        const std::size_t count = count_levels(is_list, column);
        return is_level_at(count, is_list, column) ? levels_[count - 1].after : indent_within(count);
    }

    const Level& enter(bool is_list, std::size_t column)
    {
        const std::size_t count = count_levels(is_list, column);
        const bool is_new = !is_level_at(count, is_list, column);
        const std::size_t after = indent_within(count);
        levels_.resize(count);
        if (is_new)
            levels_.push_back({is_list, column, after});
        return levels_.back();
    }

    /// A line that begins with dashes, a key or a value.
    void lay_items(std::size_t column)
    {
        begin_line(indent_of(line(), column));
        while (is_indicator(line(), column)) {
            const Level level = enter(line()[column] == '-', column);
            wanted_ = Wanted::value;
            out_ += line()[column];
            const std::size_t next = skip_blanks(line(), column + 1);
            if (next == line().size() || line()[next] == '#')
                return end_line(without_end_blanks(line().substr(column + 1)));
            out_ += ' ';
            column = next;
            shift_ = static_cast<std::ptrdiff_t>(level.after + step) - static_cast<std::ptrdiff_t>(column);
        }
        if (const auto behind = behind_key(line(), column)) {
            const Level& level = enter(false, column);
            shift_ = static_cast<std::ptrdiff_t>(level.after) - static_cast<std::ptrdiff_t>(column);
            out_ += line().substr(column, *behind - column);
            column = *behind;
        } else if (skip_blanks(line(), 0) == column) {
            shift_ = static_cast<std::ptrdiff_t>(indent_within(levels_.size())) - static_cast<std::ptrdiff_t>(column);
        }
        lay_value(column);
    }

    /// What stands behind a key or a dash, to its end.
    void lay_value(std::size_t at)
    {
        const std::size_t begin = skip_properties(line(), skip_blanks(line(), at));
        const char first = begin < line().size() ? line()[begin] : '#';
        wanted_ = Wanted::nothing;
        if (first == '|' || first == '>')
            return lay_block(at, begin);
        if (first == '"' || first == '\'' || first == '[' || first == '{')
            return lay_flow(at, begin);
        if (first == '#')
            wanted_ = Wanted::value;
        else if (first != '*' && comment_of(line(), begin) == line().size())
            wanted_ = Wanted::more_words;
        end_line(without_end_blanks(line().substr(at)));
    }

    /// Words in several lines are one text; blank lines between them are a part of it.
    void lay_more_words(std::size_t column)
    {
        out_.append(blank_lines_, '\n');
        blank_lines_ = 0;
        out_.append(levels_.empty() ? step : indent_within(levels_.size()), ' ');
        if (comment_of(line(), column) < line().size())
            wanted_ = Wanted::nothing;
        end_line(without_end_blanks(line().substr(column)));
    }

    /// A flow collection or a string in quotes: its lines move together, but for those that begin within quotes.
    void lay_flow(std::size_t at, std::size_t begin)
    {
        Flow flow;
        bool has_ended = flow.read(line(), begin).has_value();
        const auto end = [&](std::string_view rest) {
            end_line(!has_ended && flow.quote != '\0' ? rest : without_end_blanks(rest));
        };
        for (end(line().substr(at)); !has_ended && at_ < lines_.size();) {
            const std::size_t column = flow.quote != '\0' ? 0 : skip_blanks(line(), 0);
            if (flow.quote == '\0' && column < line().size())
                out_.append(moved(column), ' ');
            has_ended = flow.read(line(), 0).has_value();
            end(line().substr(column));
        }
    }

    std::size_t moved(std::size_t column) const
    {
        const std::size_t least = levels_.empty() ? 0 : levels_.back().after;
        return static_cast<std::size_t>(
            std::max(static_cast<std::ptrdiff_t>(least), static_cast<std::ptrdiff_t>(column) + shift_));
    }

    /// A block scalar: its text keeps its shape below its key. `begin`: of the header.
    void lay_block(std::size_t at, std::size_t begin)
    {
        const std::string_view header = line().substr(begin, line().find_first_of(blanks, begin) - begin);
        const std::size_t digit = header.find_first_of("123456789");
        const bool keeps_end = header.find('+') != std::string_view::npos;
        end_line(without_end_blanks(line().substr(at)));
        const std::size_t outer = levels_.empty() ? 0 : levels_.back().before;
        std::size_t before =
            digit == std::string_view::npos ? 0 : outer + static_cast<std::size_t>(header[digit] - '0');
        std::size_t after = indent_within(levels_.size());
        if (digit != std::string_view::npos)
            after = (levels_.empty() ? 0 : levels_.back().after) + before - outer;
        else if (before = indent_of_text(); !levels_.empty() && before <= outer)
            before = std::string_view::npos; // no text, but line ends may be kept
        const std::size_t end = end_of_block(before);
        std::size_t last = end; // of the lines that are more than line ends
        while (!keeps_end && last > at_ && is_line_end(lines_[last - 1], before))
            --last;
        for (; at_ < last; ++at_) {
            if (!is_line_end(line(), before))
                out_.append(after, ' ').append(line().substr(before));
            out_ += '\n';
        }
        if (ends_in_line_ && at_ == lines_.size() && header.find('-') == std::string_view::npos)
            out_.pop_back(); // a line end would be one of the text
    }

    /// The indentation of the next line that is not blank.
    std::size_t indent_of_text() const
    {
        for (std::size_t at = at_; at < lines_.size(); ++at)
            if (const std::size_t column = lines_[at].find_first_not_of(' '); column != std::string_view::npos)
                return column;
        return 0;
    }

    static bool is_line_end(std::string_view text, std::size_t indent)
    {
        return text.size() <= indent && text.find_first_not_of(' ') == std::string_view::npos;
    }

    std::size_t end_of_block(std::size_t indent) const
    {
        std::size_t at = at_;
        while (at < lines_.size() && (is_line_end(lines_[at], indent) || lines_[at].find_first_not_of(' ') >= indent))
            ++at;
        return at;
    }

    std::vector<std::string_view> lines_;
    bool ends_in_line_; ///< there is no line end behind the last line
    std::size_t at_ = 0;
    std::string out_;
    std::size_t blank_lines_ = 0; ///< that were read and not written
    std::vector<Level> levels_;
    Wanted wanted_ = Wanted::nothing;
    std::ptrdiff_t shift_ = 0; ///< how far the value of this line moves to the right
};

const Node* find_difference(const Node& a, const Node& b)
{
    if (a.kind() != b.kind())
        return &a;
    if (a.kind() == NodeKind::scalar && (a.text() != b.text() || a.is_quoted() != b.is_quoted()))
        return &a;
    if (a.kind() == NodeKind::list) {
        for (std::size_t at = 0; at < std::min(a.items().size(), b.items().size()); ++at)
            if (const Node* found = find_difference(a.items()[at], b.items()[at]))
                return found;
        return a.items().size() == b.items().size() ? nullptr : &a;
    }
    if (a.kind() != NodeKind::map)
        return nullptr;
    for (std::size_t at = 0; at < std::min(a.members().size(), b.members().size()); ++at) {
        if (const Node* found = find_difference(a.members()[at].first, b.members()[at].first))
            return found;
        if (const Node* found = find_difference(a.members()[at].second, b.members()[at].second))
            return found;
    }
    return a.members().size() == b.members().size() ? nullptr : &a;
}

} // namespace

std::string format_yaml(std::string_view text, const std::string& file)
{
    config::parse_yaml(text, file);
    std::string formatted = YamlLayout(text).run();
    // The parser takes some documents that are no YAML; their lines are not what they seem to be.
    if (YamlLayout(formatted).run() != formatted)
        throw Error(ErrorKind::invalid, SourcePosition{file, 0, 0, {}}, "the layout of this document is not understood")
            .hint("the file is left as it is: indent it by hand");
    return formatted;
}

void expect_same_yaml(std::string_view before, std::string_view after, const std::string& file)
{
    const Node document = config::parse_yaml(before, file);
    if (const Node* difference = find_difference(document, config::parse_yaml(after, file)))
        throw changed_meaning(difference->position());
}

} // namespace dfriends::converge
