// SPDX-License-Identifier: Apache-2.0
#include "debian/release_file.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace dfriends::debian {

namespace {

constexpr std::size_t most_entries = 200'000;

std::optional<crypto::Algorithm> algorithm_of(std::string_view heading)
{
    // Release writes MD5Sum, and by-hash directories do so too.
    if (equal_ignoring_case(heading, "MD5Sum"))
        return crypto::Algorithm::md5;
    return crypto::find_algorithm(to_lower(heading));
}

/// Cuts a text into lines without copying; a clear-signed text yields its signed lines, dash-escapes undone.
class SignedLines {
  public:
    explicit SignedLines(std::string_view text) : rest_(text)
    {
        constexpr std::string_view begin = "-----BEGIN PGP SIGNED MESSAGE-----";
        const auto start = text.starts_with(begin) ? 0 : text.find("\n" + std::string(begin));
        if (start == std::string_view::npos)
            return;
        signed_ = true;
        rest_.remove_prefix(start == 0 ? 0 : start + 1);
        for (auto line = cut(); line && !trim(*line).empty();) // the armour's own headers
            line = cut();
    }

    std::optional<std::string_view> next()
    {
        auto line = cut();
        if (!line || !signed_)
            return line;
        if (line->starts_with("-----"))
            return std::nullopt;
        if (line->starts_with("- "))
            line->remove_prefix(2);
        return line;
    }

  private:
    std::optional<std::string_view> cut()
    {
        if (rest_.empty())
            return std::nullopt;
        const auto end = rest_.find('\n');
        auto line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        return line;
    }

    std::string_view rest_;
    bool signed_ = false;
};

void read_entry(ReleaseFile& release, crypto::Algorithm algorithm, std::string_view line)
{
    const auto parts = words(line);
    if (parts.size() != 3 || !crypto::is_digest(algorithm, parts[0]) || !is_inner_path(parts[2]))
        return;
    const auto size = parse_unsigned(parts[1]);
    if (!size || release.by_digest.size() >= most_entries)
        return;
    auto& expected = release.files[std::string(parts[2])];
    // Two sizes for one path: whatever arrives cannot satisfy both, so the entry is of no use.
    if (expected.size && *expected.size != *size)
        return;
    expected.size = size;
    expected.digests[algorithm] = to_lower(parts[0]);
    release.by_digest.emplace(std::string(crypto::name(algorithm)) + ":" + to_lower(parts[0]), parts[2]);
}

} // namespace

bool is_inner_path(std::string_view path)
{
    if (path.empty() || path.size() > 1024)
        return false;
    if (std::ranges::any_of(path, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return false;
    return std::ranges::none_of(split(path, '/'),
                                [](std::string_view s) { return s.empty() || s == ".." || s == "."; });
}

const std::pair<const std::string, Expected>* ReleaseFile::find_digest(std::string_view algorithm,
                                                                       std::string_view hex) const
{
    const auto known = algorithm_of(algorithm);
    if (!known || !crypto::is_digest(*known, hex))
        return nullptr;
    const auto path = by_digest.find(std::string(crypto::name(*known)) + ":" + to_lower(hex));
    if (path == by_digest.end())
        return nullptr;
    const auto file = files.find(path->second);
    return file == files.end() ? nullptr : &*file;
}

ReleaseFile parse_release(std::string_view text)
{
    if (text.size() > release_file_limit)
        throw Error(ErrorKind::invalid, "the Release file is larger than {} bytes", release_file_limit);
    ReleaseFile release;
    std::optional<crypto::Algorithm> section;
    SignedLines lines(text);
    while (const auto line = lines.next()) {
        if (line->starts_with(' ') || line->starts_with('\t')) {
            if (section)
                read_entry(release, *section, *line);
            continue;
        }
        const auto [name, value] = split_once(*line, ':');
        section = trim(value).empty() ? algorithm_of(name) : std::nullopt;
        if (equal_ignoring_case(name, "Suite"))
            release.suite = trim(value);
        else if (equal_ignoring_case(name, "Codename"))
            release.codename = trim(value);
        else if (equal_ignoring_case(name, "Date"))
            release.date = parse_http_date(trim(value));
        else if (equal_ignoring_case(name, "Valid-Until"))
            release.valid_until = parse_http_date(trim(value));
        else if (equal_ignoring_case(name, "Acquire-By-Hash"))
            release.acquire_by_hash = equal_ignoring_case(trim(value), "yes");
    }
    if (release.files.empty())
        throw Error(ErrorKind::invalid, "the Release file lists no index with a digest");
    return release;
}

void check_release(const ReleaseFile& release, std::string_view suite, TimePoint now)
{
    if (release.suite != suite && release.codename != suite)
        throw Error(ErrorKind::invalid, "the mirror's InRelease file is of '{}' ('{}'), not of '{}'",
                    printable(release.codename), printable(release.suite), suite);
    if (release.valid_until && *release.valid_until < now)
        throw Error(ErrorKind::invalid, "the mirror's InRelease file was valid until {}",
                    render_http_date(*release.valid_until))
            .hint("the mirror is stale, or this host's clock is wrong");
}

bool is_suite(std::string_view suite)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_' || c == '/';
    };
    return is_inner_path(suite) && suite.size() <= 64 && std::ranges::all_of(suite, fits);
}

} // namespace dfriends::debian
