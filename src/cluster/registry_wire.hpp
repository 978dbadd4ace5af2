// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/registry.hpp"

namespace dfriends::cluster {

std::string encode_member(const Member& member);
/// Nothing where it is none: others may have written there.
std::optional<Member> decode_member(std::string_view text);

/// {"Name": …, "UnitHash": [20 numbers]}.
std::string encode_job(std::string_view name, std::string_view hash);
/// The hash as 40 digits; empty where there is none.
std::string decode_job_hash(std::string_view text);

std::string encode_unit_text(std::string_view text);
std::string decode_unit_text(std::string_view text);

std::string encode_report(const Report& report, std::string_view machine);
std::optional<Report> decode_report(std::string_view text);

std::string encode_lease(std::string_view machine);
/// The machine that holds it.
std::string decode_lease(std::string_view text);

} // namespace dfriends::cluster
