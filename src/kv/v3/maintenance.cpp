// SPDX-License-Identifier: Apache-2.0
// The Cluster and Maintenance services: of one member, on one database.
#include "crypto/hash.hpp"
#include "kv/v3/auth.hpp"
#include "kv/v3/keyspace.hpp"
#include "kv/v3/rows.hpp"
#include "kv/v3/service.hpp"
#include "net/worker.hpp"
#include "os/file.hpp"
#include "state/backup.hpp"
#include "state/store.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace dfriends::kv::v3 {

namespace {

constexpr std::string_view etcd_version = "3.4.23"; // what we speak like; clients choose their ways by it
constexpr std::size_t snapshot_piece = 64 * 1024;

struct Sizes {
    std::int64_t whole = 0;
    std::int64_t used = 0;
};

Sizes measure(const state::Store& store)
{
    const auto database = store.reader();
    const auto number = [&](std::string_view pragma) {
        auto query = database->prepare(pragma);
        return query.next() ? query.integer(0) : 0;
    };
    const std::int64_t page = number("pragma page_size"), pages = number("pragma page_count");
    return {page * pages, page * (pages - number("pragma freelist_count"))};
}

Status only_member()
{
    return {Code::failed_precondition, "etcdserver: this server is a cluster of one and takes no further members"};
}

/// CRC-32C (Castagnoli, as iSCSI's), which etcd's hashes are of.
class Crc32c {
  public:
    void update(std::string_view bytes)
    {
        for (const char c : bytes) {
            value_ ^= static_cast<unsigned char>(c);
            for (int bit = 0; bit < 8; ++bit)
                value_ = (value_ >> 1U) ^ ((value_ & 1U) != 0 ? 0x82f63b78U : 0U);
        }
    }
    void update(std::int64_t number)
    {
        for (int shift = 56; shift >= 0; shift -= 8)
            update(std::string_view(std::string(1, static_cast<char>(number >> shift))));
    }
    std::uint32_t value() const { return ~value_; }

  private:
    std::uint32_t value_ = 0xffffffffU;
};

/// Of what a reader at `revision` can see: two stores that hold the same have the same.
std::uint32_t hash_records(const Records& records)
{
    Crc32c crc;
    for (const auto& [key, record] : records) {
        crc.update(key);
        crc.update(record.create_revision);
        crc.update(record.mod_revision);
        crc.update(record.version);
        crc.update(record.lease);
        crc.update(record.value);
    }
    return crc.value();
}

/// A copy of the database that goes when it is read.
struct SnapshotFile {
    explicit SnapshotFile(const state::Store& store)
        : path(store.directory() / ("snapshot." + std::to_string(::getpid()) + "." +
                                    std::to_string(reinterpret_cast<std::uintptr_t>(this))))
    {
        state::backup(store.file(), path);
    }
    ~SnapshotFile()
    {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
    SnapshotFile(const SnapshotFile&) = delete;
    SnapshotFile& operator=(const SnapshotFile&) = delete;
    std::filesystem::path path;
};

} // namespace

std::int64_t Service::database_size() const
{
    std::error_code ignored;
    const auto size = std::filesystem::file_size(keyspace_.store().file(), ignored);
    return ignored ? 0 : static_cast<std::int64_t>(size);
}

net::Task<> Service::set_alarm(bool raised)
{
    co_await keyspace_.change([this, raised](Draft& draft) {
        draft.also_write(
            [raised](state::Database& database) { Rows(database).set_number("v3_alarm_no_space", raised ? 1 : 0); });
        draft.on_commit([this, raised] { is_out_of_space_ = raised; });
    });
}

net::Task<> Service::check_space()
{
    if (!is_out_of_space_ && identity_.quota != 0 && database_size() > static_cast<std::int64_t>(identity_.quota))
        co_await set_alarm(true);
    if (is_out_of_space_)
        throw Status(Code::resource_exhausted, "etcdserver: mvcc: database space exceeded");
}

Member Service::member(Call& call) const
{
    Member member;
    member.id = identity_.id;
    member.name = identity_.name;
    member.client_urls = identity_.client_urls;
    if (member.client_urls.empty())
        member.client_urls.push_back((call.is_secure ? "https://" : "http://") + call.authority);
    member.peer_urls = member.client_urls;
    return member;
}

net::Task<MemberListResponse> Service::member_list(MemberListRequest, Call& call)
{
    MemberListResponse answer;
    answer.header = header();
    answer.header->revision = 0;
    answer.members.push_back(member(call));
    co_return answer;
}

net::Task<MemberAddResponse> Service::member_add(MemberAddRequest, Call& call)
{
    auth_.check_admin(call.token);
    throw only_member();
    co_return MemberAddResponse();
}

net::Task<MemberRemoveResponse> Service::member_remove(MemberRemoveRequest request, Call& call)
{
    auth_.check_admin(call.token);
    if (request.id != identity_.id)
        throw Status(Code::not_found, "etcdserver: member not found");
    throw Status(Code::failed_precondition, "etcdserver: re-configuration failed due to not enough started members");
    co_return MemberRemoveResponse();
}

net::Task<MemberUpdateResponse> Service::member_update(MemberUpdateRequest request, Call& call)
{
    auth_.check_admin(call.token);
    if (request.id != identity_.id)
        throw Status(Code::not_found, "etcdserver: member not found");
    throw only_member();
    co_return MemberUpdateResponse();
}

net::Task<MemberPromoteResponse> Service::member_promote(MemberPromoteRequest request, Call& call)
{
    auth_.check_admin(call.token);
    if (request.id != identity_.id)
        throw Status(Code::not_found, "etcdserver: member not found");
    throw Status(Code::failed_precondition, "etcdserver: can only promote a learner member");
    co_return MemberPromoteResponse();
}

net::Task<MoveLeaderResponse> Service::move_leader(MoveLeaderRequest request, Call& call)
{
    auth_.check_admin(call.token);
    if (request.target_id != identity_.id)
        throw Status(Code::failed_precondition, "etcdserver: bad leader transferee");
    co_return MoveLeaderResponse{header()};
}

net::Task<AlarmResponse> Service::alarm(AlarmRequest request, Call& call)
{
    if (request.action != AlarmAction::get)
        auth_.check_admin(call.token);
    AlarmResponse answer;
    const bool concerns_space = request.alarm == AlarmType::no_space || request.alarm == AlarmType::none;
    const bool is_ours = request.member_id == 0 || request.member_id == identity_.id;
    if (request.action == AlarmAction::activate && request.alarm == AlarmType::no_space && is_ours)
        co_await set_alarm(true);
    const bool was_raised = is_out_of_space_;
    if (request.action == AlarmAction::deactivate && was_raised && concerns_space && is_ours)
        co_await set_alarm(false);
    if (was_raised && concerns_space) {
        AlarmMember& raised = answer.alarms.emplace_back();
        raised.member_id = identity_.id;
        raised.alarm = AlarmType::no_space;
    }
    co_return answer; // without a header, as etcd 3.4's
}

net::Task<StatusResponse> Service::status(StatusRequest, Call&)
{
    const Sizes sizes = co_await net::shared_worker().call([&store = keyspace_.store()] { return measure(store); });
    StatusResponse answer;
    answer.header = header();
    answer.version = etcd_version;
    answer.db_size = sizes.whole;
    answer.db_size_in_use = sizes.used;
    answer.leader = identity_.id;
    answer.raft_index = answer.raft_applied_index = static_cast<std::uint64_t>(keyspace_.revision());
    answer.raft_term = identity_.term;
    if (is_out_of_space_)
        answer.errors.push_back(fmt::format("memberID:{} alarm:NOSPACE ", identity_.id));
    co_return answer;
}

/// SQLite gives freed pages to what is written next, so nothing must be done.
net::Task<DefragmentResponse> Service::defragment(DefragmentRequest, Call& call)
{
    auth_.check_admin(call.token);
    co_return DefragmentResponse{std::nullopt};
}

net::Task<HashResponse> Service::hash(HashRequest, Call& call)
{
    auth_.check_admin(call.token);
    HashResponse answer;
    answer.header = header();
    answer.hash = hash_records(keyspace_.records());
    co_return answer;
}

net::Task<HashKVResponse> Service::hash_kv(HashKVRequest request, Call& call)
{
    auth_.check_admin(call.token);
    keyspace_.check_readable(request.revision);
    HashKVResponse answer;
    answer.header = header();
    answer.compact_revision = keyspace_.compacted();
    const std::int64_t revision = request.revision > 0 ? request.revision : keyspace_.revision();
    const Span all(std::string_view("\0", 1), std::string_view("\0", 1));
    answer.hash = revision == keyspace_.revision() ? hash_records(keyspace_.records())
                                                   : hash_records(co_await keyspace_.read_past(all, revision));
    answer.hash_revision = revision;
    co_return answer;
}

net::Task<> Service::snapshot(SnapshotRequest, Sink<SnapshotResponse>& answers, Call& call)
{
    auth_.check_admin(call.token);
    const auto copy = co_await net::shared_worker().call(
        [&store = keyspace_.store()] { return std::make_shared<SnapshotFile>(store); });
    std::ifstream file(copy->path, std::ios::binary);
    auto left = std::filesystem::file_size(copy->path);
    crypto::Hash digest(crypto::Algorithm::sha256);
    while (left > 0) {
        std::string piece(std::min<std::uintmax_t>(left, snapshot_piece), '\0');
        if (!file.read(piece.data(), static_cast<std::streamsize>(piece.size())))
            throw Status(Code::unknown, "etcdserver: cannot read the snapshot");
        digest.update(piece);
        left -= piece.size();
        SnapshotResponse answer;
        answer.remaining_bytes = left;
        answer.blob = std::move(piece);
        co_await answers.send(answer);
    }
    SnapshotResponse last;
    last.blob = digest.finish();
    co_await answers.send(last);
}

} // namespace dfriends::kv::v3
