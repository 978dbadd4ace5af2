// SPDX-License-Identifier: Apache-2.0
#include "debian/stanza_reader.hpp"

#include "base/text.hpp"

namespace dfriends::debian {

namespace {

constexpr std::size_t longest_line = 256 * 1024;

} // namespace

void StanzaReader::feed(std::string_view piece)
{
    while (!piece.empty()) {
        const auto end = piece.find('\n');
        const auto part = piece.substr(0, end);
        if (rest_.size() + part.size() > longest_line) {
            skipping_ = true;
            rest_.clear();
        }
        if (end == std::string_view::npos) {
            if (!skipping_)
                rest_ += part;
            return;
        }
        if (skipping_) {
            skipping_ = false;
        } else if (rest_.empty()) {
            line(part);
        } else {
            rest_ += part;
            line(rest_);
        }
        rest_.clear();
        piece.remove_prefix(end + 1);
    }
}

void StanzaReader::finish()
{
    if (!skipping_ && !rest_.empty())
        line(rest_);
    rest_.clear();
    end_stanza();
}

void StanzaReader::line(std::string_view text)
{
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    if (text.empty())
        return end_stanza();
    if (text.front() == ' ' || text.front() == '\t')
        return continuation(text);
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return;
    field(text.substr(0, colon), trim(text.substr(colon + 1)));
}

} // namespace dfriends::debian
