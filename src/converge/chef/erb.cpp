// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/erb.hpp"

#include "base/text.hpp"

namespace dfriends::converge::chef {

ErbProgram erb_program(const Source& source, TagTrim trim)
{
    ErbProgram program;
    const auto put = [&](std::string_view text, std::size_t from) {
        program.stretches.push_back({program.text.size(), from});
        program.text += text;
    };
    for (const TemplatePart& part : cut_template(source, trim)) {
        const std::string_view code = source.text().substr(part.begin, part.end - part.begin);
        if (part.kind == TagKind::text) {
            put(fmt::format("{} '{}';", erb_text, replace_all(replace_all(part.text, "\\", "\\\\"), "'", "\\'")),
                part.tag);
            continue;
        }
        if (part.kind == TagKind::value)
            put(fmt::format("{}((", erb_value), part.tag);
        put(code, part.begin);
        put(part.kind == TagKind::value ? "));" : "\n", part.end);
    }
    return program;
}

} // namespace dfriends::converge::chef
