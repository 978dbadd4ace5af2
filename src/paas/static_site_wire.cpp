// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "json/json.hpp"
#include "paas/static_site.hpp"

#include <algorithm>
#include <array>

namespace dfriends::paas {

namespace {

/// Members in the order of the file, which decides between routes.
using Ordered = nlohmann::ordered_json;

[[noreturn]] void refuse(std::string_view key, std::string_view why)
{
    throw Error(ErrorKind::invalid, "static.json: '{}' {}", printable(key), why);
}

/// What would end a line must not reach the head of an answer.
std::string line_of(const Ordered& value, std::string_view key)
{
    if (!value.is_string())
        refuse(key, "is not a text");
    const auto& text = value.get_ref<const std::string&>();
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        refuse(key, "has control characters");
    return text;
}

bool flag_of(const Ordered& object, const char* key)
{
    const auto found = object.find(key);
    if (found != object.end() && !found->is_boolean())
        refuse(key, "is neither true nor false");
    return found != object.end() && found->get<bool>();
}

/// A path below a folder, without slashes at its ends.
std::string path_of(const Ordered& value, std::string_view key)
{
    const std::string text = line_of(value, key);
    std::string path;
    for (const std::string_view part : split(text, '/')) {
        if (part == "..")
            refuse(key, "leads out of the app");
        if (!part.empty() && part != ".")
            path.append(path.empty() ? "" : "/").append(part);
    }
    return path.empty() ? "." : path;
}

std::string find_path(const Ordered& object, const char* key)
{
    const auto found = object.find(key);
    return found == object.end() ? std::string() : path_of(*found, key);
}

/// The table of that name; empty where it is not there.
const Ordered& table_of(const Ordered& object, const char* key)
{
    static const Ordered none = Ordered::object(); // items() needs one that lives on
    const auto found = object.find(key);
    if (found == object.end())
        return none;
    if (!found->is_object())
        refuse(key, "is not a table");
    return *found;
}

StaticSiteOptions::Redirect redirect_of(const Ordered& value, std::string_view from)
{
    constexpr std::array<int, 5> known{301, 302, 303, 307, 308};
    if (!value.is_object() || !value.contains("url"))
        refuse(from, "has no 'url' to lead to");
    StaticSiteOptions::Redirect redirect{.url = line_of(value["url"], from)};
    if (const auto status = value.find("status"); status != value.end()) {
        if (!status->is_number_integer() || std::ranges::find(known, status->get<std::int64_t>()) == known.end())
            refuse(from, "has a status that is none of a redirect");
        redirect.status = status->get<int>();
    }
    return redirect;
}

http::Headers headers_of(const Ordered& value, std::string_view pattern)
{
    if (!value.is_object())
        refuse(pattern, "is not a table of headers");
    http::Headers headers;
    for (const auto& [name, text] : value.items()) {
        const bool is_token = !name.empty() && std::ranges::all_of(name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        });
        const auto is_name = [&name](std::string_view other) { return equal_ignoring_case(name, other); };
        if (!is_token)
            refuse(name, "is no name of a header");
        if (is_name("Content-Length") || is_name("Transfer-Encoding") || is_name("Connection"))
            refuse(name, "is a header of the connection, which is not the site's to set");
        headers.set(name, line_of(text, name));
    }
    return headers;
}

} // namespace

StaticSiteOptions parse_static_json(std::string_view text)
{
    parse_json(text, "static.json"); // for its limits and its words
    const Ordered json = Ordered::parse(text);
    if (!json.is_object())
        throw Error(ErrorKind::invalid, "static.json is not a table");
    for (const char* key : {"basic_auth", "basic_auth_list", "proxies"})
        if (json.contains(key))
            refuse(key, "is not served here: without it the site would not be what it was meant to be");
    StaticSiteOptions options;
    options.root = find_path(json, "root");
    options.error_page = find_path(json, "error_page");
    options.clean_urls = flag_of(json, "clean_urls");
    options.https_only = flag_of(json, "https_only");
    for (const auto& [pattern, file] : table_of(json, "routes").items())
        options.routes.emplace_back(pattern, path_of(file, pattern));
    for (const auto& [from, to] : table_of(json, "redirects").items())
        options.redirects.emplace(from, redirect_of(to, from));
    for (const auto& [pattern, headers] : table_of(json, "headers").items())
        options.headers.emplace_back(pattern, headers_of(headers, pattern));
    return options;
}

} // namespace dfriends::paas
