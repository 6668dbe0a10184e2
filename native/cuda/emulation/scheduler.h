// Runs launches of kernels on fibers.
#pragma once
#include <functional>
#include "emulation.h"

namespace emulation {

// As the driver numbers them.
enum class Outcome { done = 0, illegal_address = 700, failed = 719 };

// Runs every thread of every block. Where one of them reads or writes what is not there, or waits for what never comes, the rest is left out.
Outcome launch(uint3 grid, uint3 block, const std::function<void()>& body);

}  // namespace emulation
