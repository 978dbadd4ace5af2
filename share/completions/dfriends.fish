# SPDX-License-Identifier: Apache-2.0
# The executable itself says what may come next.
function __dfriends_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete $words[2..-1] 2>/dev/null
end
complete -c dfriends -a '(__dfriends_complete)'
