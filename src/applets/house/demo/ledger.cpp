// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/ledger.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace dfriends::applets::house::demo {

namespace {

constexpr std::array<std::string_view, 8> words_of_kinds{"image", "volume",  "tree",    "machines",
                                                         "user",  "process", "address", "finished"};

std::optional<Ledger::Kind> parse_kind(std::string_view word)
{
    for (std::size_t index = 0; index < words_of_kinds.size(); ++index)
        if (words_of_kinds[index] == word)
            return static_cast<Ledger::Kind>(index);
    return std::nullopt;
}

} // namespace

Ledger::Ledger(os::Path folder) : folder_(std::move(folder)) {}

void Ledger::note(Kind kind, std::string_view name, std::string_view before)
{
    const std::lock_guard lock(mutex_);
    const os::Descriptor file = os::open_file(this->file(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    os::write_all(file.number(),
                  fmt::format("{}\t{}\t{}\n", words_of_kinds[static_cast<std::size_t>(kind)], name, before),
                  this->file());
    if (::fsync(file.number()) != 0)
        throw Error(ErrorKind::unavailable, "cannot write '{}': {}", this->file().string(), describe_errno(errno));
    os::sync_directory(folder_);
}

std::vector<Ledger::Line> Ledger::lines(std::optional<Kind> kind) const
{
    std::vector<Line> found;
    const std::string text = os::find_file(file()).value_or("");
    for (const std::string_view line : dfriends::lines(text)) {
        const auto fields = split(line, '\t');
        const auto read = parse_kind(fields[0]); // a line cut short stands for nothing that was done
        if (fields.size() == 3 && read && (!kind || *read == *kind))
            found.push_back({*read, std::string(fields[1]), std::string(fields[2])});
    }
    return found;
}

bool Ledger::exists() const
{
    std::error_code ignored;
    return std::filesystem::exists(file(), ignored) || std::filesystem::exists(work(), ignored);
}

bool Ledger::is_finished() const
{
    return !lines(Kind::finished).empty();
}

} // namespace dfriends::applets::house::demo
