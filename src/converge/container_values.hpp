// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dfriends::converge {

// Values of docker run's flags that may be written in several ways, in the one way in which equal ones are equal texts.

/// "TERM", "sigterm" and "15" are "SIGTERM".
std::string plain_signal(const std::string& text);
/// An address, or a range of them as ADDRESS/BITS, as RFC 5952 has it; what is no address stays.
std::string plain_address(const std::string& text);
/// "NAME:ADDRESS", a line of /etc/hosts.
std::string plain_host_line(const std::string& text);
/// "SOURCE:/path/:rw" is "SOURCE:/path"; further options in one order.
std::string plain_volume(const std::string& text);
/// "/tmp:size=64m,rw" and "/tmp/:rw,size=65536k" alike.
std::string plain_tmpfs(const std::string& text);
/// "no-new-privileges:true" is "no-new-privileges"; "seccomp:unconfined" is "seccomp=unconfined".
std::string plain_security_option(const std::string& text);
/// "0-2", "0,1,2" and "2,0-1" are "0-2".
std::string plain_cpu_set(const std::string& text);

} // namespace dfriends::converge
