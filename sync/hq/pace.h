/* pace.h - connections that take for ever: a request whose headers do not end, a body by the byte.
 *
 * libmicrohttpd ends a connection that is silent; one that says a byte now and then keeps its place
 * as long as it likes. Any thread. */
#ifndef SYNC_HQ_PACE_H
#define SYNC_HQ_PACE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* HEADERS: from the connection, or the answer before, to the end of headers. GRACE: of a body,
 * before its pace counts; a handheld on the slowest of links has four times that pace. */
#define PACE_HEADERS_MS 90000
#define PACE_GRACE_MS 120000
#define PACE_BYTES_PER_S 256

struct pace;
struct pace_line;                /* a connection */
struct pace *pace_new(void);     /* NULL: no memory */
void pace_free(struct pace **p); /* all lines have ended; NULL is fine */
/* pace_begin: a connection by its socket; NULL: no memory, it is not watched. pace_end: before the
 * socket is closed. pace_asked: its headers are whole. pace_asks: it may send the next. */
struct pace_line *pace_begin(struct pace *p, int fd, int64_t now_ms);
void pace_end(struct pace *p, struct pace_line *line);
void pace_asked(struct pace *p, struct pace_line *line, int64_t now_ms);
void pace_asks(struct pace *p, struct pace_line *line, int64_t now_ms);
/* pace_body: n bytes more of its body; false: it is too slow. */
bool pace_body(struct pace_line *line, size_t n, int64_t now_ms);
/* pace_sweep: connections whose headers take too long are shut down; how many. */
unsigned pace_sweep(struct pace *p, int64_t now_ms);
int64_t pace_now_ms(void); /* of a clock that only goes on */
#endif
