// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/lexer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::chef {

inline bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/// The reading of tokens: words and marks in lexer.cpp, strings of all kinds in strings.cpp.
class Lexer {
  public:
    explicit Lexer(const Source& source, std::vector<Span>* kept = nullptr)
        : source_(source), text_(source.text()), kept_(kept)
    {
    }

    std::vector<Token> run(bool embedded);

  private:
    char peek(std::size_t ahead = 0) const { return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0'; }
    bool at_line_start() const { return pos_ == 0 || text_[pos_ - 1] == '\n'; }
    bool rest_starts(std::string_view what) const { return text_.substr(pos_).starts_with(what); }

    void skip_line();
    bool skip_blanks_and_comments();
    bool line_goes_on() const;
    bool value_wanted() const;
    bool quoted_label_wanted() const;
    void newline();
    void scan();
    void word();
    void number();
    void symbol();
    bool operator_symbol();
    void mark();
    bool percent_literal();
    bool heredoc();
    void heredoc_body(std::string_view word, bool raw, bool dashed, bool squiggly, std::size_t start);
    void string(char quote);
    void pattern(char open, char close);
    std::vector<StringPart> delimited(char open, char close, bool expand, std::size_t start);
    void escape(std::string& into);
    void unicode_escape(std::string& into);
    void interpolation(std::vector<StringPart>& parts);
    void push(Token token);
    void keep(std::size_t begin, std::size_t end)
    {
        if (kept_ != nullptr)
            kept_->push_back({begin, end});
    }

    const Source& source_;
    std::string_view text_;
    std::vector<Span>* kept_;
    std::size_t pos_ = 0;
    std::size_t after_heredocs_ = 0; ///< where the next line begins, past the heredocs that this one opened; 0: none
    int depth_ = 0;
    std::vector<Token> tokens_;
    std::size_t token_start_ = 0;
    bool space_before_ = false;
};

} // namespace dfriends::converge::chef
