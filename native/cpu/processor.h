// What the processor is called, what it can do, and how many of its cores this process may use.
#pragma once

namespace sft {

// The brand string, or "" where the system does not tell.
const char* processor_name();

// Whether processor and operating system support all that the set's kernels are compiled for.
bool processor_has_avx512();
bool processor_has_avx2();

// Physical cores this process may run on (affinity and container quota counted), at least 1.
int usable_cores();

}  // namespace sft
