// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/verbs.hpp"
#include "crypto/hash.hpp"
#include "etcd/v3/watch.hpp"
#include "os/file.hpp"
#include "state/backup.hpp"

#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;

namespace {

constexpr std::size_t digest_size = 32; ///< the SHA-256 at the end of a snapshot

/// Writes the stream to a file as it comes.
net::Task<std::uint64_t> receive_snapshot(v3::Client& client, int file, const std::string& path)
{
    v3::Answers<v3::SnapshotResponse> answers = co_await client.snapshot();
    std::uint64_t size = 0;
    std::uint64_t remaining = 0;
    while (const auto piece = co_await answers.next()) {
        os::write_all(file, piece->blob, path);
        size += piece->blob.size();
        remaining = piece->remaining_bytes;
    }
    if (remaining != 0)
        throw Error(ErrorKind::unavailable, "the snapshot broke off {} bytes before its end", remaining);
    co_return size;
}

/// Throws unless the last bytes of the file are the SHA-256 of those before.
void check_digest(const std::string& path)
{
    const os::Descriptor file = os::open_file(path, O_RDONLY);
    const auto size = static_cast<std::uint64_t>(std::filesystem::file_size(path));
    const std::string_view complaint = "snapshot file '{}' is not whole: its SHA-256 does not fit";
    if (size <= digest_size)
        throw Failure(Exit::error, fmt::runtime(complaint), path);
    crypto::Hash hash(crypto::Algorithm::sha256);
    std::string piece;
    for (std::uint64_t left = size - digest_size; left > 0; left -= piece.size()) {
        piece.resize(std::min<std::uint64_t>(left, 1U << 16U));
        const ssize_t count = ::read(file.number(), piece.data(), piece.size());
        if (count <= 0)
            throw Failure(Exit::error, "cannot read '{}'", path);
        piece.resize(static_cast<std::size_t>(count));
        hash.update(piece);
    }
    std::string digest(digest_size, '\0');
    if (::read(file.number(), digest.data(), digest.size()) != digest_size || hash.finish() != digest)
        throw Failure(Exit::error, fmt::runtime(complaint), path);
}

/// The key in its new place.
v3::Bytes moved(std::string_view key, const std::string& from, const std::string& to)
{
    const std::size_t at = from.empty() ? 0 : key.find(from);
    if (at == key.npos)
        return key;
    return std::string(key.substr(0, at)) + to + std::string(key.substr(at + from.size()));
}

/// Keeps a copy of the keys that begin with a prefix at another server.
class Mirror {
  public:
    Mirror(Context& context, v3::Client& source, v3::Client& target)
        : context_(context), source_(source), target_(target), from_(context.settings.text("prefix")),
          to_(context.settings.text("dest-prefix"))
    {
        const bool to_root = context.settings.flag("no-dest-prefix");
        if (to_root && !to_.empty())
            throw Failure(Exit::bad_arguments,
                          "`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one");
        if (!to_root && to_.empty())
            to_ = from_;
    }

    net::Task<int> run()
    {
        net::spawn(tell());
        const std::int64_t revision = co_await copy_all();
        v3::WatchCreateRequest request = range_of<v3::WatchCreateRequest>();
        request.start_revision = revision + 1;
        v3::Watch watch(source_, request);
        while (!watch.is_over()) {
            const v3::WatchResponse response = co_await watch.next();
            if (response.compact_revision != 0)
                throw Failure(Exit::error, "etcdserver: mvcc: required revision has been compacted");
            co_await apply(response);
        }
        throw Failure(Exit::error, "the watch was ended by the server");
    }

  private:
    template <class Request>
    Request range_of() const
    {
        Request request;
        request.key = from_.empty() ? std::string(1, '\0') : from_;
        request.range_end = v3::prefix_end(from_);
        return request;
    }

    /// The keys as they are at one revision, which it gives back.
    net::Task<std::int64_t> copy_all()
    {
        v3::RangeRequest request = range_of<v3::RangeRequest>();
        request.limit = 1000;
        for (;;) {
            const v3::RangeResponse page = co_await source_.range(request);
            if (request.revision == 0)
                request.revision = page.header ? page.header->revision : 0;
            for (const v3::KeyValue& kv : page.kvs) {
                co_await target_.put({.key = moved(kv.key, from_, to_), .value = kv.value});
                ++total_;
            }
            if (!page.more || page.kvs.empty())
                co_return request.revision;
            request.key = page.kvs.back().key + std::string(1, '\0');
        }
    }

    /// Each revision as one transaction.
    net::Task<> apply(const v3::WatchResponse& response)
    {
        v3::TxnRequest txn;
        std::int64_t revision = 0;
        for (const v3::Event& event : response.events) {
            if (!event.kv)
                continue;
            if (revision != 0 && event.kv->mod_revision > revision)
                co_await target_.txn(std::exchange(txn, {}));
            revision = event.kv->mod_revision;
            const v3::Bytes key = moved(event.kv->key, from_, to_);
            if (event.type == v3::EventType::put)
                txn.success.push_back({.request_put = v3::PutRequest{.key = key, .value = event.kv->value}});
            else
                txn.success.push_back({.request_delete_range = v3::DeleteRangeRequest{.key = key}});
            ++total_;
        }
        if (!txn.success.empty())
            co_await target_.txn(std::move(txn));
    }

    net::Task<> tell()
    {
        for (;;) {
            co_await net::sleep(std::chrono::seconds(30));
            context_.print("{}\n", total_);
        }
    }

    Context& context_;
    v3::Client& source_;
    v3::Client& target_;
    std::string from_;
    std::string to_;
    std::int64_t total_ = 0;
};

v3::Client make_target(const Context& context)
{
    v3::ClientOptions options;
    options.endpoints = {context.arguments[0]};
    net::TlsContext::ClientOptions tls;
    const auto file = [&](std::string_view name) -> std::optional<std::filesystem::path> {
        const std::string& path = context.settings.text(name);
        return path.empty() ? std::nullopt : std::optional<std::filesystem::path>(path);
    };
    tls.trust = file("dest-cacert");
    tls.certificate = file("dest-cert");
    tls.key = file("dest-key");
    if (tls.trust || tls.certificate || tls.key || !context.settings.flag("dest-insecure-transport"))
        options.tls = net::TlsContext::client(tls);
    return v3::Client(std::move(options));
}

} // namespace

int alarm_list(Context& context)
{
    expect(context, 0, 0, "alarm list command accepts no arguments");
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.alarms(ask(client.alarm({.action = v3::AlarmAction::get})));
    return 0;
}

int alarm_disarm(Context& context)
{
    expect(context, 0, 0, "alarm disarm command accepts no arguments");
    Printer printer(context);
    v3::Client client = make_client(context);
    v3::AlarmResponse all;
    for (const v3::AlarmMember& one : ask(client.alarm({.action = v3::AlarmAction::get})).alarms) {
        const v3::AlarmResponse answer =
            ask(client.alarm({.action = v3::AlarmAction::deactivate, .member_id = one.member_id, .alarm = one.alarm}));
        all.header = answer.header;
        all.alarms.insert(all.alarms.end(), answer.alarms.begin(), answer.alarms.end());
    }
    printer.alarms(all);
    return 0;
}

int make_mirror(Context& context)
{
    expect(context, 1, 1, "make-mirror takes one destination argument");
    v3::Client target = make_target(context);
    v3::Client source = make_client(context);
    return ask(Mirror(context, source, target).run());
}

int snapshot_save(Context& context)
{
    expect(context, 1, 1, "snapshot save expects one argument");
    const std::string& path = context.arguments[0];
    const std::string part = path + ".part";
    v3::Client client = make_client(context);
    const os::Descriptor file = os::open_file(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ask(receive_snapshot(client, file.number(), part), Exit::interrupted);
    check_digest(part);
    if (::fsync(file.number()) != 0 || ::rename(part.c_str(), path.c_str()) != 0)
        throw Failure(Exit::interrupted, "could not rename {} to {} ({})", part, path, describe_errno(errno));
    os::sync_directory(std::filesystem::absolute(path).parent_path());
    context.print("Snapshot saved at {}\n", path);
    return 0;
}

int snapshot_restore(Context& context)
{
    expect(context, 1, 1, "snapshot restore requires exactly one argument");
    const std::string& path = context.arguments[0];
    const std::string& given = context.settings.text("data-dir");
    const std::filesystem::path directory = given.empty() ? context.settings.text("name") + ".etcd" : given;
    if (!context.settings.flag("skip-hash-check"))
        check_digest(path);
    constexpr std::string_view beginning = "SQLite format 3";
    std::string head(beginning.size(), '\0');
    const os::Descriptor file = os::open_file(path, O_RDONLY);
    if (::read(file.number(), head.data(), head.size()) != static_cast<ssize_t>(head.size()) || head != beginning)
        throw Failure(Exit::error, "'{}' is no snapshot of dfriends", path)
            .hint("restore one of etcd with etcd's own etcdctl, serve it, and take it over: "
                  "dfriends kv copy --from URL --to URL");
    if (std::filesystem::exists(directory))
        throw Failure(Exit::error, "data-dir \"{}\" exists", directory.string());
    std::filesystem::create_directories(directory);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    state::restore(path, directory / "state.db");
    context.print("Snapshot restored to {}\n", directory.string());
    return 0;
}

int version(Context& context)
{
    context.write("etcdctl version: 3.4.23\nAPI version: 3.4\n");
    return 0;
}

} // namespace dfriends::applets::kv::ctl3
