// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/knowledge.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::cache {

/// What a cache would do with a request, and why.
struct Explanation {
    enum class Source {
        document, ///< it is an adopted InRelease or Release file, or its signature
        member,   ///< an adopted one lists it
        package,  ///< a Packages or Sources index lists it
        name,     ///< content was kept under its name once
        nothing,
    };
    enum class Content {
        sound,
        rotten,  ///< its bytes are not what its name says
        missing, ///< the index has it, the directory has not
        none,    ///< it was never stored
    };
    enum class Verdict {
        hit,     ///< served from the store
        checked, ///< upstream is asked whether it changed, then served from the store
        miss,    ///< fetched
    };

    std::string key; ///< canonical URL
    Source source = Source::nothing;
    std::string listed_by;                ///< URL of the document or index
    std::string path;                     ///< of a member, as the document names it
    std::int64_t generation = 0;          ///< of the document; 0 for other sources
    std::int64_t adopted = 0;             ///< seconds: when the document was, or the index read
    std::optional<TimePoint> valid_until; ///< the document's
    std::string digest;                   ///< what the index names it by: "sha512:<hex>"
    std::string sha256;                   ///< empty where it is not known
    std::optional<std::uint64_t> size;
    std::int64_t fresh_until = 0; ///< seconds; of a name without an index
    Content content = Content::none;
    std::optional<std::int64_t> used; ///< milliseconds
    Verdict verdict = Verdict::miss;
    std::vector<std::string> fetched_from; ///< in their order
};

std::string_view name_of(Explanation::Source source);
std::string_view name_of(Explanation::Content content);
/// "HIT", "CHECK", "MISS".
std::string_view name_of(Explanation::Verdict verdict);

/// Reads the stored content. Asks nobody: whether the address policy of the service lets it fetch is not looked at.
Explanation explain(const ProxyRequest& asked, Knowledge& knowledge, TimePoint now);

} // namespace dfriends::cache
