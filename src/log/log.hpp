// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spdlog {
class logger;
}

namespace dfriends::log {

enum class Level { debug, info, warning, error, off };
enum class Format { text, json };

/// One named value beside the sentence: {"app", name}.
struct Field {
    std::string_view name;
    std::string value;
};

/// Writes lines to stderr (or the journal's stream), as text or as one JSON object a line. Thread-safe.
/// Library rooms never log above debug; commands and services get a Logger& and do.
class Logger {
  public:
    Logger(Level level, Format format);
    ~Logger();
    Logger(const Logger&) = delete;
    Logger& operator=(const Logger&) = delete;

    bool enabled(Level level) const { return level >= level_; }
    void write(Level level, std::string_view sentence, std::initializer_list<Field> fields = {});
    /// Sentences without fields, a line each, with one system call.
    void write_lines(Level level, const std::vector<std::string>& sentences);

    void debug(std::string_view sentence, std::initializer_list<Field> fields = {})
    {
        write(Level::debug, sentence, fields);
    }
    void info(std::string_view sentence, std::initializer_list<Field> fields = {})
    {
        write(Level::info, sentence, fields);
    }
    void warning(std::string_view sentence, std::initializer_list<Field> fields = {})
    {
        write(Level::warning, sentence, fields);
    }
    void error(std::string_view sentence, std::initializer_list<Field> fields = {})
    {
        write(Level::error, sentence, fields);
    }

  private:
    std::string render(Level level, std::string_view sentence, std::initializer_list<Field> fields) const;

    Level level_;
    Format format_;
    std::shared_ptr<spdlog::logger> sink_;
};

} // namespace dfriends::log
