// SPDX-License-Identifier: Apache-2.0
#include "service/access_log.hpp"

#include "net/loop.hpp"

namespace dfriends::service {

namespace {

constexpr std::chrono::milliseconds longest_wait{50};
constexpr std::size_t most = 512;

} // namespace

struct AccessLog::Lines {
    log::Logger& log;
    std::vector<std::string> waiting;
    bool is_awaited = false;

    void flush()
    {
        log.write_lines(log::Level::info, waiting);
        waiting.clear();
    }

    static net::Task<> flush_later(std::shared_ptr<Lines> lines)
    {
        co_await net::sleep(longest_wait);
        lines->is_awaited = false;
        lines->flush();
    }
};

AccessLog::AccessLog(log::Logger& log) : lines_(std::make_shared<Lines>(log)) {}

AccessLog::~AccessLog()
{
    flush();
}

bool AccessLog::is_wanted() const
{
    return lines_->log.enabled(log::Level::info);
}

void AccessLog::add(std::string line)
{
    lines_->waiting.push_back(std::move(line));
    if (lines_->waiting.size() >= most)
        flush();
    else if (!std::exchange(lines_->is_awaited, true))
        net::spawn(Lines::flush_later(lines_));
}

void AccessLog::flush()
{
    lines_->flush();
}

} // namespace dfriends::service
