// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace dfriends::etcd::v3 {

/// The codes of google.golang.org/grpc/codes.
enum class Code : int {
    ok = 0,
    cancelled = 1,
    unknown = 2,
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    already_exists = 6,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    aborted = 10,
    out_of_range = 11,
    unsupported = 12, ///< gRPC's name for it is in name_of()
    internal = 13,
    unavailable = 14,
    data_loss = 15,
    unauthenticated = 16,
};

/// What a call came to where it was refused: the code and the sentence that clients match on. An answer, and no fault
/// of ours; servers throw it, clients get it.
class Status : public std::exception {
  public:
    Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

    Code code() const { return code_; }
    const std::string& message() const { return message_; }
    const char* what() const noexcept override { return message_.c_str(); }

  private:
    Code code_;
    std::string message_;
};

/// The HTTP status that etcd 3.4's gateway sends with a code.
int http_status_of(Code code);
/// The name of a code as grpc-go prints it, e.g. "FailedPrecondition".
std::string_view name_of(Code code);

} // namespace dfriends::etcd::v3
