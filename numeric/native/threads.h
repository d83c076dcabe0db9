/* Several threads.  Each computes signals and δ of its own lanes (samples), then all of them meet,
   and each corrects its own weights over all samples; every number is computed by one thread, in the
   order of a single one, so the bits do not depend on how many there are. */
typedef struct {
  const Setting *own, *all;       /* its lanes; all lanes */
  const Order *ahead, *share;     /* signals and δ; its share of the corrections */
  int64_t aheads, shares;
  Samples samples;                /* those of its first lane */
  int64_t lane;                   /* its first lane */
  int64_t start, updates;
} Worker;
#ifndef _WIN32
#include <pthread.h>
#include <signal.h>
#define MOST 64
#define SPINS 3000 /* about as long as to wake a thread that sleeps */
#if defined(__x86_64__)
#define RELAX() __builtin_ia32_pause()
#else
#define RELAX() __asm__ volatile("" ::: "memory")
#endif

/* Who arrives waits for the rest.  A while awake, since they are near; then asleep: who is awake may stand on
   the processor that the rest are waiting for, and whoever is woken is put on a free one. */
typedef struct {
  int here, many, asleep;
  unsigned round;
  pthread_mutex_t door;
  pthread_cond_t open;
} Meeting;
static void meet(Meeting *m) {
  unsigned round = __atomic_load_n(&m->round, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&m->here, 1, __ATOMIC_ACQ_REL) == __atomic_load_n(&m->many, __ATOMIC_RELAXED)) {
    __atomic_store_n(&m->here, 0, __ATOMIC_RELAXED);
    pthread_mutex_lock(&m->door);
    __atomic_store_n(&m->round, round + 1, __ATOMIC_RELEASE);
    if (m->asleep) pthread_cond_broadcast(&m->open);
    pthread_mutex_unlock(&m->door);
    return;
  }
  for (int spins = 0; spins < SPINS; spins++, RELAX())
    if (__atomic_load_n(&m->round, __ATOMIC_ACQUIRE) != round) return;
  pthread_mutex_lock(&m->door);
  for (m->asleep++; __atomic_load_n(&m->round, __ATOMIC_ACQUIRE) == round;) pthread_cond_wait(&m->open, &m->door);
  m->asleep--;
  pthread_mutex_unlock(&m->door);
}

/* The threads stay from call to call: to make one takes longer than many an update.  All of them and the caller
   meet at the gate before and after a call; those who work meet at the desk on the way. */
typedef struct {
  Meeting gate, desk;
  pthread_mutex_t taken;
  Worker *work;
  int workers;
} Team;
#define CLOSED(many) {0, many, 0, 0, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER}
#define NOBODY {CLOSED(1), CLOSED(0), PTHREAD_MUTEX_INITIALIZER, 0, 0}
static Team team = NOBODY;

static void work(const Worker *w) {
  Mode was = quick();
  int64_t start = w->start;
  for (int64_t n = w->updates; n; n--, start += w->all->batch) {
    load(w->own, &w->samples, start + w->lane);
    run(w->own, w->ahead, w->aheads);
    see(w->own, &w->samples, start + w->lane);
    meet(&team.desk);
    run(w->all, w->share, w->shares);
    meet(&team.desk);
  }
  restore(was);
}
static void *member(void *number) {
  for (;;) {
    meet(&team.gate);
    if ((intptr_t)number < team.workers) work(&team.work[(intptr_t)number]);
    meet(&team.gate);
  }
  return 0;
}
/* A process that was forked has no threads but its own. */
static void alone(void) { team = (Team)NOBODY; }
/* As many as there are places, the caller being one.  Signals are not for them. */
static int gathered(int places) {
  sigset_t all, was;
  if (team.gate.many == 1 && pthread_atfork(0, 0, alone)) return 0;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &was);
  while (team.gate.many < places) {
    pthread_t made;
    intptr_t number = __atomic_fetch_add(&team.gate.many, 1, __ATOMIC_RELAXED);
    if (pthread_create(&made, 0, member, (void *)number)) {
      __atomic_fetch_sub(&team.gate.many, 1, __ATOMIC_RELAXED);
      break;
    }
    pthread_detach(made);
  }
  pthread_sigmask(SIG_SETMASK, &was, 0);
  return team.gate.many >= places;
}
/* 0: done.  1: not enough threads are to be had, or they are at work for another; nothing was done. */
EXPORT int pp_train_together(Worker *w, int64_t workers) {
  if (workers > MOST || pthread_mutex_trylock(&team.taken)) return 1;
  int able = gathered((int)workers);
  if (able) {
    team.work = w;
    team.workers = team.desk.many = (int)workers;
    meet(&team.gate);
    work(&w[0]);
    meet(&team.gate);
  }
  pthread_mutex_unlock(&team.taken);
  return !able;
}
#else
EXPORT int pp_train_together(Worker *w, int64_t workers) { (void)w; (void)workers; return 1; }
#endif
