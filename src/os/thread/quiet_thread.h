// Threads that no signal of the process is delivered to: the main one handles them, and their handlers never run in the
// middle of somebody else's code (modules of the system's resolver). Signals of a thread's own faults are as ever.
#pragma once

#include <functional>
#include <thread>

namespace portolan::os {

// `work` throws nothing. Throws what std::thread does (std::system_error where there may be no more, std::bad_alloc).
std::thread quiet_thread(std::function<void()> work);

}  // namespace portolan::os
