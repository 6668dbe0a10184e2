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
bool has_f16c() {
  unsigned a, b, c, d;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}
}  // namespace

// __builtin_cpu_supports also asks whether the system saves the wide registers.
bool processor_has_avx512() {
  return processor_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

bool processor_has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c(); }
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
