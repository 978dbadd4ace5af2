// SPDX-License-Identifier: Apache-2.0
#include "cache/package_index.hpp"

#include "base/text.hpp"
#include "cache/release_file.hpp"

#include <algorithm>

namespace dfriends::cache {

namespace {

constexpr std::size_t longest_line = 64 * 1024;
constexpr std::size_t most_sources = 1000; // files of one source package

bool is_sha256(std::string_view text)
{
    return text.size() == 64 && std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

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
    return !text.starts_with('/') && is_inner_path(path) ? path : std::string();
}

void PackageIndexReader::feed(std::string_view piece)
{
    while (!piece.empty()) {
        const auto end = piece.find('\n');
        const auto part = piece.substr(0, end);
        if (rest_.size() + part.size() > longest_line) {
            skipping_ = true;
            rest_.clear();
        }
        if (end == std::string_view::npos) {
            if (!skipping_)
                rest_ += part;
            return;
        }
        if (skipping_) {
            skipping_ = false;
        } else if (rest_.empty()) {
            line(part);
        } else {
            rest_ += part;
            line(rest_);
        }
        rest_.clear();
        piece.remove_prefix(end + 1);
    }
}

void PackageIndexReader::finish()
{
    if (!skipping_ && !rest_.empty())
        line(rest_);
    rest_.clear();
    end_stanza();
}

void PackageIndexReader::line(std::string_view text)
{
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    if (text.empty())
        return end_stanza();
    if (text.front() == ' ' || text.front() == '\t') {
        if (in_checksums_)
            checksum(text);
        return;
    }
    in_checksums_ = false;
    const auto colon = text.find(':');
    if (colon != std::string_view::npos)
        field(text.substr(0, colon), trim(text.substr(colon + 1)));
}

void PackageIndexReader::field(std::string_view name, std::string_view value)
{
    if (equal_ignoring_case(name, "Filename")) {
        file_.path = inner_path(value);
    } else if (equal_ignoring_case(name, "Size")) {
        const auto size = parse_unsigned(value);
        has_size_ = size.has_value();
        file_.size = size.value_or(0);
    } else if (equal_ignoring_case(name, "SHA256")) {
        file_.sha256 = is_sha256(value) ? to_lower(value) : std::string();
    } else if (equal_ignoring_case(name, "Directory")) {
        directory_ = value;
    } else if (equal_ignoring_case(name, "Checksums-Sha256")) {
        in_checksums_ = true;
    }
}

void PackageIndexReader::checksum(std::string_view text)
{
    const auto parts = words(text);
    if (parts.size() != 3 || !is_sha256(parts[0]) || sources_.size() >= most_sources)
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
