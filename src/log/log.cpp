// SPDX-License-Identifier: Apache-2.0
#include "log/log.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace dfriends::log {

namespace {

constexpr std::string_view names[] = {"debug", "info", "warning", "error"};

std::string json_text(std::string_view text)
{
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            quoted.append({'\\', c});
        else if (byte < 0x20)
            quoted += fmt::format("\\u{:04x}", byte);
        else
            quoted += c;
    }
    return quoted + '"';
}

std::string render_json(std::string_view level, std::string_view sentence, std::initializer_list<Field> fields)
{
    std::string line = fmt::format(R"({{"time":"{}","level":"{}","message":{})", render_rfc3339(system_now(), 3), level,
                                   json_text(sentence));
    for (const Field& field : fields)
        line += fmt::format(",{}:{}", json_text(field.name), json_text(field.value));
    return line + "}";
}

std::string render_text(std::string_view level, std::string_view sentence, std::initializer_list<Field> fields)
{
    std::string line = level == "info" ? printable(sentence) : fmt::format("{}: {}", level, printable(sentence));
    for (const Field& field : fields)
        line += fmt::format(" {}={}", field.name, printable(field.value));
    return line;
}

} // namespace

Logger::Logger(Level level, Format format) : level_(level), format_(format)
{
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_pattern("%v");
    sink_ = std::make_shared<spdlog::logger>("dfriends", std::move(sink));
}

Logger::~Logger() = default;

std::string Logger::render(Level level, std::string_view sentence, std::initializer_list<Field> fields) const
{
    const std::string_view word = names[static_cast<std::size_t>(level)];
    return format_ == Format::json ? render_json(word, sentence, fields) : render_text(word, sentence, fields);
}

void Logger::write(Level level, std::string_view sentence, std::initializer_list<Field> fields)
{
    if (!enabled(level) || level == Level::off)
        return;
    sink_->info(render(level, sentence, fields));
    sink_->flush();
}

void Logger::write_lines(Level level, const std::vector<std::string>& sentences)
{
    if (!enabled(level) || level == Level::off || sentences.empty())
        return;
    std::string text;
    for (const auto& sentence : sentences) {
        if (!text.empty())
            text += '\n';
        text += render(level, sentence, {});
    }
    sink_->info(text);
    sink_->flush();
}

} // namespace dfriends::log
