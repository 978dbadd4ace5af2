// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace dfriends {

Error::Error(ErrorKind kind, Text text) : kind_(kind), message_(std::move(text.value))
{
    render_what();
}

void Error::render_what()
{
    what_.clear();
    if (!position_.file.empty()) {
        what_ += position_.file;
        if (position_.line != 0)
            what_ += fmt::format(":{}:{}", position_.line, position_.column);
        what_ += ": ";
    }
    what_ += message_;
    for (const std::string& activity : context_)
        what_ += fmt::format(", while {}", activity);
}

Error& Error::during(std::string activity) &
{
    context_.push_back(std::move(activity));
    render_what();
    return *this;
}

Error&& Error::during(std::string activity) &&
{
    return std::move(during(std::move(activity)));
}

Error& Error::hint(std::string text) &
{
    if (hint_.empty())
        hint_ = std::move(text);
    return *this;
}

Error&& Error::hint(std::string text) &&
{
    return std::move(hint(std::move(text)));
}

std::string describe_errno(int code)
{
#ifdef __GLIBC__
    return strerrordesc_np(code) != nullptr ? strerrordesc_np(code) : fmt::format("error {}", code);
#else
    char buffer[256];
    return strerror_r(code, buffer, sizeof buffer) == 0 ? buffer : fmt::format("error {}", code);
#endif
}

ErrorKind kind_of_errno(int code)
{
    switch (code) {
    case EACCES:
    case EPERM:
    case EROFS:
        return ErrorKind::denied;
    case ENOENT:
    case ENOTDIR:
        return ErrorKind::not_found;
    case EEXIST:
    case EADDRINUSE:
        return ErrorKind::conflict;
    default:
        return ErrorKind::unavailable;
    }
}

} // namespace dfriends
