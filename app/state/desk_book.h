/* desk_book.h - what the visits that this device holds add up to: which faults which equipment had,
 * which parts went into it, what cash and old parts the technician owes. Gathered a few jobs a
 * frame and kept while the store is open; an entry of his own has its job alone read again, what
 * others wrote all of them. UI thread. */
#ifndef APP_STATE_DESK_BOOK_H
#define APP_STATE_DESK_BOOK_H
#include "app/state/app.h"

#define BOOK_JOBS_MAX 4000 /* jobs with visits on one device: years of one technician's */
#define BOOK_PARTS 4       /* of one visit, for what was used last; all of them stand in the job */
#define BOOK_LINES_MAX                                                                             \
    20000 /* cash and parts of his: ten a day for eight years; memory for what there is */

/* One visit, whoever made it. */
struct book_visit {
    id16 job, equipment, customer;
    uint64_t model, name; /* of the equipment, as hashes of their texts; 0: not known */
    struct code fault;    /* n 0: none, or in words */
    int64_t when_ms;      /* of the diagnosis, or of the last thing done */
    unsigned class_, outcome, end;
    bool own;
    unsigned nparts;
    struct code parts[BOOK_PARTS];
};
/* What a visit of his left him with. */
enum book_what { BOOK_CASH = 1, BOOK_PART = 2 };
struct book_line {
    enum book_what what;
    id16 job;
    int64_t when_ms;
    int64_t amount_minor; /* cash: still owed of this payment's visit, or 0 */
    int64_t paid_minor;   /* cash: as taken */
    struct code code;     /* receipt, or number of the part */
    h32 entry;
    int64_t qty_milli;
    unsigned old_part; /* enum old_part */
    bool corrected;    /* it replaced an earlier line */
};
struct book {
    const struct book_visit *visits; /* the newest first */
    size_t nvisits;
    const struct book_line *lines; /* the newest first */
    size_t nlines;
    bool whole; /* all jobs have been gone through, and there was memory for all */
};
/* app_book: what is known so far; never NULL. While it is not whole the next frames go on. Valid
 * until the frame ends. book_hash: of a text as visits carry it; 0 for an empty one. */
const struct book *app_book(struct app *a);
uint64_t book_hash(str text);
/* A list that takes the memory of what is in it; wiped when it moves and when it is dropped. All
 * zeros: an empty one. book_place: where the next of `size` bytes goes; of a list of `max` the
 * place of its oldest by `when`. NULL: what happened at `when_ms` is older than all, or no
 * memory, and then the list is `lost`.
 * book_empty: wiped, and its memory given back. */
struct book_list {
    void *p;
    size_t n, room;
    bool lost; /* there was no memory for one: the list is not whole */
};
void *book_place(struct book_list *l, size_t size, size_t max, int64_t when_ms,
                 int64_t (*when)(const void *one));
void book_empty(struct book_list *l, size_t size);
/* What a visit's equipment is like. book_like: a job's; book_like_of: the same by its parts. */
struct book_like {
    id16 job, equipment;
    uint64_t model, name;
};
struct book_like book_like(const struct job_model *j);
struct book_like book_like_of(id16 job, id16 equipment, str model, str name);
/* book_faults: what this equipment, its model, and equipment of its name had before, at most `cap`,
 * the weightiest first: 16, 4 and 1 for each visit. book_part: the part that went in last for a
 * fault, into this equipment before into its model before into anything; NULL: none. */
struct book_fault {
    struct code fault;
    unsigned weight;
};
size_t book_faults(const struct book *b, const struct book_like *l, struct book_fault *out,
                   size_t cap);
const struct code *book_part(const struct book *b, const struct book_like *l, str fault);
#endif
