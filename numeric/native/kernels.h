/* The kernels: one for each kind of instruction.  Their size does not depend on the network; which
   rows they work on is data, in an `Order`. */
/* out := 0.  a: out, rows, elements of a row, step of rows */
static void k_clear(const Order *o) {
  int64_t rows = o->a[1], width = o->a[2], step = o->a[3];
  if (width == step) memset(AT(0), 0, (size_t)(rows * width) * sizeof(T));
  else for (int64_t r = 0; r < rows; r++) memset(AT(0) + r * step, 0, (size_t)width * sizeof(T));
}

/* out := picked rows.  a: out, from, index, rows, elements of a row, step of rows */
static void k_take(const Setting *s, const Order *o) {
  const int32_t *at = INDEX(2);
  int64_t width = o->a[4], step = o->a[5];
  T *out = AT(0); const T *from = AT(1);
  if (width == 1) for (int64_t r = 0; r < o->a[3]; r++) out[r] = from[at[r]];
  else for (int64_t r = 0; r < o->a[3]; r++) memcpy(out + r * step, from + at[r] * step, (size_t)width * sizeof(T));
}

/* picked rows := from.  a: from, out, index, rows, elements of a row, step of rows */
static void k_put(const Setting *s, const Order *o) {
  const int32_t *at = INDEX(2);
  int64_t width = o->a[4], step = o->a[5];
  const T *from = AT(0); T *out = AT(1);
  if (width == 1) for (int64_t r = 0; r < o->a[3]; r++) out[at[r]] = from[r];
  else for (int64_t r = 0; r < o->a[3]; r++) memcpy(out + at[r] * step, from + r * step, (size_t)width * sizeof(T));
}

/* out += c x.  a: out, x, elements */
static void k_add(const Order *o, T c) {
  T *out = AT(0); const T *x = AT(1);
  V scale = v_set(c);
  for (int64_t e = 0, n = o->a[2]; e < n; e += LANES)
    v_store_to(out + e, v_fma(scale, v_load_to(x + e, n - e), v_load_to(out + e, n - e)), n - e);
}

/* out_r (+)= Σ_e w_e x[index_e] over the edges e of row r.
   a: out, rows, pointer, index, w, order of w or -1, x, more */
F void edges(const int wide, const int picked, const Setting *s, const Order *o, int64_t c) {
  const int32_t *pointer = INDEX(2), *index = INDEX(3), *order = s->index + (picked ? o->a[5] : 0);
  const T *w = AT(4), *x = AT(6) + c;
  int64_t S = s->stride;
  T *out = AT(0) + c;
  for (int64_t r = 0; r < o->a[1]; r++, out += S) {
    V sum[4];
    UNROLL for (int l = 0; l < wide; l++) sum[l] = o->a[7] ? v_load(out + l * LANES) : v_set(0);
    for (int32_t e = pointer[r]; e < pointer[r + 1]; e++) {
      __builtin_prefetch(x + index[e + 8] * S);
      V a = v_set(picked ? w[order[e]] : w[e]);
      const T *row = x + index[e] * S;
      UNROLL for (int l = 0; l < wide; l++) sum[l] = v_fma(a, v_load(row + l * LANES), sum[l]);
    }
    UNROLL for (int l = 0; l < wide; l++)
      if (wide > 1) v_store(out + l * LANES, sum[l]); else v_store_to(out, sum[l], s->lanes - c);
  }
}
#define EDGES(name, wide, picked) static void name(const Setting *s, const Order *o, int64_t c) { edges(wide, picked, s, o, c); }
EDGES(edges_4, 4, 0) EDGES(edges_2, 2, 0) EDGES(edges_1, 1, 0)
EDGES(edges_4_picked, 4, 1) EDGES(edges_2_picked, 2, 1) EDGES(edges_1_picked, 1, 1)
static void k_sparse(const Setting *s, const Order *o) {
  int64_t c = 0, S = s->lanes;
  int picked = o->a[5] >= 0;
  for (; c + 4 * LANES <= S; c += 4 * LANES) (picked ? edges_4_picked : edges_4)(s, o, c);
  for (; c + 2 * LANES <= S; c += 2 * LANES) (picked ? edges_2_picked : edges_2)(s, o, c);
  for (; c < S; c += LANES) (picked ? edges_1_picked : edges_1)(s, o, c);
}
static void k_sparse_one(const Setting *s, const Order *o) {
  const uint32_t *pointer = PLACES(2), *index = PLACES(3), *order = PLACES(5);
  const T *w = AT(4), *x = AT(6);
  T *out = AT(0);
  for (int64_t r = 0; r < o->a[1]; r++) {
    T a = o->a[7] ? out[r] : 0, b = 0;
    uint32_t e = pointer[r], end = pointer[r + 1];
    if (o->a[5] >= 0) {
      for (; e + 2 <= end; e += 2) {
        a = s_fma(w[order[e]], x[index[e]], a);
        b = s_fma(w[order[e + 1]], x[index[e + 1]], b);
      }
      if (e < end) a = s_fma(w[order[e]], x[index[e]], a);
    } else {
      for (; e + 2 <= end; e += 2) {
        a = s_fma(w[e], x[index[e]], a);
        b = s_fma(w[e + 1], x[index[e + 1]], b);
      }
      if (e < end) a = s_fma(w[e], x[index[e]], a);
    }
    out[r] = s_add(a, b);
  }
}

/* out_e := or out_e += c Σ_ξ left[i_e] right[k_e].
   a: out, edges, left, its index, right, its index, more, factor, half of a panel */
F void dots(const int wide, const int one, const Setting *s, const Order *o, T c) {
  const int32_t *at_left = INDEX(3), *at_right = INDEX(5);
  const T *left = AT(2), *right = AT(4);
  T *out = AT(0);
  int64_t S = s->stride, n = o->a[1];
  V scale = v_set(c);
  for (int64_t e = 0; e < n; e += LANES) {
    const T *p[LANES], *q[LANES];
    UNROLL for (int l = 0; l < LANES; l++) {
      int64_t here = least(e + l, n - 1);
      p[l] = left + at_left[here] * S;
      q[l] = right + at_right[here] * S;
    }
    V all = pairs(wide, p, q, s->batch, one);
    v_store_to(out + e, o->a[6] ? v_fma(scale, all, v_load_to(out + e, n - e)) : v_mul(scale, all), n - e);
  }
}
#define DOTS(name, wide, one) static void name(const Setting *s, const Order *o, T c) { dots(wide, one, s, o, c); }
DOTS(dots_1, 1, 0) DOTS(dots_2, 2, 0) DOTS(dots_4, 4, 0) DOTS(dots_any, 0, 0)
DOTS(half_1, 1, 1) DOTS(half_2, 2, 1) DOTS(half_any, 0, 1)
static void k_dots(const Setting *s, const Order *o, T c) {
  int one = (int)o->a[8];
  if (s->batch == LANES) (one ? half_1 : dots_1)(s, o, c);
  else if (s->batch == 2 * LANES) (one ? half_2 : dots_2)(s, o, c);
  else if (s->batch == 4 * LANES && !one) dots_4(s, o, c);
  else (one ? half_any : dots_any)(s, o, c);
}
/* out += c (x + y): the halves of two threads.  a: out, x, y, elements, -, -, -, factor */
static void k_join(const Order *o, T c) {
  T *out = AT(0); const T *x = AT(1), *y = AT(2);
  V scale = v_set(c);
  for (int64_t e = 0, n = o->a[3]; e < n; e += LANES)
    v_store_to(out + e, v_fma(scale, v_add(v_load_to(x + e, n - e), v_load_to(y + e, n - e)), v_load_to(out + e, n - e)), n - e);
}
/* The same for one sample: edges of one row are neighbours.
   a: out, runs of edges, left, row of each run, right, its index, more, factor, where each run begins (one more) */
static void k_dots_one(const Setting *s, const Order *o, T c) {
  const uint32_t *at_left = PLACES(3), *at_right = PLACES(5), *starts = PLACES(8);
  const T *left = AT(2), *right = AT(4);
  T *restrict out = AT(0);
  int more = (int)o->a[6];
  for (int64_t n = 0; n < o->a[1]; n++) {
    T here = s_mul(c, left[at_left[n]]);
    uint32_t e = starts[n], end = starts[n + 1];
    if (more) {
      for (; e + 2 <= end; e += 2) {
        T x = s_fma(here, right[at_right[e]], out[e]), y = s_fma(here, right[at_right[e + 1]], out[e + 1]);
        out[e] = x;
        out[e + 1] = y;
      }
      if (e < end) out[e] = s_fma(here, right[at_right[e]], out[e]);
    }
    else for (; e < end; e++) out[e] = s_mul(here, right[at_right[e]]);
  }
}

/* As soon as δ_k is known: δ_i += w_ki δ_k and w_ki += c δ_k y_i for each i that feeds k; see `pushing.py`.
   a: w, runs of edges, δ, row of each run, y, its index, -, factor, where each run begins (one more) */
static void k_push(const Setting *s, const Order *o, T c) {
  const uint32_t *at = PLACES(3), *index = PLACES(5), *starts = PLACES(8);
  T *w = AT(0), *back = AT(2);
  const T *y = AT(4);
  for (int64_t n = 0; n < o->a[1]; n++) {
    T here = back[at[n]], step = s_mul(c, here);
    for (uint32_t e = starts[n], end = starts[n + 1]; e < end; e++) {
      uint32_t i = index[e];
      T was = w[e];
      back[i] = s_fma(was, here, back[i]);
      w[e] = s_fma(step, y[i], was);
    }
  }
}

/* out := the sum of the rows.  a: out, x, rows */
static void k_total(const Setting *s, const Order *o) {
  int64_t S = s->stride, lanes = s->lanes;
  for (int64_t c = 0; c < lanes; c += LANES) {
    V sum = v_set(0);
    for (int64_t r = 0; r < o->a[2]; r++) sum = v_add(sum, v_load_to(AT(1) + r * S + c, lanes - c));
    v_store_to(AT(0) + c, sum, lanes - c);
  }
}

/* y_j := exp(v_j) / Σ_k exp(v_k), column by column.  a: y, v, rows */
static void k_softmax(const Setting *s, const Order *o) {
  int64_t S = s->stride, rows = o->a[2];
  T *y = AT(0); const T *v = AT(1);
  if (S == 1) {
    V peak = v_set(v[0]), sum = v_set(0);
    T top, total;
    for (int64_t r = 0; r < rows; r += LANES) peak = v_peak(peak, least(LANES, rows - r) == LANES ? v_load(v + r) : v_set(v[r]));
    { T t[LANES]; v_store(t, peak); top = t[0]; for (int l = 1; l < LANES; l++) top = s_peak(top, t[l]); }
    for (int64_t r = rows - rows % LANES; r < rows; r++) top = s_peak(top, v[r]);
    for (int64_t r = 0; r < rows; r += LANES) {
      V e = v_exp(v_sub(v_load_to(v + r, rows - r), v_set(top)));
      if (rows - r < LANES) e = v_first(e, (int)(rows - r));
      sum = v_add(sum, e);
      v_store_to(y + r, e, rows - r);
    }
    total = v_sum(sum);
    V share = v_div(v_set(K(1, 1)), v_set(total));
    for (int64_t r = 0; r < rows; r += LANES) v_store_to(y + r, v_mul(v_load_to(y + r, rows - r), share), rows - r);
    return;
  }
  for (int64_t c = 0; c < s->lanes; c += LANES) {
    V peak = v_peak(v_load(v + c), v_load(v + c)), sum = v_set(0);
    for (int64_t r = 1; r < rows; r++) peak = v_peak(peak, v_load(v + r * S + c));
    for (int64_t r = 0; r < rows; r++) {
      V e = v_exp(v_sub(v_load(v + r * S + c), peak));
      sum = v_add(sum, e);
      v_store_to(y + r * S + c, e, s->lanes - c);
    }
    V share = v_div(v_set(K(1, 1)), sum);
    for (int64_t r = 0; r < rows; r++) v_store_to(y + r * S + c, v_mul(v_load(y + r * S + c), share), s->lanes - c);
  }
}

/* out[at_n] := Σ x[order_e] over the e of run n.  a: out, at, x, order, starts (one more), runs */
static void k_runs(const Setting *s, const Order *o) {
  const int32_t *at = INDEX(1), *order = INDEX(3), *starts = INDEX(4);
  for (int64_t n = 0; n < o->a[5]; n++) {
    T sum = 0;
    for (int32_t e = starts[n]; e < starts[n + 1]; e++) sum = s_add(sum, AT(2)[order[e]]);
    AT(0)[at[n]] = sum;
  }
}

/* Samples to rows: y[i][ξ] := X[order ξ][i]; the lanes beyond the batch repeat the last sample. */
static void load_rows(const Setting *s, T *y, const T *X, int64_t width, const int64_t *order, int64_t start) {
  enum { NEAR = 4 }; /* so many vectors of samples at a time: what is read and written stays near */
  int64_t S = s->stride;
  if (S == 1) {
    const T *x = X + (order ? order[start] : start) * width;
    for (int64_t i = 0; i < width; i += LANES) v_store_to(y + i, v_load_to(x + i, width - i), width - i);
    return;
  }
  for (int64_t first = 0; first < s->lanes; first += NEAR * LANES) {
    const T *row[NEAR * LANES];
    int64_t many = least(NEAR * LANES, s->lanes - first);
    for (int64_t l = 0; l < NEAR * LANES; l++) {
      int64_t n = start + least(first + l, s->batch - 1);
      int64_t next = start + least(first + l + NEAR * LANES, s->batch - 1);
      row[l] = X + (order ? order[n] : n) * width;
      HELD(row[l]);
      __builtin_prefetch(X + (order ? order[next] : next) * width);
    }
    for (int64_t i = 0; i < width; i += LANES)
      for (int64_t c = 0; c < many; c += LANES) {
        T *out = y + i * S + first + c;
        V a[LANES];
        UNROLL for (int l = 0; l < LANES; l++) __builtin_prefetch(row[c + l] + i + LANES);
        if (i + LANES <= width) UNROLL for (int l = 0; l < LANES; l++) a[l] = v_load(row[c + l] + i);
        else UNROLL for (int l = 0; l < LANES; l++) a[l] = v_load_n(row[c + l] + i, (int)(width - i));
        v_transpose(a);
        UNROLL for (int l = 0; l < LANES; l++, out += S) { HELD(out); if (i + l < width) v_store_to(out, a[l], many - c); }
      }
  }
}
