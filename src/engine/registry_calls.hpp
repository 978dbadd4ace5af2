// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only: what calls that make the engine speak to a registry have in common.
#include "base/error.hpp"
#include "engine/connection.hpp"
#include "engine/wire.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace dfriends::engine {

/// The target of a call about a thing that is known by a reference: "/plugins/" + "user/name:1" + "/json". Throws
/// Error(invalid) for a name that would climb out of its folder.
std::string path_of_reference(std::string_view folder, const std::string& reference, std::string_view rest = {});

/// Every line of an answer that is a stream of progress.
using OnLine = std::function<void(const ProgressLine& line)>;
net::Task<> read_progress(http::Reply& reply, const OnLine& on_line);
/// Hands the progress over; the sentence of a failure, or nothing.
net::Task<std::string> pass_progress(http::Reply& reply, const OnProgress& on_progress);

/// What a registry would not do, where `what` is "cannot pull 'image'". The engine reports a registry's trouble as
/// status 500 or inside the stream: only its words tell the kinds apart.
Error registry_error(const std::string& what, const std::string& sentence);

/// Adds the login that config.json has for a registry to a call that makes the engine ask there.
void add_login(Connection::Ask& ask, const std::string& registry);
/// A call that fetches something from a registry; its failure is a registry_error(), wherever the engine says it.
net::Task<> transfer(Connection& connection, Connection::Ask ask, std::string what, OnProgress on_progress);

} // namespace dfriends::engine
