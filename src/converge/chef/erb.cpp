// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/erb.hpp"

#include "base/text.hpp"
#include "converge/source.hpp"

#include <algorithm>

namespace dfriends::converge::chef {

namespace {

bool is_blank_text(std::string_view text)
{
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// The text's last line, less what was there before.
std::string_view last_line(std::string_view text)
{
    const std::size_t end = text.rfind('\n');
    return end == std::string_view::npos ? text : text.substr(end + 1);
}

class ErbReader {
  public:
    ErbReader(std::string_view text, const std::string& file) : source_(text, file), text_(text) {}

    std::string program()
    {
        for (std::size_t open = text_.find("<%"); open != std::string_view::npos; open = text_.find("<%", pos_)) {
            plain(text_.substr(pos_, open - pos_));
            pos_ = open;
            tag();
        }
        plain(text_.substr(pos_));
        flush();
        return std::move(program_);
    }

  private:
    void plain(std::string_view text) { pending_ += text; }

    void flush()
    {
        if (!pending_.empty())
            program_ += fmt::format("{} '{}';", erb_text, replace_all(replace_all(pending_, "\\", "\\\\"), "'", "\\'"));
        pending_.clear();
    }

    void tag()
    {
        if (text_.substr(pos_).starts_with("<%%")) {
            plain("<%");
            pos_ += 3;
            return;
        }
        const std::size_t close = text_.find("%>", pos_);
        if (close == std::string_view::npos)
            throw source_.error(pos_, "this tag is not closed", "it ends with %>");
        std::string_view code = text_.substr(pos_ + 2, close - pos_ - 2);
        const bool cuts = code.ends_with('-');
        if (cuts)
            code.remove_suffix(1);
        const char kind = code.empty() ? '\0' : code[0];
        if (kind == '=' || kind == '-' || kind == '#')
            code.remove_prefix(1);
        const bool alone = kind != '=' && stands_alone(close + 2);
        if (alone || kind == '-')
            pending_.resize(pending_.size() - last_line(pending_).size());
        flush();
        if (kind == '=')
            program_ += fmt::format("{}(({}));", erb_value, code);
        else if (kind == '#')
            program_.append(static_cast<std::size_t>(std::ranges::count(code, '\n')), '\n');
        else
            program_ += std::string(code) + ";";
        pos_ = close + 2;
        if (alone || cuts)
            skip_line_end();
    }

    /// Whether there is nothing else in the line of the tag that begins at pos_.
    bool stands_alone(std::size_t end) const
    {
        const std::size_t line_end = std::min(text_.find('\n', end), text_.size());
        const std::size_t line_start = text_.substr(0, pos_).rfind('\n');
        const std::size_t start = line_start == std::string_view::npos ? 0 : line_start + 1;
        return is_blank_text(text_.substr(start, pos_ - start)) && is_blank_text(text_.substr(end, line_end - end));
    }

    /// The program keeps the line's end, so that it has the template's lines.
    void skip_line_end()
    {
        std::size_t at = pos_;
        while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t' || text_[at] == '\r'))
            ++at;
        if (at >= text_.size() || text_[at] != '\n')
            return;
        program_ += '\n';
        pos_ = at + 1;
    }

    Source source_;
    std::string_view text_;
    std::size_t pos_ = 0;
    std::string pending_; ///< text that is not in the program yet
    std::string program_;
};

} // namespace

std::string erb_program(std::string_view text, const std::string& file)
{
    return ErbReader(text, file).program();
}

} // namespace dfriends::converge::chef
