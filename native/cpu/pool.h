// The pool of threads. Work is cut the same way whatever the thread count only where a kernel says so; a kernel whose result must not
// depend on the number of threads gives every output element to exactly one range and sums in a fixed order.
#pragma once
#include <stdint.h>

namespace sft {

int thread_count();

// From now on ranges are worked on by `count` threads, the caller's included. Threads once started are kept, asleep where not needed.
void set_thread_count(int count);

using RangeFn = void (*)(void* context, int64_t begin, int64_t end, int thread);
// `grain` 0: ranges that shrink.
void parallel_ranges(int64_t n, int64_t grain, RangeFn fn, void* context);

// Calls f(begin, end, thread) over disjoint ranges that cover [0, n), each of at least `grain` items but the last (exactly `grain`
// unless there are very many); on the caller's thread alone where n is at most `grain`. Ranges begin at multiples of `grain` and are
// handed out dynamically. Returns when all are done. Not re-entrant.
// Static, so that every instruction set's files keep a copy compiled for that set.
template <typename F>
static inline void parallel_for(int64_t n, int64_t grain, F&& f) {
  using Callable = decltype(&f);
  const RangeFn call = [](void* context, int64_t begin, int64_t end, int thread) {
    (*static_cast<Callable>(context))(begin, end, thread);
  };
  parallel_ranges(n, grain, call, &f);
}

// The same over ranges that shrink as the end comes near, for work that gains from long ranges: a thread takes its share of half of what
// is left, at least one item.
template <typename F>
static inline void parallel_for_shrinking(int64_t n, F&& f) {
  using Callable = decltype(&f);
  const RangeFn call = [](void* context, int64_t begin, int64_t end, int thread) {
    (*static_cast<Callable>(context))(begin, end, thread);
  };
  parallel_ranges(n, 0, call, &f);
}

// Scratch memory of the calling pool thread (0 .. thread_count() - 1), 64-byte aligned, kept and grown between calls.
void* scratch(int thread, uint64_t bytes);

// Scratch memory of one kernel call that all its threads share: asked for outside parallel_for, kept and grown between calls.
void* shared_scratch(uint64_t bytes);

}  // namespace sft
