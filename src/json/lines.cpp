// SPDX-License-Identifier: Apache-2.0
#include "json/lines.hpp"

#include "base/error.hpp"

#include <utility>

namespace dfriends::json {

void LineSplitter::feed(std::string_view piece, const std::function<void(std::string_view line)>& on_line)
{
    for (;;) {
        const auto end = piece.find('\n');
        if (rest_.size() + std::min(end, piece.size()) > limit_)
            throw Error(ErrorKind::invalid, "a line is longer than {} bytes", limit_);
        if (end == piece.npos) {
            rest_ += piece;
            return;
        }
        rest_ += piece.substr(0, end);
        piece.remove_prefix(end + 1);
        finish(on_line);
    }
}

void LineSplitter::finish(const std::function<void(std::string_view line)>& on_line)
{
    const std::string line = std::exchange(rest_, {});
    std::string_view view = line;
    if (view.ends_with('\r'))
        view.remove_suffix(1);
    if (!view.empty())
        on_line(view);
}

} // namespace dfriends::json
