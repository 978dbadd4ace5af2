# hand build of chef and its tests, with asan
set -e
cd /tmp/wt/chef; O=/tmp/chefobj; mkdir -p $O
FLAGS="-std=c++20 -g -O1 -Wall -Wextra -Wshadow -fsanitize=address,undefined -fno-omit-frame-pointer -Isrc -Itests"
for f in src/converge/chef/*.cpp src/converge/attributes.cpp src/converge/facts.cpp src/converge/schema.cpp src/base/*.cpp src/crypto/hash.cpp src/os/file.cpp src/os/user.cpp src/os/nss.cpp tests/unit/converge/chef_*_test.cpp tests/unit/main.cpp tests/fuzz/chef_recipe.cpp tests/fuzz/replay_main.cpp; do
 [ -f $f ] || continue
 o=$O/$(echo $f | tr / _).o; if [ ! -f $o ] || [ $f -nt $o ] || [ -n "$(find src/converge/chef -name '*.hpp' -newer $o | head -1)" ]; then ccache clang++-19 $FLAGS -c $f -o $o; fi
done
