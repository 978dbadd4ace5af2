// SPDX-License-Identifier: Apache-2.0
#include "cache/hot_answers.hpp"

#include "base/text.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>

namespace dfriends::cache {

namespace {

constexpr std::size_t most_entries = 512;          // an open file each
constexpr std::size_t most_bytes = 4U << 20U;      // of content in memory
constexpr std::uint64_t largest_small = 16 * 1024; // above, sendfile is cheaper than a copy

http::SharedText read_whole(const Blob& blob)
{
    std::string text(blob.size, '\0');
    const auto count = ::pread(blob.descriptor.number(), text.data(), text.size(), 0);
    return count == static_cast<ssize_t>(text.size()) ? std::make_shared<const std::string>(std::move(text)) : nullptr;
}

} // namespace

HotAnswers::HotAnswers() : table_(std::make_shared<Table>()) {}

bool HotAnswers::is_plain(const http::Request& request)
{
    if (request.method != "GET")
        return false;
    return std::ranges::none_of(request.headers, [](const auto& field) {
        static constexpr std::array<std::string_view, 9> special = {
            "range",         "if-range", "if-modified-since", "if-none-match", "if-match", "authorization", "cookie",
            "cache-control", "via"};
        return std::ranges::any_of(special,
                                   [&](std::string_view name) { return equal_ignoring_case(name, field.first); });
    });
}

const http::Response* HotAnswers::find(std::string_view target)
{
    const auto found = table_->entries.find(target);
    if (found == table_->entries.end() || found->second.until < std::chrono::steady_clock::now())
        return nullptr;
    return &found->second.response;
}

void HotAnswers::keep(std::string target, http::Response response, const BlobPointer& blob)
{
    if (table_->entries.size() >= most_entries)
        clear();
    if (blob->size <= largest_small && table_->bytes + blob->size <= most_bytes) {
        auto text = read_whole(*blob);
        if (!text)
            return;
        response.body = std::move(text);
        table_->bytes += blob->size;
    }
    table_->entries.insert_or_assign(std::move(target),
                                     Entry{std::move(response), std::chrono::steady_clock::now() + hot_time});
    if (!std::exchange(table_->is_swept, true))
        net::spawn(sweep(table_));
}

void HotAnswers::clear()
{
    table_->entries.clear();
    table_->bytes = 0;
}

/// Lets go of what is no longer hot, so that neither memory nor removed files are held on to.
net::Task<> HotAnswers::sweep(std::shared_ptr<Table> table)
{
    while (!table->entries.empty()) {
        co_await net::sleep(hot_time);
        const auto now = std::chrono::steady_clock::now();
        std::erase_if(table->entries, [now](const auto& entry) { return entry.second.until < now; });
        table->bytes = 0;
        for (const auto& [target, entry] : table->entries)
            if (const auto* text = std::get_if<http::SharedText>(&entry.response.body))
                table->bytes += (*text)->size();
    }
    table->is_swept = false;
}

} // namespace dfriends::cache
