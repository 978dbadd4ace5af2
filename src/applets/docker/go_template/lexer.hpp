// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::docker::go_template {

struct Token {
    enum class Kind {
        text,       ///< between actions
        open,       ///< {{
        close,      ///< }}
        identifier, ///< a word: a function, or one of the language
        field,      ///< ".Name"
        variable,   ///< "$" or "$name"
        dot,
        string,    ///< with its quotes
        character, ///< with its quotes
        number,
        boolean,
        nil,
        pipe,
        declare, ///< :=
        assign,  ///< =
        comma,
        left_paren,
        right_paren,
        end,   ///< of the template
        error, ///< `text` says what is wrong; nothing comes after it
    };
    Kind kind = Kind::end;
    std::size_t at = 0; ///< the byte of the template
    std::string text = {};
    bool after_space = false;
};

/// Cuts a template into tokens, the last of which is `end` or `error`. Comments are gone, and white space that the
/// actions' hyphens trim.
std::vector<Token> tokenize(std::string_view text);

} // namespace dfriends::applets::docker::go_template
