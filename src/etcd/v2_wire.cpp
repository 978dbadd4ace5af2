// SPDX-License-Identifier: Apache-2.0
#include "etcd/v2_wire.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "etcd/quote.hpp"
#include "json/json.hpp"

namespace dfriends::etcd {

namespace {

Json parse_answer(std::string_view body)
{
    try {
        return parse_json(body, "the answer");
    } catch (const Error&) {
        throw Error(ErrorKind::unavailable, "what answers there is no etcd: its answer is no JSON");
    }
}

/// The member where it is a list, an empty one elsewhere.
const Json& list_of(const Json& object, std::string_view member)
{
    static const Json empty = Json::array();
    const Json& list = member_of(object, member);
    return list.is_array() ? list : empty;
}

V2Node decode_node(const Json& object)
{
    V2Node node;
    node.key = text_of(object, "key", "/");
    node.value = text_of(object, "value");
    node.dir = flag_of(object, "dir");
    node.created = static_cast<std::uint64_t>(number_of(object, "createdIndex"));
    node.modified = static_cast<std::uint64_t>(number_of(object, "modifiedIndex"));
    node.expiration = text_of(object, "expiration");
    node.ttl = number_of(object, "ttl");
    for (const Json& child : list_of(object, "nodes"))
        node.nodes.push_back(decode_node(child));
    return node;
}

std::string encode_node(const V2Node& node)
{
    std::string text = "{\"key\":" + quote(node.key == "/" ? "" : node.key);
    if (node.dir)
        text += ",\"dir\":true";
    text += ",\"value\":" + quote(node.value) + ",\"nodes\":";
    if (node.nodes.empty()) {
        text += "null";
    } else {
        std::string list;
        for (const V2Node& child : node.nodes)
            list += (list.empty() ? "" : ",") + encode_node(child);
        text += "[" + list + "]";
    }
    text += fmt::format(",\"createdIndex\":{},\"modifiedIndex\":{}", node.created, node.modified);
    if (!node.expiration.empty())
        text += ",\"expiration\":" + quote(node.expiration);
    if (node.ttl != 0)
        text += fmt::format(",\"ttl\":{}", node.ttl);
    return text + "}";
}

std::vector<std::string> texts_of(const Json& list)
{
    std::vector<std::string> texts;
    for (const Json& item : list)
        if (item.is_string())
            texts.push_back(item.get<std::string>());
    return texts;
}

V2Member decode_member(const Json& object)
{
    return {text_of(object, "id"), text_of(object, "name"), texts_of(list_of(object, "peerURLs")),
            texts_of(list_of(object, "clientURLs"))};
}

V2Role role_of(const Json& object)
{
    const Json& kv = member_of(member_of(object, "permissions"), "kv");
    return {text_of(object, "role"), texts_of(list_of(kv, "read")), texts_of(list_of(kv, "write"))};
}

/// A user's roles stand there as names, or as what they permit.
V2User user_of(const Json& object)
{
    V2User user{text_of(object, "user"), texts_of(list_of(object, "roles"))};
    for (const Json& role : list_of(object, "roles"))
        if (role.is_object())
            user.roles.push_back(text_of(role, "role"));
    return user;
}

} // namespace

V2Answer decode_v2_answer(int status, std::string_view body, std::uint64_t index)
{
    const Json object = parse_answer(body);
    V2Answer answer;
    if (object.contains("errorCode")) {
        answer.refusal = V2Refusal{static_cast<int>(number_of(object, "errorCode")), text_of(object, "message"),
                                   text_of(object, "cause"), static_cast<std::uint64_t>(number_of(object, "index"))};
        return answer;
    }
    if (status < 200 || status > 299 || !member_of(object, "node").is_object())
        throw Error(ErrorKind::unavailable, "what answers there is no etcd: status {}", status);
    answer.event.action = text_of(object, "action");
    answer.event.node = decode_node(object["node"]);
    if (member_of(object, "prevNode").is_object())
        answer.event.prev_node = decode_node(object["prevNode"]);
    answer.event.index = index;
    return answer;
}

std::vector<V2Member> decode_v2_members(std::string_view body)
{
    const Json answer = parse_answer(body);
    std::vector<V2Member> members;
    for (const Json& object : list_of(answer, "members"))
        members.push_back(decode_member(object));
    return members;
}

V2Member decode_v2_member(std::string_view body)
{
    return decode_member(parse_answer(body));
}

std::vector<V2User> decode_v2_users(std::string_view body)
{
    const Json answer = parse_answer(body);
    std::vector<V2User> users;
    for (const Json& user : list_of(answer, "users"))
        users.push_back(user_of(user));
    return users;
}

V2User decode_v2_user(std::string_view body)
{
    return user_of(parse_answer(body));
}

std::vector<V2Role> decode_v2_roles(std::string_view body)
{
    const Json answer = parse_answer(body);
    std::vector<V2Role> roles;
    for (const Json& role : list_of(answer, "roles"))
        roles.push_back(role_of(role));
    return roles;
}

V2Role decode_v2_role(std::string_view body)
{
    return role_of(parse_answer(body));
}

std::string decode_v2_message(std::string_view body)
{
    std::string message;
    try {
        message = text_of(parse_json(body, "the answer"), "message");
    } catch (const Error&) { // no JSON: another server than an etcd
    }
    return message.empty() ? std::string(trim(body)) : message;
}

std::string encode_v2_event(const V2Event& event)
{
    return fmt::format("{{\"action\":{},\"node\":{},\"prevNode\":{}}}", quote(event.action), encode_node(event.node),
                       event.prev_node ? encode_node(*event.prev_node) : "null");
}

} // namespace dfriends::etcd
