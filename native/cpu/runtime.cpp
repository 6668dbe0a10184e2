// Looks at the processor, chooses the table of kernels, and starts the threads.
#include <string.h>

#include "kernels.h"
#include "pool.h"
#include "processor.h"
#include "sft_cpu.h"

namespace sft {
namespace {

constexpr int32_t kAbiVersion = 6;

struct Isa {
  const char* name;
  bool (*supported)();
  void (*fill)(Kernels&);
};

// Best first; the last runs on every processor of its architecture.
constexpr Isa kIsas[] = {
#if defined(__x86_64__) || defined(_M_X64)
    {"avx512", processor_has_avx512, avx512::register_all},
    {"avx2", processor_has_avx2, avx2::register_all},
    {"baseline", [] { return true; }, baseline::register_all},
#elif defined(__aarch64__)
    {"neon", [] { return true; }, neon::register_all},
#else
    {"baseline", [] { return true; }, baseline::register_all},
#endif
};

const Isa* chosen = nullptr;
Kernels table;

bool choose(const char* name) {
  const bool any = name == nullptr || name[0] == '\0';
  for (const Isa& isa : kIsas) {
    if (!any && strcmp(name, isa.name) != 0) continue;
    if (!isa.supported()) continue;
    isa.fill(table);
    chosen = &isa;
    return true;
  }
  return false;
}

}  // namespace

const Kernels& kernels() {
  if (chosen == nullptr) choose(nullptr);
  return table;
}

}  // namespace sft

int32_t sft_abi_version() { return sft::kAbiVersion; }

int32_t sft_init(const char* isa, int32_t threads) {
  if (!sft::choose(isa)) return -1;
  sft::set_thread_count(threads > 0 ? threads : sft::usable_cores());
  return 0;
}

const char* sft_isa() {
  sft::kernels();
  return sft::chosen->name;
}

const char* sft_cpu_name() { return sft::processor_name(); }

int32_t sft_threads() { return sft::thread_count(); }
