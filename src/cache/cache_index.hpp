// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "debian/expected.hpp"
#include "net/task.hpp"
#include "state/store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cache {

/// The columns of cache_blob that answers need.
struct BlobRow {
    std::string sha256;
    std::uint64_t size = 0;
    std::string content_type;
    std::string last_modified;
    std::int64_t used = 0; ///< milliseconds
};

struct NameRow {
    std::string name;
    std::string sha256;
    bool verified = false;
    std::string etag;
    std::string last_modified;
    std::int64_t fresh_until = 0;
};

struct ReleaseRow {
    std::string document;
    std::int64_t generation = 0;
    std::string sha256;
    std::string signature;
    std::string etag;
    std::int64_t adopted = 0;
};

struct TableRow {
    std::string origin;
    std::string sha256;
    std::string base;
    std::int64_t made = 0;
};

struct Totals {
    std::int64_t blobs = 0;
    std::int64_t bytes = 0;
    std::int64_t names = 0;
    std::int64_t releases = 0;
    std::int64_t packages_tables = 0;
};

struct ListRow {
    std::string name;
    std::uint64_t size = 0;
    bool verified = false;
    std::int64_t used = 0; ///< milliseconds
};

/// The cache's tables in the state database. Reads happen on the calling thread; writes are coroutines that return when
/// they are on disk.
class CacheIndex {
  public:
    explicit CacheIndex(state::Store& store);

    std::optional<BlobRow> find_blob(std::string_view sha256);
    std::optional<NameRow> find_name(std::string_view name);
    /// The SHA-256 of what an index lists, also where the index names it by another digest only; empty where that is
    /// not known.
    std::string sha256_of(const debian::Expected& expected);
    std::vector<ReleaseRow> releases(); ///< newest generation first within a document
    std::vector<std::string> wanted(std::string_view directory, std::int64_t asked_since);
    std::vector<TableRow> tables(); ///< newest first
    std::vector<BlobRow> blobs();   ///< digests and sizes
    std::vector<std::string> urls(std::string_view sha256);
    Totals totals();
    std::int64_t content_bytes();
    std::vector<ListRow> list(std::string_view pattern); ///< URLs that a shell pattern fits, by name

    /// Times of content are in milliseconds.
    net::Task<> put(BlobRow blob, std::vector<NameRow> names, std::int64_t now);
    net::Task<> put_name(NameRow name);
    /// Keeps the newest `keep` generations of the document; the others' rows go.
    net::Task<> put_release(ReleaseRow release, std::int64_t keep);
    net::Task<> put_wanted(std::string directory, std::string path, std::int64_t now);
    net::Task<> put_table(TableRow table, std::int64_t keep);
    net::Task<> touch(std::vector<std::string> sha256s, std::int64_t now);
    net::Task<> forget_blob(std::string sha256);
    /// Forgets URLs. Content stays; forget_unnamed() finds what has none left.
    net::Task<> forget_names(std::vector<std::string> names);
    /// Takes content that neither a URL nor an adopted release needs out of the index, and returns it.
    net::Task<std::vector<BlobRow>> forget_unnamed();
    /// Takes the least recently used content that no adopted release needs out of the index until `bytes` are gone, and
    /// returns it.
    net::Task<std::vector<BlobRow>> evict(std::int64_t bytes);

  private:
    /// Content that is not live, by the end of an SQL query, until `bytes` are gone.
    net::Task<std::vector<BlobRow>> take_out(std::string which, std::optional<std::int64_t> bytes);
    net::Task<> write(std::function<void(state::Database&)> change);
    state::Store& store_;
    std::unique_ptr<state::Database> reader_;
};

} // namespace dfriends::cache
