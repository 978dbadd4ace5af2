// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/history.hpp"
#include "converge/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

std::string encode_changes(const std::vector<Change>& changes);
std::vector<Change> decode_changes(std::string_view text);

/// {"results": […], "changed": N, …} in one line.
std::string encode_report(const Report& report);

/// A plan that can be applied later, if it still says the same: its files, the digest of what it would do, and that of
/// what they declare. The latter holds secrets, which no digest may give away: it is made as a password's.
struct SavedPlan {
    std::vector<std::string> files;
    std::string digest;
    std::string declared;
};
std::string encode_plan(const std::vector<std::string>& files, const Catalog& catalog, const Report& report);
/// Throws Error(invalid) where it is none; `what` names it.
SavedPlan decode_plan(std::string_view text, const std::string& what);
bool still_declares(const SavedPlan& plan, const Catalog& catalog);
/// The same for the same changes, however long they took to find.
std::string digest_of(const Report& report);

std::string encode_runs(const std::vector<PastRun>& runs);
std::string encode_run(const PastRun& run, const std::vector<Result>& results);

/// What became of one file that was formatted and is not as it was.
struct FormattedFile {
    std::string file;
    std::string diff;
};
std::string encode_formatted(const std::vector<FormattedFile>& changed, std::size_t files, std::size_t failed);

} // namespace dfriends::converge
