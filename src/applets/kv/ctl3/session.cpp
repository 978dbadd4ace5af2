// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/session.hpp"

#include "applets/kv/verbs.hpp"
#include "base/text.hpp"

#include <charconv>
#include <cstdio>

namespace dfriends::applets::kv {

int report3(const Error& error, const Context&)
{
    if (error.kind() == ErrorKind::interrupted)
        return 130;
    fmt::print(stderr, "Error: {}\n", printable(error.message()));
    if (!error.hint().empty())
        fmt::print(stderr, "{}\n", printable(error.hint()));
    const auto* failure = dynamic_cast<const ctl3::Failure*>(&error);
    return static_cast<int>(failure != nullptr ? failure->exit() : ctl3::Exit::error);
}

namespace ctl3 {

namespace {

std::string password_of(const Context& context, std::string& user)
{
    std::string password = context.settings.text("password");
    if (!password.empty() || user.empty())
        return password;
    const std::size_t colon = user.find(':');
    if (colon == user.npos)
        throw Failure(Exit::bad_arguments, "--user wants NAME:PASSWORD, or --password beside it");
    password = user.substr(colon + 1);
    user.erase(colon);
    return password;
}

std::optional<net::TlsContext> tls_of(const Context& context)
{
    const config::Settings& settings = context.settings;
    net::TlsContext::ClientOptions options;
    const auto file = [&settings](std::string_view name) -> std::optional<std::filesystem::path> {
        if (!settings.is_given(name))
            return std::nullopt;
        if (settings.text(name).empty())
            throw Failure(Exit::bad_arguments, "empty string is passed to --{} option", name);
        return settings.text(name);
    };
    options.trust = file("cacert");
    options.certificate = file("cert");
    options.key = file("key");
    options.verify = !settings.flag("insecure-skip-tls-verify");
    const bool wanted =
        options.trust || options.certificate || options.key || !options.verify || !settings.flag("insecure-transport");
    return wanted ? std::optional(net::TlsContext::client(options)) : std::nullopt;
}

etcd::v3::Client make_client_for(const Context& context, std::vector<std::string> endpoints)
{
    if (context.settings.text("discovery-srv") != "")
        throw Failure(Exit::bad_feature, "--discovery-srv is not supported").hint("name the servers with --endpoints");
    etcd::v3::ClientOptions options;
    options.endpoints = std::move(endpoints);
    options.user = context.settings.text("user");
    options.password = password_of(context, options.user);
    options.tls = tls_of(context);
    options.connect_timeout = context.settings.duration("dial-timeout");
    options.timeout = context.settings.duration("command-timeout");
    return etcd::v3::Client(std::move(options));
}

/// What Go's strconv says of the text; empty where it is a number.
template <class Number>
std::string read_number(std::string_view text, int base, Number& number, std::string_view function)
{
    const bool plus = text.starts_with('+');
    const char* const end = text.data() + text.size();
    const auto [rest, code] = std::from_chars(text.data() + (plus ? 1 : 0), end, number, base);
    if (code == std::errc() && rest == end && !text.empty())
        return {};
    return fmt::format("strconv.{}: parsing \"{}\": {}", function, printable(text),
                       code == std::errc::result_out_of_range && rest == end ? "value out of range" : "invalid syntax");
}

} // namespace

std::vector<std::string> endpoints_of(const Context& context)
{
    std::vector<std::string> all;
    for (const std::string& given : context.settings.list("endpoints"))
        for (const std::string_view endpoint : split(given, ','))
            if (!trim(endpoint).empty())
                all.emplace_back(trim(endpoint));
    return all;
}

etcd::v3::Client make_client(const Context& context)
{
    return make_client_for(context, endpoints_of(context));
}

etcd::v3::Client make_client_of(const Context& context, const std::string& endpoint)
{
    return make_client_for(context, {endpoint});
}

Exit exit_of(const etcd::v3::Status& status, Exit otherwise)
{
    return status.message().starts_with("etcdserver: authentication failed") ? Exit::bad_connection : otherwise;
}

std::string current_failure()
{
    try {
        throw;
    } catch (const etcd::v3::Status& status) {
        return printable(status.message());
    } catch (const Error& error) { // etcdctl's own words for it, and why
        return "context deadline exceeded: " + error.message();
    }
}

void expect(const Context& context, std::size_t least, std::size_t most, std::string_view otherwise)
{
    if (context.arguments.size() < least || context.arguments.size() > most)
        throw Failure(Exit::bad_arguments, "{}", otherwise);
}

std::int64_t parse_lease(std::string_view text, std::string_view what)
{
    std::int64_t id = 0;
    if (const std::string wrong = read_number(text, 16, id, "ParseInt"); !wrong.empty())
        throw Failure(Exit::bad_arguments, "{} ({}), expecting ID in Hex", what, wrong);
    return id;
}

std::uint64_t parse_member(std::string_view text)
{
    std::uint64_t id = 0;
    if (const std::string wrong = read_number(text, 16, id, "ParseUint"); !wrong.empty())
        throw Failure(Exit::bad_arguments, "bad member ID arg ({}), expecting ID in Hex", wrong);
    return id;
}

std::int64_t parse_number(std::string_view text, Exit exit, std::string_view before, std::string_view after)
{
    std::int64_t number = 0;
    if (const std::string wrong = read_number(text, 10, number, "ParseInt"); !wrong.empty())
        throw Failure(exit, "{}{}{}", before, wrong, after);
    return number;
}

} // namespace ctl3
} // namespace dfriends::applets::kv
