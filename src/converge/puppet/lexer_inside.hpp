// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/lexer.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::converge::puppet {

constexpr int deepest_strings = 16; ///< strings in code in strings

inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

inline bool is_small(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

inline bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

inline bool is_word(char c)
{
    return is_small(c) || is_capital(c) || is_digit(c);
}

/// How the body of a heredoc reads.
struct Heredoc {
    std::string end;
    bool has_code = false;
    std::string escapes;
};

/// The reading of tokens: words, numbers and marks in lexer.cpp, strings of all kinds in strings.cpp.
class Lexer {
  public:
    Lexer(const Source& source, std::size_t begin, std::size_t end, int depth, std::vector<Span>* kept = nullptr)
        : source_(source), text_(source.text()), kept_(kept), at_(begin), end_(end), depth_(depth)
    {
    }

    std::vector<Token> run();

  private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < end_ ? text_[at_ + ahead] : '\0'; }
    bool sees(std::string_view word) const { return text_.substr(at_, std::min(word.size(), end_ - at_)) == word; }

    Token& add(TokenKind kind, std::size_t offset, std::string text = {});
    void keep(std::size_t begin, std::size_t end)
    {
        if (kept_ != nullptr)
            kept_->push_back({begin, end});
    }
    void skip_blanks();
    void skip_comment();
    void read_token();
    void read_word();
    std::size_t variable_end(std::size_t at) const;
    void read_variable();
    void read_number();
    bool sees_hex(std::size_t start) const
    {
        return text_[start] == '0' && start + 1 < end_ && (text_[start + 1] | 0x20) == 'x';
    }
    void read_plain_string();
    void read_string();
    /// Where the string ends whose content begins here.
    std::size_t skip_string(std::size_t from, int depth) const;
    std::size_t skip_code(std::size_t from, int depth) const;
    void read_parts(std::size_t at, std::size_t end, std::string_view escapes, std::vector<StringPart>& parts);
    std::vector<Token> run_code(std::size_t offset);
    std::size_t read_escape(std::size_t at, std::size_t end, std::string& text) const;
    static void append_utf8(std::string& text, unsigned code);
    bool heredoc_is_next() const;
    void read_heredoc();
    void append_plain(std::size_t begin, std::size_t end, std::string_view escapes,
                      std::vector<StringPart>& parts) const;
    Heredoc heredoc_of(std::string_view words, std::size_t start) const;
    static bool is_heredoc_end(std::string_view line, std::string_view end, std::size_t& margin, bool& cuts_end);
    bool pattern_may_stand_here() const;
    void read_pattern();

    const Source& source_;
    std::string_view text_;
    std::vector<Span>* kept_;
    std::size_t at_;
    std::size_t end_;
    int depth_;
    std::size_t resume_ = 0;
    bool space_ = false;
    std::vector<Token> tokens_;
};

} // namespace dfriends::converge::puppet
