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

#else

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {
constexpr uint64_t kHugePage = 2u << 20;
}

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
  return memory;
}

void sft_unmap(void* memory, uint64_t bytes) {
  if (memory != nullptr) munmap(memory, bytes);
}

#endif
