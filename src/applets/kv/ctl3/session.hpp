// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "base/error.hpp"
#include "etcd/v3/client.hpp"
#include "net/loop.hpp"

#include <string>
#include <vector>

namespace dfriends::applets::kv::ctl3 {

/// etcdctl's exit codes.
enum class Exit {
    error = 1,
    bad_connection = 2,
    invalid_input = 3,
    bad_feature = 4,
    interrupted = 5,
    bad_arguments = 128
};

/// An error that ends etcdctl with a code of its own; any other Error ends it with 1.
class Failure : public Error {
  public:
    template <class... Arguments>
    Failure(Exit exit, fmt::format_string<Arguments...> format, Arguments&&... arguments)
        : Error(ErrorKind::failed, format, std::forward<Arguments>(arguments)...), exit_(exit)
    {
    }
    Exit exit() const { return exit_; }
    /// As Error's, but it stays a Failure.
    Failure&& hint(std::string text) &&
    {
        static_cast<Error&>(*this).hint(std::move(text));
        return std::move(*this);
    }

  private:
    Exit exit_;
};

/// The servers that the options and the environment name.
std::vector<std::string> endpoints_of(const Context& context);
etcd::v3::Client make_client(const Context& context);
/// A client of one server, whatever --endpoints says.
etcd::v3::Client make_client_of(const Context& context, const std::string& endpoint);

/// The sentence that etcdctl prints for the exception being handled.
std::string current_failure();

/// The code that a refusal ends with: one of the name or the password counts as no connection.
Exit exit_of(const etcd::v3::Status& status, Exit otherwise);

/// Runs a call to its end; a refusal, or no answer, is a Failure with that code and `before` in front of its words.
template <class T>
T ask(net::Task<T> task, Exit exit = Exit::error, std::string_view before = {}, std::string_view after = {})
{
    try {
        return net::run(std::move(task));
    } catch (const etcd::v3::Status& status) {
        throw Failure(exit_of(status, exit), "{}{}{}", before, current_failure(), after);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::unavailable)
            throw;
        throw Failure(exit, "{}{}{}", before, current_failure(), after);
    }
}

/// Throws a Failure(bad_arguments) with the sentence unless the number of arguments is between both.
void expect(const Context& context, std::size_t least, std::size_t most, std::string_view otherwise);

/// A lease as it is typed. `what` begins the complaint: "bad lease ID arg".
std::int64_t parse_lease(std::string_view text, std::string_view what);
std::uint64_t parse_member(std::string_view text);
/// A whole number in base 10; complains as Go's strconv does.
std::int64_t parse_number(std::string_view text, Exit exit, std::string_view before = {}, std::string_view after = {});

} // namespace dfriends::applets::kv::ctl3
