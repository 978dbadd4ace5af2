// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/read_wire.hpp"
#include "engine/wire.hpp"

#include <fmt/format.h>

namespace dfriends::engine {

namespace {

Json read_configuration(std::string_view text, std::string_view file)
{
    Json object = text.empty() ? Json::object() : parse_json(text, fmt::format("'{}'", file));
    if (!object.is_object())
        throw Error(ErrorKind::invalid, "'{}' holds no object", file);
    return object;
}

RegistryLogin decode_login(const std::string& server, const Json& entry)
{
    RegistryLogin login;
    login.server = server;
    login.user = text_of(entry, "username");
    login.password = text_of(entry, "password");
    login.identity_token = text_of(entry, "identitytoken");
    login.registry_token = text_of(entry, "registrytoken");
    if (const auto pair = decode_base64(text_of(entry, "auth")); pair && !pair->empty()) {
        const auto [user, password] = split_once(*pair, ':');
        login.user = std::string(user);
        login.password = std::string(password.substr(0, password.find('\0')));
    }
    return login;
}

} // namespace

UserConfiguration decode_user_configuration(std::string_view text, std::string_view file)
{
    const Json object = parse_json(text, fmt::format("'{}'", file));
    UserConfiguration configuration;
    configuration.current_context = text_of(object, "currentContext");
    configuration.credentials_store = text_of(object, "credsStore");
    configuration.credential_helpers = map_of(object, "credHelpers");
    const Json& logins = member_of(object, "auths");
    if (logins.is_object())
        for (const auto& [server, entry] : logins.items())
            configuration.logins.emplace(server, decode_login(server, entry));
    return configuration;
}

ContextFile decode_context(std::string_view text, std::string_view file)
{
    const Json object = parse_json(text, fmt::format("'{}'", file));
    const Json& endpoint = member_of(member_of(object, "Endpoints"), "docker");
    return {text_of(object, "Name"), text_of(member_of(object, "Metadata"), "Description"), text_of(endpoint, "Host"),
            flag_of(endpoint, "SkipTLSVerify")};
}

namespace {

void put_context(Json& object, const ContextFile& context)
{
    object["Name"] = context.name;
    if (!object["Metadata"].is_object())
        object["Metadata"] = Json::object();
    if (context.description.empty())
        object["Metadata"].erase("Description");
    else
        object["Metadata"]["Description"] = context.description;
    if (!object["Endpoints"].is_object())
        object["Endpoints"] = Json::object();
    object["Endpoints"]["docker"] = Json{{"Host", context.host}, {"SkipTLSVerify", context.skip_verify}};
}

} // namespace

std::string with_context(std::string_view text, std::string_view file, const ContextFile& context)
{
    Json object = read_configuration(text, file);
    put_context(object, context);
    return dump_json(object);
}

std::string encode_context(const ContextFile& context, const std::vector<std::string>& files,
                           const std::string& meta_folder, const std::string& tls_folder)
{
    Json object = Json::object();
    put_context(object, context);
    object["TLSMaterial"] = files.empty() ? Json::object() : Json{{"docker", files}};
    object["Storage"] = Json{{"MetadataPath", meta_folder}, {"TLSPath", tls_folder}};
    return dump_json(object);
}

namespace {

Json encode_login_object(const RegistryLogin& login)
{
    Json object = Json::object();
    const auto put = [&](const char* name, const std::string& value) {
        if (!value.empty())
            object[name] = value;
    };
    put("username", login.user);
    put("password", login.password);
    put("identitytoken", login.identity_token);
    put("registrytoken", login.registry_token);
    put("serveraddress", login.server);
    return object;
}

} // namespace

std::string encode_login_document(const RegistryLogin& login)
{
    return dump_json(encode_login_object(login));
}

std::string encode_logins_document(const std::map<std::string, RegistryLogin>& logins)
{
    Json object = Json::object();
    for (const auto& [server, login] : logins)
        object[server] = encode_login_object(login);
    return dump_json(object);
}

RegistryLogin decode_helper_login(std::string_view text)
{
    const Json object = parse_json(text, "the credential helper's answer");
    RegistryLogin login;
    login.server = text_of(object, "ServerURL");
    const std::string user = text_of(object, "Username");
    const std::string secret = text_of(object, "Secret");
    if (user == "<token>") {
        login.identity_token = secret;
    } else {
        login.user = user;
        login.password = secret;
    }
    return login;
}

std::vector<std::string> decode_helper_servers(std::string_view text)
{
    std::vector<std::string> servers;
    const Json object = parse_json(text, "the credential helper's list");
    if (object.is_object())
        for (const auto& [server, user] : object.items())
            servers.push_back(server);
    return servers;
}

std::string decode_identity_token(std::string_view text)
{
    return text_of(parse_json(text, "the engine's answer to a login"), "IdentityToken");
}

std::string with_login(std::string_view text, std::string_view file, const std::string& server,
                       const RegistryLogin& login, bool is_kept_elsewhere)
{
    Json object = read_configuration(text, file);
    if (!object["auths"].is_object())
        object["auths"] = Json::object();
    Json entry = Json::object();
    if (!is_kept_elsewhere) {
        entry["auth"] = encode_base64(login.user + ":" + login.password);
        if (!login.identity_token.empty())
            entry["identitytoken"] = login.identity_token;
    }
    object["auths"][server] = std::move(entry);
    return dump_json(object, 2) + "\n";
}

std::string with_current_context(std::string_view text, std::string_view file, const std::string& name)
{
    Json object = read_configuration(text, file);
    if (name == "default")
        object.erase("currentContext");
    else
        object["currentContext"] = name;
    return dump_json(object, 2) + "\n";
}

std::string without_login(std::string_view text, std::string_view file, const std::string& server)
{
    Json object = read_configuration(text, file);
    if (object["auths"].is_object())
        object["auths"].erase(server);
    return dump_json(object, 2) + "\n";
}

std::string encode_helper_login(const RegistryLogin& login)
{
    const bool is_token = !login.identity_token.empty();
    return dump_json(Json{{"ServerURL", login.server},
                          {"Username", is_token ? "<token>" : login.user},
                          {"Secret", is_token ? login.identity_token : login.password}});
}

} // namespace dfriends::engine
