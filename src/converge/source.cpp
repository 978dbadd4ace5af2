// SPDX-License-Identifier: Apache-2.0
#include "converge/source.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>

namespace dfriends::converge {

namespace {

constexpr std::size_t largest_recipe = std::size_t{1} << 20;
constexpr std::size_t longest_shown_line = 200;
constexpr std::size_t block = 1024;

/// How many bytes the character at a place has, or 0 where it is not UTF-8.
std::size_t character_length(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
        return 0;
    return std::ranges::all_of(text.substr(1, length - 1), continues_character) ? length : 0;
}

} // namespace

Source::Source(std::string_view text, std::string file) : text_(text), file_(std::move(file)), line_starts_{0}
{
    if (text_.size() > largest_recipe)
        throw Error(ErrorKind::invalid, SourcePosition{file_, 0, 0, {}}, "the file has {} bytes, more than {}",
                    text_.size(), largest_recipe);
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text_.size(); ++at) {
        if (at % block == 0)
            characters_.push_back(characters);
        characters += continues_character(text_[at]) ? 0 : 1;
        if (text_[at] == '\n')
            line_starts_.push_back(at + 1);
    }
    characters_.push_back(characters);
    for (std::size_t at = 0; at < text_.size();) {
        const std::size_t length = character_length(text_.substr(at));
        if (length == 0)
            throw error(at, "a byte that is not UTF-8");
        if (text_[at] == '\0')
            throw error(at, "a NUL byte");
        at += length;
    }
}

Source::Source(std::string_view text, const Source& origin, std::vector<Stretch> stretches) : Source(text, origin.file_)
{
    origin_ = &origin;
    stretches_ = std::move(stretches);
}

SourcePosition Source::position(std::size_t offset) const
{
    if (origin_ != nullptr) {
        const auto after = std::ranges::upper_bound(stretches_, offset, {}, &Stretch::here);
        if (after == stretches_.begin())
            return origin_->position(0);
        const Stretch& stretch = *(after - 1);
        return origin_->position(stretch.there + offset - stretch.here);
    }
    offset = std::min(offset, text_.size());
    const auto after = std::ranges::upper_bound(line_starts_, offset);
    const std::size_t start = *(after - 1);
    const std::size_t end = after == line_starts_.end() ? text_.size() : *after - 1;
    SourcePosition position{file_, static_cast<unsigned>(after - line_starts_.begin()), 1, {}};
    // Columns are characters, not bytes: what an editor shows.
    const auto characters_before = [&](std::size_t at) {
        const std::string_view rest = text_.substr(at - at % block, at % block);
        return characters_[at / block] + count_characters(rest);
    };
    position.column += static_cast<unsigned>(characters_before(offset) - characters_before(start));
    std::string_view line = text_.substr(start, end - start);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (line.size() <= longest_shown_line)
        position.text = printable(replace_all(line, "\t", " "));
    return position;
}

Error Source::error(std::size_t offset, std::string_view found, std::string hint) const
{
    Error error(ErrorKind::invalid, position(offset), "{}", found);
    return hint.empty() ? error : std::move(error).hint(std::move(hint));
}

} // namespace dfriends::converge
