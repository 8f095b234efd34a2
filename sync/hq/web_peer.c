/* web_peer.c - see web_peer.h. */
#include "sync/hq/web_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define NETWORK_BYTES 8

static void of_v4(const struct in_addr *a, struct web_peer *out)
{
    inet_ntop(AF_INET, a, out->from, sizeof out->from);
    snprintf(out->limit, sizeof out->limit, "%s", out->from);
    out->here = ntohl(a->s_addr) >> 24 == 127;
}

static void of_v6(const struct in6_addr *a, struct web_peer *out)
{
    struct in6_addr net = *a;
    if (IN6_IS_ADDR_V4MAPPED(a)) {
        struct in_addr v4;
        memcpy(&v4, a->s6_addr + 12, sizeof v4);
        of_v4(&v4, out);
        return;
    }
    inet_ntop(AF_INET6, a, out->from, sizeof out->from);
    memset(net.s6_addr + NETWORK_BYTES, 0, sizeof net.s6_addr - NETWORK_BYTES);
    inet_ntop(AF_INET6, &net, out->limit, sizeof out->limit);
    out->here = IN6_IS_ADDR_LOOPBACK(a);
}

/* A proxy on this machine brings others' requests: who it says it speaks for is not believed, but
 * that it speaks for somebody is. */
static bool brought(struct MHD_Connection *c)
{
    static const char *const says[] = {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"};
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
        if (MHD_lookup_connection_value(c, MHD_HEADER_KIND, says[i]) != NULL) {
            return true;
        }
    }
    return false;
}

void web_peer_of(struct MHD_Connection *c, struct web_peer *out)
{
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *a = i == NULL ? NULL : i->client_addr;
    memset(out, 0, sizeof *out);
    if (a != NULL && a->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, a, sizeof in);
        of_v4(&in.sin_addr, out);
    } else if (a != NULL && a->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, a, sizeof in);
        of_v6(&in.sin6_addr, out);
    }
    out->here = out->here && !brought(c);
}
