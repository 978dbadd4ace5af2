// SPDX-License-Identifier: Apache-2.0
#include "cache/package_table.hpp"

#include "archive/decompress.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "cache/package_index.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace dfriends::cache {

namespace {

constexpr std::string_view magic = "dfpkgs01";
constexpr std::uint64_t largest_index = 4ULL << 30U; // unpacked
constexpr std::size_t most_files = 4'000'000;

/// The table is read only by the machine that wrote it, so the size is in its own byte order.
struct Record {
    std::array<char, 16> path; ///< the first half of the path's SHA-256
    std::array<char, 32> sha256;
    std::uint64_t size;
};
static_assert(sizeof(Record) == 56);

std::array<char, 16> name_of(std::string_view path)
{
    const auto digest = crypto::hash(crypto::Algorithm::sha256, path);
    std::array<char, 16> name;
    std::copy_n(digest.begin(), name.size(), name.begin());
    return name;
}

std::vector<Record> read_index(const os::Path& index)
{
    std::vector<Record> records;
    PackageIndexReader reader([&](const PackageFile& file) {
        const auto digest = decode_hex(file.sha256);
        if (!digest || digest->size() != 32)
            return;
        if (records.size() >= most_files)
            throw Error(ErrorKind::invalid, "the index lists more than {} files", most_files);
        Record record{.path = name_of(file.path), .sha256 = {}, .size = file.size};
        std::ranges::copy(*digest, record.sha256.begin());
        records.push_back(record);
    });
    const auto descriptor = os::open_file(index, O_RDONLY);
    const auto read = [&](std::span<char> into) -> std::size_t {
        const auto count = ::read(descriptor.number(), into.data(), into.size());
        if (count < 0)
            throw Error(kind_of_errno(errno), "cannot read '{}'{}", index.string(), describe_errno(errno));
        return static_cast<std::size_t>(count);
    };
    archive::decompress(read, [&](std::string_view piece) { reader.feed(piece); }, largest_index);
    reader.finish();
    return records;
}

} // namespace

std::size_t PackageTable::build(const os::Path& index, const os::Path& table)
{
    auto records = read_index(index);
    std::ranges::sort(records, {}, &Record::path);
    std::string bytes(magic);
    bytes.append(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record));
    os::write_file(table, bytes);
    return records.size();
}

PackageTable::PackageTable(const os::Path& path)
{
    const auto descriptor = os::open_file(path, O_RDONLY);
    struct stat status{};
    if (::fstat(descriptor.number(), &status) != 0)
        throw Error(kind_of_errno(errno), "cannot read '{}'{}", path.string(), describe_errno(errno));
    length_ = static_cast<std::size_t>(status.st_size);
    if (length_ < magic.size() || (length_ - magic.size()) % sizeof(Record) != 0)
        throw Error(ErrorKind::invalid, "'{}' is not a table of packages", path.string());
    void* memory = ::mmap(nullptr, length_, PROT_READ, MAP_SHARED, descriptor.number(), 0);
    if (memory == MAP_FAILED)
        throw Error(kind_of_errno(errno), "cannot map '{}'{}", path.string(), describe_errno(errno));
    memory_ = static_cast<const char*>(memory);
    count_ = (length_ - magic.size()) / sizeof(Record);
    if (std::string_view(memory_, magic.size()) != magic) {
        ::munmap(memory, length_);
        throw Error(ErrorKind::invalid, "'{}' is not a table of packages", path.string());
    }
}

PackageTable::PackageTable(PackageTable&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)), length_(other.length_), count_(other.count_)
{
}

PackageTable::~PackageTable()
{
    if (memory_ != nullptr)
        ::munmap(const_cast<char*>(memory_), length_);
}

std::optional<Expected> PackageTable::find(std::string_view path) const
{
    const auto wanted = name_of(path);
    const auto record = [this](std::size_t index) {
        Record found{};
        std::memcpy(&found, memory_ + magic.size() + index * sizeof(Record), sizeof found);
        return found;
    };
    std::size_t low = 0;
    std::size_t high = count_;
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (record(middle).path < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == count_ || record(low).path != wanted)
        return std::nullopt;
    const auto found = record(low);
    Expected expected;
    expected.size = found.size;
    expected.digests[crypto::Algorithm::sha256] =
        encode_hex(std::string_view(found.sha256.data(), found.sha256.size()));
    return expected;
}

} // namespace dfriends::cache
