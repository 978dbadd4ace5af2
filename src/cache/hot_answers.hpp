// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/answer.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dfriends::cache {

/// How long a running service may answer with content that was removed beside it.
constexpr std::chrono::milliseconds hot_time{200};

/// Answers of the last moment to plain requests, ready to be sent again without a look at index or disk: content that
/// many clients ask for at once costs five looks a second. Small content is held in memory, larger by its open file.
/// Nothing is held once no request came for that long. Lives on one loop.
class HotAnswers {
  public:
    HotAnswers();

    /// True for a GET that any client may be answered alike: no range, no condition, no credentials.
    static bool is_plain(const http::Request& request);

    /// The answer to a plain request of a moment ago, or null.
    const http::Response* find(std::string_view target);
    /// `response`: as it went out, with the content as its body.
    void keep(std::string target, http::Response response, const BlobPointer& blob);
    void clear();

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    struct Entry {
        http::Response response;
        std::chrono::steady_clock::time_point until;
    };
    struct Table {
        std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries;
        std::size_t bytes = 0; ///< of content in memory
        bool is_swept = false;
    };
    static net::Task<> sweep(std::shared_ptr<Table> table);

    std::shared_ptr<Table> table_; ///< shared with the one who sweeps it
};

} // namespace dfriends::cache
