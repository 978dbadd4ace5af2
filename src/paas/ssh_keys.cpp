// SPDX-License-Identifier: Apache-2.0
#include "paas/ssh_keys.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace dfriends::paas {

namespace {

constexpr std::array<std::string_view, 8> key_types{"ssh-ed25519",
                                                    "ssh-rsa",
                                                    "ssh-dss",
                                                    "ecdsa-sha2-nistp256",
                                                    "ecdsa-sha2-nistp384",
                                                    "ecdsa-sha2-nistp521",
                                                    "sk-ssh-ed25519@openssh.com",
                                                    "sk-ecdsa-sha2-nistp256@openssh.com"};

/// The text behind `mark` up to a quote or blank; empty where there is none.
std::string value_after(std::string_view line, std::string_view mark)
{
    const auto begin = line.find(mark);
    if (begin == line.npos)
        return {};
    const std::string_view rest = line.substr(begin + mark.size());
    return std::string(rest.substr(0, rest.find_first_of("\\\" ")));
}

/// A key's first field says its type once more (RFC 4253 section 6.6).
bool holds_type(std::string_view bytes, std::string_view type)
{
    return bytes.size() > 4 + type.size() && static_cast<unsigned char>(bytes[3]) == type.size() && bytes[0] == 0 &&
           bytes[1] == 0 && bytes[2] == 0 && bytes.substr(4, type.size()) == type;
}

/// sshd refuses files that others can write: what root makes belongs to whom the folder belongs to.
void give_to_owner_of_folder(const os::Path& file)
{
    struct stat folder{};
    if (::geteuid() == 0 && ::stat(file.parent_path().c_str(), &folder) == 0)
        (void)!::lchown(file.c_str(), folder.st_uid, folder.st_gid);
}

} // namespace

PublicKey parse_public_key(std::string_view text)
{
    std::vector<std::string_view> given;
    for (const std::string_view line : lines(text))
        if (!trim(line).empty())
            given.push_back(trim(line));
    if (given.size() > 1)
        throw Error(ErrorKind::invalid, "Too many keys provided, set one per invocation");
    const auto fields = given.empty() ? std::vector<std::string_view>() : words(given.front());
    if (fields.size() < 2 || std::ranges::find(key_types, fields[0]) == key_types.end())
        throw Error(ErrorKind::invalid, "Invalid ssh public key")
            .hint("give one line of a file such as ~/.ssh/id_ed25519.pub, without options before it");
    const auto bytes = decode_base64(fields[1]);
    if (!bytes || !holds_type(*bytes, fields[0]))
        throw Error(ErrorKind::invalid, "Invalid ssh public key").hint("its body is damaged: copy the whole line");
    PublicKey key{std::string(fields[0]), std::string(fields[1]), {}, {}};
    for (std::size_t index = 2; index < fields.size(); ++index)
        key.comment += (key.comment.empty() ? "" : " ") + printable(fields[index]);
    std::string digest = encode_base64(crypto::hash(crypto::Algorithm::sha256, *bytes));
    while (digest.ends_with('='))
        digest.pop_back();
    key.fingerprint = "SHA256:" + digest;
    return key;
}

void check_key_name(std::string_view name)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-' || c == '@';
    };
    if (name.empty() || name.size() > 64 || !std::ranges::all_of(name, fits))
        throw Error(ErrorKind::invalid, "'{}' is no name for a key", printable(name))
            .hint("letters, digits and . _ - @ may be in it");
}

std::vector<AllowedKey> AuthorizedKeys::list() const
{
    std::vector<AllowedKey> keys;
    const std::string text = os::find_file(file_, 4U << 20U).value_or("");
    for (const std::string_view line : lines(text)) {
        AllowedKey key{.line = std::string(line)};
        key.name = value_after(line, "NAME=\\\"");
        if (key.name.empty())
            key.name = value_after(line, "NAME="); // as sshcommand wrote it in 2014
        key.fingerprint = value_after(line, "FINGERPRINT=");
        if (!key.name.empty())
            keys.push_back(std::move(key));
    }
    return keys;
}

void AuthorizedKeys::add(const std::string& name, const PublicKey& key, const std::string& command) const
{
    check_key_name(name);
    const os::FileLock lock = hold();
    for (const AllowedKey& other : list()) {
        if (other.name == name)
            throw Error(ErrorKind::conflict, "Duplicate ssh key name");
        if (other.fingerprint == key.fingerprint)
            throw Error(ErrorKind::conflict, "Duplicate ssh public key specified");
    }
    std::string text = os::find_file(file_, 4U << 20U).value_or("");
    if (!text.empty() && !text.ends_with('\n'))
        text += '\n';
    text +=
        fmt::format("command=\"FINGERPRINT={} NAME=\\\"{}\\\" {}\",no-agent-forwarding,no-user-rc,no-X11-forwarding,"
                    "no-port-forwarding {} {}{}{}\n",
                    key.fingerprint, name, command, key.type, key.body, key.comment.empty() ? "" : " ", key.comment);
    write(text);
}

bool AuthorizedKeys::remove(const std::string& name) const
{
    const os::FileLock lock = hold();
    const std::string text = os::find_file(file_, 4U << 20U).value_or("");
    const auto keys = list();
    std::string kept;
    bool found = false;
    for (const std::string_view line : lines(text)) {
        const auto is_this = [&](const AllowedKey& key) { return key.line == line && key.name == name; };
        if (std::ranges::any_of(keys, is_this))
            found = true;
        else
            kept += std::string(line) + "\n";
    }
    if (found)
        write(kept);
    return found;
}

/// One change at a time: each writes the whole file.
os::FileLock AuthorizedKeys::hold() const
{
    const os::Path file = file_.string() + ".lock";
    if (std::filesystem::is_symlink(std::filesystem::symlink_status(file)))
        throw Error(ErrorKind::denied, "'{}' is a link to elsewhere", file.string()).hint("remove it");
    for (int attempts = 0; attempts < 100; ++attempts) {
        if (auto lock = os::FileLock::try_lock(file)) {
            give_to_owner_of_folder(file); // root may be the first to make it
            return std::move(*lock);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    throw Error(ErrorKind::conflict, "another process changes '{}'", file_.string());
}

void AuthorizedKeys::write(const std::string& text) const
{
    os::write_file(file_, text, 0600);
    give_to_owner_of_folder(file_);
}

} // namespace dfriends::paas
