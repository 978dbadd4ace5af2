// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/verbs.hpp"
#include "os/file.hpp"

#include <array>
#include <cstring>
#include <filesystem>
#include <functional>

namespace dfriends::applets::kv::ctl3 {

namespace {

/// A little-endian number of a page.
template <class Number>
Number number_at(std::string_view bytes, std::size_t at)
{
    Number value = 0;
    if (at > bytes.size() || bytes.size() - at < sizeof value)
        throw Failure(Exit::error, "the snapshot is damaged: a page ends early");
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::string_view bytes_at(std::string_view bytes, std::size_t at, std::size_t size)
{
    if (at > bytes.size() || bytes.size() - at < size)
        throw Failure(Exit::error, "the snapshot is damaged: a page ends early");
    return bytes.substr(at, size);
}

/// Reads the file of etcd's backend (bbolt, version 2): a tree of pages for each bucket.
class Bolt {
  public:
    using Visit = std::function<void(std::string_view key, std::string_view value, bool is_bucket)>;

    explicit Bolt(std::string_view bytes) : bytes_(bytes)
    {
        page_size_ = number_at<std::uint32_t>(bytes_, meta_at + 8);
        if (number_at<std::uint32_t>(bytes_, meta_at) != magic || page_size_ < 1024 || page_size_ > 65536)
            throw Failure(Exit::error, "the file is no snapshot of etcd: it does not begin as one");
        const bool second = number_at<std::uint64_t>(bytes_, page_size_ + meta_at + 48) >
                            number_at<std::uint64_t>(bytes_, meta_at + 48);
        meta_ = meta_at + (second ? page_size_ : 0);
    }

    std::uint64_t size() const { return number_at<std::uint64_t>(bytes_, meta_ + 40) * page_size_; }

    void for_each_bucket(const Visit& visit) const { walk(number_at<std::uint64_t>(bytes_, meta_ + 16), visit, 0); }

    /// The entries of a bucket, by the value under its name.
    void for_each(std::string_view bucket, const Visit& visit) const
    {
        if (const auto root = number_at<std::uint64_t>(bucket, 0); root != 0)
            walk(root, visit, 0);
        else
            walk_page(bytes_at(bucket, 16, bucket.size() - 16), visit, 0); // a small one stands in its value
    }

  private:
    static constexpr std::uint32_t magic = 0xED0CDAED;
    static constexpr std::size_t header = 16;
    static constexpr std::size_t meta_at = header;
    static constexpr unsigned deepest = 32;

    void walk(std::uint64_t page, const Visit& visit, unsigned depth) const
    {
        if (page > bytes_.size() / page_size_)
            throw Failure(Exit::error, "the snapshot is damaged: it has no page {}", page);
        walk_page(bytes_.substr(static_cast<std::size_t>(page) * page_size_), visit, depth);
    }

    void walk_page(std::string_view page, const Visit& visit, unsigned depth) const
    {
        if (depth > deepest)
            throw Failure(Exit::error, "the snapshot is damaged: its pages go in circles");
        const auto flags = number_at<std::uint16_t>(page, 8);
        const auto count = number_at<std::uint16_t>(page, 10);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = header + i * 16;
            if ((flags & 1U) != 0)
                walk(number_at<std::uint64_t>(page, at + 8), visit, depth + 1);
            else
                visit_entry(page, at, visit);
        }
    }

    static void visit_entry(std::string_view page, std::size_t at, const Visit& visit)
    {
        const std::size_t key = at + number_at<std::uint32_t>(page, at + 4);
        const auto key_size = number_at<std::uint32_t>(page, at + 8);
        const auto value_size = number_at<std::uint32_t>(page, at + 12);
        visit(bytes_at(page, key, key_size), bytes_at(page, key + key_size, value_size),
              (number_at<std::uint32_t>(page, at) & 1U) != 0);
    }

    std::string_view bytes_;
    std::size_t page_size_ = 0;
    std::size_t meta_ = 0;
};

/// CRC-32 with Castagnoli's polynomial.
class Checksum {
  public:
    Checksum()
    {
        for (std::uint32_t i = 0; i < table_.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit)
                value = (value & 1U) != 0 ? (value >> 1U) ^ 0x82F63B78U : value >> 1U;
            table_[i] = value;
        }
    }
    void update(std::string_view bytes)
    {
        for (const char c : bytes)
            state_ = table_[(state_ ^ static_cast<unsigned char>(c)) & 0xffU] ^ (state_ >> 8U);
    }
    std::uint32_t value() const { return ~state_; }

  private:
    std::array<std::uint32_t, 256> table_{};
    std::uint32_t state_ = 0xffffffffU;
};

std::int64_t revision_of(std::string_view key)
{
    std::uint64_t value = 0;
    for (const char c : bytes_at(key, 0, 8))
        value = value << 8U | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
}

SnapshotSummary summarize(std::string_view bytes)
{
    const Bolt bolt(bytes);
    SnapshotSummary summary{.size = bolt.size()};
    Checksum checksum;
    bolt.for_each_bucket([&](std::string_view name, std::string_view bucket, bool is_bucket) {
        if (!is_bucket)
            return;
        checksum.update(name);
        bolt.for_each(bucket, [&](std::string_view key, std::string_view value, bool) {
            checksum.update(key);
            checksum.update(value);
            if (name == "key")
                summary.revision = revision_of(key);
            ++summary.keys;
        });
    });
    summary.hash = checksum.value();
    return summary;
}

} // namespace

int snapshot_status(Context& context)
{
    expect(context, 1, 1, "snapshot status requires exactly one argument");
    Printer printer(context);
    const std::string& path = context.arguments[0];
    std::error_code code;
    const auto size = std::filesystem::file_size(path, code);
    if (code)
        throw Failure(Exit::error, "stat {}: {}", path,
                      code == std::errc::no_such_file_or_directory ? "no such file or directory"
                                                                   : describe_errno(code.value()));
    const std::string bytes = os::read_file(path, size);
    if (bytes.starts_with("SQLite format 3"))
        throw Failure(Exit::error, "'{}' is a snapshot of dfriends, not of etcd", path)
            .hint("'dfriends state restore FILE' reads it");
    printer.snapshot(summarize(bytes));
    return 0;
}

} // namespace dfriends::applets::kv::ctl3
