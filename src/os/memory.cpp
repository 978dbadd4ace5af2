// SPDX-License-Identifier: Apache-2.0
#include "os/memory.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace dfriends::os {

namespace {

/// The first object is the executable itself. Code is never written to, so nothing is lost.
int release_segments(dl_phdr_info* object, std::size_t, void*)
{
    const auto page = static_cast<ElfW(Addr)>(::sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || segment.p_flags != (PF_R | PF_X))
            continue;
        const ElfW(Addr) begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
        const ElfW(Addr) end = (object->dlpi_addr + segment.p_vaddr + segment.p_memsz + page - 1) / page * page;
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED); // failing, it costs memory only
    }
    return 1;
}

} // namespace

void release_code() noexcept
{
    ::dl_iterate_phdr(release_segments, nullptr);
}

} // namespace dfriends::os
