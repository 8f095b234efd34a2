/* sync.pml - the sync as a model: two devices, headquarters, a channel that loses, repeats and
 * reorders, crashes that drop what is not durable, a headquarters put back from a backup.
 *
 * What it shows, for every run of this size (README.md says what stands for what in the code):
 *   no gap            what a cursor says was heard, is held
 *   no false receipt  a device believes no receipt for what was never durable at headquarters; and
 *                     one that knows the present epoch takes none for what was lost before it
 *   agreement         once the faults are over all hold the same, and every receipt covers all
 *                     (-DLTL; under weak fairness)
 * A message may come, come twice, or come at any time later: after whatever else, or never (which is
 * a loss). Whoever is in the middle of something when it crashes loses what is in hand: a message.
 * So a crash is a loss; -DSTEPS takes the two steps apart all the same.
 *
 * -DRAW: headquarters is put back without its own tool and knows nothing of it: its epoch stays, and
 * what tells are the marks of the places in its outboxes alone.
 *
 * Broken on purpose, each to be refuted:
 * -DBROKEN_RECEIPT  the receipt goes out before the transaction is on disk
 * -DBROKEN_CURSOR   the cursor moves in a transaction of its own, before the entries
 * -DBROKEN_MARK     headquarters goes by the number of a place, whatever stands there now
 * -DBROKEN_OVER     a device believes a receipt of an epoch that is over
 * -DBROKEN_LATE     what came and no place covers is not handed back
 * -DBROKEN_BACK     nobody hands anything back */
#ifndef NE
#define NE 2 /* entries of each device */
#endif
#ifndef NH
#define NH 2 /* entries of headquarters */
#endif
#ifndef FAULTS
#define FAULTS 2 /* messages that come late, twice or never, crashes: all together */
#endif
#ifndef RESTORES
#define RESTORES 1
#endif
#define CAP 2 /* answers under way to a device: to what it asked now, and to what it asked before */
#if defined BROKEN_RECEIPT || defined BROKEN_CURSOR
#define STEPS
#endif
#define IDS (NH + 2 * NE) /* every entry there can be, one bit each */
#if NE + NH > 3
#error a mark would not fit a byte
#endif
#define BIT(i) (1 << (i))
#define OWN(d, k) (NH + (d) * NE + (k)) /* device d's entry k, from 0 */

typedef row { byte id[IDS] };

/* --- durable, at headquarters */
byte got[2];       /* of each device's chain, from its first entry, no gap */
byte rseq[2];      /* the receipt that was issued last: covers, */
byte rtime[2];     /* at, */
byte rep[2];       /* in this epoch */
byte hqset;        /* all that is held */
byte outn[2];      /* the outbox of each device */
row outb[2];
byte epoch = 1;    /* of the node's journal */
byte nexth;        /* ids of the node's entries: none is given twice, an epoch tells them apart */
#ifdef RAW
byte idep[NH];     /* the epoch in which each was written: it stands in the entry */
#endif

/* --- a backup of it */
bool saved;
byte s_got[2], s_rseq[2], s_rtime[2], s_rep[2], s_hqset, s_outn[2];
row s_outb[2];
byte restores;

/* --- volatile, at headquarters: a request in hand */
mtype = { none, taken, kept };
mtype hand[2] = none;
byte h_to[2], h_ep[2], h_cur[2], h_mark[2], h_rseq[2], h_rtime[2], h_name[2], h_back[2];
bool say[2]; /* the answer has a receipt */

/* --- durable, at each device */
byte mine[2];   /* own chain */
byte rcpt[2];   /* the receipt that is believed covers this much, */
byte rcpt_t[2]; /* and its time */
byte set[2];    /* all that is held */
byte ep[2], cur[2], cmark[2]; /* place in the outbox, and its mark as headquarters said it */
byte name[2];   /* not 0: hand back what is held, under this name */
byte names[2];  /* given so far: none is given twice */

/* --- volatile, at each device: an answer in hand */
bool in_hand[2];
byte v_rseq[2], v_rtime[2], v_rep[2], v_ep[2], v_from[2], v_fmark[2], v_to[2], v_mark[2];
byte v_items[2], v_name[2];

byte ever[2];  /* ghost: the most that ever was durable at headquarters of each chain */
byte faults;

/* request: own chain's end; epoch, place, mark of the cursor; receipt kept: covers (what follows it
 * goes with it), time; handed back: under which name, what */
chan up0 = [1] of { byte, byte, byte, byte, byte, byte, byte, byte };
chan up1 = [1] of { byte, byte, byte, byte, byte, byte, byte, byte };
/* answer: receipt (time 0: none): covers, time, epoch; epoch (0: the cursor stays), place before the
 * items and the mark that the request said, place that they reach and its mark, items, name */
chan down0 = [CAP] of { byte, byte, byte, byte, byte, byte, byte, byte, byte, byte };
chan down1 = [CAP] of { byte, byte, byte, byte, byte, byte, byte, byte, byte, byte };
/* what comes later, or never */
#if FAULTS > 0
#define LATE FAULTS
#else
#define LATE 1
#endif
chan lup0 = [LATE] of { byte, byte, byte, byte, byte, byte, byte, byte };
chan lup1 = [LATE] of { byte, byte, byte, byte, byte, byte, byte, byte };
chan ldown0 = [LATE] of { byte, byte, byte, byte, byte, byte, byte, byte, byte, byte };
chan ldown1 = [LATE] of { byte, byte, byte, byte, byte, byte, byte, byte, byte, byte };
#define REQUEST(d) h_to[d], h_ep[d], h_cur[d], h_mark[d], h_rseq[d], h_rtime[d], h_name[d], h_back[d]
#define ANSWER(d)                                                                                  \
    v_rseq[d], v_rtime[d], v_rep[d], v_ep[d], v_from[d], v_fmark[d], v_to[d], v_mark[d], v_items[d], \
        v_name[d]

#define HELD(s, i) (((s) >> (i)) & 1)

/* The mark of a place stands for all that the outbox holds up to there, in order: into m. */
inline mark_of(d, place)
{
    m = 0;
    k = 0;
    do
    :: k < place -> m = m * (IDS + 1) + outb[d].id[k] + 1; k++
    :: else -> break
    od;
    k = 0
}

/* What the devices say of themselves must be so after every step. */
inline check(d)
{
    assert(rcpt[d] <= ever[d]); /* no false receipt */
    assert(rcpt[d] <= mine[d]);
    if
    :: ep[d] == epoch && cur[d] <= outn[d] ->
        mark_of(d, cur[d]);
        k = (m == cmark[d] -> 0 : cur[d]); /* what it heard there was other than what is there now */
        do
        :: k < cur[d] ->
            assert(HELD(set[d], outb[d].id[k])); /* no gap */
            k++
        :: else -> break
        od
    :: else -> skip
    fi;
    k = 0;
    m = 0
}

inline post(d, i)
{
    outb[d].id[outn[d]] = i;
    outn[d]++
}

inline drop_answer(d)
{
    in_hand[d] = false;
    v_rseq[d] = 0; v_rtime[d] = 0; v_rep[d] = 0; v_ep[d] = 0; v_from[d] = 0; v_fmark[d] = 0;
    v_to[d] = 0; v_mark[d] = 0; v_items[d] = 0; v_name[d] = 0
}

/* An entry becomes known to headquarters: whoever holds its subject and did not write it hears. */
inline keep(i)
{
    if
    :: !HELD(hqset, i) ->
        hqset = hqset | BIT(i);
        if
        :: i < NH || i >= NH + NE -> post(0, i)
        :: else -> skip
        fi;
        if
        :: i < NH + NE -> post(1, i)
        :: else -> skip
        fi
    :: else -> skip
    fi
}

inline hand_back(d)
{
#ifndef BROKEN_BACK
    names[d]++;
    name[d] = names[d]
#else
    skip
#endif
}

/* Does the answer begin at the outbox's beginning, in answer to what was asked last? Where the
 * cursor is (here), or does its cursor stay? */
#define STARTS(d) (v_ep[d] != 0 && v_from[d] == 0 && (cmark[d] == 0 || v_fmark[d] == cmark[d]))
#define HERE(d)                                                                                    \
    (v_ep[d] == 0 ||                                                                               \
     (v_ep[d] == ep[d] && v_from[d] == cur[d] && (cur[d] == 0 || v_fmark[d] == cmark[d])))

/* A receipt moves the mark when it is later, covers no more than is held, and is of the epoch that
 * the cursor is in. */
inline take_receipt(d)
{
    k = (STARTS(d) -> v_ep[d] : ep[d]);
#ifdef BROKEN_OVER
    k = 0;
#endif
    if
    :: v_rtime[d] > rcpt_t[d] && v_rseq[d] <= mine[d] && (k == 0 || v_rep[d] == k) ->
        rcpt[d] = v_rseq[d];
        rcpt_t[d] = v_rtime[d];
        n = 1
    :: else -> skip
    fi;
    k = 0
}

/* The transaction that keeps the entries moves the cursor. */
inline take(d)
{
    d_step {
        take_receipt(d);
        if
        :: v_name[d] != 0 && v_name[d] == name[d] -> name[d] = 0 /* the answer to this hand-back */
        :: else -> skip
        fi;
        if
        :: HERE(d) -> m = 1
        :: !(HERE(d)) && STARTS(d) ->
            if
            :: ep[d] != 0 -> hand_back(d) /* it was put back */
            :: else -> skip
            fi;
            ep[d] = v_ep[d]; cur[d] = 0; cmark[d] = 0;
            m = 1
        :: else -> /* entries, and no place */
#ifndef BROKEN_LATE
            if
            :: (v_items[d] & (255 - set[d])) != 0 -> hand_back(d)
            :: else -> skip
            fi;
#endif
            m = 0
        fi;
        set[d] = set[d] | v_items[d];
        if
        :: m == 1 && v_ep[d] != 0 && v_to[d] > cur[d] ->
            ep[d] = v_ep[d]; cur[d] = v_to[d]; cmark[d] = v_mark[d]
        :: else -> skip
        fi;
        drop_answer(d);
        check(d);
#ifndef RAW
        assert(n == 0 || ep[d] != epoch || rcpt[d] <= got[d]); /* nor one of what was lost since */
#endif
        n = 0
    }
}

inline drop_hand(d)
{
    hand[d] = none;
    say[d] = false;
    h_to[d] = 0; h_ep[d] = 0; h_cur[d] = 0; h_mark[d] = 0; h_rseq[d] = 0; h_rtime[d] = 0;
    h_name[d] = 0; h_back[d] = 0
}

/* Of another device's chain what follows without a gap, of its own journal whatever comes; but an
 * entry of its present epoch that it does not know says that it was put back: a new one begins, and
 * the entry comes again. */
inline take_back(d)
{
    k = 0;
    do
    :: k < IDS ->
        if
        :: HELD(h_back[d], k) && k < NH && !HELD(hqset, k) ->
#ifdef RAW
            if
            :: idep[k] == epoch -> m = 1
            :: else -> keep(k)
            fi
#else
            keep(k)
#endif
        :: HELD(h_back[d], k) && k == OWN(1 - d, got[1 - d]) && got[1 - d] < NE ->
            keep(k);
            got[1 - d]++
        :: else -> skip
        fi;
        k++
    :: else -> break
    od;
    k = 0;
    epoch = epoch + m;
    m = 0
}

inline commit(d)
{
    if
    :: h_rseq[d] <= got[d] -> /* it links to what is held; else only the answer says from where */
        do
        :: got[d] < h_to[d] -> keep(OWN(d, got[d])); got[d]++
        :: else -> break
        od
    :: else -> skip
    fi;
    take_back(d);
    ever[0] = (got[0] > ever[0] -> got[0] : ever[0]);
    ever[1] = (got[1] > ever[1] -> got[1] : ever[1])
}

/* A new receipt only when something changed, or the one that stands is of an epoch that is over; and
 * never one of an earlier time. What the device has is not said. */
#define STANDS(d, held) (rtime[d] != 0 && rseq[d] == held && rtime[d] >= h_rtime[d])
inline receipt(d, held)
{
    if
    :: STANDS(d, held) && rtime[d] == h_rtime[d] && rseq[d] == h_rseq[d] -> say[d] = false
    :: STANDS(d, held) && rtime[d] > h_rtime[d] && rep[d] == epoch -> say[d] = true
    :: else ->
        if
        :: held == 0 && h_rseq[d] == 0 -> say[d] = false
        :: else ->
            rtime[d] = (rtime[d] > h_rtime[d] -> rtime[d] : h_rtime[d]) + 1;
            rseq[d] = held;
            rep[d] = epoch;
            say[d] = true
        fi
    fi
}

/* From the cursor where its epoch is ours and its mark the one of that place, else from the
 * beginning; any prefix of it. */
inline answer(d, down)
{
    m = 0;
    if
    :: h_ep[d] == epoch && h_cur[d] <= outn[d] -> mark_of(d, h_cur[d])
    :: else -> skip
    fi;
#ifdef BROKEN_MARK
    k = (h_ep[d] == epoch && h_cur[d] <= outn[d] -> h_cur[d] : 0);
#else
    k = (h_ep[d] == epoch && h_cur[d] <= outn[d] && m == h_mark[d] -> h_cur[d] : 0);
#endif
    b = k;
    n = k;
    items = 0;
    do
    :: n < outn[d] -> items = items | BIT(outb[d].id[n]); n++
    :: n == outn[d] || n > b -> break /* as much as a bundle, or the line, took */
    od;
    e = (b < outn[d] || (h_ep[d] != 0 && (h_ep[d] != epoch || h_cur[d] != b)) -> epoch : 0);
    mark_of(d, n);
    if
    :: len(down) < CAP ->
        down ! (say[d] -> rseq[d] : 0), (say[d] -> rtime[d] : 0), (say[d] -> rep[d] : 0), e,
            (e != 0 -> b : 0), (e != 0 -> h_mark[d] : 0), (e != 0 -> n : 0), (e != 0 -> m : 0), items,
            h_name[d]
    :: else -> skip /* lost */
    fi;
    k = 0; n = 0; m = 0; b = 0; e = 0; items = 0
}

/* The faults of the line: it comes, it comes twice, it comes later; later may be never. */
inline line_up(d, lup)
{
    if
    :: hand[d] = taken
    :: faults < FAULTS -> faults++; lup ! REQUEST(d); hand[d] = taken
    :: faults < FAULTS -> faults++; lup ! REQUEST(d); drop_hand(d)
    fi
}
inline line_down(d, ldown)
{
    if
    :: in_hand[d] = true
    :: faults < FAULTS -> faults++; ldown ! ANSWER(d); in_hand[d] = true
    :: faults < FAULTS -> faults++; ldown ! ANSWER(d); drop_answer(d)
    fi
}

#ifdef STEPS
#define HEARD(d) hand[d] != none -> skip
#define GOT(d) in_hand[d] -> skip
#else
#define HEARD(d) hand[d] == taken -> serve(d, down)
#define GOT(d) in_hand[d] -> take(d)
#endif

/* One transaction: entries, receipt, outboxes. Then the answer. */
inline serve(d, down)
{
    d_step { commit(d); receipt(d, got[d]) }
    answer(d, down);
    drop_hand(d)
}

#ifdef BROKEN_CURSOR
inline too_early(d)
{
    if
    :: in_hand[d] && v_ep[d] != 0 -> ep[d] = v_ep[d]; cur[d] = v_to[d]; cmark[d] = v_mark[d]
    :: else -> skip
    fi
}
#else
#define too_early(d) skip
#endif

/* One device, which acts, asks when nothing is under way, takes answers; and headquarters' part in
 * its exchanges. */
proctype Pair(byte d; chan up; chan down; chan lup; chan ldown)
{
    byte k, m, n, b, e, items;
end:
    do
    :: d_step { mine[d] < NE -> set[d] = set[d] | BIT(OWN(d, mine[d])); mine[d]++ } /* one transaction */
    :: atomic { empty(up) && empty(down) && !in_hand[d] && hand[d] == none ->
        up ! mine[d], ep[d], cur[d], cmark[d], rcpt[d], rcpt_t[d], name[d], (name[d] != 0 -> set[d] : 0) }
    :: atomic { hand[d] == none && nempty(up) ->
        up ? REQUEST(d);
        line_up(d, lup);
        if
        :: HEARD(d)
        :: else -> skip
        fi }
    :: atomic { hand[d] == none && nempty(lup) ->
        lup ? REQUEST(d);
        hand[d] = taken;
        if
        :: HEARD(d)
        :: else -> skip
        fi }
    :: atomic { !in_hand[d] && nempty(down) ->
        down ? ANSWER(d);
        line_down(d, ldown);
        too_early(d);
        if
        :: GOT(d)
        :: else -> skip
        fi }
    :: atomic { !in_hand[d] && nempty(ldown) ->
        ldown ? ANSWER(d);
        in_hand[d] = true;
        too_early(d);
        if
        :: GOT(d)
        :: else -> skip
        fi }
#ifdef STEPS
    :: atomic { in_hand[d] -> take(d) }
#ifdef BROKEN_RECEIPT
    :: atomic { hand[d] == taken ->
        n = (h_rseq[d] <= got[d] && h_to[d] > got[d] -> h_to[d] : got[d]);
        receipt(d, n);
        answer(d, down);
        hand[d] = kept }
    :: d_step { hand[d] == kept -> commit(d); drop_hand(d) }
#else
    :: d_step { hand[d] == taken -> commit(d); receipt(d, got[d]); hand[d] = kept }
    :: atomic { hand[d] == kept -> answer(d, down); drop_hand(d) }
#endif
#endif
    od
}

/* Clerks, the backup, and what goes wrong: so much of it, then no more. */
proctype World()
{
    byte a;
end:
    do
    :: d_step { nexth < NH ->
#ifdef RAW
        idep[nexth] = epoch;
#endif
        keep(nexth);
        nexth++ }
    :: d_step { RESTORES > 0 && !saved && restores < RESTORES ->
        saved = true;
        s_got[0] = got[0]; s_got[1] = got[1];
        s_rseq[0] = rseq[0]; s_rseq[1] = rseq[1];
        s_rtime[0] = rtime[0]; s_rtime[1] = rtime[1];
        s_rep[0] = rep[0]; s_rep[1] = rep[1];
        s_hqset = hqset;
        s_outn[0] = outn[0]; s_outn[1] = outn[1];
        a = 0;
        do
        :: a < IDS -> s_outb[0].id[a] = outb[0].id[a]; s_outb[1].id[a] = outb[1].id[a]; a++
        :: else -> break
        od;
        a = 0 }
    :: d_step { saved ->
        restores++;
        saved = false;
        got[0] = s_got[0]; got[1] = s_got[1];
        rseq[0] = s_rseq[0]; rseq[1] = s_rseq[1];
        rtime[0] = s_rtime[0]; rtime[1] = s_rtime[1];
        rep[0] = s_rep[0]; rep[1] = s_rep[1];
        hqset = s_hqset;
        outn[0] = s_outn[0]; outn[1] = s_outn[1];
        a = 0;
        do
        :: a < IDS -> outb[0].id[a] = s_outb[0].id[a]; outb[1].id[a] = s_outb[1].id[a]; a++
        :: else -> break
        od;
        drop_hand(0);
        drop_hand(1);
        s_got[0] = 0; s_got[1] = 0; s_rseq[0] = 0; s_rseq[1] = 0; s_rtime[0] = 0; s_rtime[1] = 0;
        s_rep[0] = 0; s_rep[1] = 0; s_hqset = 0; s_outn[0] = 0; s_outn[1] = 0;
        a = 0;
        do
        :: a < IDS -> s_outb[0].id[a] = 0; s_outb[1].id[a] = 0; a++
        :: else -> break
        od;
        a = 0;
#ifndef RAW
        epoch++ /* its own tool says so */
#endif
        }
#ifdef STEPS
    :: d_step { faults < FAULTS && (hand[0] != none || hand[1] != none) ->
        faults++; drop_hand(0); drop_hand(1) } /* headquarters is killed */
    :: d_step { faults < FAULTS && in_hand[0] -> faults++; drop_answer(0) } /* a device is */
    :: d_step { faults < FAULTS && in_hand[1] -> faults++; drop_answer(1) }
#endif
    od
}

init
{
    atomic {
        run Pair(0, up0, down0, lup0, ldown0);
        run Pair(1, up1, down1, lup1, ldown1);
        run World()
    }
}

#define AGREE                                                                                      \
    (set[0] == hqset && set[1] == hqset && got[0] == mine[0] && got[1] == mine[1] &&                 \
     rcpt[0] == mine[0] && rcpt[1] == mine[1])
#ifdef LTL
ltl agreement { <>[] AGREE }
#endif
