/* Matrices times matrices and vectors, and what transposes them. */
#define UNROLL _Pragma("GCC unroll 16")

F int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
F V v_load_to(const T *p, int64_t n) { return n >= LANES ? v_load(p) : v_load_n(p, (int)n); }
F void v_store_to(T *p, V a, int64_t n) { if (n >= LANES) v_store(p, a); else v_store_n(p, a, (int)n); }

/* LANES vectors in, their transposed out: in 2 x 2 blocks of runs of d elements, two change places */
F void v_transpose(V *a) {
  UNROLL for (int d = 1; d < LANES; d *= 2)
    UNROLL for (int l = 0; l < LANES; l++) if (!(l & d)) {
      V low = v_low(a[l], a[l + d], d);
      a[l + d] = v_high(a[l], a[l + d], d);
      a[l] = low;
    }
}
/* LANES vectors in, the sum of each in its lane */
F V v_sums(V *a) {
  UNROLL for (int d = 1; d < LANES; d *= 2)
    UNROLL for (int l = 0; l < LANES; l += 2 * d) a[l] = v_add(v_low(a[l], a[l + d], d), v_high(a[l], a[l + d], d));
  return a[0];
}

/* One or two columns that fill no vector are sums along the samples, see `k_outer`. */
F int64_t along(int64_t columns) { return columns % LANES <= 2 ? columns % LANES : 0; }

/* A number that the compiler takes as it is: it makes no others of it beforehand, for which there is no room. */
#define HELD(x) __asm__("" : "+r"(x))
/* A number that waits in memory until it is needed: in a register it pushes out what a loop before it needs. */
#define LATER(x) __asm__("" : "+m"(x))
/* out[c][r] := x[r][c]: a block of LANES by LANES, or a part of one */
F void turn_whole(T *out, int64_t wide, const T *x, int64_t step) {
  V a[LANES];
  UNROLL for (int l = 0; l < LANES; l++, x += step) { HELD(x); a[l] = v_load(x); }
  v_transpose(a);
  UNROLL for (int l = 0; l < LANES; l++, out += wide) { HELD(out); v_store(out, a[l]); }
}
static __attribute__((noinline)) void turn_part(T *out, int64_t wide, const T *x, int64_t step, int64_t rows, int64_t columns) {
  V a[LANES];
  UNROLL for (int l = 0; l < LANES; l++, x += step) { HELD(x); a[l] = l < rows ? v_load_to(x, columns) : v_set(0); }
  v_transpose(a);
  UNROLL for (int l = 0; l < LANES; l++, out += wide) { HELD(out); if (l < columns) v_store_to(out, a[l], rows); }
}
static void turn(T *out, int64_t wide, const T *x, int64_t step, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r += LANES, x += LANES * step, out += LANES) for (int64_t c = 0; c < columns; c += LANES) {
    if (r + LANES <= rows && c + LANES <= columns) turn_whole(out + c * wide, wide, x + c, step);
    else turn_part(out + c * wide, wide, x + c, step, rows - r, columns - c);
  }
}
/* out[ξ][r] := x[r][ξ] for what `k_outer` reads, rows of out `width` apart.  a: out, x, rows, width */
static void k_transpose(const Setting *s, const Order *o) {
  turn(AT(0), o->a[3], AT(1), s->stride, o->a[2] - along(o->a[2]), s->batch);
}

/* Products.  C[m][n] := c Σ_k A(m, k) B[k][n], or C += c times it; A(m, k) = A[m·up + k·across].  Where they
   lie is said in numbers of their own, not in the form: to read a struct as a whole that was just written in
   pieces takes the processor as long as a small product. */
typedef struct { int64_t up, across, below, row, depth; int more; T c; } Form;
F void tile(const int height, const int width, const int partial, const T *A, const T *B, T *C, const Form f, int64_t rest) {
  V sum[TALL][3];
  const T *a[TALL / 4];
  UNROLL for (int m = 0; m < height; m++) UNROLL for (int n = 0; n < width; n++) sum[m][n] = v_set(0);
  UNROLL for (int m = 0; m < height; m += 4) { a[m / 4] = A; A += 4 * f.up; }
  for (int64_t k = f.depth; k; k--, B += f.below) {
    V b[3];
    UNROLL for (int n = 0; n < width; n++)
      b[n] = partial && n == width - 1 ? v_load_n(B + n * LANES, (int)rest) : v_held(v_load(B + n * LANES));
    UNROLL for (int m = 0; m < height; m++) {
      if (m % 4 == 0) HELD(a[m / 4]);
      V x = v_set(a[m / 4][m % 4 * f.up]);
      UNROLL for (int n = 0; n < width; n++) sum[m][n] = v_fma(x, b[n], sum[m][n]);
    }
    UNROLL for (int m = 0; m < height; m += 4) a[m / 4] += f.across;
  }
  T c = f.c;
  LATER(c);
  V scale = v_set(c);
  UNROLL for (int m = 0; m < height; m++, C += f.row) {
    HELD(C);
    UNROLL for (int n = 0; n < width; n++) {
      T *p = C + n * LANES;
      if (partial && n == width - 1)
        v_store_n(p, f.more ? v_fma(scale, sum[m][n], v_load_n(p, (int)rest)) : v_mul(scale, sum[m][n]), (int)rest);
      else
        v_store(p, f.more ? v_fma(scale, sum[m][n], v_load(p)) : v_mul(scale, sum[m][n]));
    }
  }
}
#define TILES(height, width, partial) \
  for (; M >= height; M -= height, A += height * f.up, C += height * f.row) tile(height, width, partial, A, B, C, f, rest);
#define STRIP(name, width, partial) \
  static void name(const T *A, const T *B, T *C, const Form *given, int64_t M, int64_t rest) { \
    const Form f = *given; \
    TILES(TALL, width, partial) \
    if (TALL > 4) TILES(4, width, partial) \
    TILES(2, width, partial) \
    TILES(1, width, partial) \
  }
STRIP(strip_3, 3, 0)
STRIP(strip_2, 2, 0)
STRIP(strip_1, 1, 0)
STRIP(strip_3_part, 3, 1)
STRIP(strip_2_part, 2, 1)
STRIP(strip_1_part, 1, 1)
/* Columns of C, at most three vectors, by `one`; `whole` does as many whole vectors.  A long sum is cut into
   panels, which are added up apart: C is rounded once.  Where a sum is cut depends on its length alone, so
   the bits do not depend on who has which rows.  What many rows read of B is laid side by side, if `packs`. */
typedef void Strip(const T *A, const T *B, T *C, const Form *, int64_t M, int64_t rest);
static __attribute__((noinline)) void panels(Strip *one, Strip *whole, const T *A, const T *B, T *C, const Form *f, int64_t M, int64_t N, int packs) {
  T beside[PANEL * 3 * LANES] __attribute__((aligned(64))), sums[CHUNK * 3 * LANES] __attribute__((aligned(64)));
  int64_t wide = (N + LANES - 1) / LANES, rest = N - (wide - 1) * LANES, long_sum = f->depth > PANEL;
  for (int64_t k = 0; k < f->depth; k += PANEL, A += PANEL * f->across, B += PANEL * f->below) {
    int64_t part = least(PANEL, f->depth - k);
    Form own = {f->up, f->across, packs ? wide * LANES : f->below, 3 * LANES, part, k > 0, K(1, 1)};
    if (packs)
      for (int64_t r = 0; r < part; r++)
        for (int64_t n = 0; n < wide; n++) v_store(beside + (r * wide + n) * LANES, v_load_to(B + r * f->below + n * LANES, N - n * LANES));
    if (!long_sum) { own.row = f->row; own.more = f->more; own.c = f->c; whole(A, beside, C, &own, M, 0); return; }
    (packs ? whole : one)(A, packs ? beside : B, sums, &own, M, rest);
  }
  V scale = v_set(f->c);
  for (int64_t r = 0; r < M; r++)
    for (int64_t n = 0; n < N; n += LANES) {
      T *p = C + r * f->row + n;
      V sum = v_load(sums + r * 3 * LANES + n);
      v_store_to(p, f->more ? v_fma(scale, sum, v_load_to(p, N - n)) : v_mul(scale, sum), N - n);
    }
}
F void strip(Strip *one, Strip *whole, const T *A, const T *B, T *C, const Form *f, int64_t M, int64_t N, int packs) {
  if (f->depth <= PANEL && (!packs || one != whole)) one(A, B, C, f, M, (N - 1) % LANES + 1);
  else panels(one, whole, A, B, C, f, M, N, packs);
}
static void strips(const T *A, const T *B, T *C, const Form *f, int64_t M, int64_t N, int packs) {
  for (; N > 4 * LANES || N == 3 * LANES; N -= 3 * LANES, B += 3 * LANES, C += 3 * LANES)
    strip(strip_3, strip_3, A, B, C, f, M, 3 * LANES, packs);
  for (; N > 3 * LANES || N == 2 * LANES; N -= 2 * LANES, B += 2 * LANES, C += 2 * LANES)
    strip(strip_2, strip_2, A, B, C, f, M, 2 * LANES, packs);
  if (N == LANES) strip(strip_1, strip_1, A, B, C, f, M, N, packs);
  else if (N > 2 * LANES) strip(strip_3_part, strip_3, A, B, C, f, M, N, packs);
  else if (N > LANES) strip(strip_2_part, strip_2, A, B, C, f, M, N, packs);
  else if (N) strip(strip_1_part, strip_1, A, B, C, f, M, N, packs);
}
/* Of long sums CHUNK rows at a time, for all columns: what these read of A stays near. */
static void product(const T *A, const T *B, T *C, const Form *f, int64_t M, int64_t N) {
  int packs = M >= MANY && f->depth * f->below >= PANEL * 3 * LANES;
  if (f->depth > PANEL) for (; M > CHUNK; M -= CHUNK, A += CHUNK * f->up, C += CHUNK * f->row) strips(A, B, C, f, CHUNK, N, packs);
  strips(A, B, C, f, M, N, packs);
}

/* y := W x or Wᵀ x, rows of x and y.  a: out, W, x, height, width, step of W, transposed */
static void k_product(const Setting *s, const Order *o) {
  int64_t height = o->a[3], width = o->a[4], step = o->a[5], S = s->stride;
  if (o->a[6]) product(AT(1), AT(2), AT(0), &(Form){1, step, S, S, height, 0, K(1, 1)}, width, s->lanes);
  else product(AT(1), AT(2), AT(0), &(Form){step, 1, S, S, width, 0, K(1, 1)}, height, s->lanes);
}

/* Σ_ξ p_l q_l of LANES pairs of rows, from sample to sample. */
F V stretch(const T *const *p, const T *const *q, int64_t from, int64_t to) {
  V sum[LANES];
  int64_t part = (to - from) % LANES, end = to - part;
  UNROLL for (int l = 0; l < LANES; l++) {
    V d = v_set(0);
    for (int64_t k = from; k < end; k += LANES) d = v_fma(v_load(p[l] + k), v_load(q[l] + k), d);
    if (part) d = v_fma(v_first(v_load(p[l] + end), (int)part), v_first(v_load(q[l] + end), (int)part), d);
    sum[l] = d;
  }
  return v_sums(sum);
}
/* The same, added up like the panels of a long sum, and each panel in two halves of whole vectors, for two
   threads: `one`, this is a half.  Of `wide` vectors, or 0: of any batch. */
F int64_t half(int64_t n) { return least(n, (n + 2 * LANES - 1) / (2 * LANES) * LANES); }
F V pairs(const int wide, const T *const *p, const T *const *q, int64_t batch, const int one) {
  V total;
  if (wide) batch = wide * LANES;
  for (int64_t first = 0; first < batch; first += PANEL) {
    int64_t n = least(PANEL, batch - first), middle = one ? n : half(n);
    V sum = stretch(p, q, first, first + middle);
    if (middle < n) sum = v_add(sum, stretch(p, q, first + middle, first + n));
    total = first ? v_fma(v_set(K(1, 1)), sum, total) : sum;
  }
  return total;
}

/* The same where the first of each pair are neighbours, S apart, and the second is always the same. */
F V sums_with(const T *p, int64_t S, int64_t rows, const T *q, int64_t batch) {
  V sum[LANES], total;
  for (int64_t first = 0; first < batch; first += PANEL) {
    int64_t end = least(batch, first + PANEL);
    UNROLL for (int l = 0; l < LANES; l++) sum[l] = v_set(0);
    for (int64_t k = first; k < end; k += LANES) {
      V x = v_held(k + LANES <= end ? v_load(q + k) : v_first(v_load(q + k), (int)(end - k)));
      const T *here = p + k;
      UNROLL for (int l = 0; l < LANES; l++) {
        sum[l] = v_fma(v_load(here), x, sum[l]);
        here += l + 1 < rows ? S : 0;
        HELD(here);
      }
    }
    total = first ? v_fma(v_set(K(1, 1)), v_sums(sum), total) : v_sums(sum);
  }
  return total;
}

/* W := or W += c Σ_ξ left right.  a: W, left, right transposed, rows, columns, width, more, factor, right */
static void k_outer(const Setting *s, const Order *o, T c) {
  int64_t S = s->stride, rows = o->a[3], columns = o->a[4], rest = along(columns);
  int more = (int)o->a[6];
  product(AT(1), AT(2), AT(0), &(Form){S, 1, o->a[5], columns, s->batch, more, c}, rows, columns - rest);
  for (int64_t k = columns - rest; k < columns; k++)
    for (int64_t r = 0; r < rows; r += LANES) {
      T all[LANES], *w = AT(0) + r * columns + k;
      v_store(all, sums_with(AT(1) + r * S, S, rows - r, AT(8) + k * S, s->batch));
      for (int64_t l = 0; l < LANES && r + l < rows; l++, w += columns) *w = more ? s_fma(c, all[l], *w) : s_mul(c, all[l]);
    }
}
