// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"
#include "os/file.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace dfriends::cluster {

/// One line that a unit's process wrote, or that its supervisor says of it.
struct JournalEntry {
    TimePoint time;
    pid_t process = 0;
    std::string identifier; ///< "docker", or the name that SyslogIdentifier= gives
    std::string text;
};

/// "MICROSECONDS PID IDENTIFIER TEXT", as the file has it, without a line end.
std::string encode_journal_entry(const JournalEntry& entry);
/// Nothing where the line is none.
std::optional<JournalEntry> decode_journal_entry(std::string_view line);

/// "Nov 24 16:00:01 core-01 docker[123]: text", in local time, as journalctl's short form.
std::string render_journal_entry(const JournalEntry& entry, std::string_view host_name);

/// Appends to a unit's journal. The file is begun anew above `limit` bytes; the one before is kept as FILE.1. What a
/// full disk does not take is lost: a unit never waits for its journal.
class JournalWriter {
  public:
    explicit JournalWriter(os::Path file, std::uint64_t limit = 8U << 20U);
    void append(const JournalEntry& entry);

  private:
    void open();
    os::Path file_;
    std::uint64_t limit_;
    std::uint64_t size_ = 0;
    os::Descriptor descriptor_;
};

/// Reads a journal's lines, also while it grows and is begun anew.
class JournalReader {
  public:
    explicit JournalReader(os::Path file) : file_(std::move(file)) {}

    /// The last entries, oldest first; read_new() goes on behind them.
    std::vector<JournalEntry> read_last(std::size_t count);
    /// What has come since; nothing where the unit has no journal yet.
    std::vector<JournalEntry> read_new();

  private:
    bool open();
    void take_lines(std::vector<JournalEntry>& to);
    os::Path file_;
    os::Descriptor descriptor_;
    ino_t inode_ = 0;
    std::string rest_;
};

} // namespace dfriends::cluster
