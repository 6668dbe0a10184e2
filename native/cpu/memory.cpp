// Pages from the system, and whole files mapped read-only.
#include "sft_cpu.h"

#if defined(_WIN32)

#define WIN32_LEAN_AND_MEAN
#include <errno.h>
#include <windows.h>

#include <string>

void* sft_alloc(uint64_t bytes) { return VirtualAlloc(nullptr, bytes == 0 ? 1 : bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); }

void sft_free(void* memory, uint64_t) {
  if (memory != nullptr) VirtualFree(memory, 0, MEM_RELEASE);
}

static int32_t errno_of(DWORD code) {
  switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
      return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
      return EACCES;
    case ERROR_NOT_ENOUGH_MEMORY:
      return ENOMEM;
    default:
      return EIO;
  }
}

void* sft_map(const char* utf8_path, uint64_t* bytes, int32_t* error) {
  *bytes = 0;
  const int length = MultiByteToWideChar(CP_UTF8, 0, utf8_path, -1, nullptr, 0);
  std::wstring path(static_cast<size_t>(length > 0 ? length : 1), L'\0');
  if (length > 0) MultiByteToWideChar(CP_UTF8, 0, utf8_path, -1, &path[0], length);
  const HANDLE file =
      CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) {
    *error = errno_of(GetLastError());
    return nullptr;
  }
  LARGE_INTEGER size;
  if (!GetFileSizeEx(file, &size) || size.QuadPart == 0) {
    *error = EINVAL;
    CloseHandle(file);
    return nullptr;
  }
  const HANDLE mapping = CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr);
  void* const memory = mapping == nullptr ? nullptr : MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
  if (memory == nullptr) {
    *error = errno_of(GetLastError());
  } else {
    *error = 0;
    *bytes = static_cast<uint64_t>(size.QuadPart);
  }
  if (mapping != nullptr) CloseHandle(mapping);
  CloseHandle(file);
  return memory;
}

void sft_unmap(void* memory, uint64_t) {
  if (memory != nullptr) UnmapViewOfFile(memory);
}

// Windows reads ahead by itself and takes pages of files back where memory is short.
void sft_map_advise(const void*, uint64_t, int32_t) {}

// Windows does not let a file be cut that is mapped.
int32_t sft_map_lost(const void*) { return 0; }

#else

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <mutex>

namespace {
#if defined(MADV_HUGEPAGE)
constexpr uint64_t kHugePage = 2u << 20;
#endif

// The files that are mapped now. A signal handler reads them: no lock, no memory of its own.
struct Map {
  std::atomic<uintptr_t> start{0};
  std::atomic<uintptr_t> end{0};
  std::atomic<bool> lost{false};
};
constexpr int kMostMaps = 1024;
Map maps[kMostMaps];
uintptr_t page_size;
struct sigaction before;

Map* find(uintptr_t address) {
  for (Map& map : maps) {
    const uintptr_t start = map.start.load(std::memory_order_acquire);
    if (start != 0 && address >= start && address < map.end.load(std::memory_order_acquire)) return &map;
  }
  return nullptr;
}

// A page of a mapped file that cannot be read ends the process. Zeros take its place and those of all after it, which are gone as well
// where the file was cut; the device looks at `lost` before it hands out what was computed with them.
void on_bus_error(int number, siginfo_t* info, void*) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(info->si_addr);
  Map* const map = info->si_code > 0 ? find(address) : nullptr;
  if (map != nullptr) {
    const int error = errno;
    const uintptr_t page = address & ~(page_size - 1);
    void* const zeros =
        mmap(reinterpret_cast<void*>(page), map->end.load() - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    errno = error;
    if (zeros != MAP_FAILED) {
      map->lost.store(true);
      return;
    }
  }
  // Somebody else's: what was set before gets it, when the access is tried again.
  sigaction(SIGBUS, &before, nullptr);
  if (info->si_code <= 0) raise(number);
}

void remember(void* memory, uint64_t bytes) {
  static std::once_flag once;
  std::call_once(once, [] {
    page_size = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    struct sigaction action = {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
  });
  const uintptr_t start = reinterpret_cast<uintptr_t>(memory);
  for (Map& map : maps) {
    uintptr_t free = 0;
    // Taken with an empty range, which holds no address.
    if (!map.start.compare_exchange_strong(free, start)) continue;
    map.lost.store(false);
    map.end.store(start + ((bytes + page_size - 1) & ~(page_size - 1)), std::memory_order_release);
    return;
  }
}

void forget(const void* memory) {
  for (Map& map : maps) {
    if (map.start.load() != reinterpret_cast<uintptr_t>(memory)) continue;
    map.end.store(0);
    map.start.store(0);
    return;
  }
}
}  // namespace

void* sft_alloc(uint64_t bytes) {
  void* const memory = mmap(nullptr, bytes == 0 ? 1 : bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
#if defined(MADV_HUGEPAGE)
  if (bytes >= kHugePage) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

void sft_free(void* memory, uint64_t bytes) {
  if (memory != nullptr) munmap(memory, bytes == 0 ? 1 : bytes);
}

void* sft_map(const char* utf8_path, uint64_t* bytes, int32_t* error) {
  *bytes = 0;
  const int file = open(utf8_path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    *error = errno;
    return nullptr;
  }
  struct stat info;
  void* memory = MAP_FAILED;
  if (fstat(file, &info) != 0) {
    *error = errno;
  } else if (S_ISDIR(info.st_mode)) {
    *error = EISDIR;
  } else if (info.st_size == 0) {
    *error = EINVAL;
  } else {
    memory = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, file, 0);
    *error = memory == MAP_FAILED ? errno : 0;
  }
  close(file);
  if (memory == MAP_FAILED) return nullptr;
  *bytes = static_cast<uint64_t>(info.st_size);
  remember(memory, *bytes);
  return memory;
}

void sft_unmap(void* memory, uint64_t bytes) {
  if (memory == nullptr) return;
  forget(memory);
  munmap(memory, bytes);
}

void sft_map_advise(const void* memory, uint64_t bytes, int32_t soon) {
  const uintptr_t start = reinterpret_cast<uintptr_t>(memory), page = start & ~(static_cast<uintptr_t>(sysconf(_SC_PAGESIZE)) - 1);
  // What it answers does not matter: nothing depends on it.
  madvise(reinterpret_cast<void*>(page), start + bytes - page, soon != 0 ? MADV_WILLNEED : MADV_DONTNEED);
}

int32_t sft_map_lost(const void* memory) {
  const Map* const map = find(reinterpret_cast<uintptr_t>(memory));
  return map != nullptr && map->lost.load() ? 1 : 0;
}

#endif
