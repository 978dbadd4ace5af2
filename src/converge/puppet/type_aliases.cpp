// SPDX-License-Identifier: Apache-2.0
// Types by another name: those of the manifest and of its modules, and those that stdlib has.
#include "base/suggest.hpp"
#include "converge/puppet/evaluator.hpp"
#include "converge/puppet/parser.hpp"
#include "converge/puppet/types.hpp"
#include "converge/puppet/words.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge::puppet {

namespace {

/// What stdlib's aliases are, in Puppet's words. Those of addresses are data types of their own (types.cpp).
constexpr std::string_view stdlib_types = R"puppet(
type Stdlib::Absolutepath = Variant[Stdlib::Windowspath, Stdlib::Unixpath]
type Stdlib::Base32 = Pattern[/\A[a-z2-7]+={,6}\z/, /\A[A-Z2-7]+={,6}\z/]
type Stdlib::Base64 = Pattern[/\A[a-zA-Z0-9\/+]+={,2}\z/]
type Stdlib::CreateResources = Hash[String[1], Hash[String[1], Any]]
type Stdlib::Datasize = Pattern[/^\d+(?i:[kmgt]b?|b)$/]
type Stdlib::Dns::Zone = Pattern[/\A((([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])\.)+|\.)\z/]
type Stdlib::Email = Pattern[/\A[a-zA-Z0-9.!#$%&'*+\/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?\z/]
type Stdlib::Ensure::File = Enum['present', 'file', 'directory', 'link', 'absent']
type Stdlib::Ensure::File::Directory = Enum['directory', 'absent']
type Stdlib::Ensure::File::File = Enum['file', 'absent']
type Stdlib::Ensure::File::Link = Enum['link', 'absent']
type Stdlib::Ensure::Package = Variant[Enum['present', 'absent', 'purged', 'disabled', 'installed', 'latest'], String[1]]
type Stdlib::Ensure::Service = Enum['stopped', 'running']
type Stdlib::Filemode = Pattern[/\A([0-7]{1,4}|([ugoa]*([-+=]([rwxXst]*|[ugo]))+|[-+=][0-7]+)(,([ugoa]*([-+=]([rwxXst]*|[ugo]))+|[-+=][0-7]+))*)\z/]
type Stdlib::Filesource = Variant[Stdlib::Absolutepath, Stdlib::HTTPUrl, Pattern[/\Afile:\/\/\/[^\n]+\z/, /\Apuppet:\/\/[^\n]+\z/]]
type Stdlib::Fqdn = Pattern[/\A(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])\z/]
type Stdlib::Host = Variant[Stdlib::Fqdn, Stdlib::IP::Address]
type Stdlib::Http::Method = Enum['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']
type Stdlib::Http::Status = Integer[100, 599]
type Stdlib::HttpStatus = Stdlib::Http::Status
type Stdlib::HTTPSUrl = Pattern[/(?i:\Ahttps:\/\/.*\z)/]
type Stdlib::HTTPUrl = Pattern[/(?i:\Ahttps?:\/\/.*\z)/]
type Stdlib::MAC = Pattern[/\A([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\z/, /\A([0-9A-Fa-f]{2}[:-]){19}[0-9A-Fa-f]{2}\z/]
type Stdlib::ObjectStore = Variant[Stdlib::ObjectStore::GSUri, Stdlib::ObjectStore::S3Uri]
type Stdlib::ObjectStore::GSUri = Pattern[/\Ags:\/\/.*\z/]
type Stdlib::ObjectStore::S3Uri = Pattern[/\As3:\/\/.*\z/]
type Stdlib::Port = Integer[0, 65535]
type Stdlib::Port::Dynamic = Integer[49152, 65535]
type Stdlib::Port::Ephemeral = Integer[49152, 65535]
type Stdlib::Port::Privileged = Integer[1, 1023]
type Stdlib::Port::Registered = Integer[1024, 49151]
type Stdlib::Port::Unprivileged = Integer[1024, 65535]
type Stdlib::Port::User = Integer[1024, 49151]
type Stdlib::Syslogfacility = Enum['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron',
  'authpriv', 'ftp', 'ntp', 'security', 'console', 'solaris-cron', 'local0', 'local1', 'local2', 'local3', 'local4',
  'local5', 'local6', 'local7']
type Stdlib::Unixpath = Pattern[/\A\/([^\n\/]+\/*)*\z/]
type Stdlib::Windowspath = Pattern[/\A([a-zA-Z]:[\\\/]|[\\\/][\\\/][^\\\/]+[\\\/][^\\\/]+).*\z/]
type Stdlib::Yes_no = Pattern[/\A(?i:(yes|no))\z/]
)puppet";

struct Definitions {
    Source source;
    Node program;
};

const Definitions& stdlib_definitions()
{
    static const Definitions all = [] {
        Source source(stdlib_types, "stdlib");
        Node program = parse(source);
        return Definitions{std::move(source), std::move(program)};
    }();
    return all;
}

} // namespace

/// A type as it is named: by an alias, what that stands for.
Datum Evaluator::named_type(const std::string& name, std::size_t offset)
{
    if (is_data_type(name) || find_type_row(name) != nullptr || defines_.contains(name))
        return TypeName{name};
    if (const auto known = resolved_.find(name); known != resolved_.end())
        return known->second;
    auto alias = aliases_.find(name);
    if (alias == aliases_.end() && name.starts_with("stdlib::")) {
        const Definitions& stdlib = stdlib_definitions();
        const auto node = std::ranges::find(stdlib.program.children, name, &Node::text);
        if (node != stdlib.program.children.end()) {
            homes_[&*node] = &stdlib.source;
            alias = aliases_.emplace(name, &*node).first;
        }
    }
    if (alias == aliases_.end() && load_type(name, offset))
        alias = aliases_.find(name);
    return alias == aliases_.end() ? TypeName{name} : resolve(*alias->second);
}

TypeName Evaluator::resolve(const Node& alias)
{
    const Visit there(*this, homes_.at(&alias));
    if (!open_classes_.insert("type " + alias.text).second)
        throw error(alias.offset, "a type that names itself is outside the supported part of Puppet",
                    "name the types inside of it, or Data");
    const Datum meant = eval(alias.children[0], top_);
    open_classes_.erase("type " + alias.text);
    const auto* type = meant.as<TypeName>();
    if (type == nullptr)
        throw error(alias.children[0].offset, std::string(kind_of(meant)) + " is no type of data");
    TypeName named{type->name, type->arguments, alias.text};
    resolved_[alias.text] = named;
    return named;
}

/// The type that a parameter has; nothing where it says none.
std::optional<TypeName> Evaluator::type_of(const Node& parameter, const ScopePointer& scope)
{
    if (parameter.type.empty())
        return std::nullopt;
    const Node& written = parameter.type[0];
    const Datum meant = eval(written, scope);
    const auto* type = meant.as<TypeName>();
    if (type == nullptr || is_data_type(type->name) || find_type_row(type->name) != nullptr ||
        defines_.contains(type->name))
        return type == nullptr ? std::nullopt : std::optional(*type);
    std::vector<std::string> known;
    for (const auto& [name, node] : aliases_)
        known.push_back(inspect(TypeName{name}));
    const std::string hint = did_you_mean(inspect(meant), known);
    throw error(written.offset, "there is no type " + inspect(meant),
                hint.empty() ? "an alias stands in this file, or in types/ of a module: type " + inspect(meant) + " = …"
                             : hint);
}

void Evaluator::check_type(const Node& parameter, const Datum& value, const SourcePosition& place,
                           const ScopePointer& scope)
{
    const auto type = type_of(parameter, scope);
    if (!type)
        return;
    for (const Datum& item : parameter.integer == 1 ? to_items(value) : std::vector{value}) {
        spend(type_cost(item, *type), parameter.offset);
        if (!at(parameter.type[0].offset, [&] { return is_instance(item, *type); }).value_or(true))
            throw Error(ErrorKind::invalid, place, "the parameter '{}' is {}, not {}", parameter.text, inspect(*type),
                        misfit(item, *type));
    }
}

} // namespace dfriends::converge::puppet
