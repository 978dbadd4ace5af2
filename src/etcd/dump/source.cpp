// SPDX-License-Identifier: Apache-2.0
#include "etcd/dump/source.hpp"

#include <set>

namespace dfriends::etcd::dump {

namespace {

constexpr std::int64_t page_size = 500;

struct V2Trees {
    std::uint64_t index = 0;
    std::vector<V2Node> roots;
};

/// The tree and the hidden directories; asked again where somebody wrote in between, so that they fit together.
net::Task<V2Trees> read_trees(V2Client& client, std::vector<std::string> hidden)
{
    for (int tries = 0;; ++tries) {
        V2Trees trees;
        bool same = true;
        const V2Answer answer = co_await client.get("/", true, true, true);
        const V2Event root = answer.value();
        trees.index = root.index;
        trees.roots.push_back(root.node);
        for (const std::string& directory : hidden) {
            const V2Answer found = co_await client.get(directory, true, true, true);
            const std::uint64_t index = found.refusal ? found.refusal->index : found.event.index;
            same = same && index == trees.index;
            if (!found.refusal)
                trees.roots.push_back(found.event.node);
        }
        if (same)
            co_return trees;
        if (tries == 20)
            throw Error(ErrorKind::conflict, "the keys change all the time, so that the hidden ones cannot be read "
                                             "together with the others");
    }
}

void hand_over(const V2Node& node, const Take& take, Counts& counts)
{
    if (node.key != "/" && !node.key.empty()) {
        take({.v2 = V2Record{node.key, node.value, node.dir, node.expiration}});
        ++counts.v2;
    }
    for (const V2Node& child : node.nodes)
        hand_over(child, take, counts);
}

/// The leases that live, handed over.
net::Task<std::set<std::int64_t>> read_leases(v3::Client& client, const Take& take, Counts& counts)
{
    std::set<std::int64_t> living{0};
    const v3::LeaseLeasesResponse all = co_await client.lease_leases();
    for (const v3::LeaseStatus& lease : all.leases) {
        const v3::LeaseTimeToLiveResponse found = co_await client.lease_time_to_live({.id = lease.id});
        if (found.ttl < 0)
            continue;
        take({.lease = LeaseRecord{lease.id, found.granted_ttl}});
        living.insert(lease.id);
        ++counts.leases;
    }
    co_return living;
}

net::Task<> read_keys(v3::Client& client, std::int64_t revision, const Take& take, Counts& counts)
{
    const std::set<std::int64_t> living = co_await read_leases(client, take, counts);
    v3::RangeRequest request;
    request.key = request.range_end = std::string(1, '\0');
    request.limit = page_size;
    request.revision = revision;
    for (;;) {
        const v3::RangeResponse page = co_await client.range(request);
        for (const v3::KeyValue& kv : page.kvs) {
            if (!living.contains(kv.lease))
                continue;
            take({.v3 = kv});
            ++counts.v3;
        }
        if (!page.more || page.kvs.empty())
            co_return;
        request.key = page.kvs.back().key + std::string(1, '\0');
    }
}

} // namespace

net::Task<Counts> read_all(Source source, Take take)
{
    Head head{std::string(format_name), format_version};
    V2Trees trees;
    if (source.v2 != nullptr) {
        trees = co_await read_trees(*source.v2, source.hidden);
        head.v2_index = trees.index;
    }
    if (source.v3 != nullptr) {
        const v3::RangeResponse now = co_await source.v3->range({.key = std::string(1, '\0')});
        head.v3_revision = now.header ? now.header->revision : 0;
    }
    take({.head = head});
    Counts counts;
    for (const V2Node& root : trees.roots)
        hand_over(root, take, counts);
    if (source.v3 != nullptr)
        co_await read_keys(*source.v3, head.v3_revision, take, counts);
    take({.end = counts});
    co_return counts;
}

} // namespace dfriends::etcd::dump
