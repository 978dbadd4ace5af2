// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/source.hpp"

#include <string>
#include <vector>

namespace dfriends::converge {

/// What becomes of the blanks and the line's end around a tag.
enum class TagTrim {
    lone,   ///< as Chef: a line with nothing but <% … %> leaves no line, and -%> takes the line's end with it
    marked, ///< as Puppet's ERB: only <%- takes the blanks before it in its line,
            ///< and -%> the line's end
    epp     ///< as Puppet's EPP: the same, also behind a text and before one; <%#-
            ///< takes blanks, too
};

enum class TagKind { text, code, value };

/// A part of a template: text, what stands in <% … %>, or what stands in <%= … %>.
struct TemplatePart {
    TagKind kind = TagKind::text;
    std::string text;      ///< of text: with <%% and %%> as they are meant
    std::size_t begin = 0; ///< of code: where it is in the template
    std::size_t end = 0;
    std::size_t tag = 0; ///< where the part begins, with its <%
};

/// A template's parts in their order, without its comments. Throws Error(invalid) for a tag that is not closed.
std::vector<TemplatePart> cut_template(const Source& source, TagTrim trim);

} // namespace dfriends::converge
