// SPDX-License-Identifier: Apache-2.0
#include "cluster/supervisor/journal.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::cluster {

using namespace std::chrono;

std::string encode_journal_entry(const JournalEntry& entry)
{
    return fmt::format("{} {} {} {}", duration_cast<microseconds>(entry.time.time_since_epoch()).count(), entry.process,
                       entry.identifier.empty() ? "-" : replace_all(entry.identifier, " ", "_"), entry.text);
}

std::optional<JournalEntry> decode_journal_entry(std::string_view line)
{
    const auto [time, after_time] = split_once(line, ' ');
    const auto [process, after_process] = split_once(after_time, ' ');
    const auto [identifier, text] = split_once(after_process, ' ');
    const auto when = parse_signed(time);
    const auto id = parse_signed(process);
    if (!when || !id || identifier.empty())
        return std::nullopt;
    return JournalEntry{TimePoint(microseconds(*when)), static_cast<pid_t>(*id), std::string(identifier),
                        std::string(text)};
}

std::string render_journal_entry(const JournalEntry& entry, std::string_view host_name)
{
    return fmt::format("{} {} {}[{}]: {}", render_local(entry.time, "%b %d %H:%M:%S"), host_name, entry.identifier,
                       entry.process, entry.text);
}

JournalWriter::JournalWriter(os::Path file, std::uint64_t limit) : file_(std::move(file)), limit_(limit)
{
    open();
}

void JournalWriter::open()
{
    descriptor_ = os::open_file(file_, O_WRONLY | O_CREAT | O_APPEND, 0640);
    struct stat status{};
    size_ = ::fstat(descriptor_.number(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void JournalWriter::append(const JournalEntry& entry)
{
    const std::string line = encode_journal_entry(entry) + "\n";
    if (size_ + line.size() > limit_) {
        std::error_code failure;
        std::filesystem::rename(file_, file_.string() + ".1", failure);
        if (!failure)
            open();
    }
    const ssize_t written = ::write(descriptor_.number(), line.data(), line.size());
    size_ += written > 0 ? static_cast<std::uint64_t>(written) : 0;
}

bool JournalReader::open()
{
    const int number = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
    if (number < 0)
        return false;
    descriptor_ = os::Descriptor(number);
    struct stat status{};
    inode_ = ::fstat(number, &status) == 0 ? status.st_ino : 0;
    return true;
}

void JournalReader::take_lines(std::vector<JournalEntry>& to)
{
    std::array<char, 65536> piece;
    for (;;) {
        const ssize_t count = ::read(descriptor_.number(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return;
        rest_.append(piece.data(), static_cast<std::size_t>(count));
        std::size_t begin = 0;
        for (std::size_t end = 0; (end = rest_.find('\n', begin)) != rest_.npos; begin = end + 1)
            if (auto entry = decode_journal_entry(std::string_view(rest_).substr(begin, end - begin)))
                to.push_back(std::move(*entry));
        rest_.erase(0, begin);
    }
}

std::vector<JournalEntry> JournalReader::read_last(std::size_t count)
{
    std::vector<JournalEntry> entries;
    JournalReader before(file_.string() + ".1");
    if (before.open())
        before.take_lines(entries);
    if (open())
        take_lines(entries);
    if (entries.size() > count)
        entries.erase(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(count));
    return entries;
}

std::vector<JournalEntry> JournalReader::read_new()
{
    std::vector<JournalEntry> entries;
    if (!descriptor_ && !open())
        return entries;
    take_lines(entries);
    struct stat status{};
    if (::stat(file_.c_str(), &status) == 0 && status.st_ino != inode_ && open()) { // begun anew
        rest_.clear();
        take_lines(entries);
    }
    return entries;
}

} // namespace dfriends::cluster
