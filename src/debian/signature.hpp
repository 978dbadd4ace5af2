// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <string>
#include <vector>

namespace dfriends::debian {

/// What gpgv says of a Release file.
struct Signature {
    enum class Kind {
        unchecked, ///< gpgv or a keyring is missing here
        good,      ///< by a key of the keyrings, and valid
        unknown,   ///< not signed, or only by keys that the keyrings do not have
        bad,       ///< by a key of the keyrings, but not for this text, or the key has expired or was revoked
    };
    Kind kind = Kind::unchecked;
    std::string detail; ///< gpgv's words
};

/// The keyrings that apt trusts on this host: *.gpg in /usr/share/keyrings, /etc/apt/keyrings and
/// /etc/apt/trusted.gpg.d.
std::vector<os::Path> apt_keyrings();

/// Checks a clear-signed text, or with `detached` (the content of Release.gpg) a plain one. Blocks while gpgv runs.
Signature check_signature(const std::string& text, const std::string& detached, const std::vector<os::Path>& keyrings);

/// Reads the lines of gpgv's --status-fd (doc/DETAILS of GnuPG). One good signature is enough, as it is for apt.
Signature::Kind read_gpgv_status(std::string_view status);

} // namespace dfriends::debian
