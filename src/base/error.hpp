// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends {

/// What a caller can act on. Each kind has one exit code (cli/report) and one HTTP status (http/status).
enum class ErrorKind {
    failed,      ///< the work itself failed: a build broke, a unit did not start
    usage,       ///< the command line is wrong
    invalid,     ///< an input (file, request, setting) is wrong
    not_found,   ///< the named thing does not exist
    conflict,    ///< the thing exists already, changed meanwhile, or is held by another
    denied,      ///< permission is missing
    unavailable, ///< a service, a file system or a peer does not answer now
    interrupted, ///< the user or the system asked to stop
    internal,    ///< a fault of ours
};

/// Where in a text file an error stands. Lines and columns count from 1; 0 means unknown.
struct SourcePosition {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;
    std::string text; ///< the line itself, for display; may be empty
};

/// The only exception type of the house: one sentence that says what failed, on what and why
/// (lower case, subjects in single quotes, no full stop), «while …» context added as it rises, and one hint.
class Error : public std::exception {
  public:
    template <class... Arguments>
    Error(ErrorKind kind, fmt::format_string<Arguments...> format, Arguments&&... arguments)
        : Error(kind, Text{fmt::format(format, std::forward<Arguments>(arguments)...)})
    {
    }

    /// An error inside a text file.
    template <class... Arguments>
    Error(ErrorKind kind, SourcePosition position, fmt::format_string<Arguments...> format, Arguments&&... arguments)
        : Error(kind, Text{fmt::format(format, std::forward<Arguments>(arguments)...)})
    {
        position_ = std::move(position);
        render_what();
    }

    /// Adds «while …» around what was said so far; the innermost stands first.
    Error& during(std::string activity) &;
    Error&& during(std::string activity) &&;

    /// Adds the one next step: a command or a fact. The first hint given wins, since it stood nearest to the cause.
    Error& hint(std::string text) &;
    Error&& hint(std::string text) &&;

    ErrorKind kind() const noexcept { return kind_; }
    const std::string& message() const noexcept { return message_; }
    const std::vector<std::string>& context() const noexcept { return context_; }
    const std::string& hint() const noexcept { return hint_; }
    const SourcePosition& position() const noexcept { return position_; }

    /// The position, the sentence and the context in one line, without the hint: for logs and tests.
    const char* what() const noexcept override { return what_.c_str(); }

  private:
    struct Text {
        std::string value;
    };
    Error(ErrorKind kind, Text text);
    void render_what();

    ErrorKind kind_;
    std::string message_;
    std::vector<std::string> context_;
    std::string hint_;
    SourcePosition position_;
    std::string what_;
};

/// «: No such file or directory» style texts for errno values, without the number.
std::string describe_errno(int code);

/// The kind that an errno stands for: EACCES is denied, ENOENT not_found, EEXIST conflict, other values unavailable.
ErrorKind kind_of_errno(int code);

} // namespace dfriends
