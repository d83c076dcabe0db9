/* What kernels and element-wise terms are given.  Rows are `stride` apart: a multiple of LANES, a power of
   two where a batch fills no vector, or 1 where it is one sample, so that neighbouring rows are then one
   vector.  Of each row `lanes` elements are computed: all of them, or a thread its share. */
typedef struct { int64_t code, a[9]; } Order;
typedef struct Setting {
  T n, eta;                 /* N and η */
  int64_t stride, batch, lanes;
  const int32_t *index;     /* all index arrays, one after the other */
  const int64_t *reads;     /* what element-wise terms read: address, step of rows, 1 or 0 inside a row */
  const T *factor;          /* what weight corrections are multiplied with */
  void (*map)(const struct Setting *, const Order *);  /* the element-wise terms, see `formulas.py` */
} Setting;
#define AT(n) ((T *)(uintptr_t)o->a[n])
#define INDEX(n) (s->index + o->a[n])
#define PLACES(n) ((const uint32_t *)INDEX(n)) /* without a sign a place needs no step more */
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif
