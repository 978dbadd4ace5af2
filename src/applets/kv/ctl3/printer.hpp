// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "applets/kv/ctl3/go.hpp"
#include "applets/kv/ctl3/session.hpp"

#include <string>
#include <vector>

namespace dfriends::applets::kv::ctl3 {

struct EndpointHealth {
    std::string endpoint;
    bool healthy = false;
    std::string took;
    std::string error; ///< empty where it is healthy
};
struct EndpointStatus {
    std::string endpoint;
    etcd::v3::StatusResponse status;
};
struct EndpointHash {
    std::string endpoint;
    etcd::v3::HashKVResponse hash;
};

struct SnapshotSummary {
    std::uint32_t hash = 0;
    std::int64_t revision = 0;
    std::uint64_t keys = 0;
    std::uint64_t size = 0;
};

/// Prints answers in the format of --write-out, byte for byte as etcdctl does.
class Printer {
  public:
    /// Throws where the format is unknown, or one that we do not write.
    explicit Printer(Context& context);

    bool is_simple() const { return format_ == Format::simple; }
    /// Of a key only its value.
    void only_values();

    void get(const etcd::v3::RangeResponse& response);
    void put(const etcd::v3::PutResponse& response);
    void del(const etcd::v3::DeleteRangeResponse& response);
    void txn(const etcd::v3::TxnResponse& response);
    void watch(const etcd::v3::WatchResponse& response);

    void grant(const etcd::v3::LeaseGrantResponse& response);
    void revoke(std::int64_t id, const etcd::v3::LeaseRevokeResponse& response);
    void keep_alive(const etcd::v3::LeaseKeepAliveResponse& response);
    void time_to_live(const etcd::v3::LeaseTimeToLiveResponse& response, bool keys);
    void leases(const etcd::v3::LeaseLeasesResponse& response);

    void members(const etcd::v3::MemberListResponse& response);
    void health(const std::vector<EndpointHealth>& all);
    void status(const std::vector<EndpointStatus>& all);
    void hashes(const std::vector<EndpointHash>& all);
    void alarms(const etcd::v3::AlarmResponse& response);
    void snapshot(const SnapshotSummary& summary);

    void role(const std::string& name, const etcd::v3::AuthRoleGetResponse& response);
    void roles(const etcd::v3::AuthRoleListResponse& response);
    void user(const std::string& name, const etcd::v3::AuthUserGetResponse& response);
    void users(const etcd::v3::AuthUserListResponse& response);

    /// An answer of which the simple format says no more than `line`, and the fields are the header's.
    template <class Response>
    void done(const Response& response, std::string_view line)
    {
        if (format_ == Format::fields)
            print_header(response.header);
        else if (!print_json(response))
            context_.print("{}\n", line);
    }
    /// The same where etcdctl has no fields for it.
    template <class Response>
    void done_without_fields(const Response& response, std::string_view line)
    {
        refuse(Format::fields);
        done(response, line);
    }

  private:
    enum class Format { simple, json, fields, table };

    /// True where the format is JSON, and the message has been printed.
    template <class Message>
    bool print_json(const Message& message)
    {
        refuse(Format::table);
        if (format_ != Format::json)
            return false;
        context_.print("{}\n", GoJson::write(message));
        return true;
    }
    void refuse(Format format) const;
    void print_header(const std::optional<etcd::v3::ResponseHeader>& header);
    std::string shown(const etcd::v3::Bytes& bytes) const;
    void print_key(const etcd::v3::KeyValue& kv);
    void print_fields(std::string_view before, const etcd::v3::KeyValue& kv);
    void print_rows(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
    void print_responses(const etcd::v3::TxnResponse& response);
    void print_permissions(const etcd::v3::AuthRoleGetResponse& response, etcd::v3::PermissionType type);

    Context& context_;
    Format format_ = Format::simple;
    bool hex_ = false;
    bool only_values_ = false;
};

} // namespace dfriends::applets::kv::ctl3
