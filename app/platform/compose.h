/* compose.h - what dead keys and the Compose key make of two keys, on X11: a table of our own.
 *
 * X reads the table of the whole world, 5,000 lines and more, before the first window of a program
 * opens: half of what stood between our start and its first frame. Ours has the accents of Latin
 * letters and of Pinyin. Whoever has a table of his own (XCOMPOSEFILE, ~/.XCompose) keeps it. */
#ifndef APP_PLATFORM_COMPOSE_H
#define APP_PLATFORM_COMPOSE_H

/* compose_begin: until compose_end a display that is opened reads our table; -1 when it must read
 * its own. Changes the environment: no other thread may run, at either call. */
int compose_begin(void);
void compose_end(int fd);
#endif
