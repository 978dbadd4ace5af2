// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/record.hpp"

namespace dfriends::kv::v3 {

std::size_t Revision::size() const
{
    std::size_t bytes = sizeof *this;
    for (const Change& change : changes)
        bytes += sizeof change + change.key.size() + change.record.value.size() +
                 (change.previous ? change.previous->value.size() : 0);
    return bytes;
}

Span::Span(std::string_view key, std::string_view range_end)
    : low_(key), high_(range_end), kind_(range_end.empty()                        ? Kind::single
                                         : range_end == std::string_view("\0", 1) ? Kind::from
                                                                                  : Kind::range)
{
}

bool Span::contains(std::string_view key) const
{
    if (kind_ == Kind::single)
        return key == low_;
    return key >= low_ && (kind_ == Kind::from || key < high_);
}

std::optional<std::string> Span::high() const
{
    if (kind_ == Kind::from)
        return std::nullopt;
    return kind_ == Kind::single ? low_ + '\0' : high_;
}

bool Span::overlaps(const Span& other) const
{
    if (is_empty() || other.is_empty())
        return false;
    const auto begins_before_end = [](const Span& a, const Span& b) {
        const auto end = b.high();
        return !end || a.low_ < *end;
    };
    return begins_before_end(*this, other) && begins_before_end(other, *this);
}

} // namespace dfriends::kv::v3
