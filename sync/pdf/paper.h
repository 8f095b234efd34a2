/* paper.h - a sign-off of a store as what stands on the paper. Handheld, command line and server
 * all come by it here, so that one sign-off is one file, wherever it is made. */
#ifndef SYNC_PDF_PAPER_H
#define SYNC_PDF_PAPER_H
#include "core/fold/refold.h"
#include "sync/pdf/pdf.h"

/* Where no edition names an address of headquarters: the code then proves by itself. */
#define PAPER_NO_URL "docket:verify"

struct paper {
    struct report_facts facts;
    struct pdf_report report; /* its facts are the ones above */
};
/* paper_of: reads the sign-off's parts; what it points to is in `a` (CAP_SCRATCH_BYTES hold it).
 * ST_REVOKED, ST_NOT_FOUND: a part was withdrawn, or has not come; err names which. ST_BAD_FORM:
 * its author made it so that nobody should be shown it: a text that is not that of the facts, a
 * name that is no typed text, parts beyond their bounds. ST_CORRUPT, ST_FULL. out->report.paper is
 * A4. */
MUST_USE enum st paper_of(struct store_txn *t, id16 deployment, const struct signature_state *s,
                          struct arena *a, struct paper *out, struct err *err);
/* paper_find: the sign-off of a report: the newest of all visits, or of that visit (`of` not zero);
 * with a version (not 0), that of the same visit. NULL: there is none. */
const struct signature_state *paper_find(const struct subject_state *job, id8 of, unsigned version,
                                         const struct visit_state **visit);
#endif
