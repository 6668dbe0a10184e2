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
constexpr int64_t kMaxRangesPerThread = 64;

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

struct Pool {
  alignas(64) std::atomic<uint64_t> state{0};
  alignas(64) std::atomic<int64_t> next{0};
  alignas(64) int64_t n = 0;
  int64_t step = 0;
  RangeFn fn = nullptr;
  void* context = nullptr;

  alignas(64) std::atomic<int> count{1};
  std::atomic<int> sleepers{0};
  std::atomic<bool> crowded{false};
  int started = 1;
  std::mutex mutex;
  std::condition_variable wake;
  Scratch scratch[kMaxThreads + 1];
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

// Takes the next range; false where none is left.
bool take(Pool& p, int64_t& begin, int64_t& end) {
  if (p.step > 0) {
    begin = p.next.fetch_add(p.step, std::memory_order_relaxed);
    end = begin + p.step < p.n ? begin + p.step : p.n;
    return begin < p.n;
  }
  const int64_t shares = 2 * p.count.load(std::memory_order_relaxed);
  begin = p.next.load(std::memory_order_relaxed);
  do {
    if (begin >= p.n) return false;
    end = begin + (p.n - begin + shares - 1) / shares;
  } while (!p.next.compare_exchange_weak(begin, end, std::memory_order_relaxed));
  return true;
}

void work(Pool& p, int thread) {
  int64_t begin, end;
  while (take(p, begin, end)) p.fn(p.context, begin, end, thread);
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
    work(p, thread);
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

void parallel_ranges(int64_t n, int64_t grain, RangeFn fn, void* context) {
  if (n <= 0) return;
  Pool& p = pool();
  const int64_t count = p.count.load(std::memory_order_relaxed);
  if (count == 1 || n <= grain) {
    fn(context, 0, n, 0);
    return;
  }
  const int64_t most = count * kMaxRangesPerThread;
  p.n = n;
  p.step = grain == 0 ? 0 : grain * (((n + grain - 1) / grain + most - 1) / most);
  p.fn = fn;
  p.context = context;
  p.next.store(0, std::memory_order_relaxed);
  p.state.store((p.state.load(std::memory_order_relaxed) / kGeneration + 1) * kGeneration | kOpen);
  if (p.sleepers.load() > 0) {
    {
      std::lock_guard<std::mutex> lock(p.mutex);
    }
    p.wake.notify_all();
  }
  work(p, 0);
  p.state.fetch_and(~kOpen);
  for (int spins = 0; (p.state.load() & kInside) != 0; ++spins) {
    pause();
    if (spins > 4096) std::this_thread::yield();
  }
}

void* scratch(int thread, uint64_t bytes) { return grown(pool().scratch[thread], bytes); }

void* shared_scratch(uint64_t bytes) { return grown(pool().scratch[kMaxThreads], bytes); }

}  // namespace sft
