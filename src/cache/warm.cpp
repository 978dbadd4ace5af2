// SPDX-License-Identifier: Apache-2.0
#include "cache/warm.hpp"

#include "archive/decompress.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/package_tables.hpp"
#include "cache/proxy_request.hpp"
#include "cache/release_set.hpp"
#include "debian/packages.hpp"
#include "debian/release_file.hpp"
#include "debian/resolve.hpp"
#include "http/client.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace dfriends::cache {

namespace {

constexpr std::uint64_t largest_index_file = 256ULL << 20U; // compressed
constexpr std::uint64_t longest_index_text = 1ULL << 30U;   // unpacked
constexpr std::uint64_t largest_package = 8ULL << 30U;
constexpr std::uint64_t largest_plan = 256ULL << 30U;
constexpr std::int64_t used_time = 30 * 24 * 3600;
constexpr std::size_t fetches_at_once = 4;

/// Releases of distributions, by the words that images and repositories name them with.
struct KnownRelease {
    std::string_view codename;
    std::string_view distribution;
    std::string_view number;
};
constexpr std::array<KnownRelease, 13> known_releases = {{
    {"bullseye", "debian", "11"},
    {"bookworm", "debian", "12"},
    {"trixie", "debian", "13"},
    {"forky", "debian", "14"},
    {"sid", "debian", "unstable"},
    {"oldstable", "debian", "oldstable"},
    {"stable", "debian", "stable"},
    {"testing", "debian", "testing"},
    {"unstable", "debian", "unstable"},
    {"focal", "ubuntu", "20.04"},
    {"jammy", "ubuntu", "22.04"},
    {"noble", "ubuntu", "24.04"},
    {"resolute", "ubuntu", "26.04"},
}};

bool names_release(std::string_view image, const KnownRelease& release)
{
    const auto name = image.substr(image.rfind('/') + 1);
    const auto [repository, tag] = split_once(name.substr(0, name.find('@')), ':');
    if (repository == release.distribution) {
        const auto number = tag.substr(0, release.number.size());
        const auto rest = tag.substr(number.size());
        if (number == release.number && (rest.empty() || rest[0] == '.' || rest[0] == '-'))
            return true;
    }
    for (const auto part : split(tag, '-'))
        if (part == release.codename && (repository == release.distribution || part.find("stable") == part.npos))
            return true;
    return false;
}

/// In an origin's or a flat repository's index of one architecture.
bool is_index_of(std::string_view path, std::string_view architecture)
{
    const auto slash = path.rfind('/');
    const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (!PackageTables::is_package_index(path) || !name.starts_with("Packages") ||
        path.find("debian-installer/") != std::string_view::npos)
        return false;
    return path.find("binary-") == std::string_view::npos ||
           path.find(fmt::format("binary-{}/", architecture)) != std::string_view::npos ||
           path.find("binary-all/") != std::string_view::npos;
}

/// Every Packages of the architecture once, in the compression that apt prefers.
std::vector<std::string> choose_indices(const debian::ReleaseFile& release, std::string_view architecture)
{
    std::map<std::string, std::string> chosen;
    for (const std::string_view suffix : {"", ".bz2", ".gz", ".zst", ".xz"})
        for (const auto& [path, expected] : release.files)
            if (is_index_of(path, architecture) && path.ends_with(fmt::format("Packages{}", suffix)))
                chosen[path.substr(0, path.size() - suffix.size())] = path;
    std::vector<std::string> paths;
    for (auto& [_, path] : chosen)
        paths.push_back(std::move(path));
    return paths;
}

/// A package to fetch.
struct Item {
    std::string name;
    http::Url url;
    std::uint64_t size = 0;
};

class Warmer {
  public:
    explicit Warmer(WarmOptions options) : options_(std::move(options)) {}
    net::Task<> read_suite(WarmSuite suite);
    void plan(const std::vector<WarmWish>& wishes);
    net::Task<> fetch_all();
    WarmReport report;
    std::size_t suites_read = 0;

  private:
    net::Task<http::Reply> ask(http::Url url);
    net::Task<std::string> read(http::Url url, std::uint64_t limit);
    net::Task<debian::ReleaseFile> read_release(const WarmSuite& suite);
    net::Task<> read_index(const WarmSuite& suite, std::string path, const debian::ReleaseFile& release);
    void plan_wish(const WarmWish& wish);
    void plan_package(const debian::Package& package);
    net::Task<> fetch_some();
    net::Task<> fetch(Item item);

    WarmOptions options_;
    http::Client client_;
    std::map<std::string, debian::Packages> distributions_;
    std::vector<std::string> roots_; ///< what Package::mirror counts
    std::map<std::string, Item> items_;
    std::uint64_t planned_ = 0;
    std::map<std::string, bool> missing_;
    std::map<std::string, Item>::const_iterator next_;
    std::size_t busy_ = 0;
    net::Event idle_;
};

/// As "/HOST/path", which also takes https sources through the cache.
net::Task<http::Reply> Warmer::ask(http::Url url)
{
    http::Call call;
    call.url = options_.proxy;
    const std::string_view before = url.scheme == "https" ? "/HTTPS///" : "/";
    call.url.target = fmt::format("{}{}{}", before, url.authority(), url.target);
    call.idle_timeout = std::chrono::seconds(120); // it withholds the end until the digest is right
    call.head_timeout = std::chrono::seconds(120);
    co_return co_await client_.send(std::move(call));
}

net::Task<std::string> Warmer::read(http::Url url, std::uint64_t limit)
{
    auto reply = co_await ask(url);
    auto text = co_await reply.read_all(limit);
    if (reply.status() != 200)
        throw Error(reply.status() == 404 ? ErrorKind::not_found : ErrorKind::unavailable, "the cache answers {}{}{}",
                    reply.status(), text.empty() ? "" : ": ", printable(trim(text).substr(0, 300)));
    co_return text;
}

net::Task<debian::ReleaseFile> Warmer::read_release(const WarmSuite& suite)
{
    std::vector<std::string> names{"InRelease", "Release"};
    if (!suite.document.empty())
        names = {suite.document};
    std::optional<Error> failure;
    for (const auto& name : names) {
        try {
            co_return debian::parse_release(
                co_await read(http::parse_url(suite.directory + name), debian::release_file_limit));
        } catch (const Error& error) {
            failure = failure.value_or(error);
        }
    }
    throw Error(*failure);
}

net::Task<> Warmer::read_index(const WarmSuite& suite, std::string path, const debian::ReleaseFile& release)
{
    const auto listed = release.files.find(path);
    if (listed == release.files.end())
        co_return; // clients used it once; the suite has it no more
    const auto url = http::parse_url(suite.directory + encode_percent(path, "/+:@!$&'()*,;="));
    const auto text = co_await read(url, largest_index_file);
    const auto& expected = listed->second;
    if (expected.is_known() && crypto::hash_hex(expected.algorithm(), text) != expected.digest())
        throw Error(ErrorKind::unavailable, "'{}' changed meanwhile", path).hint("try again");
    if (!is_index_of(path, options_.architecture))
        co_return;
    debian::PackagesReader reader(distributions_[distribution_of(suite.directory)], options_.architecture,
                                  roots_.size());
    roots_.push_back(repository_root(suite.directory));
    std::string_view rest = text;
    const auto take = [&rest](std::span<char> into) {
        const auto count = rest.copy(into.data(), into.size());
        rest.remove_prefix(count);
        return count;
    };
    archive::decompress(take, [&](std::string_view piece) { reader.feed(piece); }, longest_index_text);
    reader.finish();
}

net::Task<> Warmer::read_suite(WarmSuite suite)
{
    std::string about = suite.directory;
    try {
        const auto release = co_await read_release(suite);
        const auto paths =
            suite.indices.empty() ? choose_indices(release, options_.architecture) : std::move(suite.indices);
        if (paths.empty())
            throw Error(ErrorKind::not_found, "its Release file lists no packages for '{}'", options_.architecture);
        for (const auto& path : paths) {
            about = suite.directory + path;
            co_await read_index(suite, path, release);
        }
        ++suites_read;
    } catch (const Error& error) {
        report.failures.push_back({about, error.what()});
    }
}

void Warmer::plan_package(const debian::Package& package)
{
    const auto& root = roots_.at(package.mirror);
    const std::string url = root + encode_percent(package.path, "/+:@!$&'()*,;=~");
    if (package.size > largest_package || planned_ > largest_plan - package.size)
        throw Error(ErrorKind::invalid, "the index of '{}' says that '{}' has {} bytes, which is too much", root,
                    package.name, package.size)
            .hint("nothing was fetched");
    if (items_.emplace(url, Item{package.name, http::parse_url(url), package.size}).second)
        planned_ += package.size;
}

void Warmer::plan_wish(const WarmWish& wish)
{
    std::vector<std::string> unknown = wish.packages;
    for (const auto& [name, packages] : distributions_) {
        if (!image_takes(wish.image, name))
            continue;
        const auto is_here = [&](const std::string& wanted) {
            return packages.find(wanted) != nullptr || !packages.providers(wanted).empty();
        };
        std::erase_if(unknown, is_here);
        const auto need = debian::resolve_beside_base(packages, wish.packages, options_.architecture, wish.recommends);
        for (const auto* package : need.packages)
            plan_package(*package);
        for (const auto& lost : need.missing)
            missing_[lost];
    }
    for (const auto& name : unknown)
        report.failures.push_back(
            {name, wish.image.empty() ? "no suite has it" : fmt::format("no suite for '{}' has it", wish.image)});
}

void Warmer::plan(const std::vector<WarmWish>& wishes)
{
    for (const auto& wish : wishes)
        plan_wish(wish);
    for (const auto& [name, _] : missing_)
        if (std::ranges::none_of(distributions_, [&](const auto& one) {
                return one.second.find(name) != nullptr || !one.second.providers(name).empty();
            }))
            report.missing.push_back(name);
    if (options_.on_plan)
        options_.on_plan(items_.size(), planned_);
}

net::Task<> Warmer::fetch(Item item)
{
    try {
        auto reply = co_await ask(item.url);
        if (reply.status() != 200)
            throw Error(ErrorKind::unavailable, "the cache answers {}: {}", reply.status(),
                        printable(trim(co_await reply.read_all(64 * 1024)).substr(0, 300)));
        std::uint64_t total = 0;
        std::string piece(256 * 1024, '\0');
        while (const auto count = co_await reply.read_some(piece))
            if ((total += count) > item.size)
                break;
        if (total != item.size)
            throw Error(ErrorKind::invalid, "it has another size than its index says");
        ++report.packages;
        report.bytes += total;
        report.present += reply.headers().get("X-Cache") == "HIT" ? 1 : 0;
    } catch (const Error& error) {
        report.failures.push_back({item.name, error.what()});
    }
}

net::Task<> Warmer::fetch_some()
{
    while (next_ != items_.end())
        co_await fetch((next_++)->second);
    --busy_;
    idle_.notify_all();
}

net::Task<> Warmer::fetch_all()
{
    next_ = items_.begin();
    busy_ = fetches_at_once;
    for (std::size_t i = 0; i < fetches_at_once; ++i)
        net::spawn(fetch_some());
    while (busy_ > 0)
        co_await idle_.wait();
}

} // namespace

net::Task<WarmReport> warm(std::vector<WarmSuite> suites, std::vector<WarmWish> wishes, WarmOptions options)
{
    const auto proxy = options.proxy.text();
    Warmer warmer(std::move(options));
    for (auto& suite : suites)
        co_await warmer.read_suite(std::move(suite));
    if (warmer.suites_read == 0) {
        const auto& first = warmer.report.failures.front();
        throw Error(ErrorKind::unavailable, "cannot read '{}' through the cache at '{}': {}", printable(first.what),
                    proxy, first.why)
            .hint("'dfriends cache serve' starts a cache; --proxy URL says where it listens");
    }
    warmer.plan(wishes);
    co_await warmer.fetch_all();
    std::ranges::sort(warmer.report.failures, {}, &WarmReport::Failure::what);
    co_return std::move(warmer.report);
}

std::vector<WarmSuite> adopted_suites(CacheIndex& index, std::int64_t now)
{
    std::vector<WarmSuite> suites;
    std::string last;
    for (const auto& row : index.releases()) {
        if (row.document == last)
            continue; // an older generation
        last = row.document;
        const auto slash = row.document.rfind('/') + 1;
        WarmSuite suite{row.document.substr(0, slash), row.document.substr(slash), {}};
        suite.indices = index.wanted(suite.directory, now - used_time);
        suites.push_back(std::move(suite));
    }
    return suites;
}

std::string distribution_of(std::string_view directory)
{
    constexpr std::string_view before = "/dists/";
    const auto found = directory.rfind(before);
    if (found == std::string_view::npos)
        return std::string(directory);
    const auto suite = directory.substr(found + before.size());
    return std::string(suite.substr(0, suite.find_first_of("-/")));
}

bool image_takes(std::string_view image, std::string_view distribution)
{
    const auto named = std::ranges::find_if(known_releases,
                                            [&](const KnownRelease& release) { return names_release(image, release); });
    if (named == known_releases.end())
        return true;
    const auto other = std::ranges::find_if(
        known_releases, [&](const KnownRelease& release) { return release.codename == distribution; });
    // What is of no distribution, a vendor's repository say, may be for any.
    return other == known_releases.end() || names_release(image, *other);
}

} // namespace dfriends::cache
