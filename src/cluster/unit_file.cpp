// SPDX-License-Identifier: Apache-2.0
#include "cluster/unit_file.hpp"

#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <algorithm>

namespace dfriends::cluster {

namespace {

constexpr std::size_t largest_unit_file = std::size_t{1} << 20U;
constexpr std::string_view blanks_of_unit_file = " \t\r\f\v";

std::size_t first_not_blank(std::string_view line)
{
    return std::min(line.find_first_not_of(blanks_of_unit_file), line.size());
}

bool is_comment(std::string_view line)
{
    const std::size_t first = first_not_blank(line);
    return first < line.size() && (line[first] == '#' || line[first] == ';');
}

std::string_view without_trailing_return(std::string_view line)
{
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

} // namespace

/// Reads line by line; the place of each part is kept for messages.
class UnitFileParser {
  public:
    UnitFileParser(std::string_view text, std::string_view file) : rest_(text) { unit_.file_ = file; }

    UnitFile parse()
    {
        if (rest_.size() > largest_unit_file)
            throw Error(ErrorKind::invalid, SourcePosition{.file = unit_.file_}, "a unit file of {} bytes is too large",
                        rest_.size())
                .hint(fmt::format("the limit is {} bytes", largest_unit_file));
        if (const auto zero = rest_.find('\0'); zero != rest_.npos)
            throw Error(ErrorKind::invalid, SourcePosition{.file = unit_.file_},
                        "the file is no text: byte {} of it is 0", zero);
        while (next_line())
            read_line();
        return std::move(unit_);
    }

  private:
    bool next_line()
    {
        if (rest_.empty())
            return false;
        const auto end = rest_.find('\n');
        line_ = rest_.substr(0, end);
        ended_by_newline_ = end != rest_.npos;
        rest_.remove_prefix(ended_by_newline_ ? end + 1 : rest_.size());
        ++number_;
        return true;
    }

    SourcePosition here(std::size_t offset) const
    {
        return {unit_.file_, number_, static_cast<unsigned>(offset) + 1, std::string(line_)};
    }

    void read_line()
    {
        const std::size_t first = first_not_blank(line_);
        if (first == line_.size() || is_comment(line_))
            return; // also a comment that ends in a backslash: it continues nothing
        if (line_[first] == '[')
            read_section(first);
        else if (section_.empty() && !has_section_)
            read_before_sections(first);
        else
            read_directive(first);
    }

    /// Fleet overlooks whatever stands before the first bracket, even on its line (a byte order mark, say).
    void read_before_sections(std::size_t first)
    {
        const auto found = line_.find_first_of("[#;", first);
        if (found != line_.npos && line_[found] == '[')
            read_section(found);
        else if (line_.substr(first) != "\xEF\xBB\xBF")
            unit_.warnings_.push_back({here(first), "text before the first section is ignored"});
    }

    void read_section(std::size_t bracket)
    {
        const auto close = line_.find(']', bracket);
        if (close == line_.npos)
            throw Error(ErrorKind::invalid, here(bracket), "unable to find end of section")
                .hint("sections look like [Service]");
        const std::size_t after = close + 1 + first_not_blank(line_.substr(close + 1));
        if (after < line_.size())
            throw Error(ErrorKind::invalid, here(after), "found garbage after section name '{}'",
                        printable(line_.substr(bracket + 1, close - bracket - 1)));
        section_ = line_.substr(bracket + 1, close - bracket - 1);
        has_section_ = true;
    }

    void read_directive(std::size_t first)
    {
        const auto equals = line_.find('=', first);
        if (equals == line_.npos)
            throw Error(ErrorKind::invalid, here(first), "unexpected newline encountered while parsing option name")
                .hint("directives look like NAME=VALUE");
        Directive directive{.section = section_, .name = std::string(trim(line_.substr(first, equals - first)))};
        directive.name_position = here(first);
        add_piece(directive, equals + 1);
        bool continued = add_stored(directive, line_.substr(equals + 1));
        while (continued && next_line()) {
            continued = add_stored(directive, line_);
            if (!is_comment(line_)) {
                add_piece(directive, 0);
            } else if (!continued) { // for systemd the value goes on behind a comment; fleet keeps it as text
                directive.stored += '\n';
                continued = true;
            }
        }
        finish(directive);
        unit_.directives_.push_back(std::move(directive));
    }

    /// One physical line for fleet; true where it ends in a backslash.
    bool add_stored(Directive& directive, std::string_view text) const
    {
        const std::string_view line = without_trailing_return(text);
        if (trim(line).empty())
            return false;
        directive.stored += line;
        if (!line.ends_with('\\'))
            return false;
        if (ended_by_newline_)
            directive.stored += '\n';
        return true;
    }

    /// One physical line for systemd: trimmed, its backslash a blank.
    void add_piece(Directive& directive, std::size_t from) const
    {
        std::string_view text = without_trailing_return(line_.substr(from));
        if (text.ends_with('\\'))
            text.remove_suffix(1);
        if (!directive.pieces.empty())
            directive.value += ' ';
        else
            from += first_not_blank(text);
        directive.pieces.push_back(
            {directive.value.size(), number_, static_cast<unsigned>(from) + 1, std::string(line_)});
        directive.value += directive.pieces.size() == 1 ? text.substr(first_not_blank(text)) : text;
    }

    static void finish(Directive& directive)
    {
        const bool ends_in_line_end =
            directive.stored.ends_with('\n'); // an empty line ended the continuation: it stays
        directive.stored = std::string(trim(directive.stored)) + (ends_in_line_end ? "\n" : "");
        const auto last = directive.value.find_last_not_of(" \t\r\n\f\v");
        directive.value.resize(last == std::string::npos ? 0 : last + 1);
    }

    UnitFile unit_;
    std::string_view rest_, line_;
    bool ended_by_newline_ = false;
    unsigned number_ = 0;
    std::string section_;
    bool has_section_ = false;
};

std::string render(const Warning& warning)
{
    return fmt::format("{}:{}:{}: {}", warning.position.file, warning.position.line, warning.position.column,
                       printable(warning.text));
}

SourcePosition Directive::position(std::size_t offset) const
{
    SourcePosition place = name_position;
    for (const Piece& piece : pieces) {
        if (piece.offset > offset)
            break;
        place.line = piece.line;
        place.column = piece.column + static_cast<unsigned>(offset - piece.offset);
        place.text = piece.text;
    }
    return place;
}

UnitFile UnitFile::parse(std::string_view text, std::string_view file)
{
    return UnitFileParser(text, file).parse();
}

std::vector<std::string> UnitFile::values(std::string_view section, std::string_view name) const
{
    std::vector<std::string> found;
    for (const Directive& directive : directives_)
        if (directive.section == section && directive.name == name)
            found.push_back(directive.stored);
    return found;
}

std::string UnitFile::description() const
{
    for (const Directive& directive : directives_)
        if (directive.section == "Unit" && directive.name == "Description")
            return directive.value;
    return {};
}

std::string UnitFile::canonical() const
{
    std::vector<std::pair<std::string_view, std::string>> sections;
    for (const Directive& directive : directives_) {
        auto found = std::ranges::find(sections, directive.section, [](const auto& entry) { return entry.first; });
        if (found == sections.end())
            found = sections.insert(sections.end(), {directive.section, {}});
        found->second += directive.name + "=" + directive.stored + "\n";
    }
    std::string text;
    for (const auto& [name, body] : sections)
        text += fmt::format("{}[{}]\n{}", text.empty() ? "" : "\n", name, body);
    return text;
}

std::string UnitFile::hash() const
{
    return crypto::hash_hex(crypto::Algorithm::sha1, canonical());
}

} // namespace dfriends::cluster
