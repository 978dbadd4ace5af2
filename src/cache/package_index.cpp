// SPDX-License-Identifier: Apache-2.0
#include "cache/package_index.hpp"

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "debian/release_file.hpp"

#include <algorithm>

namespace dfriends::cache {

namespace {

constexpr std::size_t most_sources = 1000; // files of one source package

} // namespace

std::string inner_path(std::string_view text)
{
    std::string path;
    for (const auto segment : split(text, '/')) {
        if (segment.empty() || segment == ".")
            continue;
        if (!path.empty())
            path += '/';
        path += segment;
    }
    return !text.starts_with('/') && debian::is_inner_path(path) ? path : std::string();
}

void PackageIndexReader::field(std::string_view name, std::string_view value)
{
    in_checksums_ = false;
    if (equal_ignoring_case(name, "Filename")) {
        file_.path = inner_path(value);
    } else if (equal_ignoring_case(name, "Size")) {
        const auto size = parse_unsigned(value);
        has_size_ = size.has_value();
        file_.size = size.value_or(0);
    } else if (equal_ignoring_case(name, "SHA256")) {
        file_.sha256 = crypto::is_digest(crypto::Algorithm::sha256, value) ? to_lower(value) : std::string();
    } else if (equal_ignoring_case(name, "Directory")) {
        directory_ = value;
    } else if (equal_ignoring_case(name, "Checksums-Sha256")) {
        in_checksums_ = true;
    }
}

void PackageIndexReader::continuation(std::string_view text)
{
    if (!in_checksums_)
        return;
    const auto parts = words(text);
    if (parts.size() != 3 || !crypto::is_digest(crypto::Algorithm::sha256, parts[0]) || sources_.size() >= most_sources)
        return;
    if (const auto size = parse_unsigned(parts[1]))
        sources_.push_back({std::string(parts[2]), *size, to_lower(parts[0])});
}

void PackageIndexReader::end_stanza()
{
    if (!file_.path.empty() && has_size_ && !file_.sha256.empty())
        on_file_(file_);
    for (auto& source : sources_) {
        source.path = inner_path(directory_.empty() ? source.path : directory_ + "/" + source.path);
        if (!source.path.empty())
            on_file_(source);
    }
    file_ = {};
    has_size_ = false;
    directory_.clear();
    sources_.clear();
    in_checksums_ = false;
}

} // namespace dfriends::cache
