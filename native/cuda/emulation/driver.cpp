// A libcuda.so.1 for tests: the calls of the driver that this program makes, over kernels of the emulation. Memory of the "device" has a
// page behind it that must not be touched; what is enqueued runs later, when somebody asks or waits, as on hardware. SFT_EMULATION_MEMORY and
// SFT_EMULATION_DEVICES say how many bytes and devices there are.
//
// Every call can be made to fail: by SFT_EMULATION_FAIL=CALL:CODE[:TIMES], where TIMES calls go well before, or by sft_emulation_fail.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>
#include "scheduler.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using Address = uint64_t;

enum Result : int {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  NOT_FOUND = 500,
  NOT_READY = 600,
};

const std::map<int, const char*> NAMES = {
#define CODE(value, name) {value, "CUDA_ERROR_" #name},
#include "error_codes.h"
#undef CODE
};

/** What a module must begin with: kernels for hardware are refused here, as hardware refuses these. */
constexpr char IMAGE[] = "emulated kernels";

struct Allocation {
  unsigned char* pages;
  size_t mapped, bytes;
};

struct Planned {
  std::string call;
  int code, after;
};

std::map<Address, Allocation> allocations;
size_t allocated = 0;
std::deque<std::function<int()>> queue;
bool has_context = false;
// What broke the context: every later call says so.
int broken = SUCCESS;

size_t number(const char* name, size_t otherwise) {
  const char* const text = getenv(name);
  return text == nullptr ? otherwise : static_cast<size_t>(strtoull(text, nullptr, 10));
}

Planned planned_by_environment() {
  const char* const text = getenv("SFT_EMULATION_FAIL");
  char call[64] = "";
  Planned planned{"", 0, 0};
  if (text != nullptr && sscanf(text, "%63[^:]:%d:%d", call, &planned.code, &planned.after) >= 2) planned.call = call;
  return planned;
}
Planned planned = planned_by_environment();

int failure(const char* call) {
  if (planned.call != call) return SUCCESS;
  return planned.after-- > 0 ? SUCCESS : planned.code;
}

bool inside(Address address, size_t bytes) {
  auto at = allocations.upper_bound(address);
  return at != allocations.begin() && (--at, at->first + at->second.bytes >= address + bytes);
}

/** Carries out the first of what is enqueued. */
void step() {
  const auto work = std::move(queue.front());
  queue.pop_front();
  if (broken == SUCCESS) broken = work();
}

int drain() {
  while (!queue.empty()) step();
  return broken;
}

int enqueue(std::function<int()> work) {
  queue.push_back(std::move(work));
  return SUCCESS;
}

}  // namespace

// A call of the driver: planned failures come before anything else, then what the context suffers from.
#define CALL(name, parameters, arguments)             \
  static int name##_emulated parameters;              \
  EXPORT int name parameters {                        \
    const int planned_code = failure(#name);          \
    if (planned_code != SUCCESS) return planned_code; \
    if (broken != SUCCESS) return broken;             \
    return name##_emulated arguments;                 \
  }                                                   \
  static int name##_emulated parameters

/** Lets a call fail with a code after so many that go well; nullptr: none, and everything is as at the start. */
EXPORT void sft_emulation_fail(const char* call, int code, int after) {
  planned = {call == nullptr ? "" : call, code, after};
  if (call != nullptr) return;
  queue.clear();
  broken = SUCCESS;
}

EXPORT int cuGetErrorName(int code, const char** name) {
  const auto found = NAMES.find(code);
  *name = found == NAMES.end() ? nullptr : found->second;
  return found == NAMES.end() ? INVALID_VALUE : SUCCESS;
}

CALL(cuInit, (unsigned flags), (flags)) { return number("SFT_EMULATION_DEVICES", 1) > 0 ? SUCCESS : NO_DEVICE; }

CALL(cuDriverGetVersion, (int* version), (version)) { return *version = 13000, SUCCESS; }

CALL(cuDeviceGetCount, (int* count), (count)) { return *count = static_cast<int>(number("SFT_EMULATION_DEVICES", 1)), SUCCESS; }

CALL(cuDeviceGet, (int* device, int ordinal), (device, ordinal)) {
  *device = ordinal;
  return ordinal >= 0 && ordinal < static_cast<int>(number("SFT_EMULATION_DEVICES", 1)) ? SUCCESS : INVALID_DEVICE;
}

CALL(cuDeviceGetName, (char* name, int length, int device), (name, length, device)) {
  return snprintf(name, static_cast<size_t>(length), "CUDA emulated on the processor"), SUCCESS;
}

CALL(cuDeviceGetAttribute, (int* value, int attribute, int device), (value, attribute, device)) {
  // The two numbers of the compute capability.
  if (attribute != 75 && attribute != 76) return INVALID_VALUE;
  const char* const capability = getenv("SFT_EMULATION_CAPABILITY");
  int numbers[2] = {8, 0};
  if (capability != nullptr) sscanf(capability, "%d.%d", &numbers[0], &numbers[1]);
  return *value = numbers[attribute - 75], SUCCESS;
}

CALL(cuDevicePrimaryCtxRetain, (void** context, int device), (context, device)) {
  static char contexts[1];
  return *context = contexts, SUCCESS;
}

CALL(cuDevicePrimaryCtxRelease_v2, (int device), (device)) { return SUCCESS; }

CALL(cuCtxSetCurrent, (void* context), (context)) { return has_context = context != nullptr, SUCCESS; }

CALL(cuMemGetInfo_v2, (size_t* free, size_t* total), (free, total)) {
  *total = number("SFT_EMULATION_MEMORY", size_t{8} << 30);
  *free = *total - allocated;
  return has_context ? SUCCESS : INVALID_CONTEXT;
}

CALL(cuStreamCreate, (void** stream, unsigned flags), (stream, flags)) {
  return *stream = &queue, has_context ? SUCCESS : INVALID_CONTEXT;
}

CALL(cuStreamQuery, (void* stream), (stream)) {
  if (queue.empty()) return SUCCESS;
  step();
  return broken == SUCCESS ? NOT_READY : broken;
}

CALL(cuMemAlloc_v2, (Address * address, size_t bytes), (address, bytes)) {
  if (!has_context) return INVALID_CONTEXT;
  if (bytes == 0) return INVALID_VALUE;
  if (allocated + bytes > number("SFT_EMULATION_MEMORY", size_t{8} << 30)) return OUT_OF_MEMORY;
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE)), room = (bytes + page - 1) / page * page;
  auto* const pages = static_cast<unsigned char*>(mmap(nullptr, room + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (pages == MAP_FAILED || mprotect(pages, room, PROT_READ | PROT_WRITE) != 0) return OUT_OF_MEMORY;
  // As near to the page behind as the alignment of real memory lets it be.
  *address = reinterpret_cast<Address>(pages + (room - bytes) / 256 * 256);
  memset(pages, 0xff, room);
  allocations[*address] = {pages, room + page, bytes};
  allocated += bytes;
  return SUCCESS;
}

CALL(cuMemFree_v2, (Address address), (address)) {
  const auto found = allocations.find(address);
  if (found == allocations.end()) return INVALID_VALUE;
  const int code = drain();
  allocated -= found->second.bytes;
  munmap(found->second.pages, found->second.mapped);
  allocations.erase(found);
  return code;
}

CALL(cuMemsetD8Async, (Address to, unsigned char value, size_t bytes, void* stream), (to, value, bytes, stream)) {
  if (!inside(to, bytes)) return INVALID_VALUE;
  return enqueue([=] { return memset(reinterpret_cast<void*>(to), value, bytes), SUCCESS; });
}

CALL(cuMemcpyHtoDAsync_v2, (Address to, const void* from, size_t bytes, void* stream), (to, from, bytes, stream)) {
  if (!inside(to, bytes)) return INVALID_VALUE;
  // What lies in ordinary memory is copied before the call comes back.
  const auto* const begin = static_cast<const unsigned char*>(from);
  const auto staged = std::make_shared<std::vector<unsigned char>>(begin, begin + bytes);
  return enqueue([=] { return memcpy(reinterpret_cast<void*>(to), staged->data(), bytes), SUCCESS; });
}

CALL(cuMemcpyDtoH_v2, (void* to, Address from, size_t bytes), (to, from, bytes)) {
  if (!inside(from, bytes)) return INVALID_VALUE;
  if (drain() == SUCCESS) memcpy(to, reinterpret_cast<void*>(from), bytes);
  return broken;
}

CALL(cuModuleLoadData, (void** module, const void* image), (module, image)) {
  static char loaded;
  *module = &loaded;
  return memcmp(image, IMAGE, sizeof IMAGE - 1) == 0 ? SUCCESS : INVALID_IMAGE;
}

CALL(cuModuleGetFunction, (const void** function, void* module, const char* name), (function, module, name)) {
  for (const auto& kernel : emulation::kernels()) {
    if (std::string("sft_") + kernel.name != name) continue;
    *function = &kernel;
    return SUCCESS;
  }
  return NOT_FOUND;
}

CALL(cuLaunchKernel,
     (const void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
      void* stream, void** params, void** extra),
     (function, gx, gy, gz, bx, by, bz, shared, stream, params, extra)) {
  const auto& kernel = *static_cast<const emulation::Kernel*>(function);
  const bool grid = gx > 0 && gx < 1u << 31 && gy > 0 && gy < 65536 && gz > 0 && gz < 65536;
  if (!grid || bx * by * bz != 256 || shared != 0 || *static_cast<size_t*>(extra[3]) != kernel.bytes) return INVALID_VALUE;
  const auto body = kernel.bind(static_cast<const unsigned char*>(extra[1]));
  return enqueue([=] { return static_cast<int>(emulation::launch({gx, gy, gz}, {bx, by, bz}, body)); });
}
