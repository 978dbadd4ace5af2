// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "etcd/v3/json.hpp"
#include "etcd/v3/protobuf.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::etcd::v3;

namespace {

template <std::size_t size>
std::string bytes(const char (&text)[size])
{
    return std::string(text, size - 1);
}

template <class M>
std::string as_json(const std::string& wire)
{
    return encode_json(decode_protobuf<M>(wire));
}

} // namespace

TEST_CASE("protobuf: known bytes of requests, as protoc's own code writes them")
{
    PutRequest put;
    put.key = "k";
    put.value = "v";
    put.lease = 300;
    put.prev_kv = true;
    CHECK(encode_protobuf(put) == bytes("\x0a\x01k\x12\x01v\x18\xac\x02\x20\x01"));
    CHECK(encode_protobuf(RangeRequest{}).empty());

    LeaseTimeToLiveResponse gone; // a negative number has ten bytes
    gone.ttl = -1;
    CHECK(encode_protobuf(gone) == bytes("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    CHECK(decode_protobuf<LeaseTimeToLiveResponse>(encode_protobuf(gone)).ttl == -1);
}

TEST_CASE("protobuf: nested messages, lists and enumerations come back as they went")
{
    const std::string_view json =
        R"({"compare":[{"result":"GREATER","target":"MOD","key":"YQ==","mod_revision":"7","range_end":"Yg=="}],)"
        R"("success":[{"request_put":{"key":"AP8=","value":"dg=="}},{"request_txn":{"failure":[{"request_range":{"key":"YQ=="}}]}}],)"
        R"("failure":[{"request_delete_range":{"key":"YQ==","prev_kv":true}}]})";
    const std::string wire = encode_protobuf(decode_json<TxnRequest>(json));
    CHECK(as_json<TxnRequest>(wire) == json);
    CHECK(protobuf_size(decode_json<TxnRequest>(json)) == wire.size());
}

TEST_CASE("protobuf: lists of enumerations are written packed and read either way")
{
    WatchCreateRequest watch;
    watch.filters = {FilterType::no_delete, FilterType::no_put};
    CHECK(encode_protobuf(watch) == bytes("\x2a\x02\x01\x00"));
    CHECK(decode_protobuf<WatchCreateRequest>(bytes("\x2a\x02\x01\x00")).filters == watch.filters);
    CHECK(decode_protobuf<WatchCreateRequest>(bytes("\x28\x01\x28\x00")).filters == watch.filters);
}

TEST_CASE("protobuf: an empty message is there where its field is")
{
    CHECK(as_json<WatchRequest>(bytes("\x1a\x00")) == R"({"progress_request":{}})");
    CHECK(as_json<WatchRequest>("") == "{}");
}

TEST_CASE("protobuf: the last number wins, messages are merged, unknown fields of every type are skipped")
{
    CHECK(decode_protobuf<LeaseGrantRequest>(bytes("\x08\x05\x08\x07")).ttl == 7);
    CHECK(as_json<WatchRequest>(bytes("\x0a\x03\x0a\x01k\x0a\x02\x18\x09")) ==
          R"({"create_request":{"key":"aw==","start_revision":"9"}})");
    const std::string unknown = bytes("\xa0\x06\x01"                             // 100: varint
                                      "\xa1\x06\x01\x02\x03\x04\x05\x06\x07\x08" // fixed64
                                      "\xa2\x06\x02xx"                           // bytes
                                      "\xa3\x06\x08\x01\xa4\x06"                 // group with a field
                                      "\xa5\x06\x01\x02\x03\x04");               // fixed32
    CHECK(decode_protobuf<LeaseGrantRequest>(unknown + bytes("\x08\x07")).ttl == 7);
}

TEST_CASE("protobuf: what is cut short, of a wrong type or no message at all is refused")
{
    const std::string whole =
        encode_protobuf(decode_json<TxnRequest>(R"({"compare":[{"key":"YWJj","version":"300"}]})"));
    for (std::size_t size = 1; size < whole.size(); ++size)
        CHECK_THROWS_AS(decode_protobuf<TxnRequest>(whole.substr(0, size)), Error);
    for (const std::string& wrong : {
             bytes("\x08\x01"),                                         // a number for the key
             bytes("\x00\x01"),                                         // field 0
             bytes("\x0a\xff\xff\xff\xff\x7f"),                         // longer than all there is
             bytes("\x18\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), // a varint of 11 bytes
             bytes("\xa4\x06"),                                         // the end of no group
             bytes("\xa3\x06"),                                         // a group without end
             bytes("\xa7\x06"),                                         // type 7
             bytes("\x28\x63"),                                         // a sort order that there is not
         })
        CHECK_THROWS_AS(decode_protobuf<RangeRequest>(wrong), Error);
}

TEST_CASE("protobuf: depth and number of elements are bounded")
{
    TxnRequest inner;
    for (int i = 0; i < 20; ++i) {
        TxnRequest outer;
        outer.success.emplace_back().request_txn = std::make_shared<TxnRequest>(std::move(inner));
        inner = std::move(outer);
    }
    CHECK_NOTHROW(decode_protobuf<TxnRequest>(encode_protobuf(inner)));
    for (int i = 0; i < 20; ++i) {
        TxnRequest outer;
        outer.success.emplace_back().request_txn = std::make_shared<TxnRequest>(std::move(inner));
        inner = std::move(outer);
    }
    CHECK_THROWS_AS(decode_protobuf<TxnRequest>(encode_protobuf(inner)), Error);
    std::string groups;
    for (int i = 0; i < 100'000; ++i)
        groups += bytes("\xa3\x06");
    CHECK_THROWS_AS(decode_protobuf<TxnRequest>(groups), Error);
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += bytes("\x12\x00");
    CHECK(decode_protobuf<TxnRequest>(many, 100).success.size() == 100);
    CHECK_THROWS_AS(decode_protobuf<TxnRequest>(many, 99), Error);
}
