// SPDX-License-Identifier: Apache-2.0
#include "paas/stack/mirror.hpp"

#include "archive/decompress.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "debian/packages.hpp"
#include "debian/signature.hpp"
#include "http/status.hpp"
#include "net/loop.hpp"
#include "net/worker.hpp"
#include "paas/stack/apt_sources.hpp"

#include <array>
#include <fcntl.h>

namespace dfriends::paas {

namespace {

constexpr std::string_view keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
constexpr std::uint64_t largest_index = 128U << 20U;    // compressed
constexpr std::uint64_t longest_index = 1024ULL << 20U; // not compressed
constexpr std::uint64_t largest_package = 2048ULL << 20U;
constexpr unsigned most_redirects = 5;
constexpr unsigned downloads_at_once = 6;

http::ClientOptions client_options(const std::string& proxy)
{
    http::ClientOptions options;
    if (!proxy.empty())
        options.proxy = http::parse_url(proxy);
    return options;
}

/// Whether Debian signed it; false where this host cannot check. Throws Error(denied) where it did not.
bool is_signed(const std::string& in_release)
{
    if (!std::filesystem::exists(keyring))
        return false;
    const auto signature = debian::check_signature(in_release, {}, {os::Path(keyring)});
    if (signature.kind == debian::Signature::Kind::unchecked)
        return false;
    if (signature.kind != debian::Signature::Kind::good)
        throw Error(ErrorKind::denied, "the mirror's InRelease file is not signed by Debian: gpgv says '{}'",
                    signature.detail)
            .hint("for a suite newer than this host update its package debian-archive-keyring");
    return true;
}

debian::Packages read_packages(const std::string& compressed, const std::string& architecture)
{
    debian::Packages packages;
    debian::PackagesReader reader(packages, architecture);
    std::string_view rest = compressed;
    const auto read = [&](std::span<char> into) {
        const std::size_t count = rest.copy(into.data(), into.size());
        rest.remove_prefix(count);
        return count;
    };
    archive::decompress(read, [&](std::string_view piece) { reader.feed(piece); }, longest_index);
    reader.finish();
    return packages;
}

/// Counts and digests what arrives, and says where it is not what was announced.
class DownloadCheck {
  public:
    explicit DownloadCheck(const Download& file) : file_(file) {}
    void feed(std::string_view piece)
    {
        total_ += piece.size();
        if (total_ > file_.size)
            refuse("is larger than its index says");
        hash_.update(piece);
    }
    void finish()
    {
        if (total_ != file_.size)
            refuse("is smaller than its index says");
        if (hash_.finish_hex() != file_.sha256)
            refuse("has another SHA-256 than its index says");
    }

  private:
    [[noreturn]] void refuse(std::string_view what) const
    {
        throw Error(ErrorKind::invalid, "'{}' of the mirror {}", file_.path, what);
    }
    const Download& file_;
    std::uint64_t total_ = 0;
    crypto::Hash hash_{crypto::Algorithm::sha256};
};

} // namespace

Mirror::Mirror(const std::string& url, const std::string& proxy)
    : text_(without_slash(url)), url_(http::parse_url(text_)), client_(client_options(proxy))
{
    if (url_.target.find('?') != std::string::npos)
        throw Error(ErrorKind::invalid, "'{}' is not the URL of a mirror", printable(url));
    url_.target = without_slash(url_.target);
}

net::Task<http::Reply> Mirror::get(std::string path)
{
    http::Call call;
    call.url = url_;
    call.url.target += "/" + encode_percent(path, "/");
    for (unsigned redirects = 0; redirects <= most_redirects; ++redirects) {
        http::Reply reply = co_await client_.send(call);
        if (reply.status() == 200)
            co_return reply;
        const auto next = http::resolve_reference(call.url, reply.headers().get("Location"));
        if (reply.status() < 300 || reply.status() >= 400 || !next)
            throw Error(http::kind_of(reply.status()), "the mirror answers {} for '{}'", reply.status(),
                        call.url.text());
        call.url = *next;
    }
    throw Error(ErrorKind::unavailable, "the mirror redirects '{}' more than {} times", path, most_redirects);
}

net::Task<Mirror::Suite> Mirror::suite(std::string name)
{
    if (!debian::is_suite(name))
        throw Error(ErrorKind::invalid, "'{}' is no suite of Debian", printable(name));
    http::Reply reply = co_await get("dists/" + name + "/InRelease");
    const std::string text = co_await reply.read_all(debian::release_file_limit);
    const bool verified = co_await net::shared_worker().call([text] { return is_signed(text); });
    Suite suite{debian::parse_release(text), verified};
    debian::check_release(suite.release, name, system_now());
    co_return suite;
}

net::Task<debian::Packages> Mirror::packages(std::string suite, debian::ReleaseFile release, std::string architecture)
{
    const std::string stem = "main/binary-" + architecture + "/Packages";
    auto index = release.files.find(stem + ".xz");
    if (index == release.files.end())
        index = release.files.find(stem + ".gz");
    const auto sha256 = index == release.files.end() ? std::nullopt : index->second.sha256();
    if (!sha256)
        throw Error(ErrorKind::not_found, "'{}' of the mirror has no packages for the architecture '{}'", suite,
                    architecture);
    Download file{
        .path = "dists/" + suite + "/" + index->first, .size = index->second.size.value_or(0), .sha256 = *sha256};
    if (release.acquire_by_hash) // a mirror that changes meanwhile still has this one
        file.path = file.path.substr(0, file.path.rfind('/')) + "/by-hash/SHA256/" + file.sha256;
    if (file.size > largest_index)
        throw Error(ErrorKind::invalid, "'{}' of the mirror is larger than {} bytes", file.path, largest_index);
    http::Reply reply = co_await get(file.path);
    std::string bytes = co_await reply.read_all(file.size);
    DownloadCheck check(file);
    check.feed(bytes);
    check.finish();
    co_return co_await net::shared_worker().call(
        [bytes = std::move(bytes), architecture] { return read_packages(bytes, architecture); });
}

net::Task<> Mirror::fetch_once(const Download& file)
{
    http::Reply reply = co_await get(file.path);
    const os::Descriptor target = os::open_file(file.target, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    DownloadCheck check(file);
    std::vector<char> piece(64 * 1024);
    while (const std::size_t count = co_await reply.read_some(piece)) {
        check.feed({piece.data(), count});
        os::write_all(target.number(), {piece.data(), count}, file.target);
    }
    check.finish();
}

net::Task<> Mirror::fetch(const Download& file)
{
    if (file.size > largest_package)
        throw Error(ErrorKind::invalid, "'{}' of the mirror is larger than {} bytes", file.path, largest_package);
    for (unsigned tries = 1;; ++tries) {
        try {
            co_await fetch_once(file);
            co_return;
        } catch (const Error& error) {
            if (tries == 2 || error.kind() == ErrorKind::not_found)
                throw;
        }
    }
}

struct Mirror::Batch {
    std::vector<Download> files;
    std::size_t next = 0;
    unsigned running = 0;
    std::exception_ptr failure;
    net::Event ended;
};

net::Task<> Mirror::work(std::shared_ptr<Batch> batch)
{
    try {
        while (!batch->failure && batch->next < batch->files.size())
            co_await fetch(batch->files[batch->next++]);
    } catch (...) {
        batch->failure = std::current_exception();
    }
    --batch->running;
    batch->ended.notify_all();
}

net::Task<> Mirror::download(std::vector<Download> files)
{
    const auto batch = std::make_shared<Batch>();
    batch->files = std::move(files);
    for (unsigned i = 0; i < downloads_at_once; ++i) {
        ++batch->running;
        net::spawn(work(batch));
    }
    while (batch->running > 0)
        co_await batch->ended.wait();
    if (batch->failure)
        std::rethrow_exception(batch->failure);
}

} // namespace dfriends::paas
