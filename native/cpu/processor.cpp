#include "processor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <set>
#include <string>
#include <thread>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sched.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <vector>
#endif

namespace sft {
namespace {

std::string trimmed(const std::string& text) {
  const char* const blanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

#if defined(__linux__)
std::string first_line(const char* path) {
  FILE* const file = fopen(path, "r");
  if (file == nullptr) return "";
  char line[512];
  const bool read = fgets(line, sizeof line, file) != nullptr;
  fclose(file);
  return read ? trimmed(line) : "";
}

// Cores' worth of time that the container may use, 0 where nothing limits it.
int quota_cores() {
  long long quota = 0, period = 0;
  const std::string v2 = first_line("/sys/fs/cgroup/cpu.max");
  if (sscanf(v2.c_str(), "%lld %lld", &quota, &period) != 2) {
    quota = atoll(first_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").c_str());
    period = atoll(first_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us").c_str());
  }
  return quota > 0 && period > 0 ? static_cast<int>((quota + period - 1) / period) : 0;
}
#endif

std::string read_name() {
#if defined(__x86_64__)
  unsigned words[12], a, b, c, d;
  if (__get_cpuid(0x80000000u, &a, &b, &c, &d) == 0 || a < 0x80000004u) return "";
  for (unsigned i = 0; i < 3; ++i) {
    __get_cpuid(0x80000002u + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]);
  }
  return trimmed(std::string(reinterpret_cast<const char*>(words), sizeof words).c_str());
#elif defined(__APPLE__)
  char name[256];
  size_t size = sizeof name;
  return sysctlbyname("machdep.cpu.brand_string", name, &size, nullptr, 0) == 0 ? trimmed(name) : "";
#elif defined(__linux__)
  FILE* const file = fopen("/proc/cpuinfo", "r");
  if (file == nullptr) return "";
  std::string name;
  char line[512];
  while (name.empty() && fgets(line, sizeof line, file) != nullptr) {
    const char* const colon = strchr(line, ':');
    if (colon != nullptr && (strncmp(line, "model name", 10) == 0 || strncmp(line, "Model", 5) == 0)) name = trimmed(colon + 1);
  }
  fclose(file);
  return name;
#else
  return "";
#endif
}

}  // namespace

const char* processor_name() {
  static const std::string* const name = new std::string(read_name());
  return name->c_str();
}

#if defined(__x86_64__)
namespace {

// The registers of cpuid that name what these kernels use: Intel's manual, volume 2A, CPUID. Not __builtin_cpu_supports: of what it reads, not every
// compiler's runtime is filled in.
constexpr unsigned kFma = 1u << 12, kSavesState = 1u << 27, kF16c = 1u << 29;
constexpr unsigned kAvx2 = 1u << 5, kAvx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // F, DQ, BW, VL
// Registers that the system saves: XCR0's bits of XMM and YMM, and besides those of the masks and of ZMM.
constexpr unsigned kYmm = 0x06;
#if !defined(__APPLE__)
constexpr unsigned kZmm = 0xe6;
#endif

bool has(unsigned value, unsigned bits) { return (value & bits) == bits; }

unsigned saved_registers() {
  unsigned a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || !has(c, kSavesState)) return 0;
  __asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  return a;
}

unsigned extended_features() {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 ? 0 : b;
}

// macOS saves ZMM only once a process has used them, and XCR0 does not name them before.
bool saves_zmm() {
#if defined(__APPLE__)
  int yes = 0;
  size_t size = sizeof yes;
  return sysctlbyname("hw.optional.avx512f", &yes, &size, nullptr, 0) == 0 && yes != 0;
#else
  return has(saved_registers(), kZmm);
#endif
}

}  // namespace

bool processor_has_avx512() { return processor_has_avx2() && has(extended_features(), kAvx512) && saves_zmm(); }

bool processor_has_avx2() {
  unsigned a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return false;
  return has(c, kFma | kF16c) && has(saved_registers(), kYmm) && has(extended_features(), kAvx2);
}
#else
bool processor_has_avx512() { return false; }
bool processor_has_avx2() { return false; }
#endif

int usable_cores() {
#if defined(__linux__)
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    std::set<std::string> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &allowed)) continue;
      char path[96];
      snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
      const std::string siblings = first_line(path);
      cores.insert(siblings.empty() ? path : siblings);
    }
    const int quota = quota_cores();
    const int count = static_cast<int>(cores.size());
    if (count > 0) return quota > 0 && quota < count ? quota : count;
  }
#elif defined(__APPLE__)
  // Work is handed out dynamically, but the slow cores would still finish last: the fast ones alone where the system names them.
  for (const char* const name : {"hw.perflevel0.physicalcpu", "hw.physicalcpu"}) {
    int count = 0;
    size_t size = sizeof count;
    if (sysctlbyname(name, &count, &size, nullptr, 0) == 0 && count > 0) return count;
  }
#elif defined(_WIN32)
  DWORD bytes = 0;
  GetLogicalProcessorInformation(nullptr, &bytes);
  std::vector<SYSTEM_LOGICAL_PROCESSOR_INFORMATION> list(bytes / sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION));
  if (!list.empty() && GetLogicalProcessorInformation(list.data(), &bytes)) {
    int count = 0;
    for (const auto& entry : list) count += entry.Relationship == RelationProcessorCore ? 1 : 0;
    if (count > 0) return count;
  }
#endif
  const unsigned count = std::thread::hardware_concurrency();
  return count > 0 ? static_cast<int>(count) : 1;
}

}  // namespace sft
