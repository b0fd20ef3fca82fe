#include "os/signal_handlers.h"

#include <csignal>

namespace portolan::os {

void set_handler(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  (void)::sigaction(signal, &action, nullptr);
}

void set_unless_ignored(int signal, void (*handler)(int)) {
  struct sigaction before{};
  (void)::sigaction(signal, nullptr, &before);
  if (before.sa_handler != SIG_IGN) set_handler(signal, handler);
}

}  // namespace portolan::os
