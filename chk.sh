cd /tmp/wt/chef; for f in "$@"; do clang++-19 -std=c++20 -Wall -Wextra -Wshadow -fsyntax-only -Isrc -Itests $f || exit 1; done
