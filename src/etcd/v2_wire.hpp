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

/// One line as etcdctl -o json prints it.
std::string encode_v2_event(const V2Event& event);

} // namespace dfriends::etcd
