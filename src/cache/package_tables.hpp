// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "cache/cache_index.hpp"
#include "cache/fetch.hpp"
#include "cache/package_table.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::cache {

/// The package tables of every repository whose Packages or Sources a client asked for: what a .deb must be.
class PackageTables {
  public:
    PackageTables(CacheStore& store, CacheIndex& index, Clock clock);

    /// True for indices that list files by digest: Packages and Sources, however compressed.
    static bool is_package_index(std::string_view path);

    /// Makes the table of an index as soon as its fill is over; what belongs to the repository waits for it meanwhile.
    void follow(FillPointer fill);
    /// Makes the table of an index that is in the store, where there is none yet.
    void ensure(const std::string& directory, const std::string& path, const std::string& sha256);

    /// Waits for tables in the making that may know a URL, at most for `patience`.
    net::Task<> settle(std::string key, std::chrono::milliseconds patience);
    /// What the newest index that lists a URL says of it, and which one that is.
    std::optional<Expected> find(std::string_view key, TableRow* index = nullptr);
    /// Another number than before says that find() may answer otherwise.
    std::uint64_t revision() const { return revision_; }

  private:
    struct Entry {
        TableRow row;
        std::shared_ptr<PackageTable> table; ///< mapped at first use
        bool broken = false;
    };
    net::Task<> build_after(FillPointer fill, std::string origin, std::string base);
    net::Task<> build(std::string origin, std::string base, std::string sha256);
    net::Task<> make(std::string origin, std::string base, std::string sha256);
    bool has(const std::string& base, const std::string& sha256) const;
    bool is_pending(std::string_view key) const;

    CacheStore& store_;
    CacheIndex& index_;
    Clock clock_;
    std::map<std::string, std::vector<Entry>, std::less<>> bases_; ///< newest first
    std::map<std::string, int, std::less<>> pending_;              ///< by base
    net::Event settled_;
    std::uint64_t revision_ = 0;
};

/// The repository's root for a suite's directory: what stands before "/dists/", else (flat repositories) the directory.
std::string repository_root(std::string_view directory);

/// Calls `visit` with every prefix of a key that ends in '/', the longest first, until it returns true.
bool visit_parents(std::string_view key, const std::function<bool(std::string_view parent)>& visit);

} // namespace dfriends::cache
