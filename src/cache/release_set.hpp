// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "cache/cache_index.hpp"
#include "cache/fetch.hpp"
#include "cache/package_tables.hpp"
#include "cache/proxy_request.hpp"
#include "debian/release_file.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dfriends::cache {

/// An adopted InRelease or Release file: together with the indices it lists, what clients see of a suite.
struct Generation {
    ReleaseRow row;
    std::shared_ptr<const debian::ReleaseFile> release;
};

/// A file that a Release file lists.
struct Member {
    std::string directory; ///< of the Release file: canonical URL ending in '/'
    std::string path;      ///< relative to it
    Expected expected;
    bool acquire_by_hash = false;
    const Generation* listed_by = nullptr; ///< of the sets that it was found in; until they change
};

/// The suites: each InRelease (or Release with Release.gpg) and its indices are one consistent set. A new one is
/// adopted only once the indices that clients use are there and right; until then, and while upstream is away, the last
/// set is served.
class ReleaseSets {
  public:
    ReleaseSets(Upstream& upstream, CacheStore& store, CacheIndex& index, Fetches& fetches, PackageTables& tables,
                Clock clock);

    /// Checks signatures by these keyrings; by those that apt trusts on this host where there are none.
    void trust(std::vector<os::Path> keyrings) { keyrings_ = std::move(keyrings); }

    /// True for the names InRelease, Release and Release.gpg.
    static bool is_document(std::string_view key);

    enum class Freshness { hit, miss, stale };
    struct Served {
        std::string sha256; ///< empty where there is none: then `status` or `failure`; with both it is stale for that
        std::string etag;
        Freshness freshness = Freshness::hit;
        int status = 0;
        std::optional<Error> failure;
    };
    /// The document to answer a client with. `force`: ask upstream whatever the age.
    net::Task<Served> serve(ProxyRequest asked, std::string client, bool offline, bool force);

    /// What the sets say of a URL, by its plain or by-hash name. A client that was given a set a moment ago stays with
    /// it.
    std::optional<Member> find_member(std::string_view key, std::string_view client);

    /// What is served of an InRelease or Release file; null where there is none.
    const Generation* newest(const std::string& document) const;

    /// An order for a member: by-hash first where the repository has that, then the plain name.
    static FetchOrder order(const Member& member, const std::vector<http::Url>& roots);
    /// The same for a request, whose own URL is tried first.
    static FetchOrder order(const Member& member, const ProxyRequest& asked);

    /// Remembers that clients use this member.
    void want(const Member& member);

    std::size_t size() const { return documents_.size(); }

  private:
    struct Document {
        std::string key;
        std::string directory;
        std::vector<Generation> generations; ///< newest first
        std::int64_t checked = 0;            ///< when upstream last answered
        std::int64_t refused_since = 0;      ///< since when a newer one could not be adopted
    };
    struct Check {
        bool done = false;
        bool changed = false;
        int status = 0;
        http::Url asks; ///< the server that is to answer
        std::optional<Error> failure;
        net::Event event;
    };
    using CheckPointer = std::shared_ptr<Check>;

    CheckPointer start_check(const ProxyRequest& asked);
    net::Task<> run_check(ProxyRequest asked, CheckPointer check);
    net::Task<> ask_upstream(const ProxyRequest& asked, Check& check);
    net::Task<bool> adopt(const ProxyRequest& asked, std::string text, http::Headers head);
    net::Task<bool> gather(const ProxyRequest& asked, const debian::ReleaseFile& release);
    net::Task<std::string> fetch_signature(const ProxyRequest& asked);
    net::Task<> check_signature(const std::string& key, const std::string& text, const std::string& detached);
    std::optional<Error> expiry(const Document& document, const std::string& key) const;
    net::Task<std::string> keep(std::string text, http::Headers head, std::string name);
    void load(ReleaseRow row);
    Served served(const Document& document, Freshness freshness, std::string_view client, bool signature);
    const Document* find(const std::string& key) const;

    Upstream& upstream_;
    CacheStore& store_;
    CacheIndex& index_;
    Fetches& fetches_;
    PackageTables& tables_;
    Clock clock_;
    std::vector<os::Path> keyrings_;
    std::map<std::string, Document> documents_;
    std::map<std::string, std::set<std::string>, std::less<>> directories_; ///< directory → documents
    std::map<std::string, CheckPointer> checks_;
    std::map<std::string, std::int64_t> wanted_; ///< when last written down
    std::map<std::string, std::pair<std::int64_t, std::int64_t>, std::less<>>
        pins_; ///< "client document" → generation, time
};

} // namespace dfriends::cache
