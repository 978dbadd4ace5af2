// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/client.hpp"
#include "applets/kv/verbs.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "etcd/dump/source.hpp"
#include "etcd/dump/target.hpp"
#include "json/lines.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace dfriends::applets::kv {

namespace {

namespace dump = etcd::dump;

/// The clients of one server for both APIs, as far as it has them and they are wanted.
struct Server {
    std::string name;
    std::optional<etcd::V2Client> v2;
    std::optional<etcd::v3::Client> v3;

    etcd::V2Client* v2_client() { return v2 ? &*v2 : nullptr; }
    etcd::v3::Client* v3_client() { return v3 ? &*v3 : nullptr; }
};

/// All keys at once take a server longer than one of them.
std::chrono::milliseconds timeout_of(const Context& context)
{
    return context.settings.is_given("timeout") ? context.settings.duration("timeout") : std::chrono::minutes(2);
}

/// Whether --only leaves the API in.
bool is_wanted(const Context& context, std::string_view api)
{
    const std::string& only = context.settings.text("only");
    if (!only.empty() && only != "v2" && only != "v3")
        throw Error(ErrorKind::usage, "--only wants v2 or v3, not '{}'", printable(only));
    return only.empty() || only == api;
}

Error without_v2(const std::string& server)
{
    return Error(ErrorKind::unavailable, "'{}' has no v2 API", server)
        .hint("start etcd 3.5 or older with --enable-v2, or leave v2 out with --only v3");
}

/// The server to read from; says which API it does not have.
Server open_source(Context& context, const std::vector<std::string>& endpoints)
{
    Server server{join(endpoints, ","), std::nullopt, std::nullopt};
    if (is_wanted(context, "v3"))
        server.v3.emplace(make_v3_client_of(context, endpoints, timeout_of(context)));
    if (!is_wanted(context, "v2"))
        return server;
    server.v2.emplace(make_client_of(context, endpoints, timeout_of(context)));
    if (net::run(server.v2->is_served()))
        return server;
    if (!server.v3)
        throw without_v2(server.name);
    context.say("'" + server.name + "' has no v2 API: only the keys of v3 are read");
    server.v2.reset();
    return server;
}

/// The server to write to, for what is there to write.
Server open_target(Context& context, const std::vector<std::string>& endpoints, const dump::Counts& counts)
{
    Server server{join(endpoints, ","), std::nullopt, std::nullopt};
    if (is_wanted(context, "v2") && counts.v2 > 0) {
        server.v2.emplace(make_client_of(context, endpoints, timeout_of(context)));
        if (!net::run(server.v2->is_served()))
            throw without_v2(server.name);
    }
    if (is_wanted(context, "v3") && counts.v3 + counts.leases > 0)
        server.v3.emplace(make_v3_client_of(context, endpoints, timeout_of(context)));
    return server;
}

/// A file of records, read line by line.
class RecordFile {
  public:
    explicit RecordFile(const std::string& path) : path_(path), file_(os::open_file(path, O_RDONLY)) {}

    /// Nothing at the end.
    std::optional<dump::Record> next()
    {
        while (lines_.empty() && !over_)
            read_piece();
        if (lines_.empty())
            return std::nullopt;
        const std::string line = std::move(lines_.front());
        lines_.erase(lines_.begin());
        ++number_;
        try {
            return etcd::v3::decode_json<dump::Record>(line);
        } catch (const Error& error) {
            throw Error(ErrorKind::invalid, "'{}' line {} is no record of an export: {}", path_, number_,
                        error.message());
        }
    }

  private:
    void read_piece()
    {
        std::array<char, 65536> piece;
        const ssize_t count = ::read(file_.number(), piece.data(), piece.size());
        if (count < 0)
            throw Error(ErrorKind::unavailable, "cannot read '{}': {}", path_, describe_errno(errno));
        const auto keep = [this](std::string_view line) { lines_.emplace_back(line); };
        over_ = count == 0;
        if (over_)
            splitter_.finish(keep);
        else
            splitter_.feed({piece.data(), static_cast<std::size_t>(count)}, keep);
    }

    std::string path_;
    os::Descriptor file_;
    json::LineSplitter splitter_{128U << 20U};
    std::vector<std::string> lines_;
    std::size_t number_ = 0;
    bool over_ = false;
};

/// Reads a file through; throws where it is no export, or not a whole one.
dump::Counts check_file(const std::string& path)
{
    RecordFile file(path);
    dump::Counts counts;
    const auto head = file.next();
    if (!head || !head->head || head->head->format != dump::format_name)
        throw Error(ErrorKind::invalid, "'{}' is no export of keys", path).hint("'dfriends kv export' makes one");
    if (head->head->version != dump::format_version)
        throw Error(ErrorKind::invalid, "'{}' is an export of version {}, and this reads version {}", path,
                    head->head->version, dump::format_version);
    std::optional<dump::Counts> end;
    while (const auto record = file.next()) {
        counts.v2 += record->v2 ? 1 : 0;
        counts.v3 += record->v3 ? 1 : 0;
        counts.leases += record->lease ? 1 : 0;
        if (record->end)
            end = record->end;
    }
    if (end != counts)
        throw Error(ErrorKind::invalid, "'{}' is not whole: its end is missing, or counts otherwise", path)
            .hint("export again");
    return counts;
}

net::Task<dump::Target::Tally> bring(std::string path, dump::Target& target)
{
    RecordFile file(path);
    while (auto record = file.next())
        co_await target.take(std::move(*record));
    co_return co_await target.finish();
}

/// Runs a task of the v3 client, whose refusals become errors of the house.
template <class T>
T run_task(net::Task<T> task)
{
    try {
        return net::run(std::move(task));
    } catch (const etcd::v3::Status& status) {
        throw etcd::v3::error_of(status);
    }
}

/// Brings a file's records to a server, and looks whether they are there.
void load(Context& context, const std::string& path, const std::vector<std::string>& endpoints)
{
    const dump::Counts counts = check_file(path);
    Server server = open_target(context, endpoints, counts);
    dump::Target writer(server.v2_client(), server.v3_client(), dump::Target::Mode::write, system_now);
    const dump::Target::Tally done = run_task(bring(path, writer));
    dump::Target checker(server.v2_client(), server.v3_client(), dump::Target::Mode::check, system_now);
    const dump::Target::Tally seen = run_task(bring(path, checker));
    if (seen.written > 0)
        throw Error(ErrorKind::conflict, "{} keys are not as they should be at '{}', first '{}'", seen.written,
                    server.name, printable(seen.first_difference))
            .hint("somebody else writes there: run it again");
    context.say(fmt::format("{} keys written, {} as they should be already, {} expired; {} checked at '{}'",
                            done.written, done.same, done.expired, seen.same, server.name));
}

/// Writes all of a server's records to a descriptor.
dump::Counts save(Context& context, Server& server, int descriptor, const std::string& path)
{
    dump::Source source{server.v2_client(), server.v3_client()};
    const std::vector<std::string>& more = context.settings.list("hidden");
    source.hidden.insert(source.hidden.end(), more.begin(), more.end());
    std::string text;
    const auto flush = [&] {
        os::write_all(descriptor, text, path);
        text.clear();
    };
    const dump::Counts counts = run_task(dump::read_all(source, [&](const dump::Record& record) {
        etcd::v3::JsonEncoder::write(text, record);
        text += '\n';
        if (text.size() > (1U << 20U))
            flush();
    }));
    flush();
    return counts;
}

std::string describe(const dump::Counts& counts)
{
    return fmt::format("{} keys and directories of v2, {} keys and {} leases of v3", counts.v2, counts.v3,
                       counts.leases);
}

std::vector<std::string> one_url(const Context& context, std::string_view name)
{
    if (context.settings.text(name).empty())
        throw Error(ErrorKind::usage, "--{} URL is missing", name);
    std::vector<std::string> urls;
    for (const std::string_view url : split(context.settings.text(name), ','))
        urls.emplace_back(trim(url));
    return urls;
}

/// The lease that a key of v2 with a time to live gets in v3: the same one each time.
std::int64_t lease_for(const std::string& key)
{
    std::uint64_t id = 0;
    for (const char c : crypto::hash(crypto::Algorithm::sha256, "migrate " + key).substr(0, 8))
        id = id << 8U | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(id >> 1U);
}

/// The records of v2 as those of v3: directories go, and a time to live becomes a lease.
std::vector<dump::Record> convert(const std::vector<dump::V2Record>& from, bool without_ttl, std::int64_t& expired)
{
    std::vector<dump::Record> to;
    for (const dump::V2Record& record : from) {
        if (record.dir || (without_ttl && !record.expiration.empty()))
            continue;
        etcd::v3::KeyValue kv{.key = record.key, .value = record.value};
        if (const auto moment = parse_rfc3339(record.expiration)) {
            const auto left = std::chrono::ceil<std::chrono::seconds>(*moment - system_now()).count();
            if (left <= 0) {
                ++expired;
                continue;
            }
            kv.lease = lease_for(record.key);
            to.push_back({.lease = dump::LeaseRecord{kv.lease, left}});
        }
        to.push_back({.v3 = std::move(kv)});
    }
    return to;
}

net::Task<dump::Target::Tally> bring_all(std::vector<dump::Record> records, dump::Target& target)
{
    for (dump::Record& record : records)
        co_await target.take(std::move(record));
    co_return co_await target.finish();
}

} // namespace

int export_keys(Context& context)
{
    context.expect_arguments(0, 1);
    Server server = open_source(context, endpoints_of(context));
    const std::string path = context.arguments.empty() ? "-" : context.arguments[0];
    if (path == "-") {
        context.say(describe(save(context, server, STDOUT_FILENO, "stdout")));
        return 0;
    }
    const std::string part = path + ".part";
    const os::Descriptor file = os::open_file(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const dump::Counts counts = save(context, server, file.number(), part);
    if (::fsync(file.number()) != 0 || ::rename(part.c_str(), path.c_str()) != 0)
        throw Error(ErrorKind::unavailable, "cannot put '{}' in its place: {}", path, describe_errno(errno));
    os::sync_directory(std::filesystem::absolute(path).parent_path());
    context.say(describe(counts) + " in '" + path + "'");
    return 0;
}

int import_keys(Context& context)
{
    context.expect_arguments(1, 1);
    load(context, context.arguments[0], endpoints_of(context));
    return 0;
}

int copy(Context& context)
{
    context.expect_arguments(0, 0);
    const std::vector<std::string> from = one_url(context, "from");
    const std::vector<std::string> to = one_url(context, "to");
    const os::TemporaryDirectory directory;
    const std::string path = directory.path() / "keys";
    Server server = open_source(context, from);
    {
        const os::Descriptor file = os::open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        context.say(describe(save(context, server, file.number(), path)) + " at '" + server.name + "'");
    }
    load(context, path, to);
    return 0;
}

int migrate(Context& context)
{
    context.expect_arguments(0, 0);
    const std::vector<std::string> endpoints = endpoints_of(context);
    etcd::V2Client v2 = make_client_of(context, endpoints, timeout_of(context));
    if (!net::run(v2.is_served()))
        throw without_v2(join(endpoints, ","));
    std::vector<dump::V2Record> found;
    dump::Source source{&v2, nullptr};
    const std::vector<std::string>& more = context.settings.list("hidden");
    source.hidden.insert(source.hidden.end(), more.begin(), more.end());
    run_task(dump::read_all(source, [&found](const dump::Record& record) {
        if (record.v2)
            found.push_back(*record.v2);
    }));
    std::int64_t expired = 0;
    const std::vector<dump::Record> records = convert(found, context.settings.flag("no-ttl"), expired);
    etcd::v3::Client client = make_v3_client_of(context, endpoints, timeout_of(context));
    dump::Target writer(nullptr, &client, dump::Target::Mode::write, system_now);
    const dump::Target::Tally done = run_task(bring_all(records, writer));
    dump::Target checker(nullptr, &client, dump::Target::Mode::check, system_now);
    const dump::Target::Tally seen = run_task(bring_all(records, checker));
    if (seen.written > 0)
        throw Error(ErrorKind::conflict, "{} keys of v3 are not as they should be, first '{}'", seen.written,
                    printable(seen.first_difference))
            .hint("somebody else writes there: run it again");
    context.say(fmt::format("{} keys written, {} as they should be already, {} expired; {} checked", done.written,
                            done.same, expired, seen.same));
    return 0;
}

} // namespace dfriends::applets::kv
