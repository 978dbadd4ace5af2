// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/session.hpp"
#include "applets/paas/setup_token.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "net/endpoint.hpp"
#include "service/daemon.hpp"

#include <csignal>

namespace dfriends::applets::paas {

namespace {

/// What the page begins with: the first key that root lets in, as dokku's page had it.
std::string first_key_of_root()
{
    std::string text;
    try {
        text = os::find_file("/root/.ssh/authorized_keys", 1U << 20U).value_or("");
    } catch (const Error&) { // not ours to read
    }
    return std::string(split_once(text, '\n').first);
}

/// Does what the page was asked for.
void finish_setup(core::Apps& apps, const core::SetupRequest& request)
{
    const core::Installation installation(apps);
    const std::string command = join(installation.program(), " ") + " ssh-entry";
    bool known = false;
    for (const core::AllowedKey& key : installation.keys().list())
        known = known || key.fingerprint == request.key.fingerprint;
    if (!known)
        installation.keys().add("admin", request.key, command);
    installation.write_hostname(request.hostname);
    installation.write_vhost(request.virtual_hosts ? request.hostname : "");
    apps.set_setting("setup_token", "");
}

} // namespace

std::string make_setup_token(core::Apps& apps)
{
    const std::string token = crypto::random_hex(16);
    apps.set_setting("setup_token", token);
    return token;
}

std::unique_ptr<core::SetupPage> make_setup_page(core::Apps& apps, const core::Installation& installation,
                                                 std::uint16_t port)
{
    const std::string token = apps.setting("setup_token");
    if (token.empty())
        return nullptr;
    return std::make_unique<core::SetupPage>(
        core::SetupOptions{.token = token,
                           .hostname = installation.hostname(),
                           .key = first_key_of_root(),
                           .user = installation.user(),
                           .version = DFRIENDS_VERSION,
                           .port = port,
                           .finish = [&apps](const core::SetupRequest& request) { finish_setup(apps, request); }});
}

int setup(Context& context)
{
    context.expect_arguments(0, 0);
    core::Apps apps(context.store());
    const core::Installation installation(apps);
    if (installation.user().empty())
        throw Error(ErrorKind::not_found, "nothing is installed here yet").hint("run: sudo dfriends paas install");
    const std::string token = make_setup_token(apps);
    service::Daemon daemon(context.log());
    std::unique_ptr<core::SetupPage> page;
    const auto bound =
        daemon.listen(context.settings.list("listen"), [&page](http::Request& request) { return (*page)(request); });
    page = make_setup_page(apps, installation, net::parse_endpoint(bound.front()).port);
    core::become_user(installation);
    for (const std::string& address : bound)
        context.print("open http://{}/?token={}\n", address, token);
    daemon.run_beside([](const core::SetupPage& of) -> net::Task<> {
        while (!of.is_finished())
            co_await net::sleep(std::chrono::milliseconds(100));
        co_await net::sleep(std::chrono::seconds(2)); // for the page to be read once more
        ::raise(SIGTERM);
    }(*page));
    return daemon.run();
}

} // namespace dfriends::applets::paas
