// SPDX-License-Identifier: Apache-2.0
#include "cli/report.hpp"
#include "cli/table_output.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cli;

namespace {

const Colour plain(Colour::When::never, 1);

} // namespace

TEST_CASE("render_error: sentence, context and hint, safe for a terminal")
{
    const Error error = Error(ErrorKind::unavailable, "cannot connect to '{}'", "a\x1b[31m")
                            .during("calling the Docker Engine")
                            .hint("start it");
    CHECK(render_error("dfriends", error, plain) ==
          "dfriends: cannot connect to 'a\\x1b[31m'\n  while calling the Docker Engine\nhint: start it\n");
    CHECK(exit_code(error.kind()) == 7);
}

TEST_CASE("render_error: a file's error shows the line and points at the column")
{
    const Error error(ErrorKind::invalid, SourcePosition{"r.rb", 2, 4, "\tab x"}, "unknown word");
    CHECK(render_error("dfriends", error, plain) == "dfriends: r.rb:2:4: unknown word\n  \tab x\n  \t  ^\n");
}

TEST_CASE("TableOutput: aligns by characters and leaves no blanks at line ends")
{
    TableOutput table({"NAME", "ID"});
    table.row({"é", "1"});
    table.row({"longer", ""});
    CHECK(table.render() == "NAME     ID\né        1\nlonger\n");
    CHECK(table.render(false) == "é        1\nlonger\n");
}
