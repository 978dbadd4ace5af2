// SPDX-License-Identifier: Apache-2.0
#include "cluster/specifiers.hpp"

#include "base/text.hpp"
#include "os/file.hpp"
#include "os/user.hpp"

#include <sys/utsname.h>

namespace dfriends::cluster {

namespace {

std::string first_line_of(const char* path)
{
    const auto text = os::find_file(path, 4096);
    return text ? std::string(trim(*text)) : std::string();
}

/// systemd's word for what uname(2) says.
std::string architecture_word(std::string_view machine)
{
    if (machine == "x86_64")
        return "x86-64";
    if (machine == "aarch64")
        return "arm64";
    if (machine.size() == 4 && machine[0] == 'i' && machine.ends_with("86"))
        return "x86";
    return std::string(machine);
}

/// A folder's path that an instance (or else the prefix) spells: %f.
std::string path_of(const UnitName& unit)
{
    const std::string& escaped = unit.is_instance() ? unit.instance : unit.prefix;
    const std::string path = unescape_unit_name(escaped);
    return path.starts_with('/') ? path : "/" + path;
}

} // namespace

Machine host_machine()
{
    Machine machine;
    machine.id = first_line_of("/etc/machine-id");
    machine.boot_id = replace_all(first_line_of("/proc/sys/kernel/random/boot_id"), "-", "");
    machine.host_name = os::host_name();
    utsname names{};
    if (::uname(&names) == 0) {
        machine.kernel = names.release;
        machine.architecture = architecture_word(names.machine);
    }
    return machine;
}

std::string Specifiers::expand(std::string_view text, const std::function<void(std::size_t, char)>& on_unknown) const
{
    std::string expanded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%' || i + 1 == text.size()) {
            expanded += text[i];
        } else if (append(expanded, text[i + 1])) {
            ++i;
        } else {
            if (on_unknown)
                on_unknown(i, text[i + 1]);
            expanded += '%';
        }
    }
    return expanded;
}

bool Specifiers::append(std::string& to, char which) const
{
    switch (which) {
    case '%':
        to += '%';
        return true;
    case 'n':
        to += unit_.full;
        return true;
    case 'N':
        to += unit_.name;
        return true;
    case 'p':
        to += unit_.prefix;
        return true;
    case 'P':
        to += unescape_unit_name(unit_.prefix);
        return true;
    case 'i':
        to += unit_.instance;
        return true;
    case 'I':
        to += unescape_unit_name(unit_.instance);
        return true;
    case 'j':
        to += unit_.last_dash_part();
        return true;
    case 'f':
        to += path_of(unit_);
        return true;
    case 'm':
        to += machine_.id;
        return true;
    case 'b':
        to += machine_.boot_id;
        return true;
    case 'H':
        to += machine_.host_name;
        return true;
    case 'l':
        to += split_once(machine_.host_name, '.').first;
        return true;
    case 'v':
        to += machine_.kernel;
        return true;
    case 'a':
        to += machine_.architecture;
        return true;
    case 't':
        to += "/run";
        return true;
    default:
        return append_user(to, which);
    }
}

bool Specifiers::append_user(std::string& to, char which) const
{
    if (std::string_view("uUhs").find(which) == std::string_view::npos)
        return false;
    const auto mapped = machine_.users.find(user_);
    const auto user = os::find_user(mapped == machine_.users.end() ? user_ : mapped->second);
    if (which == 'u')
        to += user_;
    else if (!user)
        return false; // nobody of that name: what would it be replaced by
    else if (which == 'U')
        to += std::to_string(user->id);
    else
        to += which == 'h' ? user->home.string() : user->shell;
    return true;
}

std::string expand_name_specifiers(std::string_view text, const UnitName& unit)
{
    std::string expanded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char which = text[i] == '%' && i + 1 < text.size() ? text[i + 1] : '\0';
        const std::string* const value = which == 'n'   ? &unit.full
                                         : which == 'N' ? &unit.name
                                         : which == 'p' ? &unit.prefix
                                         : which == 'i' ? &unit.instance
                                                        : nullptr;
        if (value == nullptr) {
            expanded += text[i];
        } else {
            expanded += *value;
            ++i;
        }
    }
    return expanded;
}

} // namespace dfriends::cluster
