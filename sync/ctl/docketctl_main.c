/* docketctl_main.c - the program; everything is in ctl.c and the commands. */
#include "sync/ctl/ctl.h"

int main(int argc, char **argv)
{
    return ctl_main(argc, argv);
}
