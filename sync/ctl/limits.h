/* limits.h - every limit of docketctl, in one place, each with its reason. */
#ifndef SYNC_CTL_LIMITS_H
#define SYNC_CTL_LIMITS_H

/* One record as UTF-8: a full customer with a long note is under 8 KiB. */
#define CSV_LINE_BYTES 65536
/* The widest table that a company hands over has about 40; more is another kind of file. */
#define CSV_COLUMNS 64
/* One read of the file: large enough that system calls do not show. */
#define CSV_READ_BYTES 32768
/* What of a pipe decides its encoding; a regular file is looked at whole. */
#define CSV_PROBE_BYTES (1U << 20)
/* One map file: four short lines for each column and room for comments. */
#define CSV_MAP_BYTES 65536
/* Columns of one of our kinds; jobs has 16. */
#define CSV_KIND_COLUMNS 20
/* A date format: "yyyy-mm-dd [HH:MM]" has 18. */
#define CSV_FORMAT_BYTES 48
/* Ids of one import that are watched for repeats: forty times the largest company, 200 MB. */
#define CSV_SEEN_IDS 4000000

#define VERIFY_URL_BYTES 64 /* a QR of at most 1,250 characters has room for no more */
#endif
