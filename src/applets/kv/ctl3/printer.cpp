// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/printer.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "etcd/quote.hpp"

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;

namespace {

std::string hex_of(std::string_view bytes)
{
    std::string text;
    for (const char c : bytes)
        text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    return text;
}

/// The header's members as the first ones of an object, as Go writes a struct that embeds it.
std::string embed_header(const std::optional<v3::ResponseHeader>& header, std::string_view rest)
{
    const std::string members = header ? GoJson::members(*header) : "";
    return fmt::format("{{{}{}{}}}\n", members, members.empty() ? "" : ",", rest);
}

std::string yes_or_no(bool value)
{
    return value ? "true" : "false";
}

} // namespace

Printer::Printer(Context& context) : context_(context), hex_(context.settings.flag("hex"))
{
    const std::string& name = context.settings.text("write-out");
    if (name == "json")
        format_ = Format::json;
    else if (name == "fields")
        format_ = Format::fields;
    else if (name == "table")
        format_ = Format::table;
    else if (name == "protobuf")
        throw Failure(Exit::bad_feature, "protobuf is not written here").hint("use --write-out=json");
    else if (name != "simple")
        throw Failure(Exit::bad_feature, "unsupported output format");
}

void Printer::refuse(Format format) const
{
    if (format_ == format)
        throw Failure(Exit::bad_feature, "{} not supported as output format",
                      format == Format::table ? "table" : "fields");
}

void Printer::only_values()
{
    if (format_ != Format::simple)
        throw Failure(Exit::bad_arguments, "print-value-only is only for `--write-out=simple`");
    only_values_ = true;
}

void Printer::print_header(const std::optional<v3::ResponseHeader>& given)
{
    const v3::ResponseHeader header = given.value_or(v3::ResponseHeader{});
    context_.print("\"ClusterID\" : {}\n\"MemberID\" : {}\n\"Revision\" : {}\n\"RaftTerm\" : {}\n", header.cluster_id,
                   header.member_id, header.revision, header.raft_term);
}

std::string Printer::shown(const v3::Bytes& bytes) const
{
    return hex_ ? hex_of(bytes) : std::string(bytes);
}

void Printer::print_key(const v3::KeyValue& kv)
{
    if (!only_values_)
        context_.write(shown(kv.key) + "\n");
    context_.write(shown(kv.value) + "\n");
}

void Printer::print_fields(std::string_view before, const v3::KeyValue& kv)
{
    context_.print("\"{0}Key\" : {1}\n\"{0}CreateRevision\" : {2}\n\"{0}ModRevision\" : {3}\n\"{0}Version\" : {4}\n"
                   "\"{0}Value\" : {5}\n\"{0}Lease\" : {6}\n",
                   before, go_quote(kv.key), kv.create_revision, kv.mod_revision, kv.version, go_quote(kv.value),
                   kv.lease);
}

void Printer::get(const v3::RangeResponse& response)
{
    if (print_json(response))
        return;
    if (format_ == Format::fields)
        print_header(response.header);
    for (const v3::KeyValue& kv : response.kvs) {
        if (format_ == Format::fields)
            print_fields("", kv);
        else
            print_key(kv);
    }
    if (format_ == Format::fields)
        context_.print("\"More\" : {}\n\"Count\" : {}\n", response.more, response.count);
}

void Printer::put(const v3::PutResponse& response)
{
    if (print_json(response))
        return;
    if (format_ == Format::fields) {
        print_header(response.header);
        if (response.prev_kv)
            print_fields("Prev", *response.prev_kv);
        return;
    }
    context_.write("OK\n");
    if (response.prev_kv)
        print_key(*response.prev_kv);
}

void Printer::del(const v3::DeleteRangeResponse& response)
{
    if (print_json(response))
        return;
    if (format_ == Format::fields) {
        print_header(response.header);
        context_.print("\"Deleted\" : {}\n", response.deleted);
    } else {
        context_.print("{}\n", response.deleted);
    }
    for (const v3::KeyValue& kv : response.prev_kvs) {
        if (format_ == Format::fields)
            print_fields("Prev", kv);
        else
            print_key(kv);
    }
}

void Printer::txn(const v3::TxnResponse& response)
{
    if (print_json(response))
        return;
    if (format_ == Format::fields) {
        print_header(response.header);
        context_.print("\"Succeeded\" : {}\n", response.succeeded);
    } else {
        context_.write(response.succeeded ? "SUCCESS\n" : "FAILURE\n");
    }
    print_responses(response);
}

void Printer::print_responses(const v3::TxnResponse& response)
{
    for (const v3::ResponseOp& op : response.responses) {
        if (format_ == Format::simple)
            context_.write("\n");
        if (op.response_range)
            get(*op.response_range);
        else if (op.response_put)
            put(*op.response_put);
        else if (op.response_delete_range)
            del(*op.response_delete_range);
    }
}

void Printer::watch(const v3::WatchResponse& response)
{
    refuse(Format::table);
    if (format_ == Format::json) {
        const std::string events = response.events.empty() ? "null" : [&response] {
            std::string list;
            for (const v3::Event& event : response.events)
                list += (list.empty() ? "" : ",") + GoJson::write(event);
            return "[" + list + "]";
        }();
        context_.print("{{\"Header\":{},\"Events\":{},\"CompactRevision\":{},\"Canceled\":{},\"Created\":{}}}\n",
                       GoJson::write(response.header.value_or(v3::ResponseHeader{})), events, response.compact_revision,
                       response.canceled, response.created);
        return;
    }
    if (format_ == Format::fields)
        print_header(response.header);
    for (const v3::Event& event : response.events) {
        const std::string_view type = names_of(event.type).values[static_cast<std::size_t>(event.type)];
        const v3::KeyValue kv = event.kv.value_or(v3::KeyValue{});
        if (format_ == Format::fields) {
            context_.print("\"Type\" : {}\n", type);
            if (event.prev_kv)
                print_fields("Prev", *event.prev_kv);
            print_fields("", kv);
        } else {
            context_.print("{}\n", type);
            if (event.prev_kv)
                print_key(*event.prev_kv);
            print_key(kv);
        }
    }
}

void Printer::grant(const v3::LeaseGrantResponse& response)
{
    refuse(Format::table);
    if (format_ == Format::json) {
        context_.write(embed_header(response.header, fmt::format("\"ID\":{},\"TTL\":{},\"Error\":{}", response.id,
                                                                 response.ttl, etcd::quote(response.error))));
    } else if (format_ == Format::fields) {
        print_header(response.header);
        context_.print("\"ID\" : {}\n\"TTL\" : {}\n", response.id, response.ttl);
    } else {
        context_.print("lease {:016x} granted with TTL({}s)\n", response.id, response.ttl);
    }
}

void Printer::revoke(std::int64_t id, const v3::LeaseRevokeResponse& response)
{
    done(response, fmt::format("lease {:016x} revoked", id));
}

void Printer::keep_alive(const v3::LeaseKeepAliveResponse& response)
{
    refuse(Format::table);
    if (format_ == Format::json) {
        context_.write(embed_header(response.header, fmt::format("\"ID\":{},\"TTL\":{}", response.id, response.ttl)));
    } else if (format_ == Format::fields) {
        print_header(response.header);
        context_.print("\"ID\" : {}\n\"TTL\" : {}\n", response.id, response.ttl);
    } else {
        context_.print("lease {:016x} keepalived with TTL({})\n", response.id, response.ttl);
    }
}

void Printer::time_to_live(const v3::LeaseTimeToLiveResponse& response, bool keys)
{
    refuse(Format::table);
    if (format_ == Format::json) {
        std::string list = "null";
        if (!response.keys.empty()) {
            list = "[";
            for (const v3::Bytes& key : response.keys)
                list += (list.size() == 1 ? "\"" : ",\"") + encode_base64(key) + "\"";
            list += "]";
        }
        context_.write(
            embed_header(response.header, fmt::format("\"id\":{},\"ttl\":{},\"granted-ttl\":{},\"keys\":{}",
                                                      response.id, response.ttl, response.granted_ttl, list)));
        return;
    }
    if (format_ == Format::fields) {
        print_header(response.header);
        context_.print("\"ID\" : {}\n\"TTL\" : {}\n\"GrantedTTL\" : {}\n", response.id, response.ttl,
                       response.granted_ttl);
        for (const v3::Bytes& key : response.keys)
            context_.print("\"Key\" : {}\n", go_quote(key));
        return;
    }
    if (response.granted_ttl == 0 && response.ttl == -1) {
        context_.print("lease {:016x} already expired\n", response.id);
        return;
    }
    std::string line = fmt::format("lease {:016x} granted with TTL({}s), remaining({}s)", response.id,
                                   response.granted_ttl, response.ttl);
    if (keys)
        line += fmt::format(", attached keys([{}])",
                            join(std::vector<std::string>(response.keys.begin(), response.keys.end()), " "));
    context_.write(line + "\n");
}

void Printer::leases(const v3::LeaseLeasesResponse& response)
{
    refuse(Format::table);
    if (format_ == Format::json) {
        std::string list;
        for (const v3::LeaseStatus& lease : response.leases)
            list += fmt::format("{}{{\"id\":{}}}", list.empty() ? "" : ",", lease.id);
        context_.write(embed_header(response.header, "\"leases\":[" + list + "]"));
        return;
    }
    if (format_ == Format::fields)
        print_header(response.header);
    else
        context_.print("found {} leases\n", response.leases.size());
    for (const v3::LeaseStatus& lease : response.leases) {
        if (format_ == Format::fields)
            context_.print("\"ID\" : {}\n", lease.id);
        else
            context_.print("{:016x}\n", lease.id);
    }
}

void Printer::print_rows(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows)
{
    if (format_ == Format::table) {
        context_.write(render_frame(header, rows));
        return;
    }
    for (const auto& row : rows)
        context_.print("{}\n", join(row, ", "));
}

void Printer::members(const v3::MemberListResponse& response)
{
    if (format_ == Format::json) {
        print_json(response);
        return;
    }
    if (format_ == Format::fields) {
        print_header(response.header);
        for (const v3::Member& member : response.members) {
            context_.print("\"ID\" : {}\n\"Name\" : {}\n", member.id, go_quote(member.name));
            for (const std::string& url : member.peer_urls)
                context_.print("\"PeerURL\" : {}\n", go_quote(url));
            for (const std::string& url : member.client_urls)
                context_.print("\"ClientURL\" : {}\n", go_quote(url));
            context_.print("\"IsLearner\" : {}\n\n", member.is_learner);
        }
        return;
    }
    std::vector<std::vector<std::string>> rows;
    for (const v3::Member& member : response.members)
        rows.push_back({fmt::format("{:x}", member.id), member.name.empty() ? "unstarted" : "started", member.name,
                        join(member.peer_urls, ","), join(member.client_urls, ","), yes_or_no(member.is_learner)});
    print_rows({"ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner"}, rows);
}

void Printer::health(const std::vector<EndpointHealth>& all)
{
    std::vector<std::vector<std::string>> rows;
    std::string json;
    for (const EndpointHealth& one : all) {
        rows.push_back({one.endpoint, yes_or_no(one.healthy), one.took, one.error});
        json += fmt::format("{}{{\"endpoint\":{},\"health\":{},\"took\":{}{}}}", json.empty() ? "" : ",",
                            etcd::quote(one.endpoint), one.healthy, etcd::quote(one.took),
                            one.error.empty() ? "" : ",\"error\":" + etcd::quote(one.error));
        if (format_ == Format::fields)
            context_.print("\"Endpoint\" : {}\n\"Health\" : {}\n\"Took\" : {}\n\"Error\" : {}\n\n",
                           go_quote(one.endpoint), one.healthy, one.took, one.error);
        if (format_ == Format::simple && one.error.empty())
            context_.write_error(
                fmt::format("{} is healthy: successfully committed proposal: took = {}\n", one.endpoint, one.took));
        if (format_ == Format::simple && !one.error.empty())
            context_.write_error(
                fmt::format("{} is unhealthy: failed to commit proposal: {}\n", one.endpoint, one.error));
    }
    if (format_ == Format::json)
        context_.print("[{}]\n", json);
    else if (format_ == Format::table)
        print_rows({"endpoint", "health", "took", "error"}, rows);
}

void Printer::status(const std::vector<EndpointStatus>& all)
{
    std::vector<std::vector<std::string>> rows;
    std::string json;
    for (const auto& [endpoint, status] : all) {
        const v3::ResponseHeader header = status.header.value_or(v3::ResponseHeader{});
        rows.push_back({endpoint, fmt::format("{:x}", header.member_id), status.version,
                        humanize_bytes(static_cast<std::uint64_t>(status.db_size)),
                        yes_or_no(status.leader == header.member_id), yes_or_no(status.is_learner),
                        std::to_string(status.raft_term), std::to_string(status.raft_index),
                        std::to_string(status.raft_applied_index), join(status.errors, ", ")});
        json += fmt::format("{}{{\"Endpoint\":{},\"Status\":{}}}", json.empty() ? "" : ",", etcd::quote(endpoint),
                            GoJson::write(status));
        if (format_ != Format::fields)
            continue;
        print_header(status.header);
        context_.print("\"Version\" : {}\n\"DBSize\" : {}\n\"Leader\" : {}\n\"IsLearner\" : {}\n\"RaftIndex\" : {}\n"
                       "\"RaftTerm\" : {}\n\"RaftAppliedIndex\" : {}\n\"Errors\" : [{}]\n\"Endpoint\" : {}\n\n",
                       go_quote(status.version), status.db_size, status.leader, status.is_learner, status.raft_index,
                       status.raft_term, status.raft_applied_index, join(status.errors, " "), go_quote(endpoint));
    }
    if (format_ == Format::json)
        context_.print("[{}]\n", json);
    else if (format_ != Format::fields)
        print_rows({"endpoint", "ID", "version", "db size", "is leader", "is learner", "raft term", "raft index",
                    "raft applied index", "errors"},
                   rows);
}

void Printer::hashes(const std::vector<EndpointHash>& all)
{
    std::vector<std::vector<std::string>> rows;
    std::string json;
    for (const auto& [endpoint, hash] : all) {
        rows.push_back({endpoint, std::to_string(hash.hash)});
        json += fmt::format("{}{{\"Endpoint\":{},\"HashKV\":{}}}", json.empty() ? "" : ",", etcd::quote(endpoint),
                            GoJson::write(hash));
        if (format_ != Format::fields)
            continue;
        print_header(hash.header);
        context_.print("\"Endpoint\" : {}\n\"Hash\" : {}\n\n", go_quote(endpoint), hash.hash);
    }
    if (format_ == Format::json)
        context_.print("[{}]\n", json);
    else if (format_ != Format::fields)
        print_rows({"endpoint", "hash"}, rows);
}

void Printer::alarms(const v3::AlarmResponse& response)
{
    if (print_json(response))
        return;
    if (format_ == Format::fields)
        print_header(response.header);
    for (const v3::AlarmMember& one : response.alarms) {
        const std::string_view name = names_of(one.alarm).values[static_cast<std::size_t>(one.alarm)];
        if (format_ == Format::fields)
            context_.print("\"MemberID\" : {}\n\"AlarmType\" : {}\n\n", one.member_id, name);
        else
            context_.print("memberID:{} alarm:{} \n", one.member_id, name);
    }
}

void Printer::snapshot(const SnapshotSummary& summary)
{
    if (format_ == Format::json)
        context_.print("{{\"hash\":{},\"revision\":{},\"totalKey\":{},\"totalSize\":{}}}\n", summary.hash,
                       summary.revision, summary.keys, summary.size);
    else if (format_ == Format::fields)
        context_.print("\"Hash\" : {}\n\"Revision\" : {}\n\"Keys\" : {}\n\"Size\" : {}\n", summary.hash,
                       summary.revision, summary.keys, summary.size);
    else
        print_rows({"hash", "revision", "total keys", "total size"},
                   {{fmt::format("{:x}", summary.hash), std::to_string(summary.revision), std::to_string(summary.keys),
                     humanize_bytes(summary.size)}});
}

void Printer::print_permissions(const v3::AuthRoleGetResponse& response, v3::PermissionType type)
{
    for (const v3::Permission& permission : response.perm) {
        if (permission.type != type && permission.type != v3::PermissionType::read_write)
            continue;
        if (permission.range_end.empty()) {
            context_.print("\t{}\n", permission.key);
            continue;
        }
        const bool open = permission.range_end == std::string_view("\0", 1);
        context_.print("\t[{}, {}{}\n", permission.key, open ? "<open ended>" : permission.range_end + ")",
                       v3::prefix_end(permission.key) == permission.range_end ? " (prefix " + permission.key + ")"
                                                                              : "");
    }
}

void Printer::role(const std::string& name, const v3::AuthRoleGetResponse& response)
{
    if (print_json(response))
        return;
    if (format_ == Format::fields) {
        print_header(response.header);
        for (const v3::Permission& permission : response.perm)
            context_.print("\"PermType\" :  {}\n\"Key\" : {}\n\"RangeEnd\" : {}\n",
                           names_of(permission.type).values[static_cast<std::size_t>(permission.type)],
                           go_quote(permission.key), go_quote(permission.range_end));
        return;
    }
    context_.print("Role {}\nKV Read:\n", name);
    print_permissions(response, v3::PermissionType::read);
    context_.write("KV Write:\n");
    print_permissions(response, v3::PermissionType::write);
}

void Printer::roles(const v3::AuthRoleListResponse& response)
{
    if (print_json(response))
        return;
    if (format_ == Format::fields) {
        print_header(response.header);
        std::string line = "\"Roles\" :";
        for (const std::string& name : response.roles)
            line += " " + go_quote(name);
        context_.write(line + "\n");
        return;
    }
    for (const std::string& name : response.roles)
        context_.write(name + "\n");
}

void Printer::user(const std::string& name, const v3::AuthUserGetResponse& response)
{
    refuse(Format::fields);
    if (print_json(response))
        return;
    context_.print("User: {}\nRoles:", name);
    for (const std::string& role : response.roles)
        context_.print(" {}", role);
    context_.write("\n");
}

void Printer::users(const v3::AuthUserListResponse& response)
{
    refuse(Format::fields);
    if (print_json(response))
        return;
    for (const std::string& name : response.users)
        context_.write(name + "\n");
}

} // namespace dfriends::applets::kv::ctl3
