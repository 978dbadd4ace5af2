/* SPDX-License-Identifier: Apache-2.0 */
/* Only in the static build. Debian's libgit2.a refers to GSSAPI from one member, which defines one symbol; with that symbol here
 * the linker never takes the member. libgit2 built without GSSAPI answers the same: this way of authentication passes. */
#include <git2/errors.h>

struct git_http_auth_context;
struct git_net_url;
int git_http_auth_negotiate(struct git_http_auth_context **out, const struct git_net_url *url);
int git_http_auth_negotiate(struct git_http_auth_context **out, const struct git_net_url *url)
{
    (void)url;
    *out = 0;
    return GIT_PASSTHROUGH;
}
