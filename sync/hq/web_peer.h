/* web_peer.h - who is at the other end of a connection. */
#ifndef SYNC_HQ_WEB_PEER_H
#define SYNC_HQ_WEB_PEER_H
#include <microhttpd.h>
#include <stdbool.h>

struct web_peer {
    char from[64];  /* the address as text */
    char limit[64]; /* what limits go by: of IPv6 the network, /64, which one household or one
                       machine has whole; an IPv4 address in IPv6's clothes is itself */
    bool here;      /* this machine itself, not through a proxy that says so */
};
void web_peer_of(struct MHD_Connection *c, struct web_peer *out);
#endif
