// What EtherNet/IP devices say of themselves, over TCP and UDP alike (ODVA CIP volume 2, §2-4.2).
#pragma once

#include <string_view>

#include "identify/reader.h"

namespace portolan::identify {

// Of a whole answer to ListIdentity, its header included.
Reading enip_identity(std::string_view answer);

}  // namespace portolan::identify
