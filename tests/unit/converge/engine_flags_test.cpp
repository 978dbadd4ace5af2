// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "converge/attributes.hpp"
#include "converge/engine_flags.hpp"
#include "unit/converge/caught.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

std::string keys_of(std::string_view options)
{
    const std::array texts{std::string(options)};
    return scalar_text({daemon_of_flags(texts, {"r", 1, 1}), {}});
}

Error error_of(std::string_view options)
{
    return caught([&] { keys_of(options); });
}

} // namespace

TEST_CASE("engine flags: each is the key that daemon.json has for it")
{
    CHECK(keys_of("--insecure-registry=a:5000 --insecure-registry b:5000") == "insecure-registries=a:5000 b:5000");
    CHECK(keys_of("-H unix:///a -H tcp://b:1 -g /data -s overlay2 -D -l debug -G ops -b br0") ==
          "hosts=unix:///a tcp://b:1 data-root=/data storage-driver=overlay2 debug=true log-level=debug group=ops "
          "bridge=br0");
    CHECK(keys_of("-g=/data --iptables=false --mtu 1400") == "data-root=/data iptables=false mtu=1400");
    CHECK(keys_of("-g/data -dns 192.0.2.1") == "data-root=/data dns=192.0.2.1");
    CHECK(keys_of("--log-opt max-size=1m --log-opt max-file=2 --log-opt max-size=3m") ==
          "log-opts=max-file=2 max-size=3m");
    CHECK(keys_of("--add-runtime crun=/usr/bin/crun --default-ulimit nofile=5") ==
          "runtimes=crun=path=/usr/bin/crun default-ulimits=nofile=Name=nofile Hard=5 Soft=5");
    CHECK(keys_of("") == "");
}

TEST_CASE("engine flags: what is none, or has no value, is refused")
{
    CHECK(error_of("insecure").message() == "'insecure' is no option of the engine");
    CHECK(error_of("--insecure-registri=a").hint() == "did you mean 'insecure-registry'?");
    CHECK(error_of("--bip").message() == "the engine's option '--bip' has no value");
    CHECK(error_of("--mtu=x").message() == "the engine's option --mtu wants a number, not 'x'");
    CHECK(error_of("--icc=maybe").message() == "the engine's option --icc wants true or false, not 'maybe'");
    CHECK(error_of("--log-opt=x").message() == "the engine's option --log-opt wants NAME=VALUE, not 'x'");
    CHECK(error_of("--default-address-pool=base").hint() == "write 'base=192.0.2.0/24,size=28'");
    const Error open = error_of("--bip '192");
    CHECK(open.message().starts_with("the engine's options: "));
    CHECK(open.position().line == 1);
    CHECK(error_of("-").message() == "'-' is no option of the engine");
}
