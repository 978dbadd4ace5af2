// SPDX-License-Identifier: Apache-2.0
#include "debian/signature.hpp"

#include "base/text.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <filesystem>

namespace dfriends::debian {

std::vector<os::Path> apt_keyrings()
{
    constexpr std::size_t most = 100;
    std::vector<os::Path> keyrings;
    for (const auto* folder : {"/usr/share/keyrings", "/etc/apt/keyrings", "/etc/apt/trusted.gpg.d"}) {
        std::error_code missing;
        for (const auto& entry : std::filesystem::directory_iterator(folder, missing))
            if (entry.path().extension() == ".gpg" && keyrings.size() < most)
                keyrings.push_back(entry.path());
    }
    std::ranges::sort(keyrings);
    return keyrings;
}

Signature::Kind read_gpgv_status(std::string_view status)
{
    bool is_bad = false;
    for (const auto line : split(status, '\n')) {
        const auto words = split(trim(line), ' ');
        if (words.size() < 2 || words[0] != "[GNUPG:]")
            continue;
        if (words[1] == "GOODSIG")
            return Signature::Kind::good;
        is_bad = is_bad || words[1] == "BADSIG" || words[1] == "EXPKEYSIG" || words[1] == "REVKEYSIG" ||
                 words[1] == "EXPSIG";
    }
    return is_bad ? Signature::Kind::bad : Signature::Kind::unknown;
}

Signature check_signature(const std::string& text, const std::string& detached, const std::vector<os::Path>& keyrings)
{
    const auto gpgv = os::find_program("gpgv");
    if (!gpgv || keyrings.empty())
        return {};
    const os::TemporaryDirectory folder;
    os::write_file(folder.path() / "Release", text, 0600);
    os::Command command;
    command.words = {gpgv->string(), "--status-fd", "1"};
    for (const auto& keyring : keyrings)
        command.words.insert(command.words.end(), {"--keyring", keyring.string()});
    if (!detached.empty()) {
        os::write_file(folder.path() / "Release.gpg", detached, 0600);
        command.words.push_back(folder.path() / "Release.gpg");
    }
    command.words.push_back(folder.path() / "Release");
    command.environment = {{"LC_ALL", "C"}, {"GNUPGHOME", folder.path()}};
    command.timeout = std::chrono::seconds(60);
    const os::Outcome outcome = os::run(command);
    return {read_gpgv_status(outcome.output), printable(trim(outcome.error).substr(0, 500))};
}

} // namespace dfriends::debian
