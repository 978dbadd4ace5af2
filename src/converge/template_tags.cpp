// SPDX-License-Identifier: Apache-2.0
#include "converge/template_tags.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace dfriends::converge {

namespace {

bool is_blank_text(std::string_view text)
{
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

class TagReader {
  public:
    TagReader(const Source& source, TagTrim trim) : source_(source), text_(source.text()), trim_(trim) {}

    std::vector<TemplatePart> run()
    {
        for (std::size_t open = text_.find("<%"); open != std::string_view::npos; open = text_.find("<%", pos_)) {
            plain(pos_, open);
            pos_ = open;
            tag();
        }
        plain(pos_, text_.size());
        flush();
        return std::move(parts_);
    }

  private:
    void plain(std::size_t from, std::size_t to)
    {
        if (from >= to)
            return;
        if (pending_.empty())
            pending_begin_ = from;
        const std::string_view piece = text_.substr(from, to - from);
        pending_ += trim_ != TagTrim::lone ? replace_all(piece, "%%>", "%>") : std::string(piece);
    }

    void flush()
    {
        if (!pending_.empty())
            parts_.push_back({TagKind::text, std::exchange(pending_, {}), 0, 0, pending_begin_});
    }

    void tag()
    {
        if (text_.substr(pos_).starts_with("<%%")) {
            plain(pos_, pos_ + 2);
            pos_ += 3;
            return;
        }
        std::size_t close = text_.find("%>", pos_ + 2);
        const bool is_comment = text_.substr(pos_).starts_with("<%#");
        while (trim_ == TagTrim::epp && is_comment && close != std::string_view::npos && text_[close - 1] == '%')
            close = text_.find("%>", close + 2);
        if (close == std::string_view::npos)
            throw source_.error(pos_, "this tag is not closed", "it ends with %>");
        std::size_t begin = pos_ + 2;
        const bool cuts = close > begin && text_[close - 1] == '-';
        const std::size_t end = close - (cuts ? 1 : 0);
        const char kind = begin < end ? text_[begin] : '\0';
        if (kind == '=' || kind == '-' || kind == '#')
            ++begin;
        const bool alone = trim_ == TagTrim::lone && kind != '=' && stands_alone(close + 2);
        const bool cuts_before = kind == '-' || (trim_ == TagTrim::epp && is_comment && text_[begin] == '-');
        if (alone || (cuts_before && trim_ != TagTrim::epp))
            drop_blanks_before();
        else if (cuts_before)
            pending_.resize(pending_.find_last_not_of(" \t") + 1);
        flush();
        if (kind != '#')
            parts_.push_back({kind == '=' ? TagKind::value : TagKind::code, {}, begin, end, pos_});
        pos_ = close + 2;
        if (alone || cuts)
            skip_line_end();
    }

    std::size_t line_start() const
    {
        const std::size_t before = text_.substr(0, pos_).rfind('\n');
        return before == std::string_view::npos ? 0 : before + 1;
    }

    /// Whether there is nothing else in the line of the tag that begins at pos_.
    bool stands_alone(std::size_t end) const
    {
        const std::size_t line_end = std::min(text_.find('\n', end), text_.size());
        const std::size_t start = line_start();
        return is_blank_text(text_.substr(start, pos_ - start)) && is_blank_text(text_.substr(end, line_end - end));
    }

    void drop_blanks_before()
    {
        const std::size_t start = line_start();
        if (is_blank_text(text_.substr(start, pos_ - start)))
            pending_.resize(pending_.size() - std::min(pending_.size(), pos_ - start));
    }

    void skip_line_end()
    {
        std::size_t at = pos_;
        while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t' || text_[at] == '\r'))
            ++at;
        if (at < text_.size() && text_[at] == '\n')
            pos_ = at + 1;
        else if (trim_ == TagTrim::epp)
            pos_ = at;
    }

    const Source& source_;
    std::string_view text_;
    TagTrim trim_;
    std::size_t pos_ = 0;
    std::string pending_; ///< text that is in no part yet
    std::size_t pending_begin_ = 0;
    std::vector<TemplatePart> parts_;
};

} // namespace

std::vector<TemplatePart> cut_template(const Source& source, TagTrim trim)
{
    return TagReader(source, trim).run();
}

} // namespace dfriends::converge
