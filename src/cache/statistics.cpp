// SPDX-License-Identifier: Apache-2.0
#include "cache/statistics.hpp"

#include "base/text.hpp"

namespace dfriends::cache {

Statistics::Statistics(service::Metrics& metrics)
{
    for (std::size_t i = 0; i < requests_.size(); ++i)
        requests_[i] = &metrics.counter("dfriends_cache_requests_total", "Requests by how they were answered",
                                        "result=\"" + to_lower(name(static_cast<Verdict>(i))) + "\"");
    sent_ = &metrics.counter("dfriends_cache_sent_bytes_total", "Body bytes sent to clients");
    fetched_ = &metrics.counter("dfriends_cache_fetched_bytes_total", "Body bytes of complete fetches from upstream");
    refused_ = &metrics.counter("dfriends_cache_refused_total", "Fetches that were dropped because they failed");
}

} // namespace dfriends::cache
