/* Elementary functions of X, a V or a T.  Each is an identity of real numbers, rounded: within 4 units in
   the last place.  No comparison is true of a NaN, so a NaN goes through every one of them.
   exp x = 2^k (1 + m), with k = round(x / ln 2), r = x - k ln 2 and m = exp r - 1 as a polynomial. */
F X FN(add)(X a, X b) { return a + b; }
F X FN(sub)(X a, X b) { return a - b; }
F X FN(mul)(X a, X b) { return a * b; }
F X FN(div)(X a, X b) { return a / b; }
F XI FN(bits)(X a) { XI r; memcpy(&r, &a, sizeof r); return r; }
F X FN(real)(XI a) { X r; memcpy(&r, &a, sizeof r); return r; }
F X FN(choose)(XI c, X a, X b) { return CHOICE(c, a, b, FN(real), FN(bits)); }
F XI FN(less)(X a, X b) { return TRUTH(a < b); }
F XI FN(at_most)(X a, X b) { return TRUTH(a <= b); }
F XI FN(greater)(X a, X b) { return TRUTH(a > b); }
F XI FN(at_least)(X a, X b) { return TRUTH(a >= b); }
F XI FN(equal)(X a, X b) { return TRUTH(a == b); }
F X FN(all)(T a) { return a - (X){0}; }
F X FN(abs)(X a) { return FN(real)(FN(bits)(a) & ~FN(bits)(FN(all)((T)-0.0))); }
F X FN(peak)(X a, X b) { return FN(choose)(FN(less)(a, b), b, a); }
#ifdef PP_DOUBLE
#define MANTISSA 52
#define ROUND 0x1.8p52
#define LN2_HIGH 0x1.62e42fefa0000p-1
#define LN2_LOW 0x1.cf79abc9e3b3ap-40
#define LN2 0x1.62e42fefa39efp-1
#define LN2_REST 0x1.abc9e3b39803fp-56
#define LOWEST -708.0
#define HIGHEST 709.0
#else
#define MANTISSA 23
#define ROUND 0x1.8p23f
#define LN2_HIGH 0x1.62e400p-1f
#define LN2_LOW 0x1.7f7d1cp-20f
#define LN2 0x1.62e430p-1f
#define LN2_REST -0x1.05c610p-29f
#define LOWEST -87.0f
#define HIGHEST 88.0f
#endif
/* 2^k and exp r - 1 = r + r² p(r).  For doubles p interpolates at the ten points of Chebyshev's in the range
   of r, which is exact to 2^-55; for floats it is Taylor's.  Its terms are added in as few steps as there can be.  One number waits for each
   step, so there r loses only what a product of one rounding leaves, and the rest is taken off later. */
F X FN(split)(X x, X *m) {
  X k = x * (T)1.4426950408889634 + (T)ROUND, n = k - (T)ROUND, r, rest = FN(all)(0);
  if (ALONE(X)) { r = x - n * (T)LN2; rest = n * (T)LN2_REST; }
  else r = (x - n * (T)LN2_HIGH) - n * (T)LN2_LOW;
  X r2 = r * r, r4 = r2 * r2, low, high;
#ifdef PP_DOUBLE
  X a = r * 0x1.5555555555556p-3 + 0.5;
  X b = (r * 0x1.11111111109adp-7 + 0x1.5555555553d4fp-5) + r2 * (r * 0x1.a01a01a7c8d47p-13 + 0x1.6c16c17893833p-10);
  X c = (r * 0x1.71de0d9c145d0p-19 + 0x1.a019b8ef67c6cp-16) + r2 * (r * 0x1.af38d53857513p-26 + 0x1.2891a8c1d838dp-22);
  high = b + r4 * c;
#else
  X a = r * (1.0f / 6) + 0.5f;
  high = (r * (1.0f / 120) + 1.0f / 24) + r2 * (r * (1.0f / 5040) + 1.0f / 720);
#endif
  low = ALONE(X) ? r2 * a + (r - rest) : r2 * a + r;
  if (ALONE(X)) low = low - rest * low; /* exp(r - rest) - 1 = m - rest (1 + m) */
  *m = low + r4 * high;
  return FN(real)((FN(bits)(k) << MANTISSA) + FN(bits)(FN(all)(1)));
}
F X FN(exp)(X x) {
  X m, s = FN(split)(x, &m), e = s * m + s;
  e = FN(choose)(FN(less)(x, FN(all)((T)LOWEST)), FN(all)(0), e);
  return FN(choose)(FN(greater)(x, FN(all)((T)HIGHEST)), FN(all)((T)INFINITY), e);
}
/* tanh |x| = (1 - t) / (1 + t) with t = exp(-2|x|), and 1 - t without a loss for small x */
F X FN(tanh)(X x) {
  X u = FN(abs)(x) * (T)-2, m, s;
  u = FN(choose)(FN(less)(u, FN(all)(-80)), FN(all)(-80), u);
  s = FN(split)(u, &m);
  X e = s * m + (s - 1), t = -e / (e + 2);
  XI sign = FN(bits)(FN(all)((T)-0.0));
  return FN(real)((FN(bits)(t) & ~sign) | (FN(bits)(x) & sign));
}
/* 1 / (1 + exp(-u)) */
F X FN(expit)(X u) {
  X x = -u, m, s = FN(split)(x, &m), e = s * m + (s + (T)1);
  e = FN(choose)(FN(less)(x, FN(all)((T)LOWEST)), FN(all)(1), e);
  return FN(choose)(FN(greater)(x, FN(all)((T)HIGHEST)), FN(all)(0), FN(inverse)(e));
}
/* ln(1 + exp u) = max(u, 0) + ln(1 + z) with z = exp(-|u|), ln(1 + z) = 2 artanh(z / (2 + z)) */
F X FN(softplus)(X u) {
  X z = FN(exp)(-FN(abs)(u)), s = z / (z + (T)2), q = s * s, p = FN(all)(0);
#ifdef PP_DOUBLE
  for (int n = 17; n >= 0; n--) p = p * q + (T)(1.0 / (2 * n + 1));
#else
  for (int n = 8; n >= 0; n--) p = p * q + (T)(1.0 / (2 * n + 1));
#endif
  return FN(choose)(FN(greater)(u, FN(all)(0)), u, FN(all)(0)) + s * p * (T)2;
}
F X FN(ln)(X a) { X r = a; LANEWISE(log); return r; }
F X FN(sqrt)(X a) { X r = a; LANEWISE(sqrt); return r; }
F X FN(sin)(X a) { X r = a; LANEWISE(sin); return r; }
F X FN(cos)(X a) { X r = a; LANEWISE(cos); return r; }
F X FN(sinh)(X a) { X r = a; LANEWISE(sinh); return r; }
F X FN(cosh)(X a) { X r = a; LANEWISE(cosh); return r; }
F X FN(arctan)(X a) { X r = a; LANEWISE(atan); return r; }
F X FN(erf)(X a) { X r = a; LANEWISE(erf); return r; }
/* x ln z, and 0 where x = 0 */
F X FN(xlogy)(X x, X z) { return FN(choose)(FN(equal)(x, FN(all)(0)), FN(all)(0), x * FN(ln)(z)); }
