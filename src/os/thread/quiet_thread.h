// Threads that no signal of the process is delivered to: those interrupt the one that looks whether one has come, and
// their handlers never run in the middle of somebody else's code (modules of the system's resolver).
#pragma once

#include <functional>
#include <thread>

namespace portolan::os {

// `work` throws nothing. Throws what std::thread does (std::system_error where there may be no more, std::bad_alloc).
std::thread quiet_thread(std::function<void()> work);

}  // namespace portolan::os
