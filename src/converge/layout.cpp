// SPDX-License-Identifier: Apache-2.0
#include "converge/layout.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <limits>

namespace dfriends::converge {

namespace {

constexpr std::string_view blanks = " \t\r\f\v";
constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

/// Where something stands in a line, before and after.
struct Columns {
    std::size_t before = 0;
    std::size_t after = 0;
};

/// Something that is open. All that stands in lines of its own is indented from the line `line`.
struct Frame {
    std::size_t line = nowhere;
    std::size_t opened_in = nowhere; ///< the line of what opened it; `line` may be the one where its statement began
    Opens opens = Opens::block;
    Columns word;                 ///< of the piece that opened it
    std::optional<Columns> first; ///< of the element behind the bracket
    std::size_t statement = 0;    ///< the line in which the latest statement began
    std::size_t deeper = 0;       ///< than the line: for brackets around it that are closed in a later line
    std::size_t closed_in = 0;    ///< the line of what closes it
};

class Layout {
  public:
    Layout(std::string_view text, const std::vector<Piece>& pieces, std::vector<Span> kept)
        : text_(text), pieces_(pieces), kept_(std::move(kept))
    {
        std::ranges::sort(kept_, {}, &Span::begin);
        find_ends();
    }

    std::string run()
    {
        for (std::size_t begin = 0; begin < text_.size(); begin = line_end_ + 1) {
            line_begin_ = begin;
            line_end_ = std::min(text_.find('\n', begin), text_.size());
            lay_line();
            indents_.push_back(indent_);
        }
        return std::move(out_);
    }

  private:
    /// In which line each piece is closed that opens something; the line's begin stands for it.
    void find_ends()
    {
        std::vector<std::size_t> open;
        ends_.resize(pieces_.size());
        std::size_t line = 0;
        std::size_t line_end = text_.find('\n');
        for (std::size_t at = 0; at < pieces_.size(); ++at) {
            for (; line_end < pieces_[at].span.begin; line_end = text_.find('\n', line))
                line = line_end + 1;
            for (unsigned count = 0; count < pieces_[at].closes && !open.empty(); ++count) {
                ends_[open.back()] = line;
                open.pop_back();
            }
            if (pieces_[at].opens != Opens::nothing)
                open.push_back(at);
        }
    }

    /// The kept piece of the text that a place is in, if any. Places are asked for in their order.
    const Span* kept_at(std::size_t at)
    {
        while (next_kept_ < kept_.size() && kept_[next_kept_].end <= at)
            ++next_kept_;
        return next_kept_ < kept_.size() && kept_[next_kept_].begin <= at ? &kept_[next_kept_] : nullptr;
    }

    bool has_piece_in_line() const { return piece_ < pieces_.size() && pieces_[piece_].span.begin < line_end_; }

    void lay_line()
    {
        std::size_t at = line_begin_;
        indent_ = {};
        if (const Span* kept = kept_at(line_begin_)) {
            at = std::min(kept->end, line_end_);
            end_blank_lines();
            out_ += text_.substr(line_begin_, at - line_begin_);
            column_ = {width_of(text_.substr(line_begin_, at - line_begin_)), 0};
            column_.after = column_.before;
        } else {
            at = std::min(text_.find_first_not_of(blanks, line_begin_), line_end_);
            if (at == line_end_) {
                blank_ = true;
                return;
            }
            anchor_ = indents_.size();
            indent_ = {width_of(text_.substr(line_begin_, at - line_begin_)), 0};
            indent_.after = has_piece_in_line() ? indent_of(piece_, indent_.before) : indent_of_comment();
            column_ = indent_;
            end_blank_lines();
            out_.append(indent_.after, ' ');
        }
        lay_pieces(at);
        out_ += '\n';
    }

    void end_blank_lines()
    {
        if (blank_ && !out_.empty())
            out_ += '\n';
        blank_ = false;
    }

    /// The rest of a line, of which all before `at` is written.
    void lay_pieces(std::size_t at)
    {
        for (bool first = true; has_piece_in_line(); first = false) {
            const Piece& piece = pieces_[piece_];
            const std::string_view between = text_.substr(at, piece.span.begin - at);
            const bool is_blank = between.find_first_not_of(blanks) == std::string_view::npos;
            if (piece.gap && !first && is_blank)
                put(between, std::string(*piece.gap, ' '));
            else
                put(between, between);
            at = std::min(piece.span.end, line_end_);
            enter(piece);
            const std::string_view itself = text_.substr(piece.span.begin, at - piece.span.begin);
            put(itself, itself);
            ++piece_;
        }
        std::string_view rest = text_.substr(at, line_end_ - at);
        if (kept_at(line_end_) == nullptr)
            rest = rest.substr(0, rest.find_last_not_of(blanks) + 1);
        out_ += rest;
    }

    void put(std::string_view before, std::string_view after)
    {
        out_ += after;
        column_.before += width_of(before);
        column_.after += width_of(after);
    }

    /// What a piece closes, begins and opens; it stands at column_.
    void enter(const Piece& piece)
    {
        for (unsigned count = 0; count < piece.closes && frames_.size() > 1; ++count) {
            anchor_ = frames_.back().line; // what is opened behind it belongs to the line where this began
            frames_.pop_back();
        }
        Frame& top = frames_.back();
        if (piece.starts && piece.closes == 0) {
            if (top.opens == Opens::list && top.opened_in == indents_.size() && !top.first)
                top.first = column_;
            top.statement = anchor_;
        }
        if (piece.opens == Opens::nothing)
            return;
        Frame frame{.line = anchor_,
                    .opened_in = indents_.size(),
                    .opens = piece.opens,
                    .word = column_,
                    .first = {},
                    .statement = anchor_,
                    .closed_in = ends_[piece_]};
        if (const Frame& outer = frames_.back(); outer.opened_in == frame.opened_in && outer.opens == Opens::list)
            frame.deeper = outer.deeper + (outer.closed_in == frame.closed_in ? 0 : 2);
        frames_.push_back(frame);
    }

    Columns indents_at(std::size_t line) const { return line < indents_.size() ? indents_[line] : indent_; }

    /// The indentation of a line that begins with a piece; `before`: the one that it had.
    std::size_t indent_of(std::size_t index, std::size_t before) const
    {
        const Piece& piece = pieces_[index];
        if ((piece.closes > 0 || piece.divides) && frames_.size() > 1) {
            const std::size_t count = std::min<std::size_t>(std::max(piece.closes, 1U), frames_.size() - 1);
            const Frame& frame = frames_[frames_.size() - count];
            return frame.opens == Opens::branch && before == frame.word.before
                       ? frame.word.after
                       : indents_at(frame.line).after + frame.deeper;
        }
        const Frame& top = frames_.back();
        if (piece.starts)
            return indent_within(top, before);
        const Columns statement = indents_at(top.statement);
        return statement.after + std::max(before - std::min(before, statement.before), piece.least);
    }

    std::size_t indent_within(const Frame& frame, std::size_t before) const
    {
        if (frame.line == nowhere)
            return 0;
        if (frame.opens == Opens::list && frame.first && before == frame.first->before)
            return frame.first->after;
        if (frame.opens == Opens::branch && before == frame.word.before + 2)
            return frame.word.after + 2;
        return indents_at(frame.line).after + frame.deeper + 2;
    }

    /// A comment that has its line for itself stands as the next line does, and before the end of a block as its
    /// statements do. Before «else» it may belong to either.
    std::size_t indent_of_comment() const
    {
        if (piece_ >= pieces_.size())
            return indent_within(frames_.back(), nowhere);
        const Piece& piece = pieces_[piece_];
        const std::size_t begin = text_.rfind('\n', piece.span.begin) + 1;
        const std::size_t before = width_of(text_.substr(begin, text_.find_first_not_of(blanks, begin) - begin));
        if (piece.closes > 0 || (piece.divides && indent_.before > before))
            return indent_within(frames_.back(), indent_.before);
        return indent_of(piece_, before);
    }

    std::string_view text_;
    const std::vector<Piece>& pieces_;
    std::vector<Span> kept_;
    std::vector<std::size_t> ends_; ///< of each piece that opens something: the line that closes it
    std::string out_;
    std::vector<Frame> frames_{Frame{}};
    std::vector<Columns> indents_; ///< of the lines so far
    Columns indent_;               ///< of this line
    Columns column_;               ///< of what is written next
    std::size_t line_begin_ = 0;
    std::size_t line_end_ = 0;
    std::size_t anchor_ = 0; ///< the line whose indentation counts for what this line opens
    std::size_t piece_ = 0;
    std::size_t next_kept_ = 0;
    bool blank_ = false;
};

} // namespace

std::size_t width_of(std::string_view text)
{
    std::size_t width = 0;
    for (const char c : text)
        width += c == '\t' ? 2 : continues_character(c) ? 0 : 1;
    return width;
}

Error changed_meaning(SourcePosition position)
{
    return Error(ErrorKind::invalid, std::move(position), "to format this would change what it says")
        .hint("the file is left as it is: indent this place by hand");
}

std::string lay_out(std::string_view text, const std::vector<Piece>& pieces, std::vector<Span> kept)
{
    return Layout(text, pieces, std::move(kept)).run();
}

} // namespace dfriends::converge
