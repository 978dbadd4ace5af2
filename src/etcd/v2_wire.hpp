// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v2_types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::etcd {

/// An answer of /v2/keys with its status; `index` is its X-Etcd-Index. Throws Error(unavailable) for what no etcd would
/// say.
V2Answer decode_v2_answer(int status, std::string_view body, std::uint64_t index);
std::vector<V2Member> decode_v2_members(std::string_view body);
/// One member, as /v2/members/leader shows it.
V2Member decode_v2_member(std::string_view body);

struct V2Role {
    std::string name;
    std::vector<std::string> read;  ///< the paths that it may read
    std::vector<std::string> write; ///< and write
    bool operator==(const V2Role&) const = default;
};
struct V2User {
    std::string name;
    std::vector<std::string> roles;
};
/// Answers of /v2/auth.
std::vector<V2User> decode_v2_users(std::string_view body);
V2User decode_v2_user(std::string_view body);
std::vector<V2Role> decode_v2_roles(std::string_view body);
V2Role decode_v2_role(std::string_view body);
/// The sentence of a refusal of /v2/auth or /v2/members; the body itself where it is no JSON.
std::string decode_v2_message(std::string_view body);

/// One line as etcdctl -o json prints it.
std::string encode_v2_event(const V2Event& event);

} // namespace dfriends::etcd
