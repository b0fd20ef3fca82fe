// Who hears a talk while it goes on: the view, the record, and what is made of what the user types.
#pragma once

#include <string>
#include <string_view>

namespace portolan::talk {

// Each call gives the text that standard output shows for it, typed() what is sent instead.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual std::string typed(std::string_view bytes) = 0;
  // A piece that has been taken for sending, or has come; one datagram where datagrams are talked.
  virtual std::string sent(std::string_view bytes) = 0;
  virtual std::string received(std::string_view bytes) = 0;
  // Nothing more comes.
  virtual std::string ended() = 0;
};

}  // namespace portolan::talk
