/* Matrices times vectors, for one sample after the other. */
/* So many sums at a time: enough that none waits for the one before. */
#define ABREAST (LANES < 8 ? 8 : LANES)
/* The same for one sample.  `padded`: rows of W begin where a vector may and end in zeros, see `Block`. */
F void rows_vector(const int many, const int padded, T *out, const T *W, const T *x, int64_t height, int64_t width, int64_t step) {
  V sum[ABREAST];
  const T *w[ABREAST];
  int64_t c = 0;
  UNROLL for (int l = 0; l < many; l++) { sum[l] = v_set(0); w[l] = W + least(l, height - 1) * step; }
  for (; c + LANES <= width; c += LANES) {
    V b = v_load(x + c);
    UNROLL for (int l = 0; l < many; l++) sum[l] = v_fma(v_load(w[l] + c), b, sum[l]);
  }
  if (c < width) {
    int n = (int)(width - c);
    V b = v_load_n(x + c, n);
    UNROLL for (int l = 0; l < many; l++)
      sum[l] = v_fma(padded ? v_load(w[l] + c) : v_load_n(w[l] + c, n), b, sum[l]);
  }
  UNROLL for (int l = 0; l < many; l += LANES) v_store_to(out + l, v_sums(sum + l), height - l);
}
F void matrix_vector(const int padded, const Order *o) {
  T *out = AT(0); const T *W = AT(1), *x = AT(2);
  int64_t height = o->a[3], width = o->a[4], step = o->a[5], r = 0;
  for (; r + ABREAST <= height; r += ABREAST) rows_vector(ABREAST, padded, out + r, W + r * step, x, ABREAST, width, step);
  for (; r < height; r += LANES) rows_vector(LANES, padded, out + r, W + r * step, x, height - r, width, step);
}
F void columns(const int wide, const int padded, T *out, const T *W, const T *x, int64_t height, int64_t step, int64_t n, int more) {
  V sum[4];
  UNROLL for (int l = 0; l < wide; l++) sum[l] = v_set(0);
  for (int64_t r = 0; r < height; r++) {
    V a = v_set(x[r]);
    const T *w = W + r * step;
    UNROLL for (int l = 0; l < wide; l++)
      sum[l] = v_fma(a, padded ? v_load(w + l * LANES) : v_load_to(w + l * LANES, n - l * LANES), sum[l]);
  }
  UNROLL for (int l = 0; l < wide; l++)
    v_store_to(out + l * LANES, more ? v_add(v_load_to(out + l * LANES, n - l * LANES), sum[l]) : sum[l], n - l * LANES);
}
F void vector_matrix(const int padded, const Order *o) {
  T *out = AT(0); const T *W = AT(1), *x = AT(2);
  int64_t height = o->a[3], width = o->a[4], step = o->a[5], c = 0;
  int more = (int)o->a[8];
  for (; c + 4 * LANES <= width; c += 4 * LANES) columns(4, padded, out + c, W + c, x, height, step, 4 * LANES, more);
  for (; c + 2 * LANES <= width; c += 2 * LANES) columns(2, padded, out + c, W + c, x, height, step, 2 * LANES, more);
  for (; c < width; c += LANES) columns(1, padded, out + c, W + c, x, height, step, width - c, more);
}
static void k_matrix_vector(const Order *o) { if (o->a[7]) matrix_vector(1, o); else matrix_vector(0, o); }
static void k_vector_matrix(const Order *o) { if (o->a[7]) vector_matrix(1, o); else vector_matrix(0, o); }
F void outer_part(const int wide, T *W, const T *left, const T *right, int64_t height, int64_t step, int64_t n, T c) {
  V x[6];
  UNROLL for (int l = 0; l < wide; l++) x[l] = v_mul(v_set(c), v_load_to(right + l * LANES, n - l * LANES));
  for (int64_t r = 0; r < height; r++, W += step) {
    V a = v_set(left[r]);
    UNROLL for (int l = 0; l < wide; l++) v_store(W + l * LANES, v_fma(a, x[l], v_load(W + l * LANES)));
  }
}
/* W += c left right in padded rows */
static void outer_padded(T *W, const T *left, const T *right, int64_t height, int64_t width, int64_t step, T c) {
  for (; width > 6 * LANES; width -= 6 * LANES, W += 6 * LANES, right += 6 * LANES)
    outer_part(6, W, left, right, height, step, 6 * LANES, c);
  if (width > 5 * LANES) outer_part(6, W, left, right, height, step, width, c);
  else if (width > 4 * LANES) outer_part(5, W, left, right, height, step, width, c);
  else if (width > 3 * LANES) outer_part(4, W, left, right, height, step, width, c);
  else if (width > 2 * LANES) outer_part(3, W, left, right, height, step, width, c);
  else if (width > LANES) outer_part(2, W, left, right, height, step, width, c);
  else outer_part(1, W, left, right, height, step, width, c);
}
static void k_outer_one(const Order *o, T c) {
  T *W = AT(0); const T *left = AT(1), *right = AT(2);
  int64_t height = o->a[3], width = o->a[4], step = o->a[5];
  int more = (int)o->a[6];
  if (step) { outer_padded(W, left, right, height, width, step, c); return; }
  for (int64_t r = 0; r < height; r++, W += width) {
    V a = v_set(s_mul(c, left[r]));
    int64_t i = 0;
    for (; i + LANES <= width; i += LANES) {
      V b = v_load(right + i);
      v_store(W + i, more ? v_fma(a, b, v_load(W + i)) : v_mul(a, b));
    }
    if (i < width) {
      int n = (int)(width - i);
      V b = v_load_n(right + i, n);
      v_store_n(W + i, more ? v_fma(a, b, v_load_n(W + i, n)) : v_mul(a, b), n);
    }
  }
}

/* w += c δ x, and of the next sample v := W x': each weight is read once.  W stands turned, a row for each
   source, in whole vectors of neurons; so nothing is added up across a vector, and two sums for each neuron
   wait for each other half as long.  `moves`: 0, only v := W x. */
F H h_load_to(const T *p, int64_t n) { return n >= FEW ? h_load(p) : h_load_n(p, (int)n); }
F void h_store_to(T *p, H a, int64_t n) { if (n >= FEW) h_store(p, a); else h_store_n(p, a, (int)n); }
F void advance_some(const int wide, const int moves, T *v, T *W, const T *left, const T *x, const T *then, int64_t width, int64_t step, int64_t n, T c) {
  H d[4], sum[2][4];
  UNROLL for (int l = 0; l < wide; l++) {
    d[l] = h_mul(h_set(c), h_load_to(left + l * FEW, n - l * FEW));
    sum[0][l] = sum[1][l] = h_set(0);
  }
  for (int64_t i = 0; i < width; i += 2)
    UNROLL for (int p = 0; p < 2; p++, W += step) if (!p || i + 1 < width) {
      H a = h_set(x[i + p]), b = h_set(then[i + p]);
      UNROLL for (int l = 0; l < wide; l++) {
        H w = h_load(W + l * FEW);
        if (moves) h_store(W + l * FEW, w = h_fma(a, d[l], w));
        sum[p][l] = h_fma(b, w, sum[p][l]);
      }
    }
  UNROLL for (int l = 0; l < wide; l++) h_store_to(v + l * FEW, h_add(sum[0][l], sum[1][l]), n - l * FEW);
}
/* a: W, left, x, height, width, step, x', factor, v */
F void advance(const int moves, const Order *o, T c) {
  T *W = AT(0), *v = AT(8);
  const T *left = AT(1), *x = AT(2), *then = AT(6);
  int64_t n = o->a[3], width = o->a[4], step = o->a[5];
  for (; n > BROAD * FEW; n -= BROAD * FEW, W += BROAD * FEW, left += BROAD * FEW, v += BROAD * FEW)
    advance_some(BROAD, moves, v, W, left, x, then, width, step, BROAD * FEW, c);
  if (BROAD > 3 && n > 3 * FEW) advance_some(4, moves, v, W, left, x, then, width, step, n, c);
  else if (BROAD > 2 && n > 2 * FEW) advance_some(3, moves, v, W, left, x, then, width, step, n, c);
  else if (n > FEW) advance_some(2, moves, v, W, left, x, then, width, step, n, c);
  else advance_some(1, moves, v, W, left, x, then, width, step, n, c);
}
static void k_begin(const Order *o) { advance(0, o, 0); }
static void k_advance(const Order *o, T c) { advance(1, o, c); }
