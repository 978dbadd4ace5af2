// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/messages.hpp"
#include "kv/v3/keyspace.hpp"

namespace dfriends::kv::v3 {

class Leases;

/// The rules of etcd's KV service: what is refused, and what a request does on a draft. A refusal is a thrown Status.

/// What can be told from a request alone, in etcd's order.
void check(const etcd::v3::RangeRequest& request);
void check(const etcd::v3::PutRequest& request);
void check(const etcd::v3::DeleteRangeRequest& request);
/// Also that no key is put twice, or put and deleted.
void check(const etcd::v3::TxnRequest& request);

bool is_read_only(const etcd::v3::TxnRequest& request);

/// Answers from what a span holds: filters, sorts and cuts. `visit_all` calls its argument for each key and record in
/// order.
using RecordVisitor = std::function<void(const std::string&, const Record&)>;
etcd::v3::RangeResponse select(const etcd::v3::RangeRequest& request,
                               const std::function<void(const RecordVisitor&)>& visit_all);

/// Where drafts find what is not in them.
struct Context {
    const Keyspace& keyspace;
    const Leases& leases;
};

/// Each carries out one request; answers have headers with nothing but the revision, as in a transaction.
etcd::v3::RangeResponse apply(const Context& context, const Draft& draft, const etcd::v3::RangeRequest& request);
etcd::v3::PutResponse apply(const Context& context, Draft& draft, const etcd::v3::PutRequest& request);
etcd::v3::DeleteRangeResponse apply(const Context& context, Draft& draft, const etcd::v3::DeleteRangeRequest& request);
etcd::v3::TxnResponse apply(const Context& context, Draft& draft, const etcd::v3::TxnRequest& request);

etcd::v3::KeyValue make_key_value(std::string_view key, const Record& record);

} // namespace dfriends::kv::v3
