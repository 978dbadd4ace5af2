// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dfriends::converge::chef {

enum class TokenKind {
    end,
    newline,
    identifier,
    constant,
    keyword,
    label,
    integer,
    decimal,
    string,
    symbol,
    words,
    symbols,
    pattern,
    mark
};

struct Token;

/// A piece of a string: text, or code between #{ and }.
struct StringPart {
    std::string text;
    std::vector<Token> code;
    bool is_code = false;
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string text; ///< the word, the mark, the content of a symbol or pattern
    std::int64_t integer = 0;
    double decimal = 0;
    std::vector<StringPart> parts;  ///< of a string, and of a %W with code
    std::vector<std::string> words; ///< of %w and %i; those of a %W with code are cut out of its parts
    std::size_t offset = 0;
    std::size_t end = 0; ///< behind it; a heredoc's text stands in other lines
    bool space_before = false;
    bool space_after = false;
};

/// A string cut at blanks; what code gives is not cut.
std::vector<std::vector<StringPart>> cut_words(const std::vector<StringPart>& parts);

/// The tokens of a recipe, the last one an `end`. Throws Error(invalid) at the place. `kept` gets what stands between
/// tokens and whose lines are not to be indented: the texts of heredocs, =begin … =end, and what follows __END__.
std::vector<Token> tokenize(const Source& source, std::vector<Span>* kept = nullptr);

} // namespace dfriends::converge::chef
