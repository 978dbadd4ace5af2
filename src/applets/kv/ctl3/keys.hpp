// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.hpp"
#include "etcd/v3/messages.hpp"

#include <span>
#include <string>
#include <vector>

namespace dfriends::applets::kv::ctl3 {

/// The options of put, get and del: txn reads the same words from lines.
std::span<const config::Setting> put_settings();
std::span<const config::Setting> get_settings();
std::span<const config::Setting> del_settings();

/// What the words of put, get and del ask for; what etcdctl refuses throws a Failure.
etcd::v3::PutRequest put_request(const config::Settings& settings, const std::vector<std::string>& arguments);
etcd::v3::RangeRequest get_request(const config::Settings& settings, const std::vector<std::string>& arguments);
etcd::v3::DeleteRangeRequest del_request(const config::Settings& settings, const std::vector<std::string>& arguments);

} // namespace dfriends::applets::kv::ctl3
