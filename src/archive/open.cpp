// SPDX-License-Identifier: Apache-2.0
#include "archive/open.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace dfriends::archive {

Opened::Opened() : handle_(archive_read_new())
{
    if (handle_ == nullptr)
        throw Error(ErrorKind::internal, "cannot read archives");
    archive_read_support_filter_gzip(handle_);
    archive_read_support_filter_xz(handle_);
    archive_read_support_filter_zstd(handle_);
    archive_read_support_filter_bzip2(handle_);
}

Opened::~Opened()
{
    archive_read_free(handle_);
}

void Opened::check(int code) const
{
    if (code == ARCHIVE_OK || code == ARCHIVE_WARN)
        return;
    const char* reason = archive_error_string(handle_);
    throw Error(ErrorKind::invalid, "cannot read the archive: {}",
                reason != nullptr ? printable(reason) : "no reason given");
}

} // namespace dfriends::archive
