// SPDX-License-Identifier: Apache-2.0
#include "debian/signature.hpp"

#include <doctest/doctest.h>

using dfriends::debian::read_gpgv_status;
using Kind = dfriends::debian::Signature::Kind;

TEST_CASE("read_gpgv_status: one good signature is enough, keys that are not here say nothing")
{
    CHECK(read_gpgv_status("[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 0E98404D386FA1D9 1 8 01 1 9\n"
                           "[GNUPG:] NO_PUBKEY 0E98404D386FA1D9\n[GNUPG:] GOODSIG 6ED0E7B82643E131 someone\n") ==
          Kind::good);
    CHECK(read_gpgv_status("[GNUPG:] NEWSIG\n[GNUPG:] NO_PUBKEY 0E98404D386FA1D9\n") == Kind::unknown);
    CHECK(read_gpgv_status("[GNUPG:] BADSIG 6ED0E7B82643E131 someone\n[GNUPG:] NO_PUBKEY 0E98404D386FA1D9\n") ==
          Kind::bad);
    CHECK(read_gpgv_status("[GNUPG:] EXPKEYSIG 6ED0E7B82643E131 someone\n") == Kind::bad);
    CHECK(read_gpgv_status("") == Kind::unknown);
    CHECK(read_gpgv_status("GOODSIG\nprefix [GNUPG:] GOODSIG 1 someone\n") == Kind::unknown);
}

TEST_CASE("check_signature: says that it could not check where there is no keyring")
{
    CHECK(dfriends::debian::check_signature("text", {}, {}).kind == Kind::unchecked);
}
