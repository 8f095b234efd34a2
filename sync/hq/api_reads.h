/* api_reads.h - the readers of api_routes.c that are no registers. */
#ifndef SYNC_HQ_API_READS_H
#define SYNC_HQ_API_READS_H
#include "sync/hq/api.h"

enum st api_read_openapi(struct api_call *c);
enum st api_read_login(struct api_call *c);
enum st api_read_me(struct api_call *c);
enum st api_read_logout(struct api_call *c);
enum st api_read_logout_all(struct api_call *c);
enum st api_read_events(struct api_call *c);
enum st api_read_status(struct api_call *c);
enum st api_read_job(struct api_call *c);
enum st api_read_history(struct api_call *c);
enum st api_read_record(struct api_call *c);
enum st api_read_users(struct api_call *c);
enum st api_read_tokens(struct api_call *c);
#endif
