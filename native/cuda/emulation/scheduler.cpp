// SFT_EMULATION_ORDER=reverse or random[:SEED] runs threads in another order, and spoils shared memory before every block instead of every
// launch: a missing barrier then changes results.
#include "scheduler.h"
#include <algorithm>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <sys/mman.h>

uint3 threadIdx, blockIdx, blockDim, gridDim;

// Saves what a function must keep and the stack, and goes on with another stack.
extern "C" void emulation_switch(void** save, void* load);
asm(R"(
.text
.type emulation_switch,@function
emulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulation_switch,.-emulation_switch
)");

extern "C" unsigned char __start_emulated_shared[], __stop_emulated_shared[];

namespace emulation {
namespace {

constexpr size_t STACK = 64 << 10;
constexpr unsigned MOST_THREADS = 1024;

enum class State { ready, waiting, meeting, done };

struct Fiber {
  void* stack_pointer;
  State state;
  const char* at;
};

struct Meeting {
  unsigned come = 0;
  void* lanes[WARP];
};

Fiber fibers[MOST_THREADS];
Meeting meetings[MOST_THREADS / WARP];
unsigned current, threads;
void* scheduler_stack;
const std::function<void()>* kernel;
sigjmp_buf leave;

unsigned char* stacks() {
  static auto* all = static_cast<unsigned char*>(
      mmap(nullptr, STACK * MOST_THREADS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  return all;
}

void yield(State state, const char* at) {
  Fiber& self = fibers[current];
  self.state = state;
  self.at = at;
  emulation_switch(&self.stack_pointer, scheduler_stack);
}

void entry() {
  (*kernel)();
  yield(State::done, "its end");
}

void start(unsigned index) {
  auto** top = reinterpret_cast<void**>(stacks() + (index + 1) * STACK);
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(&entry);
  top -= 6;
  fibers[index] = {top, State::ready, ""};
}

void resume(unsigned index) {
  current = index;
  threadIdx = {index % blockDim.x, index / blockDim.x % blockDim.y, index / (blockDim.x * blockDim.y)};
  emulation_switch(&scheduler_stack, fibers[index].stack_pointer);
}

// Whether all that have not ended wait at the barrier, and may go on.
bool release() {
  const Fiber* other = nullptr;
  const Fiber* first = nullptr;
  for (unsigned i = 0; i < threads; i++) {
    if (fibers[i].state == State::waiting) first = &fibers[i];
    if (fibers[i].state == State::meeting) other = &fibers[i];
  }
  if (other != nullptr) fail(std::string("a warp waits at ") + other->at + " for lanes that never come");
  if (first == nullptr) return false;
  for (unsigned i = 0; i < threads; i++) {
    if (fibers[i].state == State::waiting) fibers[i].state = State::ready;
  }
  return true;
}

void run_block(const std::vector<unsigned>& order) {
  for (unsigned i = 0; i < threads; i++) start(i);
  for (Meeting& meeting : meetings) meeting.come = 0;
  for (;;) {
    bool moved = false;
    for (const unsigned index : order) {
      if (fibers[index].state != State::ready) continue;
      resume(index);
      moved = true;
    }
    if (!moved && !release()) return;
  }
}

void spoil_shared() {
  memset(__start_emulated_shared, 0xff, static_cast<size_t>(__stop_emulated_shared - __start_emulated_shared));
}

void run_grid() {
  const char* const wanted = getenv("SFT_EMULATION_ORDER");
  const std::string name = wanted == nullptr ? "" : wanted;
  const bool is_random = name.rfind("random", 0) == 0;
  std::mt19937 random(name.rfind("random:", 0) == 0 ? static_cast<unsigned>(atoi(name.c_str() + 7)) : 1u);
  std::vector<unsigned> order(threads);
  std::iota(order.begin(), order.end(), 0u);
  if (name == "reverse") std::reverse(order.begin(), order.end());
  spoil_shared();
  for (blockIdx.z = 0; blockIdx.z < gridDim.z; blockIdx.z++) {
    for (blockIdx.y = 0; blockIdx.y < gridDim.y; blockIdx.y++) {
      for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++) {
        if (!name.empty()) spoil_shared();
        if (is_random) std::shuffle(order.begin(), order.end(), random);
        run_block(order);
      }
    }
  }
}

void on_fault(int, siginfo_t*, void*) { siglongjmp(leave, static_cast<int>(Outcome::illegal_address)); }

}  // namespace

void barrier(const char* what) { yield(State::waiting, what); }

void meet(const char* what, void* mine, const std::function<void(void* const*)>& exchange) {
  const unsigned first = current / WARP * WARP;
  Meeting& meeting = meetings[current / WARP];
  meeting.lanes[current % WARP] = mine;
  if (++meeting.come < WARP) return yield(State::meeting, what);
  meeting.come = 0;
  for (unsigned lane = first; lane < first + WARP; lane++) {
    if (lane == current) continue;
    if (fibers[lane].at != what) fail(std::string("lanes of a warp meet at ") + what + " and at " + fibers[lane].at);
    fibers[lane].state = State::ready;
  }
  exchange(meeting.lanes);
}

void check_shared(const char* what, const void* at, size_t bytes) {
  const auto* const begin = static_cast<const unsigned char*>(at);
  if (begin < __start_emulated_shared || begin + bytes > __stop_emulated_shared) fail(std::string(what) + " leaves shared memory");
  if (reinterpret_cast<uintptr_t>(at) % bytes != 0) fail(std::string(what) + " is misaligned");
}

void check_banks(const char* what, const uint32_t* const (&rows)[8]) {
  unsigned banks = 0;
  for (const uint32_t* row : rows) banks |= 1u << (reinterpret_cast<uintptr_t>(row) / 16 % 8);
  if (banks != 0xffu) fail(std::string(what) + " meets a bank of shared memory twice");
}

void fail(const std::string& why) {
  fprintf(stderr, "emulated CUDA: %s (block %u,%u, thread %u)\n", why.c_str(), blockIdx.x, blockIdx.y, current);
  siglongjmp(leave, static_cast<int>(Outcome::failed));
}

Outcome launch(uint3 grid, uint3 block, const std::function<void()>& body) {
  threads = block.x * block.y * block.z;
  gridDim = grid;
  blockDim = block;
  kernel = &body;
  struct sigaction action = {}, segv, bus;
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, &segv);
  sigaction(SIGBUS, &action, &bus);
  const auto outcome = static_cast<Outcome>(sigsetjmp(leave, 1));
  if (outcome == Outcome::done) run_grid();
  sigaction(SIGSEGV, &segv, nullptr);
  sigaction(SIGBUS, &bus, nullptr);
  return outcome;
}

std::vector<Kernel>& kernels() {
  static std::vector<Kernel> all;
  return all;
}

}  // namespace emulation
