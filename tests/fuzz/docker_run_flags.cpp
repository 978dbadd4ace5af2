// SPDX-License-Identifier: Apache-2.0
// The words of `docker run`, one a line, as a hostile manifest may give them.
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/run_flags.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> words;
    for (const std::string_view line : dfriends::lines(text))
        words.emplace_back(line);
    dfriends::engine::RunSources sources;
    sources.environment = [](const char*) -> const char* { return nullptr; };
    sources.read_file = [](const std::string& name) { return "A=1\nB\n#" + name; };
    try {
        dfriends::engine::parse_run(words, sources);
    } catch (const dfriends::Error&) { // what is no command line is refused
    }
    return 0;
}
