/* The arithmetic of training: T is float or double, V is LANES of them.
   `field.h` has the same names over a finite field; `kernels.h` is written in these names only. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#define F static inline __attribute__((always_inline, unused))
#define K(real, residue) ((T)(real))
#if defined(__AVX512F__)
#include <immintrin.h>
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif
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

#if LANES == 2
#define LOW 0, 2
#define HIGH 1, 3
#elif LANES == 4
#define LOW 0, 4, 1, 5
#define HIGH 2, 6, 3, 7
#elif LANES == 8
#define LOW 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif
#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (VI){__VA_ARGS__})
#endif

F V v_set(T a) { return a - (V){0}; }
F V v_load(const T *p) { return *(const U *)p; }
F void v_store(T *p, V a) { *(U *)p = a; }
#if defined(__AVX512F__) && defined(PP_DOUBLE)
F V v_load_n(const T *p, int n) { return (V)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p); }
F void v_store_n(T *p, V a, int n) { _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m512d)a); }
#elif defined(__AVX512F__)
F V v_load_n(const T *p, int n) { return (V)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); }
F void v_store_n(T *p, V a, int n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)a); }
#else
F V v_load_n(const T *p, int n) { V a = {0}; memcpy(&a, p, (size_t)n * sizeof(T)); return a; }
F void v_store_n(T *p, V a, int n) { memcpy(p, &a, (size_t)n * sizeof(T)); }
#endif
F V v_low(V a, V b) { return SHUFFLE(a, b, LOW); }
F V v_high(V a, V b) { return SHUFFLE(a, b, HIGH); }
F T v_sum(V a) { T s = 0; for (int l = 0; l < LANES; l++) s += a[l]; return s; }
F V v_first(V a, int n) { T t[LANES]; v_store(t, a); return v_load_n(t, n); }
F int undefined_since(void) { return 0; }
