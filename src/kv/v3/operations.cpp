// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/operations.hpp"

#include "etcd/v3/status.hpp"
#include "kv/v3/leases.hpp"

#include <algorithm>
#include <compare>
#include <set>

namespace dfriends::kv::v3 {

using namespace etcd::v3;

namespace {

constexpr std::size_t most_operations = 128;       // etcd's --max-txn-ops
constexpr std::size_t largest_request = 1'572'864; // etcd's --max-request-bytes

[[noreturn]] void refuse(std::string message)
{
    throw Status(Code::invalid_argument, "etcdserver: " + std::move(message));
}

void check_size(std::size_t bytes)
{
    if (bytes > largest_request)
        refuse("request is too large");
}

void check_operation(const RequestOp& operation, std::size_t most);

std::size_t size_of(const RequestOp& operation);

std::size_t size_of(const TxnRequest& request)
{
    std::size_t bytes = 0;
    for (const Compare& compare : request.compare)
        bytes += compare.key.size() + compare.value.size() + compare.range_end.size();
    for (const auto* const list : {&request.success, &request.failure})
        for (const RequestOp& operation : *list)
            bytes += size_of(operation);
    return bytes;
}

std::size_t size_of(const RequestOp& operation)
{
    if (operation.request_put)
        return operation.request_put->key.size() + operation.request_put->value.size();
    if (operation.request_range)
        return operation.request_range->key.size() + operation.request_range->range_end.size();
    if (operation.request_delete_range)
        return operation.request_delete_range->key.size() + operation.request_delete_range->range_end.size();
    return operation.request_txn ? size_of(*operation.request_txn) : 0;
}

/// `most`: operations that may still come; each level has as many fewer as the one around it has.
void check_parts(const TxnRequest& request, std::size_t most)
{
    const std::size_t count = std::max({request.compare.size(), request.success.size(), request.failure.size()});
    if (count > most)
        refuse("too many operations in txn request");
    for (const Compare& compare : request.compare)
        if (compare.key.empty())
            refuse("key is not provided");
    for (const auto* const list : {&request.success, &request.failure})
        for (const RequestOp& operation : *list)
            check_operation(operation, most - count);
}

void check_operation(const RequestOp& operation, std::size_t most)
{
    if (operation.request_range)
        check(*operation.request_range);
    else if (operation.request_put)
        check(*operation.request_put);
    else if (operation.request_delete_range)
        check(*operation.request_delete_range);
    else if (operation.request_txn)
        check_parts(*operation.request_txn, most);
    else
        refuse("key not found"); // etcd's answer to an operation that is none
}

/// What the operations of one level put and delete (etcd's checkIntervals).
struct Touched {
    std::set<std::string> puts;
    std::vector<Span> deletions;

    bool deletes(std::string_view key) const
    {
        return std::ranges::any_of(deletions, [&](const Span& span) { return span.contains(key); });
    }
};

[[noreturn]] void refuse_duplicate()
{
    refuse("duplicate key given in txn request");
}

Touched collect(const std::vector<RequestOp>& operations)
{
    Touched all;
    for (const RequestOp& operation : operations)
        if (operation.request_delete_range)
            all.deletions.emplace_back(operation.request_delete_range->key, operation.request_delete_range->range_end);
    for (const RequestOp& operation : operations) {
        if (!operation.request_txn)
            continue;
        Touched success = collect(operation.request_txn->success), failure = collect(operation.request_txn->failure);
        for (const std::string& key : success.puts)
            if (all.puts.contains(key) || all.deletes(key))
                refuse_duplicate();
        // Only one of the two branches comes true: they may put the same.
        for (const std::string& key : failure.puts)
            if ((all.puts.contains(key) && !success.puts.contains(key)) || all.deletes(key))
                refuse_duplicate();
        all.puts.merge(success.puts);
        all.puts.merge(failure.puts);
        std::ranges::move(success.deletions, std::back_inserter(all.deletions));
        std::ranges::move(failure.deletions, std::back_inserter(all.deletions));
    }
    for (const RequestOp& operation : operations)
        if (operation.request_put &&
            (all.deletes(operation.request_put->key) || !all.puts.insert(operation.request_put->key).second))
            refuse_duplicate();
    return all;
}

template <class Value>
bool holds(CompareResult result, const Value& have, const Value& want)
{
    switch (result) {
    case CompareResult::equal:
        return have == want;
    case CompareResult::not_equal:
        return have != want;
    case CompareResult::greater:
        return have > want;
    case CompareResult::less:
        return have < want;
    }
    return false;
}

bool holds(const Compare& compare, const Record& record)
{
    switch (compare.target) {
    case CompareTarget::version:
        return holds(compare.result, record.version, compare.version);
    case CompareTarget::create:
        return holds(compare.result, record.create_revision, compare.create_revision);
    case CompareTarget::mod:
        return holds(compare.result, record.mod_revision, compare.mod_revision);
    case CompareTarget::value:
        return holds(compare.result, std::string_view(record.value), std::string_view(compare.value));
    case CompareTarget::lease:
        return holds(compare.result, record.lease, compare.lease);
    }
    return false;
}

/// A key that is not there compares like zeros, but never by its value.
bool holds(const Draft& draft, const Compare& compare)
{
    bool any = false, all = true;
    draft.visit(Span(compare.key, compare.range_end), [&](const std::string&, const Record& record) {
        any = true;
        all = all && holds(compare, record);
    });
    return any ? all : compare.target != CompareTarget::value && holds(compare, Record());
}

bool passes_filters(const RangeRequest& request, const Record& record)
{
    return (request.min_mod_revision == 0 || record.mod_revision >= request.min_mod_revision) &&
           (request.max_mod_revision == 0 || record.mod_revision <= request.max_mod_revision) &&
           (request.min_create_revision == 0 || record.create_revision >= request.min_create_revision) &&
           (request.max_create_revision == 0 || record.create_revision <= request.max_create_revision);
}

bool comes_before(SortTarget target, const KeyValue& a, const KeyValue& b)
{
    switch (target) {
    case SortTarget::key:
        return std::string_view(a.key) < std::string_view(b.key);
    case SortTarget::version:
        return a.version < b.version;
    case SortTarget::create:
        return a.create_revision < b.create_revision;
    case SortTarget::mod:
        return a.mod_revision < b.mod_revision;
    case SortTarget::value:
        return std::string_view(a.value) < std::string_view(b.value);
    }
    return false;
}

void sort(const RangeRequest& request, std::vector<KeyValue>& found)
{
    const bool by_key = request.sort_target == SortTarget::key;
    if (by_key && request.sort_order != SortOrder::descend)
        return; // they are
    std::ranges::sort(found, [&](const KeyValue& a, const KeyValue& b) {
        const bool descends = request.sort_order == SortOrder::descend;
        if (comes_before(request.sort_target, descends ? b : a, descends ? a : b))
            return true;
        return !comes_before(request.sort_target, descends ? a : b, descends ? b : a) &&
               std::string_view(a.key) < std::string_view(b.key);
    });
}

/// Whether all matches must be there before the limit cuts. An order by anything but the key that is not asked for by
/// name sorts what the limit left, and one more: etcd's way.
bool needs_all(const RangeRequest& request)
{
    return request.sort_order != SortOrder::none || request.min_mod_revision != 0 || request.max_mod_revision != 0 ||
           request.min_create_revision != 0 || request.max_create_revision != 0;
}

std::optional<ResponseHeader> header_at(std::int64_t revision)
{
    ResponseHeader header;
    header.revision = revision;
    return header;
}

/// The branches that a transaction takes, it first and then those in it, in order. All are chosen before anything of it
/// is carried out.
using Path = std::vector<bool>;

const std::vector<RequestOp>& branch_of(const TxnRequest& request, bool succeeds)
{
    return succeeds ? request.success : request.failure;
}

void choose(const Draft& draft, const TxnRequest& request, Path& path)
{
    const bool succeeds =
        std::ranges::all_of(request.compare, [&](const Compare& compare) { return holds(draft, compare); });
    path.push_back(succeeds);
    for (const RequestOp& operation : branch_of(request, succeeds))
        if (operation.request_txn)
            choose(draft, *operation.request_txn, path);
}

/// Calls `visit` for each operation of the path that is no transaction.
template <class Visit>
void visit_chosen(const TxnRequest& request, Path::const_iterator& at, const Visit& visit)
{
    for (const RequestOp& operation : branch_of(request, *at++)) {
        if (operation.request_txn)
            visit_chosen(*operation.request_txn, at, visit);
        else
            visit(operation);
    }
}

[[noreturn]] void refuse_lease()
{
    throw Status(Code::not_found, "etcdserver: requested lease not found");
}

void check_put(const Context& context, const Draft& draft, const PutRequest& request)
{
    if ((request.ignore_value || request.ignore_lease) && draft.find(request.key) == nullptr)
        refuse("key not found");
    if (request.lease != 0 && !context.leases.is_usable(request.lease))
        refuse_lease();
}

void check_chosen(const Context& context, const Draft& draft, const TxnRequest& request, const Path& path)
{
    auto at = path.begin();
    visit_chosen(request, at, [&](const RequestOp& operation) {
        if (operation.request_put)
            check_put(context, draft, *operation.request_put);
    });
    at = path.begin();
    visit_chosen(request, at, [&](const RequestOp& operation) {
        if (operation.request_range && operation.request_range->revision != 0)
            context.keyspace.check_readable(operation.request_range->revision);
    });
}

TxnResponse apply_chosen(const Context& context, Draft& draft, const TxnRequest& request, Path::const_iterator& at)
{
    TxnResponse answer;
    answer.succeeded = *at++;
    for (const RequestOp& operation : branch_of(request, answer.succeeded)) {
        ResponseOp& response = answer.responses.emplace_back();
        if (operation.request_range)
            response.response_range = apply(context, draft, *operation.request_range);
        else if (operation.request_put)
            response.response_put = apply(context, draft, *operation.request_put);
        else if (operation.request_delete_range)
            response.response_delete_range = apply(context, draft, *operation.request_delete_range);
        else if (operation.request_txn)
            response.response_txn =
                std::make_shared<TxnResponse>(apply_chosen(context, draft, *operation.request_txn, at));
    }
    answer.header.emplace(); // etcd leaves a nested one empty
    return answer;
}

} // namespace

void check(const RangeRequest& request)
{
    if (request.key.empty())
        refuse("key is not provided");
}

void check(const PutRequest& request)
{
    if (request.key.empty())
        refuse("key is not provided");
    if (request.ignore_value && !request.value.empty())
        refuse("value is provided");
    if (request.ignore_lease && request.lease != 0)
        refuse("lease is provided");
    check_size(request.key.size() + request.value.size());
}

void check(const DeleteRangeRequest& request)
{
    if (request.key.empty())
        refuse("key is not provided");
}

void check(const TxnRequest& request)
{
    check_parts(request, most_operations);
    collect(request.success);
    collect(request.failure);
    check_size(size_of(request));
}

bool is_read_only(const TxnRequest& request)
{
    const auto reads = [](const RequestOp& operation) {
        return operation.request_range || (operation.request_txn && is_read_only(*operation.request_txn));
    };
    return std::ranges::all_of(request.success, reads) && std::ranges::all_of(request.failure, reads);
}

KeyValue make_key_value(std::string_view key, const Record& record)
{
    KeyValue pair;
    pair.key = key;
    pair.create_revision = record.create_revision;
    pair.mod_revision = record.mod_revision;
    pair.version = record.version;
    pair.value = record.value;
    pair.lease = record.lease;
    return pair;
}

RangeResponse select(const RangeRequest& request, const std::function<void(const RecordVisitor&)>& visit_all)
{
    RangeResponse answer;
    const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(request.limit, 0));
    const bool takes_all = limit == 0 || needs_all(request);
    visit_all([&](const std::string& key, const Record& record) {
        ++answer.count; // of all matches, whatever filters and limits say
        if (!request.count_only && passes_filters(request, record) && (takes_all || answer.kvs.size() <= limit))
            answer.kvs.push_back(make_key_value(key, record));
    });
    sort(request, answer.kvs);
    if (limit != 0 && answer.kvs.size() > limit) {
        answer.kvs.resize(limit);
        answer.more = true;
    }
    if (request.keys_only)
        for (KeyValue& pair : answer.kvs)
            pair.value.clear();
    return answer;
}

RangeResponse apply(const Context& context, const Draft& draft, const RangeRequest& request)
{
    const Span span(request.key, request.range_end);
    RangeResponse answer;
    // The state before this request is not the draft's once it has changed something.
    if (request.revision > 0 && (request.revision != draft.revision() || draft.revision() == draft.next_revision())) {
        context.keyspace.check_readable(request.revision);
        const Records past = context.keyspace.read_at(span, request.revision);
        answer = select(request, [&](const RecordVisitor& visit) { span.visit(past, visit); });
    } else {
        answer = select(request, [&](const RecordVisitor& visit) { draft.visit(span, visit); });
    }
    answer.header = header_at(draft.revision());
    return answer;
}

PutResponse apply(const Context& context, Draft& draft, const PutRequest& request)
{
    const Record* const old = draft.find(request.key);
    if (request.lease != 0 && !context.leases.is_usable(request.lease))
        refuse_lease();
    if ((request.ignore_value || request.ignore_lease) && old == nullptr)
        refuse("key not found");
    const std::int64_t lease = request.ignore_lease ? old->lease : request.lease;
    PutResponse answer;
    if (request.prev_kv && old != nullptr)
        answer.prev_kv = make_key_value(request.key, *old);
    draft.put(request.key, request.ignore_value ? old->value : std::string(request.value), lease);
    answer.header = header_at(draft.revision());
    return answer;
}

DeleteRangeResponse apply(const Context&, Draft& draft, const DeleteRangeRequest& request)
{
    DeleteRangeResponse answer;
    std::vector<std::string> keys;
    draft.visit(Span(request.key, request.range_end), [&](const std::string& key, const Record& record) {
        keys.push_back(key);
        if (request.prev_kv)
            answer.prev_kvs.push_back(make_key_value(key, record));
    });
    for (const std::string& key : keys)
        draft.remove(key);
    answer.deleted = static_cast<std::int64_t>(keys.size());
    answer.header = header_at(draft.revision());
    return answer;
}

TxnResponse apply(const Context& context, Draft& draft, const TxnRequest& request)
{
    Path path;
    choose(draft, request, path);
    check_chosen(context, draft, request, path);
    auto at = path.cbegin();
    TxnResponse answer = apply_chosen(context, draft, request, at);
    answer.header = header_at(draft.revision());
    return answer;
}

} // namespace dfriends::kv::v3
