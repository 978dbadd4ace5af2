// SPDX-License-Identifier: Apache-2.0
#include "base/glob.hpp"

#include <cstddef>

namespace dfriends {

namespace {

struct Step {
    bool matches;
    std::size_t length; ///< characters of the pattern that this step used
};

Step match_set(std::string_view pattern, char c)
{
    std::size_t i = 1;
    const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
    if (negated)
        ++i;
    bool inside = false;
    for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
        const char low = pattern[i];
        char high = low;
        if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
            high = pattern[i + 2];
            i += 2;
        }
        inside = inside || (low <= c && c <= high);
        ++i;
    }
    if (i >= pattern.size())
        return {c == '[', 1}; // no closing bracket: the bracket stands for itself
    return {inside != negated, i + 1};
}

Step match_one(std::string_view pattern, char c)
{
    switch (pattern[0]) {
    case '?':
        return {true, 1};
    case '[':
        return match_set(pattern, c);
    case '\\':
        if (pattern.size() > 1)
            return {pattern[1] == c, 2};
        [[fallthrough]];
    default:
        return {pattern[0] == c, 1};
    }
}

} // namespace

bool glob_match(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0, t = 0;
    std::size_t star = pattern.npos, resume = 0; // where to go on after the last '*' takes one character more
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            resume = t;
            continue;
        }
        if (p < pattern.size()) {
            if (const Step step = match_one(pattern.substr(p), text[t]); step.matches) {
                p += step.length;
                ++t;
                continue;
            }
        }
        if (star == pattern.npos)
            return false;
        p = star;
        t = ++resume;
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace dfriends
