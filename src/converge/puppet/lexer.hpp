// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dfriends::converge::puppet {

/// name: words that begin with a small letter, keywords among them; type: words that begin with a capital.
enum class TokenKind { end, name, type, variable, integer, decimal, string, pattern, mark };

struct Token;

/// A piece of a string: text, or code that was written as ${code} or $variable.
struct StringPart {
    std::string text;
    std::vector<Token> code; ///< not empty: code, the last token an `end`
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string text; ///< the word (types in lower case), the mark, the pattern, the variable without $
    std::int64_t integer = 0;
    double decimal = 0;
    std::vector<StringPart> parts; ///< of a string
    std::size_t offset = 0;
    std::size_t end = 0; ///< behind it; a heredoc's text stands in other lines
    bool space_before = false;
};

/// The tokens of a manifest, the last one an `end`. Throws Error(invalid) at the place. `kept` gets what stands between
/// tokens and whose lines are not to be indented: the texts of heredocs, and comments from their second line on.
std::vector<Token> tokenize(const Source& source, std::vector<Span>* kept = nullptr);

} // namespace dfriends::converge::puppet
