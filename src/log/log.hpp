// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

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
    Level level_;
    Format format_;
    std::shared_ptr<spdlog::logger> sink_;
};

} // namespace dfriends::log
