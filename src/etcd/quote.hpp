// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::etcd {

/// A JSON string as Go's encoder writes it: <, > and & escaped, each invalid byte of UTF-8 as \ufffd. Clients compare
/// bytes.
std::string quote(std::string_view text);
void append_quoted(std::string& out, std::string_view text);

} // namespace dfriends::etcd
