/* test_store_part.c - half an attachment is erased like a whole one: at headquarters its parts lie
 * under the key of their subject, not under the store's own. */
#include "tests/unit/core/store_help.h"

static uint8_t room[1 << 18];
static struct err err;

static enum st read_part(struct store *s, const char *key, bytes *out)
{
    struct store_txn *t = help_read(s);
    struct arena a = arena_of(room, sizeof room);
    enum st st = store_part_get(t, help_b(key), &a, out, NULL);
    store_abort(&t);
    return st;
}

static void keep_part(struct store *s, const char *key, bytes value, id16 subject)
{
    struct store_txn *t = help_write(s);
    CHECK_INT(store_part_put(t, help_b(key), value, subject, &err), ST_OK);
    CHECK_INT(store_commit(&t, &err), ST_OK);
}

static void parts_go_with_the_key_of_their_subject(void)
{
    struct store *s = help_open(help_create(STORE_HQ), STORE_HQ, STORE_WRITE);
    static uint8_t chunk[CAP_CHUNK_BYTES] = {7, 8, 9};
    id16 anna = {{1}}, bert = {{2}};
    bytes got;
    keep_part(s, "a", bytes_of(chunk, sizeof chunk), anna);
    keep_part(s, "b", help_b("another's"), bert);
    keep_part(s, "c", (bytes){NULL, 0}, anna); /* wanted, and nothing came */
    CHECK_INT(read_part(s, "a", &got), ST_OK);
    CHECK_BYTES(got.p, got.n, chunk, sizeof chunk);
    CHECK_INT(store_keytable_erase(s, anna, NULL, 0, &err), ST_OK);
    CHECK_INT(read_part(s, "a", &got), ST_REVOKED); /* the row is there; a backup has it too */
    CHECK(got.n == 0);
    CHECK_INT(read_part(s, "b", &got), ST_OK);
    CHECK_BYTES(got.p, got.n, "another's", 9);
    CHECK(read_part(s, "c", &got) == ST_OK && got.n == 0);
    CHECK_INT(read_part(s, "d", &got), ST_NOT_FOUND);
    keep_part(s, "a", help_b("again"), anna); /* what may stay is fetched anew */
    CHECK(read_part(s, "a", &got) == ST_OK && got.n == 5);
    store_close(&s);
}

static void a_part_moved_to_another_place_does_not_open(void)
{
    struct store *s = help_open(help_create(STORE_HQ), STORE_HQ, STORE_WRITE);
    id16 anna = {{1}};
    bytes got;
    keep_part(s, "a", help_b("the first"), anna);
    struct store_txn *t = help_write(s);
    struct arena a = arena_of(room, sizeof room);
    bytes row;
    CHECK_INT(store_get(t, T_WANT, help_b("a"), &a, &row, &err), ST_OK);
    CHECK_INT(store_put(t, T_WANT, help_b("z"), row, &err), ST_OK);
    CHECK_INT(store_put(t, T_WANT, help_b("y"), bytes_of(row.p, 20), &err), ST_OK);
    CHECK_INT(store_commit(&t, &err), ST_OK);
    CHECK_INT(read_part(s, "z", &got), ST_CORRUPT);
    CHECK_INT(read_part(s, "y", &got), ST_CORRUPT);
    store_close(&s);
}

static void on_a_device_a_part_is_a_value_like_others(void)
{
    struct store *s = help_open(help_create(STORE_DEVICE), STORE_DEVICE, STORE_WRITE);
    bytes got;
    keep_part(s, "a", help_b("part"), (id16){{0}});
    CHECK(read_part(s, "a", &got) == ST_OK && got.n == 4);
    store_close(&s);
}

int main(void)
{
    RUN(parts_go_with_the_key_of_their_subject);
    RUN(a_part_moved_to_another_place_does_not_open);
    RUN(on_a_device_a_part_is_a_value_like_others);
    CHECK_END();
}
