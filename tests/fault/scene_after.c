/* scene_after.c - what may lie about, and the scene done once more. See scene.h. */
#include "tests/fault/scene.h"

#include <dirent.h>

static bool among(const char *name, const char *const *list)
{
    for (; *list != NULL; list++) {
        size_t n = strlen(*list);
        bool open_end = n > 0 && (*list)[n - 1] == '*';
        if (open_end ? strncmp(name, *list, n - 1) == 0 : strcmp(name, *list) == 0) {
            return true;
        }
    }
    return false;
}

static void only(struct world *w, const char *dir, const char *const *list)
{
    DIR *d = opendir(dir);
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
        if (e->d_name[0] != '.' && !among(e->d_name, list)) {
            scene_bad(w, "left over: %s/%s", strrchr(dir, '/') + 1, e->d_name);
        }
    }
    if (d != NULL) {
        closedir(d);
    }
}

void scene_judge_files(struct world *w)
{
    static const char *const top[] = {"hq",
                                      "hq.keys",
                                      "hq.root",
                                      "hq.keytable",
                                      "device",
                                      "device.secret",
                                      "device.2",
                                      "device.2.join",
                                      "device.2.name",
                                      "device.recovering",
                                      "new",
                                      "new.secret",
                                      "new.join",
                                      "init",
                                      "init.keys",
                                      "init.root",
                                      "init.keytable",
                                      "edition-*",
                                      "there.docket",
                                      "back.docket",
                                      NULL};
    static const char *const inside[] = {"lock", "slots", "env", "att", NULL};
    char path[200];
    only(w, w->base, top);
    static const char *const stores[] = {"hq", "device", "device.2", "new", "init", NULL};
    for (unsigned i = 0; stores[i] != NULL; i++) {
        scene_path(w, stores[i], path);
        only(w, path, inside);
    }
}

void scene_again(struct world *w, const struct scene *s, bool as_open)
{
    enum st st = ST_OK;
    w->attempt++;
    if (!as_open) {
        scene_close(w);
        st = scene_open(w, s->opens);
    }
    if (st != ST_OK) {
        scene_bad(w, "does not open after a failure: %s: %s", st_name(st), w->err.text);
        return;
    }
    st = s->run(w);
    if (st != ST_OK) {
        scene_bad(w, "not even the second time: %s: %s", st_name(st), w->err.text);
    }
}

void scene_judge_dead(struct world *w, const struct scene *s)
{
    w->p.hq = NULL; /* of the process that is gone */
    w->d.store = NULL;
    memset(&w->d.journal, 0, sizeof w->d.journal);
    if (scene_recovering(w)) { /* a store in between opens to nobody: the app asks for the code */
        scene_again(w, s, false);
        scene_close(w);
    }
    scene_judge(w);
    for (unsigned i = 0; i < w->nacks; i++) {
        if (w->acks[i].kind == ACK_CODE) {
            w->acks[i] = w->acks[--w->nacks]; /* used up by the judge, and replaced by the next */
        }
    }
    scene_again(w, s, false);
    scene_close(w);
    scene_judge(w);
    scene_judge_files(w);
}
