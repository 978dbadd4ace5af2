// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "etcd/v3/json.hpp"
#include "etcd/v3/status.hpp"

#include <doctest/doctest.h>

using namespace dfriends::etcd::v3;

namespace {

template <class M>
std::string refusal_of(std::string_view text)
{
    try {
        decode_json<M>(text);
    } catch (const dfriends::Error& error) {
        return error.message();
    }
    return "none";
}

} // namespace

TEST_CASE("v3 json: what is at its default is left out, and 64 bits are strings")
{
    CHECK(encode_json(PutResponse()) == "{}");
    RangeResponse range;
    range.header.emplace().cluster_id = 15875391935852295136ULL;
    range.header->revision = -1;
    range.more = true;
    KeyValue& pair = range.kvs.emplace_back();
    pair.key = std::string("\0\xff", 2);
    pair.version = 1;
    CHECK(encode_json(range) == R"({"header":{"cluster_id":"15875391935852295136","revision":"-1"},)"
                                R"("kvs":[{"key":"AP8=","version":"1"}],"more":true})");
    HashKVResponse hash;
    hash.hash = 4294967295U;
    CHECK(encode_json(hash) == R"({"hash":4294967295})");
    WatchResponse watch;
    watch.events.emplace_back().type = EventType::remove;
    watch.events.emplace_back().kv.emplace();
    CHECK(encode_json(watch) == R"({"events":[{"type":"DELETE"},{"kv":{}}]})");
    AuthUserListResponse users;
    users.users = {"<a>", "b\n"};
    CHECK(encode_json(users) == R"({"users":["\u003ca\u003e","b\n"]})");
}

TEST_CASE("v3 json: both spellings of names, numbers as text or not, unknown members and nulls")
{
    const auto range = decode_json<RangeRequest>(
        R"({"key":"Zm9v","rangeEnd":"","limit":"7","revision":3,"sort_order":2,"sortTarget":"MOD","keysOnly":true,)"
        R"("min_mod_revision":null,"Key":"x","nothing":{"a":[1]}})");
    CHECK(range.key == "foo");
    CHECK(range.limit == 7);
    CHECK(range.revision == 3);
    CHECK(range.sort_order == SortOrder::descend);
    CHECK(range.sort_target == SortTarget::mod);
    CHECK(range.keys_only);
    CHECK(decode_json<LeaseGrantRequest>(R"({"TTL":"30","ID":9223372036854775807})").id == INT64_MAX);
    CHECK(decode_json<PutRequest>("").key.empty());
    CHECK(decode_json<PutRequest>(" {} ").key.empty());
}

TEST_CASE("v3 json: nested transactions go there and back")
{
    const std::string text =
        R"({"compare":[{"result":"NOT_EQUAL","target":"VALUE","key":"YQ==","value":"Yg==","range_end":"AA=="}],)"
        R"("success":[{"request_txn":{"success":[{"request_put":{"key":"YQ==","lease":"1"}}]}}],)"
        R"("failure":[{"request_range":{"key":"YQ=="}},{"request_delete_range":{"key":"Yg==","prev_kv":true}}]})";
    CHECK(encode_json(decode_json<TxnRequest>(text)) == text);
}

TEST_CASE("v3 json: what is refused, in the gateway's words where clients know them")
{
    CHECK(refusal_of<PutRequest>(R"({"key":"Zm9"})") == "illegal base64 data at input byte 0");
    CHECK(refusal_of<PutRequest>(R"({"key":"Zm9v-A=="})") == "illegal base64 data at input byte 4");
    CHECK(refusal_of<RangeRequest>(R"({"sort_order":"BOGUS"})") ==
          "unknown value \"BOGUS\" for enum etcdserverpb.RangeRequest_SortOrder");
    CHECK(refusal_of<RangeRequest>(R"({"sort_order":3})") != "none");
    CHECK(refusal_of<RangeRequest>(R"({"limit":"x"})") != "none");
    CHECK(refusal_of<RangeRequest>(R"({"limit":1.5})") != "none");
    CHECK(refusal_of<RangeRequest>(R"({"limit":9223372036854775808})") != "none");
    CHECK(refusal_of<RangeRequest>(R"({"keys_only":"true"})") != "none");
    CHECK(refusal_of<RangeRequest>(R"({"key":{}})") != "none");
    CHECK(refusal_of<RangeRequest>("[]") != "none");
    CHECK(refusal_of<RangeRequest>("{} {}") != "none");
    std::string deep = "{}";
    for (int i = 0; i < 60; ++i)
        deep = R"({"success":[{"request_txn":)" + deep + "}]}";
    CHECK(refusal_of<TxnRequest>(deep) == "the JSON is nested deeper than 100");
}

TEST_CASE("v3 status: codes, their names and the gateway's HTTP statuses")
{
    CHECK(name_of(Code::unsupported) == "Unimplemented");
    CHECK(name_of(Code::permission_denied) == "PermissionDenied");
    CHECK(http_status_of(Code::failed_precondition) == 412);
    CHECK(http_status_of(Code::resource_exhausted) == 429);
    CHECK(http_status_of(static_cast<Code>(99)) == 500);
}
