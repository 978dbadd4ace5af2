# SPDX-License-Identifier: Apache-2.0
# The package cache and nothing else. The static executable stands beside this file as 'dfriends':
#
#   docker build -t dfriends/cache -f cache.Dockerfile .
#   docker run -d -p 3142:3142 -v apt_cache:/var/cache/dfriends --name apt_cacher dfriends/cache
#   docker logs -f apt_cacher
#
# The executable carries trusted roots for https upstreams. Others, those of a company for example, come from the host:
#   -v /etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro
FROM scratch
COPY dfriends /usr/bin/dfriends
# One volume for content and index: they belong together.
ENV DFRIENDS_STATE_DIR=/var/cache/dfriends/state
VOLUME ["/var/cache/dfriends"]
EXPOSE 3142
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/dfriends"]
CMD ["cache", "serve"]
