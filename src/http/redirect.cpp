// SPDX-License-Identifier: Apache-2.0
#include "http/redirect.hpp"

#include "base/error.hpp"

namespace dfriends::http {

bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Url redirect_target(const Url& url, std::string_view location)
{
    auto next = resolve_reference(url, location);
    if (!next)
        throw Error(ErrorKind::invalid, "'{}' redirects to something that is not an http or https URL", url.text());
    if (url.scheme == "https" && next->scheme == "http")
        throw Error(ErrorKind::denied, "'{}' redirects from https to http", url.text());
    next->target = next->target.substr(0, next->target.find('#'));
    return *std::move(next);
}

} // namespace dfriends::http
