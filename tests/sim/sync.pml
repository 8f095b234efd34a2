/* sync.pml - the sync as a model: two devices, headquarters, a channel that loses, repeats and
 * reorders, crashes that drop what is not durable, a headquarters put back from a backup.
 *
 * What it shows, for every run of this size (README.md says what stands for what in the code):
 *   no gap            what a cursor says was heard, is held
 *   no false receipt  a device believes no receipt for what was never durable at headquarters
 *   agreement         once the faults are over all hold the same, and every receipt covers all
 *                     (-DLTL; under weak fairness)
 * Whoever is in the middle of something when it crashes loses what is in hand: a message. So a crash
 * is a loss; -DSTEPS takes the two steps apart all the same.
 *
 * Broken on purpose, each to be refuted:
 * -DBROKEN_RECEIPT  the receipt goes out before the transaction is on disk
 * -DBROKEN_CURSOR   the cursor moves in a transaction of its own, before the entries
 * -DBROKEN_EPOCH    a restored headquarters goes on in its old epoch
 * -DBROKEN_BACK     nobody hands anything back to it */
#ifndef NE
#define NE 2 /* entries of each device */
#endif
#ifndef NH
#define NH 2 /* entries of headquarters */
#endif
#ifndef FAULTS
#define FAULTS 2 /* messages lost or repeated, crashes: all together */
#endif
#ifndef RESTORES
#define RESTORES 1
#endif
#ifndef CAP
#define CAP 2 /* messages under way, each way of each device */
#endif
#if defined BROKEN_RECEIPT || defined BROKEN_CURSOR
#define STEPS
#endif
#define IDS (NH + 2 * NE) /* every entry there can be, one bit each */
#define BIT(i) (1 << (i))
#define OWN(d, k) (NH + (d) * NE + (k)) /* device d's entry k, from 0 */

typedef row { byte id[IDS] };

/* --- durable, at headquarters */
byte got[2];       /* of each device's chain, from its first entry, no gap */
byte rseq[2];      /* the receipt that was issued last: covers, */
byte rtime[2];     /* at */
byte hqset;        /* all that is held */
byte outn[2];      /* the outbox of each device */
row outb[2];
byte epoch = 1;    /* of the node's journal */
byte nexth;        /* ids of the node's entries: none is given twice, an epoch tells them apart */

/* --- a backup of it */
bool saved;
byte s_got[2], s_rseq[2], s_rtime[2], s_hqset, s_outn[2];
row s_outb[2];
byte restores;

/* --- volatile, at headquarters: a request in hand */
mtype = { none, taken, kept };
mtype hand[2] = none;
byte h_to[2], h_from[2], h_ep[2], h_cur[2], h_rseq[2], h_rtime[2], h_back[2];

/* --- durable, at each device */
byte mine[2];   /* own chain */
byte rcpt[2];  /* the receipt that is believed covers this much, */
byte rcpt_t[2]; /* and its time */
byte set[2];   /* all that is held */
byte ep[2], cur[2]; /* place in the outbox */
bool recall[2]; /* hand back what is held */

/* --- volatile, at each device: an answer in hand */
bool in_hand[2];
byte v_rseq[2], v_rtime[2], v_ep[2], v_to[2], v_items[2];
bool v_acked[2];

byte ever[2];  /* ghost: the most that ever was durable at headquarters of each chain */
byte faults;

/* request: from, to, epoch and place of the cursor, receipt kept: covers, time; handed back */
chan up0 = [CAP] of { byte, byte, byte, byte, byte, byte, byte };
chan up1 = [CAP] of { byte, byte, byte, byte, byte, byte, byte };
/* answer: receipt (time 0: none): covers, time; epoch, place that the items reach, items, taken back */
chan down0 = [CAP] of { byte, byte, byte, byte, byte, bool };
chan down1 = [CAP] of { byte, byte, byte, byte, byte, bool };

#define HELD(s, i) (((s) >> (i)) & 1)

/* What the devices say of themselves must be so after every step. */
inline check(d)
{
    assert(rcpt[d] <= ever[d]); /* no false receipt */
    assert(rcpt[d] <= mine[d]);
    k = 0;
    do
    :: k < cur[d] && ep[d] == epoch && k < outn[d] ->
        assert(HELD(set[d], outb[d].id[k])); /* no gap */
        k++
    :: else -> break
    od;
    k = 0
}

inline post(d, i)
{
    outb[d].id[outn[d]] = i;
    outn[d]++
}

inline drop_answer(d)
{
    in_hand[d] = false;
    v_rseq[d] = 0; v_rtime[d] = 0; v_ep[d] = 0; v_to[d] = 0; v_items[d] = 0; v_acked[d] = false
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

/* The transaction that keeps the entries moves the cursor. */
inline take(d)
{
    d_step {
        if
        :: v_rtime[d] > rcpt_t[d] && v_rseq[d] <= mine[d] ->
            rcpt[d] = v_rseq[d];
            rcpt_t[d] = v_rtime[d]
        :: else -> skip
        fi;
#ifndef BROKEN_BACK
        if
        :: v_acked[d] && v_ep[d] == ep[d] -> recall[d] = false /* an answer to this recall */
        :: else -> skip
        fi;
        if
        :: ep[d] != 0 && v_ep[d] != ep[d] -> recall[d] = true
        :: else -> skip
        fi;
#endif
        set[d] = set[d] | v_items[d];
        ep[d] = v_ep[d];
        cur[d] = v_to[d];
        drop_answer(d);
        check(d)
    }
}

/* One device: acts, asks when nothing is under way, takes answers. */
proctype Device(byte d; chan up; chan down)
{
    byte k;
end:
    do
    :: d_step { mine[d] < NE -> set[d] = set[d] | BIT(OWN(d, mine[d])); mine[d]++ } /* one transaction */
    :: atomic { empty(up) && empty(down) && !in_hand[d] ->
        up ! rcpt[d] + 1, mine[d], ep[d], cur[d], rcpt[d], rcpt_t[d], (recall[d] -> set[d] : 0) }
#ifdef STEPS
    :: atomic { !in_hand[d] && nempty(down) ->
        down ?? v_rseq[d], v_rtime[d], v_ep[d], v_to[d], v_items[d], v_acked[d];
        in_hand[d] = true;
#ifdef BROKEN_CURSOR
        ep[d] = v_ep[d];
        cur[d] = v_to[d]
#endif
        }
    :: atomic { in_hand[d] -> take(d) }
#else
    :: atomic { nempty(down) ->
        down ?? v_rseq[d], v_rtime[d], v_ep[d], v_to[d], v_items[d], v_acked[d];
        take(d) }
#endif
    od
}

inline drop_hand(d)
{
    hand[d] = none;
    h_from[d] = 0; h_to[d] = 0; h_ep[d] = 0; h_cur[d] = 0; h_rseq[d] = 0; h_rtime[d] = 0;
    h_back[d] = 0
}

/* Of another device's chain what follows without a gap, of its own journal whatever comes. */
inline take_back(d)
{
    k = 0;
    do
    :: k < IDS ->
        if
        :: HELD(h_back[d], k) && k < NH -> keep(k)
        :: HELD(h_back[d], k) && k == OWN(1 - d, got[1 - d]) && got[1 - d] < NE ->
            keep(k);
            got[1 - d]++
        :: else -> skip
        fi;
        k++
    :: else -> break
    od;
    k = 0
}

inline commit(d)
{
    if
    :: h_from[d] <= got[d] + 1 -> /* it links to what is held; else only the answer says from where */
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

/* A new receipt only when something changed, and never one of an earlier time. */
inline receipt(d, held)
{
    if
    :: rseq[d] == held && rtime[d] >= h_rtime[d] && rtime[d] != 0 -> skip
    :: held == 0 && h_rseq[d] == 0 -> skip
    :: else ->
        rtime[d] = (rtime[d] > h_rtime[d] -> rtime[d] : h_rtime[d]) + 1;
        rseq[d] = held
    fi
}

inline answer(d, down)
{
    k = (h_ep[d] == epoch && h_cur[d] <= outn[d] -> h_cur[d] : 0);
    n = k;
    items = 0;
    do
    :: n < outn[d] -> items = items | BIT(outb[d].id[n]); n++
    :: n == outn[d] || n > k -> break /* as much as a bundle, or the line, took */
    od;
    if
    :: len(down) < CAP ->
        down ! (rtime[d] == h_rtime[d] -> 0 : rseq[d]), (rtime[d] == h_rtime[d] -> 0 : rtime[d]),
            epoch, n, items, (h_back[d] != 0)
    :: else -> skip /* lost */
    fi;
    k = 0; n = 0; items = 0
}

inline hear(d, up)
{
    up ?? h_from[d], h_to[d], h_ep[d], h_cur[d], h_rseq[d], h_rtime[d], h_back[d]
}

/* Headquarters' part in one device's exchange. */
proctype Server(byte d; chan up; chan down)
{
    byte k, n, items;
end:
    do
#ifdef STEPS
    :: atomic { hand[d] == none && nempty(up) -> hear(d, up); hand[d] = taken }
#ifdef BROKEN_RECEIPT
    :: atomic { hand[d] == taken ->
        n = (h_from[d] <= got[d] + 1 && h_to[d] > got[d] -> h_to[d] : got[d]);
        receipt(d, n);
        answer(d, down);
        hand[d] = kept }
    :: d_step { hand[d] == kept -> commit(d); drop_hand(d) }
#else
    :: d_step { hand[d] == taken -> commit(d); receipt(d, got[d]); hand[d] = kept }
    :: atomic { hand[d] == kept -> answer(d, down); drop_hand(d) }
#endif
#else
    :: atomic { nempty(up) ->
        hear(d, up);
        d_step { commit(d); receipt(d, got[d]) } /* one transaction: entries, receipt, outboxes */
        answer(d, down);
        drop_hand(d) }
#endif
    od
}

/* Clerks, the backup, and what goes wrong: so much of it, then no more. */
proctype World()
{
    byte a, b, c, e, f, g, i;
    bool h;
end:
    do
    :: d_step { nexth < NH -> keep(nexth); nexth++ }
    :: d_step { RESTORES > 0 && !saved ->
        saved = true;
        s_got[0] = got[0]; s_got[1] = got[1];
        s_rseq[0] = rseq[0]; s_rseq[1] = rseq[1];
        s_rtime[0] = rtime[0]; s_rtime[1] = rtime[1];
        s_hqset = hqset;
        s_outn[0] = outn[0]; s_outn[1] = outn[1];
        a = 0;
        do
        :: a < IDS -> s_outb[0].id[a] = outb[0].id[a]; s_outb[1].id[a] = outb[1].id[a]; a++
        :: else -> break
        od;
        a = 0 }
    :: d_step { saved && restores < RESTORES ->
        restores++;
        got[0] = s_got[0]; got[1] = s_got[1];
        rseq[0] = s_rseq[0]; rseq[1] = s_rseq[1];
        rtime[0] = s_rtime[0]; rtime[1] = s_rtime[1];
        hqset = s_hqset;
        outn[0] = s_outn[0]; outn[1] = s_outn[1];
        a = 0;
        do
        :: a < IDS -> outb[0].id[a] = s_outb[0].id[a]; outb[1].id[a] = s_outb[1].id[a]; a++
        :: else -> break
        od;
        a = 0;
        drop_hand(0);
        drop_hand(1);
        s_got[0] = 0; s_got[1] = 0; s_rseq[0] = 0; s_rseq[1] = 0; s_rtime[0] = 0; s_rtime[1] = 0;
        s_hqset = 0; s_outn[0] = 0; s_outn[1] = 0;
        do
        :: a < IDS -> s_outb[0].id[a] = 0; s_outb[1].id[a] = 0; a++
        :: else -> break
        od;
        a = 0;
#ifndef BROKEN_EPOCH
        epoch++
#endif
        }
#ifdef STEPS
    :: d_step { faults < FAULTS && (hand[0] != none || hand[1] != none) ->
        faults++; drop_hand(0); drop_hand(1) } /* headquarters is killed */
    :: d_step { faults < FAULTS && in_hand[0] -> faults++; drop_answer(0) } /* a device is */
    :: d_step { faults < FAULTS && in_hand[1] -> faults++; drop_answer(1) }
#endif
    :: atomic { faults < FAULTS && nempty(up0) -> up0 ?? a, b, c, e, f, g, _; faults++;
        a = 0; b = 0; c = 0; e = 0; f = 0; g = 0 } /* lost */
    :: atomic { faults < FAULTS && nempty(up1) -> up1 ?? a, b, c, e, f, g, _; faults++;
        a = 0; b = 0; c = 0; e = 0; f = 0; g = 0 }
    :: atomic { faults < FAULTS && nempty(down0) -> down0 ?? a, b, c, e, f, h; faults++;
        a = 0; b = 0; c = 0; e = 0; f = 0; h = false }
    :: atomic { faults < FAULTS && nempty(down1) -> down1 ?? a, b, c, e, f, h; faults++;
        a = 0; b = 0; c = 0; e = 0; f = 0; h = false }
    :: atomic { faults < FAULTS && nempty(up0) && nfull(up0) -> up0 ?? <a, b, c, e, f, g, i>;
        up0 ! a, b, c, e, f, g, i; faults++;
        a = 0; b = 0; c = 0; e = 0; f = 0; g = 0; i = 0 }
    :: atomic { faults < FAULTS && nempty(up1) && nfull(up1) -> up1 ?? <a, b, c, e, f, g, i>;
        up1 ! a, b, c, e, f, g, i; faults++;
        a = 0; b = 0; c = 0; e = 0; f = 0; g = 0; i = 0 }
    :: atomic { faults < FAULTS && nempty(down0) && nfull(down0) -> /* repeated, and out of order */
        down0 ?? <a, b, c, e, f, h>; down0 ! a, b, c, e, f, h; faults++;
        a = 0; b = 0; c = 0; e = 0; f = 0; h = false }
    :: atomic { faults < FAULTS && nempty(down1) && nfull(down1) ->
        down1 ?? <a, b, c, e, f, h>; down1 ! a, b, c, e, f, h; faults++;
        a = 0; b = 0; c = 0; e = 0; f = 0; h = false }
    od
}

init
{
    atomic {
        run Device(0, up0, down0);
        run Device(1, up1, down1);
        run Server(0, up0, down0);
        run Server(1, up1, down1);
        run World()
    }
}

#define AGREE                                                                                      \
    (set[0] == hqset && set[1] == hqset && got[0] == mine[0] && got[1] == mine[1] &&                 \
     rcpt[0] == mine[0] && rcpt[1] == mine[1])
#ifdef LTL
ltl agreement { <>[] AGREE }
#endif
