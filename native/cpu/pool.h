// The pool of threads. Work is cut the same way whatever the thread count only where a kernel says so; a kernel whose result must not
// depend on the number of threads gives every output element to exactly one range and sums in a fixed order.
#pragma once
#include <stdint.h>

namespace sft {

int thread_count();

// From now on ranges are worked on by `count` threads, the caller's included. Threads once started are kept, asleep where not needed.
void set_thread_count(int count);

// What every thread that takes part in a call runs, once.
using ThreadFn = void (*)(void* context, int thread);
void run_on_threads(ThreadFn fn, void* context);

using RangeFn = void (*)(void* context, int64_t begin, int64_t end, int thread);
void parallel_ranges(int64_t n, int64_t grain, RangeFn fn, void* context);

// Calls f(begin, end, thread) over disjoint ranges that cover [0, n), all of whole multiples of `grain` items but the last; on the
// caller's thread alone where n is at most `grain`. The ranges are those of Claims. Returns when all are done. Not re-entrant.
// Static, so that every instruction set's files keep a copy compiled for that set.
template <typename F>
static inline void parallel_for(int64_t n, int64_t grain, F&& f) {
  using Callable = decltype(&f);
  const RangeFn call = [](void* context, int64_t begin, int64_t end, int thread) {
    (*static_cast<Callable>(context))(begin, end, thread);
  };
  parallel_ranges(n, grain, call, &f);
}

using ItemFn = void (*)(void* context, int64_t item, int thread);
void parallel_in_order(int64_t n, ItemFn fn, void* context);

// Calls f(item, thread) for each of [0, n) in this order, each on the thread that is free next: for items of unlike size, largest first.
template <typename F>
static inline void parallel_items(int64_t n, F&& f) {
  using Callable = decltype(&f);
  const ItemFn call = [](void* context, int64_t item, int thread) { (*static_cast<Callable>(context))(item, thread); };
  parallel_in_order(n, call, &f);
}

// Calls f(thread) on every thread that is awake in time, the caller's always; returns when all of them are done. Not re-entrant.
template <typename F>
static inline void parallel_threads(F&& f) {
  using Callable = decltype(&f);
  const ThreadFn call = [](void* context, int thread) { (*static_cast<Callable>(context))(thread); };
  run_on_threads(call, &f);
}

// Items [0, n), n below 2^31, that the threads of one call share: each thread takes from the front of a stretch of its own, the same one
// for the same n, and when that is empty half of what is left of another's. A thread thus goes through neighbours, finds in its
// caches what it wrote in the last call, and all end together though one of them be late or slow.
class Claims {
 public:
  // `set`: which of the two sets of stretches; two calls may not share one.
  Claims(int64_t n, int set);
  // The next items of this thread: at most `most` and half of what is left to it, in whole multiples of `unit` where there are as many.
  bool take(int thread, int64_t most, int64_t unit, int64_t* begin, int64_t* end) const;
  // Where the thread's own stretch begins.
  int64_t first(int thread) const { return n_ * thread / threads_; }

 private:
  int64_t n_;
  int threads_, set_;
};

// Scratch memory of the calling pool thread (0 .. thread_count() - 1), 64-byte aligned, kept and grown between calls.
void* scratch(int thread, uint64_t bytes);

// Scratch memory of one kernel call that all its threads share: asked for outside parallel_for, kept and grown between calls.
void* shared_scratch(uint64_t bytes);

}  // namespace sft
