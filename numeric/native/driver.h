/* Running the orders: once, or for many updates. */

/* A weight matrix that has a copy while one sample after the other is learned: its rows padded to whole vectors,
   or its columns. */
typedef struct { int64_t weights, copy, height, width, step, turned; } Block;
static void exchange(const Block *b, int64_t blocks, int back) {
  for (; blocks; blocks--, b++) {
    T *w = (T *)(uintptr_t)b->weights, *p = (T *)(uintptr_t)b->copy;
    if (!b->turned)
      for (int64_t r = 0; r < b->height; r++, w += b->width, p += b->step) memcpy(back ? w : p, back ? p : w, (size_t)b->width * sizeof(T));
    else if (back) turn(w, b->width, p, b->step, b->width, b->height);
    else turn(p, b->step, w, b->width, b->height, b->width);
  }
}

typedef struct {
  const T *X, *D, *S;       /* samples, one after the other: inputs, targets, N/s of each or 0 */
  const int64_t *order;     /* which sample comes when; 0: as they stand */
  int64_t inputs, outputs;
  T *y, *d, *n;             /* rows of the inputs and of the targets; the row of N/s */
  const T *out_y, *out_v;   /* first rows of y and v */
  int64_t at;               /* index array: the rows of the outputs */
  T *seen_y, *seen_v;       /* [outputs][samples]: y and v of the outputs, as they were */
  int64_t samples;
  const Block *blocks;
  int64_t many;             /* blocks */
  const Order *begin;       /* v := W x where v is found together with the corrections before, see `k_advance` */
  int64_t begins;
  T *then;                  /* the inputs of the next sample */
} Samples;

static void run(const Setting *s, const Order *o, int64_t count) {
  for (; count; count--, o++) switch (o->code) {
    case 0: k_clear(o); break;
    case 1: k_take(s, o); break;
    case 2: k_put(s, o); break;
    case 3: k_add(o, s->factor[o->a[7]]); break;
    case 4: k_transpose(s, o); break;
    case 5: k_product(s, o); break;
    case 6: k_outer(s, o, s->factor[o->a[7]]); break;
    case 7: k_matrix_vector(o); break;
    case 8: k_vector_matrix(o); break;
    case 9: k_outer_one(o, s->factor[o->a[7]]); break;
    case 10: k_sparse(s, o); break;
    case 11: k_sparse_one(s, o); break;
    case 12: k_dots(s, o, s->factor[o->a[7]]); break;
    case 13: k_dots_one(s, o, s->factor[o->a[7]]); break;
    case 14: k_total(s, o); break;
    case 15: k_softmax(s, o); break;
    case 16: k_runs(s, o); break;
    case 17: k_join(o, s->factor[o->a[7]]); break;
    case 18: k_begin(o); break;
    case 19: k_advance(o, s->factor[o->a[7]]); break;
    case 20: k_push(s, o, s->factor[o->a[7]]); break;
    default: s->map(s, o);
  }
}

EXPORT void pp_run(const Setting *s, const Order *o, int64_t count) {
  Mode was = quick();
  run(s, o, count);
  restore(was);
}

/* Samples from `start` on into the rows; y and v of the outputs out of them. */
static void load(const Setting *s, const Samples *d, int64_t start) {
  load_rows(s, d->y, d->X, d->inputs, d->order, start);
  load_rows(s, d->d, d->D, d->outputs, d->order, start);
  if (d->S) load_rows(s, d->n, d->S, 1, d->order, start);
}
static void see(const Setting *s, const Samples *d, int64_t start) {
  const int32_t *at = s->index + d->at;
  if (s->stride == 1) for (int64_t n = 0; n < d->outputs; n++) {
    d->seen_y[n * d->samples + start] = d->out_y[at[n]];
    d->seen_v[n * d->samples + start] = d->out_v[at[n]];
  }
  else for (int64_t n = 0; n < d->outputs; n++) {
    size_t size = (size_t)s->batch * sizeof(T);
    memcpy(d->seen_y + n * d->samples + start, d->out_y + at[n] * s->stride, size);
    memcpy(d->seen_v + n * d->samples + start, d->out_v + at[n] * s->stride, size);
  }
}

EXPORT void pp_train(const Setting *s, const Order *o, int64_t count, const Samples *d, int64_t start, int64_t updates) {
  Mode was = quick();
  exchange(d->blocks, d->many, 0);
  if (d->begins && updates) { load(s, d, start); run(s, d->begin, d->begins); }
  for (; updates; updates--, start += s->batch) {
    load(s, d, start);
    if (d->begins) load_rows(s, d->then, d->X, d->inputs, d->order, updates > 1 ? start + 1 : start);
    run(s, o, count);
    see(s, d, start);
  }
  exchange(d->blocks, d->many, 1);
  restore(was);
}

/* A large batch goes part by part: signals and δ of PANEL samples at a time, in rows that stay in the nearest
   caches.  Their Σ_ξ δ y are added up in Δw as the panels of a long sum are, so the bits are those of the
   whole batch; after the last part w += c Δw. */
typedef struct {
  const Setting *setting;
  const Order *ahead, *first, *next;  /* signals and δ; Δw := and Δw += its sums */
  int64_t aheads, sums;
} Part;
/* The samples of the next part, on their way to the second cache while this one is learned. */
static void fetch(const Samples *d, int64_t start, int64_t count) {
  for (int64_t n = start; n < start + count; n++) {
    const T *x = d->X + (d->order ? d->order[n] : n) * d->inputs;
    for (int64_t i = 0; i < d->inputs; i += 64 / (int64_t)sizeof(T)) __builtin_prefetch(x + i, 0, 2);
  }
}
EXPORT void pp_train_in_parts(const Part *whole, const Part *last, const Order *add, const Samples *d, int64_t batch, int64_t start, int64_t updates) {
  Mode was = quick();
  for (; updates; updates--, start += batch) {
    for (int64_t at = 0; at < batch; at += PANEL) {
      const Part *part = at + PANEL < batch ? whole : last;
      const Setting *s = part->setting;
      load(s, d, start + at);
      fetch(d, start + at + s->batch, least(PANEL, batch - at - s->batch));
      run(s, part->ahead, part->aheads);
      see(s, d, start + at);
      run(s, at ? part->next : part->first, part->sums);
    }
    run(whole->setting, add, 1);
  }
  restore(was);
}

/* One update for each call, for a loop that is not ours; see `single.py`. */
typedef void Tiny(const Setting *, T *, const T *, const T *, const T *, const int64_t *, int64_t, int64_t, T *, T *, int64_t);
typedef struct {
  const Setting *setting;
  const Order *orders;
  int64_t count;
  const Samples *samples;
  Tiny *tiny;              /* the program written out, or 0 */
  T *weights;
  int64_t many;            /* weights */
} Step;
/* Whether all of them are finite: 0 x = 0 of no other number. */
static int whole(const T *x, int64_t n) {
  V none = v_set(0), sum[4];
  int64_t e = 0;
  UNROLL for (int l = 0; l < 4; l++) sum[l] = none;
  for (; e + 4 * LANES <= n; e += 4 * LANES)
    UNROLL for (int l = 0; l < 4; l++) sum[l] = v_fma(v_load(x + e + l * LANES), none, sum[l]);
  for (; e < n; e += LANES) sum[0] = v_fma(v_load_to(x + e, n - e), none, sum[0]);
  return v_sum(v_add(v_add(sum[0], sum[1]), v_add(sum[2], sum[3]))) == 0;
}
/* 0: done.  1: not done, a sample is not finite.  2: done, and a weight is no longer finite. */
EXPORT int pp_step(const Step *p) {
  const Setting *s = p->setting;
  const Samples *d = p->samples;
  if (!whole(d->X, s->batch * d->inputs) || !whole(d->D, s->batch * d->outputs)) return 1;
  if (p->tiny) p->tiny(s, p->weights, d->X, d->D, d->S, 0, 0, 1, d->seen_y, d->seen_v, d->samples);
  else pp_train(s, p->orders, p->count, d, 0, 1);
  return whole(p->weights, p->many) ? 0 : 2;
}

EXPORT int64_t pp_lanes(void) { return LANES; }
EXPORT int64_t pp_panel(void) { return PANEL; }
EXPORT int pp_undefined_since(void) { return undefined_since(); }
