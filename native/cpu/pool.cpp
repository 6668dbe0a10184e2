// Own threads: the caller works too, helpers spin for about a millisecond after a call and then sleep. They are detached and never
// joined, so a process may exit at any moment.
#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "processor.h"
#include "sft_cpu.h"

namespace sft {
namespace {

constexpr int kMaxThreads = 256;
constexpr auto kSpin = std::chrono::microseconds(1000);
constexpr auto kSpinCrowded = std::chrono::microseconds(30);
constexpr int64_t kClaimsPerThread = 32;

struct alignas(64) Scratch {
  void* memory = nullptr;
  uint64_t bytes = 0;
};

// A call is published by raising the generation with the door open. A helper enters by adding one to the count of those inside; the
// caller shuts the door when no range is left and waits only for those inside: a helper that the system has not scheduled holds up
// nobody.
constexpr uint64_t kInside = 0x7fffffffULL;
constexpr uint64_t kOpen = 0x80000000ULL;
constexpr uint64_t kGeneration = 1ULL << 32;

// The items [begin, end) as begin * 2^32 + end.
struct alignas(64) Stretch {
  std::atomic<uint64_t> items{0};
};
constexpr uint64_t packed(int64_t begin, int64_t end) { return static_cast<uint64_t>(begin) << 32 | static_cast<uint64_t>(end); }
constexpr int64_t begin_of(uint64_t items) { return static_cast<int64_t>(items >> 32); }
constexpr int64_t end_of(uint64_t items) { return static_cast<int64_t>(items & 0xffffffffULL); }

struct Pool {
  alignas(64) std::atomic<uint64_t> state{0};
  alignas(64) std::atomic<int64_t> next{0};
  alignas(64) ThreadFn fn = nullptr;
  void* context = nullptr;

  alignas(64) std::atomic<int> count{1};
  std::atomic<int> sleepers{0};
  std::atomic<bool> crowded{false};
  int started = 1;
  std::mutex mutex;
  std::condition_variable wake;
  Scratch scratch[kMaxThreads + 1];
  Stretch stretches[2][kMaxThreads];
};

// Leaked on purpose: helpers may still run while static objects are destroyed.
Pool& pool() {
  static Pool* const instance = new Pool;
  return *instance;
}

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

bool due(const Pool& p, uint64_t seen, int thread) {
  return p.state.load() / kGeneration != seen && thread < p.count.load(std::memory_order_relaxed);
}

void wait_for_call(Pool& p, uint64_t seen, int thread) {
  if (thread < p.count.load(std::memory_order_relaxed)) {
    const auto until = std::chrono::steady_clock::now() + (p.crowded.load(std::memory_order_relaxed) ? kSpinCrowded : kSpin);
    do {
      for (int i = 0; i < 64; ++i) {
        if (due(p, seen, thread)) return;
        pause();
      }
    } while (std::chrono::steady_clock::now() < until);
  }
  std::unique_lock<std::mutex> lock(p.mutex);
  p.sleepers.fetch_add(1);
  p.wake.wait(lock, [&] { return due(p, seen, thread); });
  p.sleepers.fetch_sub(1);
}

void helper(Pool& p, int thread, uint64_t seen) {
  for (;;) {
    wait_for_call(p, seen, thread);
    uint64_t state = p.state.load();
    seen = state / kGeneration;
    bool inside = false;
    while ((state & kOpen) != 0 && state / kGeneration == seen && !inside) {
      inside = p.state.compare_exchange_weak(state, state + 1);
    }
    if (!inside) continue;
    p.fn(p.context, thread);
    p.state.fetch_sub(1);
  }
}

void* grown(Scratch& s, uint64_t bytes) {
  if (bytes > s.bytes) {
    if (s.memory != nullptr) sft_free(s.memory, s.bytes);
    s.memory = sft_alloc(bytes);
    s.bytes = s.memory == nullptr ? 0 : bytes;
  }
  return s.memory;
}

}  // namespace

int thread_count() { return pool().count.load(std::memory_order_relaxed); }

void set_thread_count(int count) {
  Pool& p = pool();
  if (count < 1) count = 1;
  if (count > kMaxThreads) count = kMaxThreads;
  p.crowded.store(count > usable_cores());
  p.count.store(count);
  const uint64_t seen = p.state.load() / kGeneration;
  for (; p.started < count; ++p.started) std::thread(helper, std::ref(p), p.started, seen).detach();
}

void run_on_threads(ThreadFn fn, void* context) {
  Pool& p = pool();
  if (p.count.load(std::memory_order_relaxed) == 1) {
    fn(context, 0);
    return;
  }
  p.fn = fn;
  p.context = context;
  p.state.store((p.state.load(std::memory_order_relaxed) / kGeneration + 1) * kGeneration | kOpen);
  if (p.sleepers.load() > 0) {
    {
      std::lock_guard<std::mutex> lock(p.mutex);
    }
    p.wake.notify_all();
  }
  fn(context, 0);
  p.state.fetch_and(~kOpen);
  for (int spins = 0; (p.state.load() & kInside) != 0; ++spins) {
    pause();
    if (spins > 4096) std::this_thread::yield();
  }
}

Claims::Claims(int64_t n, int set) : n_(n), threads_(thread_count()), set_(set) {
  for (int t = 0; t < threads_; ++t)
    pool().stretches[set][t].items.store(packed(first(t), first(t + 1)), std::memory_order_relaxed);
}

bool Claims::take(int thread, int64_t most, int64_t unit, int64_t* begin, int64_t* end) const {
  Stretch* const all = pool().stretches[set_];
  std::atomic<uint64_t>& own = all[thread].items;
  for (;;) {
    uint64_t items = own.load(std::memory_order_relaxed);
    while (begin_of(items) < end_of(items)) {
      const int64_t half = (end_of(items) - begin_of(items) + 1) / 2, wanted = most < half ? most : half;
      int64_t upto = begin_of(items) + wanted;
      if (wanted >= unit) upto -= upto % unit;
      if (!own.compare_exchange_weak(items, packed(upto, end_of(items)), std::memory_order_relaxed)) continue;
      *begin = begin_of(items);
      *end = upto;
      return true;
    }
    // Half of what is left to the one that has most.
    int from = -1;
    uint64_t largest = 0;
    for (int t = 0; t < threads_; ++t) {
      const uint64_t other = all[t].items.load(std::memory_order_relaxed);
      if (end_of(other) - begin_of(other) > end_of(largest) - begin_of(largest)) {
        largest = other;
        from = t;
      }
    }
    if (from < 0) return false;
    int64_t middle = (begin_of(largest) + end_of(largest)) / 2;
    if (end_of(largest) - middle > unit) middle = (middle + unit - 1) / unit * unit;
    if (!all[from].items.compare_exchange_strong(largest, packed(begin_of(largest), middle), std::memory_order_relaxed)) continue;
    own.store(packed(middle, end_of(largest)), std::memory_order_relaxed);
  }
}

void parallel_ranges(int64_t n, int64_t grain, RangeFn fn, void* context) {
  if (n <= 0) return;
  const int64_t count = thread_count();
  if (count == 1 || n <= grain) {
    fn(context, 0, n, 0);
    return;
  }
  // Items small enough for Claims, and enough of them for an even end.
  const int64_t items = (n + grain - 1) / grain, most = items / (count * kClaimsPerThread) + 1;
  const Claims claims(items, 0);
  parallel_threads([&](int thread) {
    int64_t begin, end;
    while (claims.take(thread, most, 1, &begin, &end)) {
      const int64_t upto = end * grain;
      fn(context, begin * grain, upto < n ? upto : n, thread);
    }
  });
}

void parallel_in_order(int64_t n, ItemFn fn, void* context) {
  if (n == 1) {
    fn(context, 0, 0);
    return;
  }
  std::atomic<int64_t>& next = pool().next;
  next.store(0, std::memory_order_relaxed);
  parallel_threads([&](int thread) {
    for (;;) {
      const int64_t item = next.fetch_add(1, std::memory_order_relaxed);
      if (item >= n) return;
      fn(context, item, thread);
    }
  });
}

void* scratch(int thread, uint64_t bytes) { return grown(pool().scratch[thread], bytes); }

void* shared_scratch(uint64_t bytes) { return grown(pool().scratch[kMaxThreads], bytes); }

}  // namespace sft
