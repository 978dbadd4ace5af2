// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::paas {

/// An SSH public key, as a line of id_rsa.pub has it.
struct PublicKey {
    std::string type; ///< "ssh-ed25519"
    std::string body; ///< base64
    std::string comment;
    std::string fingerprint; ///< "SHA256:…", as ssh-keygen -l prints it
};

/// Throws Error(invalid) with sshcommand's words for what is no single key without options.
PublicKey parse_public_key(std::string_view text);

/// A key that may enter, under the name that it was added by.
struct AllowedKey {
    std::string name;
    std::string fingerprint;
    std::string line; ///< as it stands in the file
};

/// A user's authorized_keys, whose every key may run one command only.
class AuthorizedKeys {
  public:
    explicit AuthorizedKeys(os::Path file) : file_(std::move(file)) {}

    std::vector<AllowedKey> list() const;
    /// `command` is what sshd runs instead of whatever the client asks for; it is written into a shell's line, so that
    /// it must hold no quotes. Throws Error(conflict) where the name or the key is there already.
    void add(const std::string& name, const PublicKey& key, const std::string& command) const;
    /// False where there was none of that name.
    bool remove(const std::string& name) const;

  private:
    os::FileLock hold() const;
    void write(const std::string& text) const;
    os::Path file_;
};

/// Throws Error(invalid) for a key's name that would not be safe in authorized_keys.
void check_key_name(std::string_view name);

} // namespace dfriends::paas
