// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "paas/static_site.hpp"
#include "service/daemon.hpp"

#include <cstdlib>

namespace dfriends::applets::paas {

int static_server(Context& context)
{
    context.expect_arguments(1, 1);
    const std::filesystem::path root = context.arguments[0];
    core::StaticSiteOptions options;
    if (const auto text = os::find_file(root / "static.json", 1U << 20U))
        options = core::parse_static_json(*text);
    options.folder = root;
    if (const char* revision = std::getenv("GIT_REV"))
        options.release = revision;
    core::StaticSite site(std::move(options));
    const char* port = std::getenv("PORT");
    service::Daemon daemon(context.log());
    daemon.listen_plainly({fmt::format("0.0.0.0:{}", port == nullptr ? "5000" : port)},
                          [&site](http::Request& request) { return site(request); });
    return daemon.run();
}

} // namespace dfriends::applets::paas
