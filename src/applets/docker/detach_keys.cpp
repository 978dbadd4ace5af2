// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/detach_keys.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace dfriends::applets::docker {

namespace {

char parse_key(std::string_view key)
{
    constexpr char del = 127;
    if (key.size() == 1)
        return key.front();
    if (key == "DEL")
        return del;
    if (key.size() == 6 && key.starts_with("ctrl-")) {
        const char letter = key.back();
        if (letter >= 'a' && letter <= 'z')
            return static_cast<char>(letter - 'a' + 1);
        if (letter == '@' || (letter >= '[' && letter <= '_'))
            return static_cast<char>(letter - '@');
    }
    throw Error(ErrorKind::usage, "there is no key '{}'", printable(key))
        .hint("write a single character, ctrl- with a letter or one of @ [ \\ ] ^ _, or DEL, with ',' between keys");
}

} // namespace

DetachKeys::DetachKeys(std::string_view text)
{
    for (const std::string_view key : split(text.empty() ? "ctrl-p,ctrl-q" : text, ','))
        sequence_ += parse_key(key);
}

std::string DetachKeys::feed(std::string_view typed)
{
    std::string passed;
    for (const char key : typed) {
        if (were_pressed())
            break;
        // Where the next key does not go on, the longest ending of what was typed that still begins the sequence
        // counts.
        std::string held = sequence_.substr(0, matched_) + key;
        while (!sequence_.starts_with(held)) {
            passed += held.front();
            held.erase(0, 1);
        }
        matched_ = held.size();
    }
    return passed;
}

} // namespace dfriends::applets::docker
