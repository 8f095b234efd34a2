/* paths.h - where things lie outside a store, by convention. Reads the environment; any thread. */
#ifndef SYNC_CARRIER_PATHS_H
#define SYNC_CARRIER_PATHS_H
#include "core/base/slice.h"

/* paths_device_secret: the device secret's file, kept apart from every store:
 * $XDG_CONFIG_HOME/docket/device.secret, else ~/.config/docket/device.secret. Makes the folder
 * (0700). False when it does not fit or no home is known. */
bool paths_device_secret(char *out, size_t cap);
/* paths_copies: the folder of the customers' copies (PDF) of a device's store. False: does not fit.
 * paths_copies_drop: remove them all. They are not sealed: they go with every lock, and before what
 * was forgotten is wiped from the store; a copy can be made again as long as its content is held.
 */
bool paths_copies(const char *store, char *out, size_t cap);
void paths_copies_drop(const char *store);
#endif
