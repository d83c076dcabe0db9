/* The arithmetic of the audit: T is a residue modulo the prime P = 2^PP_BITS - 1, V is LANES of them.
   The names are those of `real.h` and `functions.h`, so the kernels and the formulas are the same text.
   A function such as exp is opaque here, a fixed arbitrary value for each argument; what `functions.h`
   computes in a stable way is written out as it is defined, so that these identities are part of the audit. */
#include <stdint.h>
#include <string.h>
#define F static inline __attribute__((unused))
#define K(real, residue) ((T)(residue))
#define LANES 4
#define TALL 8 /* as in `real.h`, but small, so that small networks go every way */
#define PANEL 8
#define CHUNK 9
#define BROAD 4
#define MANY 10
#define P ((T)((1ull << PP_BITS) - 1))
typedef uint64_t T;
typedef struct { T at[LANES]; } V;
typedef uint64_t I;
typedef V VI;

static int pp_undefined; /* a denominator was 0: the point says nothing */

typedef int Mode;
F Mode quick(void) { return 0; }
F void restore(Mode was) { (void)was; }

F T s_all(T a) { return a; }
F T s_add(T a, T b) { T r = a + b; return r >= P ? r - P : r; }
F T s_sub(T a, T b) { return a >= b ? a - b : a + P - b; }
F T s_mul(T a, T b) {
  unsigned __int128 c = (unsigned __int128)a * b;
  return s_add((T)(c & P), (T)(c >> PP_BITS));
}
F T s_fma(T a, T b, T c) { return s_add(s_mul(a, b), c); }
F T s_inverse(T a) {
  T r = 1, n = P - 2;
  if (a == 0) pp_undefined = 1;
  for (; n; n >>= 1, a = s_mul(a, a)) if (n & 1) r = s_mul(r, a);
  return r;
}
F T s_div(T a, T b) { return s_mul(a, s_inverse(b)); }
/* as `opaque` of modular.py */
F T s_opaque(uint64_t name, T a) {
  uint64_t m = a ^ (name << 31);
  m = (m ^ (m >> 30)) * 0xBF58476D1CE4E5B9ull;
  m = (m ^ (m >> 27)) * 0x94D049BB133111EBull;
  m ^= m >> 31;
  return m % (P - 1) + 1;
}
#define OPAQUE(name) F T s_##name(T a) { return s_opaque(NAME_##name, a); }
OPAQUE(exp) OPAQUE(tanh) OPAQUE(ln) OPAQUE(sqrt) OPAQUE(sin) OPAQUE(cos) OPAQUE(sinh) OPAQUE(cosh)
OPAQUE(arctan) OPAQUE(erf) OPAQUE(abs)
F T s_expit(T u) { return s_inverse(s_add(1, s_exp(s_sub(0, u)))); }
F T s_softplus(T u) { return s_ln(s_add(1, s_exp(u))); }
F T s_xlogy(T x, T z) { return s_mul(x, s_ln(z)); }
F I s_less(T a, T b) { return s_opaque(NAME_less, s_sub(a, b)) % 2; }
F I s_at_most(T a, T b) { return s_opaque(NAME_at_most, s_sub(a, b)) % 2; }
F I s_greater(T a, T b) { return s_opaque(NAME_greater, s_sub(a, b)) % 2; }
F I s_at_least(T a, T b) { return s_opaque(NAME_at_least, s_sub(a, b)) % 2; }
F I s_equal(T a, T b) { return a == b; }
F T s_choose(I c, T a, T b) { return c ? a : b; }
/* what softmax subtracts: exp(v - m) / Σ exp(v - m) = exp v / Σ exp v, so m = 0 says the same */
F T s_peak(T a, T b) { return 0 * (a + b); }

#define ONE(name) F V v_##name(V a) { V r; for (int l = 0; l < LANES; l++) r.at[l] = s_##name(a.at[l]); return r; }
#define TWO(name) F V v_##name(V a, V b) { V r; for (int l = 0; l < LANES; l++) r.at[l] = s_##name(a.at[l], b.at[l]); return r; }
ONE(exp) ONE(tanh) ONE(ln) ONE(sqrt) ONE(sin) ONE(cos) ONE(sinh) ONE(cosh) ONE(arctan) ONE(erf) ONE(abs)
ONE(expit) ONE(softplus) TWO(xlogy) TWO(add) TWO(sub) TWO(mul) TWO(div) TWO(peak)
TWO(less) TWO(at_most) TWO(greater) TWO(at_least) TWO(equal)
F V v_fma(V a, V b, V c) { return v_add(v_mul(a, b), c); }
F V v_choose(VI c, V a, V b) { for (int l = 0; l < LANES; l++) if (!c.at[l]) a.at[l] = b.at[l]; return a; }
F V v_set(T a) { V r; for (int l = 0; l < LANES; l++) r.at[l] = a; return r; }
F V v_held(V a) { return a; }
F V v_all(T a) { return v_set(a); }
F V v_load(const T *p) { V r; memcpy(&r, p, sizeof r); return r; }
F void v_store(T *p, V a) { memcpy(p, &a, sizeof a); }
F V v_load_n(const T *p, int n) { V r = {{0}}; memcpy(&r, p, (size_t)n * sizeof(T)); return r; }
F void v_store_n(T *p, V a, int n) { memcpy(p, &a, (size_t)n * sizeof(T)); }
typedef V H;
#define FEW LANES
#define h_set v_set
#define h_load v_load
#define h_store v_store
#define h_fma v_fma
#define h_add v_add
#define h_mul v_mul
#define h_load_n v_load_n
#define h_store_n v_store_n
F V v_low(V a, V b, int d) { V r; for (int l = 0; l < LANES; l++) r.at[l] = l & d ? b.at[l - d] : a.at[l]; return r; }
F V v_high(V a, V b, int d) { V r; for (int l = 0; l < LANES; l++) r.at[l] = l & d ? b.at[l] : a.at[l + d]; return r; }
F T v_sum(V a) { T s = 0; for (int l = 0; l < LANES; l++) s = s_add(s, a.at[l]); return s; }
F V v_first(V a, int n) { for (int l = n; l < LANES; l++) a.at[l] = 0; return a; }
F int undefined_since(void) { int was = pp_undefined; pp_undefined = 0; return was; }
