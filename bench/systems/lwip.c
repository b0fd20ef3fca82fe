// A host of lwIP on a tap device, which accepts connections at port 80 and says nothing. Run by stage.py:
//   lwip DEVICE ADDRESS NETMASK
// The library is Debian's and so are its settings; only what carries frames to it is made here.
#include <fcntl.h>
#include <limits.h>  // SSIZE_MAX, without which lwIP makes an ssize_t of its own
#include <linux/if.h>
#include <linux/if_tun.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/tcp.h>
#include <lwip/tcpip.h>
#include <netif/ethernet.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { longest_frame = 1514, port = 80 };

static int tap = -1;

static int open_tap(const char* device) {
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  strncpy(request.ifr_name, device, IFNAMSIZ - 1);
  const int opened = open("/dev/net/tun", O_RDWR);
  return opened >= 0 && ioctl(opened, TUNSETIFF, &request) == 0 ? opened : -1;
}

static err_t send_frame(struct netif* card, struct pbuf* frame) {
  (void)card;
  char bytes[longest_frame];
  const u16_t size = pbuf_copy_partial(frame, bytes, sizeof bytes, 0);
  return write(tap, bytes, size) == size ? ERR_OK : ERR_IF;
}

static err_t set_up_card(struct netif* card) {
  static const u8_t address[] = {0x02, 0, 0, 0, 0, 0x02};
  memcpy(card->hwaddr, address, sizeof address);
  card->hwaddr_len = sizeof address;
  card->mtu = 1500;
  card->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
  card->output = etharp_output;
  card->output_ip6 = ethip6_output;
  card->linkoutput = send_frame;
  return ERR_OK;
}

// The connection stays until the scanner ends it.
static err_t accept_one(void* nothing, struct tcp_pcb* connection, err_t error) {
  (void)nothing;
  (void)connection;
  return error;
}

int main(int count, char** words) {
  ip4_addr_t address, netmask, gateway = {0};
  if (count != 4 || !ip4addr_aton(words[2], &address) || !ip4addr_aton(words[3], &netmask)) return 2;
  tap = open_tap(words[1]);
  if (tap < 0) {
    perror("tap");
    return 1;
  }
  static struct netif card;
  tcpip_init(NULL, NULL);
  LOCK_TCPIP_CORE();
  netif_set_default(netif_add(&card, &address, &netmask, &gateway, NULL, set_up_card, tcpip_input));
  netif_set_up(&card);
  struct tcp_pcb* listener = tcp_new();
  const err_t bound = tcp_bind(listener, IP_ADDR_ANY, port);
  listener = tcp_listen(listener);
  tcp_accept(listener, accept_one);
  UNLOCK_TCPIP_CORE();
  if (bound != ERR_OK) return 1;
  char bytes[longest_frame];
  for (ssize_t size; (size = read(tap, bytes, sizeof bytes)) > 0;) {
    struct pbuf* frame = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_POOL);
    if (frame == NULL) continue;
    pbuf_take(frame, bytes, (u16_t)size);
    if (card.input(frame, &card) != ERR_OK) pbuf_free(frame);
  }
  return 0;
}
