// SPDX-License-Identifier: Apache-2.0
#include "converge/history.hpp"
#include "state/store.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

using Pendings = std::vector<Pending>;

const Pending reload{.type = "service", .name = "web", .action = "reload", .source = "file[/a]"};
const Pending restart{.type = "service", .name = "web", .action = "restart", .source = "file[/a]"};

} // namespace

TEST_CASE("journal: what a change will cause is on disk before it, and is taken back where it does not come")
{
    const Folder folder;
    state::Store store(folder.at("state"));
    RunJournal journal(store, {});
    const Result changed{.status = Status::changed};
    const Result unchanged{.status = Status::unchanged};
    journal.begin();
    journal.expect({reload, restart});
    CHECK(pending_notifications(store) == Pendings{reload, restart}); // as the run after a kill sees it
    SUBCASE("it comes")
    {
        journal.record(changed, {reload, restart}, {reload, restart});
        CHECK(pending_notifications(store) == Pendings{reload, restart});
        journal.delivered(reload);
        CHECK(pending_notifications(store) == Pendings{restart});
    }
    SUBCASE("it does not")
    {
        journal.record(unchanged, {}, {reload, restart});
        CHECK(pending_notifications(store).empty());
    }
    SUBCASE("it does not, but another change has caused one of them")
    {
        journal.expect({reload});
        journal.record(changed, {reload}, {reload});
        journal.record(unchanged, {}, {reload, restart});
        CHECK(pending_notifications(store) == Pendings{reload});
    }
    SUBCASE("it is delivered while another change is under way")
    {
        journal.expect({reload});
        journal.record(changed, {reload}, {reload});
        journal.delivered(reload);
        CHECK(pending_notifications(store) == Pendings{reload, restart});
        journal.record(unchanged, {}, {reload, restart});
        CHECK(pending_notifications(store).empty());
    }
    SUBCASE("an earlier run has left one of them")
    {
        RunJournal next(store, {});
        next.begin();
        next.expect({reload});
        next.record(unchanged, {}, {reload});
        CHECK(pending_notifications(store) == Pendings{reload, restart});
    }
}
