// Handlers of signals, set in one way everywhere: calls that one interrupts go on (SA_RESTART), nothing else is blocked
// meanwhile. All of it is safe in signal handlers (signal-safety(7)).
#pragma once

namespace portolan::os {

// SIG_DFL and SIG_IGN are handlers, too.
void set_handler(int signal, void (*handler)(int));
// A caller that ignores a signal (nohup, a shell's background job) means it.
void set_unless_ignored(int signal, void (*handler)(int));

}  // namespace portolan::os
