/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_COLLECT_H
#define SV_PLUGIN_COLLECT_H

/* What savantbatch waits for and when it stops waiting, without GStreamer:
 * one bounded queue a pad, one consumer that takes at most one frame of each
 * pad at a time, and the counts. Producers and owner call from any thread, the
 * consumer functions belong to one thread at a time. One lock, never held
 * while an item is freed or anything is pushed. */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowstats.h"

#define SV_COLLECT_NO_TIME UINT64_MAX

typedef struct SvCollectPad SvCollectPad;

typedef enum SvItemKind
{
  SV_ITEM_FRAME,
  SV_ITEM_EVENT,
  SV_ITEM_GAP,  /* an event: no frame that starts before `time` will come */
  SV_ITEM_EOS,  /* an event: nothing comes after it */
  SV_ITEM_START /* an event: what comes after it counts, even after EOS */
} SvItemKind;

/* First member of what the caller queues. */
typedef struct SvItem
{
  SvItemKind kind;
  uint64_t time;  /* running time; of a gap: its end; or SV_COLLECT_NO_TIME */
  uint64_t bytes; /* that a frame holds on to, for max_bytes */
  SvCollectPad *pad;  /* a reference, set when queued */
  int64_t arrival_ns; /* monotonic clock, set when queued */
  bool wakes;         /* its producer, when it was taken */
  struct SvItem *next;
} SvItem;

/* What becomes of a frame too many of a pad; the values of its property. */
typedef enum SvLeak
{
  SV_LEAK_NONE,   /* its producer waits */
  SV_LEAK_OLDEST, /* the one that has waited longest makes room */
  SV_LEAK_NEWEST  /* it is dropped itself */
} SvLeak;

/* How long the oldest frame waits for others; the values of its property. */
typedef enum SvTimeoutPolicy
{
  SV_TIMEOUT_AUTO,  /* one frame of the fastest live pad; else for ever */
  SV_TIMEOUT_FIXED, /* timeout_ns */
  SV_TIMEOUT_NONE   /* for ever */
} SvTimeoutPolicy;

/* What a producer is told. */
typedef enum SvPushResult
{
  SV_PUSH_OK,
  SV_PUSH_FLUSHING, /* the pad is flushing or the element stopped */
  SV_PUSH_RELEASED,
  SV_PUSH_ENDED,  /* the pad had EOS or was ended */
  SV_PUSH_REFUSED /* downstream's result is in *flow */
} SvPushResult;

typedef enum SvTakeKind
{
  SV_TAKE_STOPPED, /* stopped or halted */
  SV_TAKE_EVENTS,  /* items: events, in order within each pad */
  SV_TAKE_BATCH,   /* items: one frame a pad, in the order of the pads */
  SV_TAKE_EOS,     /* every pad has ended; told once */
  SV_TAKE_TIMEOUT, /* the timeout of the policy auto has changed */
  SV_TAKE_STALL    /* `stalled` has been silent for another interval */
} SvTakeKind;

typedef enum SvTakeReason
{
  SV_REASON_FULL,
  SV_REASON_TIMEOUT,
  SV_REASON_EOS,
  SV_REASON_GAP,
  SV_REASON_FLUSH
} SvTakeReason;

#define SV_N_REASONS 5

/* The most slots of a batch, SAVANT_MAX_BATCH_SIZE. */
#define SV_COLLECT_MAX_CAPACITY 1024

/* Upper ends of the classes of waiting times, ns; one class more above. */
#define SV_N_WAITS 13
extern const int64_t sv_collect_waits[SV_N_WAITS - 1];

/* Batches that were taken since the start. */
typedef struct SvBatchCounts
{
  uint64_t batches;
  uint64_t by_reason[SV_N_REASONS];
  uint64_t by_wait[SV_N_WAITS];
  uint64_t by_fill[SV_COLLECT_MAX_CAPACITY + 1]; /* by the frames in it */
} SvBatchCounts;

/* Of one moment. */
typedef struct SvCollectStats
{
  SvFlowStats total; /* of all pads, also released ones */
  SvFlowStats gone;  /* of the released ones */
  SvBatchCounts counts;
  int64_t timeout_ns; /* in force; negative: for ever */
  uint64_t bytes;     /* queued now, of all pads */
  uint64_t high_bytes;
  unsigned capacity;
  int64_t pushing_ns; /* for so long downstream has been busy; 0: it is not */
} SvCollectStats;

typedef struct SvTake
{
  SvTakeKind kind;
  SvItem *items; /* a list by `next`, the caller's */
  unsigned n_items;
  SvTakeReason reason;
  int64_t waiting_ns;    /* of the oldest frame */
  unsigned capacity;     /* slots of a batch now */
  SvCollectPad *stalled; /* a reference */
  int64_t silent_ns;
} SvTake;

struct SvCollectPad
{
  unsigned index; /* pads are kept in this order */
  void *owner;    /* the caller's */
  _Atomic int refs;

  /* Guarded by the lock of the collection. */
  SvItem *head;
  SvItem **tail;
  unsigned n_frames;
  unsigned n_events;
  unsigned max_queued;
  uint64_t bytes;     /* of the frames */
  uint64_t max_bytes; /* 0: not limited; one frame has always room */
  unsigned high_frames;
  uint64_t high_bytes;
  SvLeak leak;
  bool live;
  int64_t nominal_ns; /* a frame by the caps; 0: not known */
  int64_t frame_ns;   /* a frame as seen; 0: not known */
  uint64_t last_time;
  int64_t last_arrival;
  int64_t head_since; /* the head has been the head */
  bool held;          /* its frames are not taken */
  bool flushing;
  bool released;
  bool begun;  /* START came since the start */
  bool closed; /* EOS was queued */
  bool cut;    /* by sv_collect_end_pad() */
  bool ended;  /* EOS was taken */
  bool has_gap;
  uint64_t gap_end;
  bool chosen;
  unsigned n_waiting;   /* producers, for room */
  unsigned n_eager;     /* those of them that take any room at once */
  bool unwoken;         /* there is room that they were not told of */
  SvItem *pending_end;  /* to be queued at the start or the end of the flush */
  int64_t silent_since; /* waiting clock */
  int64_t stalls_told;
  pthread_cond_t room;
  SvCollectPad *next;
  SvFlowStats stats;

  /* Not guarded. */
  _Atomic (SvItem *) freed; /* frames' items to use again, by any thread */
  SvItem *spare;            /* the same, the producer's */
};

typedef struct SvCollect
{
  pthread_mutex_t lock;
  pthread_cond_t wake;
  void (*free_item) (SvItem *item);
  void (*on_leak) (SvItem *item, const SvFlowStats *stats); /* or NULL */

  bool running;
  unsigned halts;     /* the consumer pauses while this is not 0 */
  unsigned holds;     /* held pads stay so while this is not 0 */
  bool has_held;      /* any pad is */
  int64_t held_until; /* and until this time */
  SvCollectPad *pads;
  unsigned n_pads;
  unsigned batch_size; /* 0: as many as pads */
  unsigned capacity;
  SvTimeoutPolicy policy;
  int64_t timeout_ns; /* of the policy fixed; negative: for ever */
  int64_t auto_ns;    /* of the policy auto as last told */
  int64_t stall_ns;   /* 0: never told */
  bool eos_told;
  bool has_flow;
  int flow;
  SvDropReason flow_reason;
  SvCollectPad **order; /* room for all pads */
  SvItem *loose;        /* events of no pad */
  SvItem **loose_tail;

  /* As the consumer last saw them; producers count on. */
  unsigned n_heads;
  unsigned n_expected;
  bool has_gaps;
  bool has_unwoken; /* any pad is */

  /* When the consumer, which waits, looks again by itself; 0: it does not
   * wait. */
  int64_t wakes_at;
  int64_t taken_ns; /* when the last batch was taken */

  int64_t pushing_since; /* 0: the consumer is not busy downstream */
  int64_t pushed_ns;     /* taken off the waiting clock */
  SvFlowStats stats;     /* of all pads, also released ones */
  SvFlowStats gone;      /* of released pads */
  SvBatchCounts counts;
  uint64_t bytes;
  uint64_t high_bytes;
} SvCollect;

/* Not running. `free_item` is called without the lock, as is `on_leak`, if
 * there is one, for every frame that was dropped since its pad leaks, with the
 * pad's counts of that moment. */
void sv_collect_init (SvCollect *collect, void (*free_item) (SvItem *item),
    void (*on_leak) (SvItem *item, const SvFlowStats *stats));

/* Not running; nobody calls any more. Releases the pads. */
void sv_collect_clear (SvCollect *collect);

/* Counts, ends and flows of the last run are forgotten. */
void sv_collect_start (SvCollect *collect);

/* Every producer and the consumer return; what is queued is dropped. */
void sv_collect_stop (SvCollect *collect);

/* The consumer returns STOPPED between one halt and its end; they nest. A
 * producer is not halted. The end forgets downstream's last result. */
void sv_collect_halt (SvCollect *collect, bool halt);

/* From the begin on events of `pad` are taken but no frames, and nobody waits
 * for it. The last end lets all pads go that were held, `after_ns` later;
 * begins and ends nest. */
void sv_collect_begin_hold (SvCollect *collect, SvCollectPad *pad);
void sv_collect_end_hold (SvCollect *collect, int64_t after_ns);

void sv_collect_set_batch_size (SvCollect *collect, unsigned batch_size);

/* `timeout_ns` is that of the policy fixed; 0: no waiting, negative: for
 * ever. */
void sv_collect_set_timeout (SvCollect *collect, SvTimeoutPolicy policy,
    int64_t timeout_ns);

/* What is in force; negative: for ever. */
int64_t sv_collect_get_timeout (SvCollect *collect);
void sv_collect_set_stall (SvCollect *collect, int64_t stall_ns);

/* ---- Pads --------------------------------------------------------------- */

/* A pad with one reference, its owner's. */
SvCollectPad *sv_collect_add_pad (SvCollect *collect, unsigned index,
    void *owner, unsigned max_queued);

/* Queues an event of no pad, which belongs to the collection: it comes before
 * all that is queued later. Freed where the collection does not run. */
void sv_collect_announce (SvCollect *collect, SvItem *item);

/* Drops what it holds and wakes its producer; the pad lives on for whoever
 * still has a reference. */
void sv_collect_release_pad (SvCollect *collect, SvCollectPad *pad);

void sv_collect_unref_pad (SvCollectPad *pad);

void sv_collect_set_max_queued (SvCollect *collect, SvCollectPad *pad,
    unsigned max_queued);

void sv_collect_set_max_bytes (SvCollect *collect, SvCollectPad *pad,
    uint64_t max_bytes);

void sv_collect_set_leak (SvCollect *collect, SvCollectPad *pad, SvLeak leak);

/* Whether its frames come in real time, and how long one lasts by its caps (0:
 * not known). */
void sv_collect_set_live (SvCollect *collect, SvCollectPad *pad, bool live);
void sv_collect_set_nominal (SvCollect *collect, SvCollectPad *pad,
    int64_t nominal_ns);

/* Drops what it holds and wakes its producer. TRUE where every pad is flushing
 * now. */
bool sv_collect_begin_flush (SvCollect *collect, SvCollectPad *pad);

/* Lets a pad go on, also one that had ended, with `item`, the end's event,
 * which belongs to the collection. Forgets downstream's last result, as START
 * does: what begins anew may fare better. FALSE where nothing can come of it:
 * the pad is released or the collection does not run. */
bool sv_collect_end_flush (SvCollect *collect, SvCollectPad *pad, SvItem *item);

/* Ends the stream of a pad without its producer: queues `item`, an EOS, which
 * belongs to the collection, and turns away frames until the next START after
 * the stream's own, or the end of a flush. Takes effect at the next start
 * where the collection does not run, at the end of the flush where the pad
 * flushes, never where it has ended or is released. Never waits. TRUE where
 * the producer will not learn of a refusal, which is in *flow. */
bool sv_collect_end_pad (SvCollect *collect, SvCollectPad *pad, SvItem *item,
    int *flow);

/* Whether it had EOS or was ended. */
bool sv_collect_is_closed (SvCollect *collect, SvCollectPad *pad);

/* ---- Items -------------------------------------------------------------- */

/* Memory for an item of `size` bytes, not cleared; frames of one pad have one
 * size and one producer. */
SvItem *sv_collect_new_frame (SvCollectPad *pad, size_t size);
SvItem *sv_collect_new_event (size_t size);

/* The end of every item, at the latest in `free_item`. A frame's memory goes
 * back to its pad, which has to live. */
void sv_collect_delete (SvItem *item, SvCollectPad *pad);

/* ---- Producers ---------------------------------------------------------- */

/* Whether a frame could be queued as far as the state goes. */
bool sv_collect_is_open (SvCollect *collect, SvCollectPad *pad);

/* A frame that is not queued is counted in and dropped: for `reason`, or for
 * what the result tells where the pad was closed to it anyway. `stats` (or
 * NULL) are the pad's counts after it. */
SvPushResult sv_collect_reject (SvCollect *collect, SvCollectPad *pad,
    SvDropReason reason, SvFlowStats *stats, int *flow);

/* Queues an item, which belongs to the collection whatever the result is. A
 * frame is counted in, and dropped where the result is not OK.
 * Where `max_queued` frames are there a frame waits, or one is dropped as
 * `leak` says, which is OK. */
SvPushResult sv_collect_push (SvCollect *collect, SvCollectPad *pad,
    SvItem *item, int *flow);

/* ---- Consumer ----------------------------------------------------------- */

/* Waits for something to do. */
void sv_collect_take (SvCollect *collect, SvTake *take);

/* Around whatever may block downstream: that is no silence of the pads. */
void sv_collect_begin_push (SvCollect *collect);
void sv_collect_end_push (SvCollect *collect);

/* Frees a list of events. */
void sv_collect_free (SvCollect *collect, SvItem *items);

/* What became of the frames of a batch: out, or dropped for a reason. Frees
 * the list. */
void sv_collect_finish_out (SvCollect *collect, SvItem *items);
void sv_collect_finish_dropped (SvCollect *collect, SvItem *items,
    SvDropReason reason);

/* From now on producers get `flow`, until the next start, end of a halt, end
 * of a flush or START. What is queued is dropped. */
void sv_collect_refuse (SvCollect *collect, int flow, SvDropReason reason);

/* ---- Figures ------------------------------------------------------------ */

/* Calls `visit` for every pad in order, then gives the totals, all of one
 * moment. The lock is held meanwhile. */
void sv_collect_get_stats (SvCollect *collect, SvCollectStats *stats,
    void (*visit) (const SvCollectPad *pad, void *data), void *data);

/* Calls `visit` for this pad as sv_collect_get_stats() does. */
void sv_collect_visit_pad (SvCollect *collect, SvCollectPad *pad,
    void (*visit) (const SvCollectPad *pad, void *data), void *data);

/* What a pad that is being visited does, in a word. Static. */
const char *sv_collect_pad_state (const SvCollectPad *pad);

/* Whether any pad had EOS or none is left: then upstream may not learn of a
 * result downstream. */
bool sv_collect_has_ended_pads (SvCollect *collect);

#endif
