// SPDX-License-Identifier: Apache-2.0
#include "service/metrics.hpp"

#include <fmt/format.h>

namespace dfriends::service {

Counter& Metrics::counter(std::string name, std::string help, std::string labels)
{
    Series& series = series_.emplace_back();
    series.name = std::move(name);
    series.help = std::move(help);
    series.labels = std::move(labels);
    series.type = "counter";
    return series.counter;
}

void Metrics::gauge(std::string name, std::string help, std::function<double()> read, std::string labels)
{
    Series& series = series_.emplace_back();
    series.name = std::move(name);
    series.help = std::move(help);
    series.labels = std::move(labels);
    series.type = "gauge";
    series.read = std::move(read);
}

void Metrics::gauges(std::string name, std::string help, std::function<Samples()> read)
{
    Series& series = series_.emplace_back();
    series.name = std::move(name);
    series.help = std::move(help);
    series.type = "gauge";
    series.read_all = std::move(read);
}

std::string Metrics::render() const
{
    std::string text;
    std::string_view family;
    for (const Series& series : series_) {
        if (series.name != family) {
            family = series.name;
            text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", series.name, series.help, series.type);
        }
        if (series.read_all) {
            for (const auto& [labels, value] : series.read_all())
                text += fmt::format("{}{{{}}} {}\n", series.name, labels, value);
            continue;
        }
        const std::string labels = series.labels.empty() ? "" : "{" + series.labels + "}";
        if (series.read)
            text += fmt::format("{}{} {}\n", series.name, labels, series.read());
        else
            text += fmt::format("{}{} {}\n", series.name, labels, series.counter.value());
    }
    return text;
}

} // namespace dfriends::service
