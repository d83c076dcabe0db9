/* The arithmetic of training: T is float or double, V is LANES of them.
   `field.h` has the same names over a finite field; the kernels are written in these names only. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#define F static inline __attribute__((always_inline, unused))
#define K(real, residue) ((T)(real))
#if defined(__AVX512F__)
#include <immintrin.h>
#define BYTES 64
#elif defined(__AVX__)
#include <immintrin.h>
#define BYTES 32
#else
#define BYTES 16
#endif
/* Tiles of a product are so many rows high: with three vectors of sums each, most of 32 registers, or all of
   16.  A long sum is cut into panels, so that three vectors of each term lie in the first cache; so many
   rows of a long sum are added up at a time; from so many rows on, what they share is laid side by side.
   A batch of more samples than a panel has goes part by part, see `driver.h`. */
#define TALL (BYTES == 32 ? 4 : 8)
#define PANEL (8192 / BYTES)
#define CHUNK 128
#define MANY 64
#ifdef PP_DOUBLE
typedef double T;
typedef int64_t I;
#define LANES (BYTES / 8)
#else
typedef float T;
typedef int32_t I;
#define LANES (BYTES / 4)
#endif
typedef T V __attribute__((vector_size(BYTES)));
typedef I VI __attribute__((vector_size(BYTES)));
typedef T U __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));

/* While orders run, a number below the normal ones counts as 0: it takes a hundred times as long. */
#if defined(__SSE2__)
#include <xmmintrin.h>
typedef unsigned Mode;
F Mode quick(void) { Mode was = _mm_getcsr(); _mm_setcsr(was | 0x8040u); return was; }
F void restore(Mode was) { _mm_setcsr(was); }
#elif defined(__aarch64__)
typedef uint64_t Mode;
F Mode quick(void) { Mode was; __asm__ volatile("mrs %0, fpcr" : "=r"(was)); __asm__ volatile("msr fpcr, %0" : : "r"(was | (1u << 24))); return was; }
F void restore(Mode was) { __asm__ volatile("msr fpcr, %0" : : "r"(was)); }
#else
typedef int Mode;
F Mode quick(void) { return 0; }
F void restore(Mode was) { (void)was; }
#endif

#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (VI){__VA_ARGS__})
#endif

F V v_set(T a) { return a - (V){0}; }
/* a b + c, rounded once where the processor can.  It is asked for by name: some compilers take a product and
   a sum where they see one chain of them, and the bits would depend on how many chains stand side by side. */
#if defined(__FMA__) && defined(PP_DOUBLE)
F T s_fma(T a, T b, T c) { return __builtin_fma(a, b, c); }
#elif defined(__FMA__)
F T s_fma(T a, T b, T c) { return __builtin_fmaf(a, b, c); }
#else
F T s_fma(T a, T b, T c) { return a * b + c; }
#endif
#if defined(__FMA__) && defined(__AVX512F__) && defined(PP_DOUBLE)
F V v_fma(V a, V b, V c) { return (V)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
#elif defined(__FMA__) && defined(__AVX512F__)
F V v_fma(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
#elif defined(__FMA__) && defined(PP_DOUBLE)
F V v_fma(V a, V b, V c) { return (V)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
#elif defined(__FMA__)
F V v_fma(V a, V b, V c) { return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
#else
F V v_fma(V a, V b, V c) { return a * b + c; }
#endif
/* one number by itself, where a b + c is rounded once */
#ifdef __FMA__
#define ALONE(X) (sizeof(X) == sizeof(T))
#else
#define ALONE(X) 0
#endif
/* in a register, not read from memory again by each operation */
#if defined(__x86_64__)
F V v_held(V a) { __asm__("" : "+v"(a)); return a; }
#else
F V v_held(V a) { return a; }
#endif
F V v_load(const T *p) { return *(const U *)p; }
F void v_store(T *p, V a) { *(U *)p = a; }
#if defined(__AVX512F__) && defined(PP_DOUBLE)
F V v_load_n(const T *p, int n) { return (V)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p); }
F void v_store_n(T *p, V a, int n) { _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m512d)a); }
#elif defined(__AVX512F__)
F V v_load_n(const T *p, int n) { return (V)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); }
F void v_store_n(T *p, V a, int n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)a); }
#elif defined(__AVX__)
F V v_load_n(const T *p, int n) {
  static const I first[2 * LANES] = {[0 ... LANES - 1] = -1};
  __m256i some;
  memcpy(&some, first + LANES - n, sizeof some);
#ifdef PP_DOUBLE
  return (V)_mm256_maskload_pd(p, some);
#else
  return (V)_mm256_maskload_ps(p, some);
#endif
}
F void v_store_n(T *p, V a, int n) { /* in pieces: a masked store is slow on some processors */
  T t[LANES];
  memcpy(t, &a, sizeof t);
  const T *q = t;
#ifndef PP_DOUBLE
  if (n & 4) { memcpy(p, q, 4 * sizeof(T)); p += 4; q += 4; }
#endif
  if (n & 2) { memcpy(p, q, 2 * sizeof(T)); p += 2; q += 2; }
  if (n & 1) *p = *q;
}
#else
F V v_load_n(const T *p, int n) { V a = {0}; memcpy(&a, p, (size_t)n * sizeof(T)); return a; }
F void v_store_n(T *p, V a, int n) { memcpy(p, &a, (size_t)n * sizeof(T)); }
#endif
/* Vectors of what is read, corrected and written back.  Where the processor works on 64 bytes in two halves
   (Zen 4: what it has not are the instructions of Zen 5 and of Intel's), that takes less time in vectors of 32. */
#if defined(__AVX512VL__) && defined(__FMA__) && defined(__SSE4A__) && !defined(__AVXVNNI__)
#define HALF 32
typedef T H __attribute__((vector_size(HALF)));
typedef T HU __attribute__((vector_size(HALF), aligned(sizeof(T)), may_alias));
F H h_set(T a) { return a - (H){0}; }
F H h_load(const T *p) { return *(const HU *)p; }
F void h_store(T *p, H a) { *(HU *)p = a; }
#ifdef PP_DOUBLE
F H h_fma(H a, H b, H c) { return (H)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
F H h_load_n(const T *p, int n) { return (H)_mm256_maskz_loadu_pd((__mmask8)((1u << n) - 1), p); }
F void h_store_n(T *p, H a, int n) { _mm256_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m256d)a); }
#else
F H h_fma(H a, H b, H c) { return (H)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
F H h_load_n(const T *p, int n) { return (H)_mm256_maskz_loadu_ps((__mmask8)((1u << n) - 1), p); }
F void h_store_n(T *p, H a, int n) { _mm256_mask_storeu_ps(p, (__mmask8)((1u << n) - 1), (__m256)a); }
#endif
F H h_add(H a, H b) { return a + b; }
F H h_mul(H a, H b) { return a * b; }
#else
#define HALF BYTES
typedef V H;
F H h_set(T a) { return v_set(a); }
F H h_load(const T *p) { return v_load(p); }
F void h_store(T *p, H a) { v_store(p, a); }
F H h_fma(H a, H b, H c) { return v_fma(a, b, c); }
F H h_load_n(const T *p, int n) { return v_load_n(p, n); }
F void h_store_n(T *p, H a, int n) { v_store_n(p, a, n); }
F H h_add(H a, H b) { return a + b; }
F H h_mul(H a, H b) { return a * b; }
#endif
#define FEW ((int)(HALF / sizeof(T))) /* numbers in such a vector */
#define BROAD (HALF == 32 ? 2 : 4)    /* sums of so many of them go on at a time */
/* {a0, b0, a2, b2, …} and {a1, b1, a3, b3, …} for d = 1; for d = 2 and more, of runs of d elements */
#if LANES == 2
F V v_low(V a, V b, int d) { (void)d; return SHUFFLE(a, b, 0, 2); }
F V v_high(V a, V b, int d) { (void)d; return SHUFFLE(a, b, 1, 3); }
#elif LANES == 4
F V v_low(V a, V b, int d) { return d == 1 ? SHUFFLE(a, b, 0, 4, 2, 6) : SHUFFLE(a, b, 0, 1, 4, 5); }
F V v_high(V a, V b, int d) { return d == 1 ? SHUFFLE(a, b, 1, 5, 3, 7) : SHUFFLE(a, b, 2, 3, 6, 7); }
#elif LANES == 8
F V v_low(V a, V b, int d) {
  return d == 1   ? SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
         : d == 2 ? SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
                  : SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
}
F V v_high(V a, V b, int d) {
  return d == 1   ? SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
         : d == 2 ? SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
                  : SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}
#else
F V v_low(V a, V b, int d) {
  return d == 1   ? SHUFFLE(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
         : d == 2 ? SHUFFLE(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
         : d == 4 ? SHUFFLE(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
                  : SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
F V v_high(V a, V b, int d) {
  return d == 1   ? SHUFFLE(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31)
         : d == 2 ? SHUFFLE(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
         : d == 4 ? SHUFFLE(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31)
                  : SHUFFLE(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}
#endif
F T v_sum(V a) { T s = 0; for (int l = 0; l < LANES; l++) s += a[l]; return s; }
#if defined(__AVX512F__) && defined(PP_DOUBLE)
F V v_first(V a, int n) { return (V)_mm512_maskz_mov_pd((__mmask8)((1u << n) - 1), (__m512d)a); }
#elif defined(__AVX512F__)
F V v_first(V a, int n) { return (V)_mm512_maskz_mov_ps((__mmask16)((1u << n) - 1), (__m512)a); }
#else
F V v_first(V a, int n) { T t[LANES]; v_store(t, a); return v_load_n(t, n); }
#endif
/* 1 / a for a finite a ≥ 1: where a division takes longer than all else, Newton's steps from 14 bits */
F T s_inverse(T a) { return (T)1 / a; }
#if defined(__AVX512F__) && defined(PP_DOUBLE)
F V v_inverse(V a) {
  V r = (V)_mm512_rcp14_pd((__m512d)a);
  r = v_fma(r, v_fma(-a, r, v_set(1)), r);
  return v_fma(r, v_fma(-a, r, v_set(1)), r);
}
#elif defined(__AVX512F__)
F V v_inverse(V a) {
  V r = (V)_mm512_rcp14_ps((__m512)a);
  return v_fma(r, v_fma(-a, r, v_set(1)), r);
}
#else
F V v_inverse(V a) { return (T)1 / a; }
#endif
F int undefined_since(void) { return 0; }
