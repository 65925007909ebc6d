#include "platform/engine/socket_table.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "script/text.h"

namespace interleave {
namespace {

using Act = SocketCall::Act;

/// What of `bytes` is whole characters, with U+FFFD for what is none; what may still become one stays in `half`.
std::string whole_characters(std::string bytes, std::string& half) {
  bytes.insert(0, std::exchange(half, {}));
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view rest = std::string_view(bytes).substr(at);
    const std::size_t bad = std::min(invalid_utf8(rest), rest.size());
    out += rest.substr(0, bad);
    at += bad;
    if (at == bytes.size()) break;
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const std::size_t needs = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    const std::string_view tail = std::string_view(bytes).substr(at);
    if (lead < 0xf5 && tail.size() < needs && std::all_of(tail.begin() + 1, tail.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; })) {
      half = tail;
      break;
    }
    out += "\xef\xbf\xbd";
    ++at;
  }
  return out;
}

}  // namespace

bool SocketTable::fail(SocketCall& call, std::string sentence, const char* as) {
  call.failure = std::move(sentence);
  call.failed_as = as;
  return call.over = true;
}

bool SocketTable::add(SocketCall& call, int handle, bool listens, std::int64_t port) {
  call.socket = ++last_;
  call.number = port;
  sockets_[call.socket] = {.handle = handle, .listens = listens, .port = port, .half = {}};
  return call.over = true;
}

bool SocketTable::attempt(SocketCall& call) {
  std::scoped_lock lock(mutex_);
  return go_on(call);
}

bool SocketTable::go_on(SocketCall& call) {
  if (closed_) return fail(call, "The run is over, and its sockets are closed.");
  const bool makes = call.act == Act::listen || call.act == Act::connect || call.act == Act::accept;
  if (makes && last_ >= kMostEver) return fail(call, "A run opens at most " + std::to_string(kMostEver) + " sockets.");
  if (makes && sockets_.size() >= kMostSockets) return fail(call, "A run has at most " + std::to_string(kMostSockets) + " sockets open at once; close() some.");
  if (call.act == Act::listen) {
    std::string why;
    call.label = transport_.label();
    const int handle = transport_.listen(call.number, why);
    return handle < 0 ? fail(call, std::move(why)) : add(call, handle, true, call.number);
  }
  if (call.act == Act::connect) {
    const bool ours = std::any_of(sockets_.begin(), sockets_.end(), [&](const auto& each) { return each.second.listens && each.second.port == call.number; });
    const int handle = ours ? transport_.connect(call.number) : Transport::kBroken;
    if (handle < 0) return fail(call, "Nobody in this run listens on port " + std::to_string(call.number) + ".", "ConnectionError");
    return add(call, handle, false, call.number);
  }
  const auto found = sockets_.find(call.socket);
  if (call.act == Act::close) {
    if (found != sockets_.end()) {
      transport_.close(found->second.handle);
      sockets_.erase(found);
      changed();
      clock_.notify();  // who waits for it is told
    }
    return call.over = true;
  }
  if (found == sockets_.end()) return fail(call, "This socket is closed.");
  Socket& socket = found->second;
  if (socket.listens && (call.act == Act::receive || call.act == Act::send)) return fail(call, "This socket listens; accept() gives the one to talk with.");
  switch (call.act) {
    case Act::accept: {
      if (!socket.listens) return fail(call, "Only a socket from listen() can accept().");
      const std::int64_t port = socket.port;
      const int handle = transport_.accept(socket.handle);
      if (handle == Transport::kAgain) return false;
      return handle < 0 ? fail(call, "accept() failed.") : add(call, handle, false, port);
    }
    case Act::receive: return receive(call, socket);
    case Act::send: {
      // Once a call, which may go on often before a byte is taken.
      if (!std::exchange(call.counted, true)) {
        bytes_ += static_cast<std::int64_t>(call.text.size());
        if (bytes_ > kMostBytes) return fail(call, "A run sends at most " + std::to_string(kMostBytes >> 20) + " MiB through its sockets.");
      }
      while (call.sent < call.text.size()) {
        const int sent = transport_.send(socket.handle, call.text.data() + call.sent, static_cast<int>(std::min<std::size_t>(call.text.size() - call.sent, 1 << 16)));
        if (sent == Transport::kAgain) return false;
        if (sent < 0) return fail(call, "The other side has closed the connection.", "ConnectionError");
        call.sent += static_cast<std::size_t>(sent);
      }
      return call.over = true;
    }
    default: return call.over = transport_.readable(socket.handle);
  }
}

bool SocketTable::receive(SocketCall& call, Socket& socket) {
  const auto most = static_cast<int>(std::clamp<std::int64_t>(call.number, 1, 1 << 16));
  std::string bytes(static_cast<std::size_t>(most), '\0');
  for (;;) {
    const int got = transport_.receive(socket.handle, bytes.data(), most);
    if (got == Transport::kAgain) return false;
    if (got < 0) return fail(call, "The other side has closed the connection.", "ConnectionError");
    if (got > 0) call.text = whole_characters(bytes.substr(0, static_cast<std::size_t>(got)), socket.half);
    else if (!std::exchange(socket.half, {}).empty()) call.text = "\xef\xbf\xbd";
    if (got == 0 || !call.text.empty()) return call.over = true;
  }
}

/// Under the mutex, on the polling thread.
void SocketTable::watch(const Waiting& waiting, int more) {
  const auto found = sockets_.find(waiting.socket);
  if (found == sockets_.end()) return;
  Socket& socket = found->second;
  int& count = waiting.to_send ? socket.to_send : socket.to_receive;
  const bool first_or_last = count == 0 || count + more == 0;
  count += more;
  if (!first_or_last) return;
  if (socket.to_receive + socket.to_send > 0) transport_.watch(socket.handle, socket.to_receive > 0, socket.to_send > 0);
  else transport_.forget(socket.handle);
}

void SocketTable::start(std::uint64_t id, SocketCall& call) {
  std::scoped_lock lock(mutex_);
  const Waiting& waiting = waiting_[id] = {&call, call.socket, call.act == Act::send, clock_.now() + kLongestWait};
  watch(waiting, +1);
  changed();  // since the attempt, perhaps
}

void SocketTable::finished(std::vector<std::uint64_t>& ids) {
  transport_.pump();
  const bool look = changed_.exchange(false, std::memory_order_acq_rel);
  std::scoped_lock lock(mutex_);
  const Nanos now = clock_.now();
  std::erase_if(waiting_, [&](const auto& each) {
    const auto& [id, waiting] = each;
    if (!(look && go_on(*waiting.call)) && !(now >= waiting.limit && fail(*waiting.call, "timed out", "TimeoutError"))) return false;
    ids.push_back(id);
    watch(waiting, -1);
    return true;
  });
}

Nanos SocketTable::due() {
  std::scoped_lock lock(mutex_);
  return waiting_.empty() ? kForever : waiting_.begin()->second.limit;
}

void SocketTable::give_up(std::uint64_t id) {
  std::scoped_lock lock(mutex_);
  const auto at = waiting_.find(id);
  if (at == waiting_.end()) return;
  watch(at->second, -1);
  waiting_.erase(at);
}

void SocketTable::perform(SocketCall& call, Standstill& still) {
  const Nanos limit = clock_.now() + kLongestWait;
  const bool to_send = call.act == Act::send;
  const WokenBy woken(still, transport_.waker());
  for (;;) {
    int handle = 0;
    const std::uint64_t before = transport_.changes();
    const Nanos until = still.may_sleep_until();
    if (until == Standstill::kEnds) return;
    {
      std::scoped_lock lock(mutex_);
      if (go_on(call)) return;
      if (clock_.now() >= limit) {
        fail(call, "timed out", "TimeoutError");
        return;
      }
      handle = sockets_.at(call.socket).handle;
    }
    transport_.rest(handle, to_send, before, std::min(until, limit) - clock_.now());
  }
}

void SocketTable::close_all() {
  std::scoped_lock lock(mutex_);
  closed_ = true;
  waiting_.clear();
  for (auto& [_, socket] : sockets_) {
    transport_.forget(socket.handle);
    transport_.close(socket.handle);
  }
  sockets_.clear();
}

// -- The channel -------------------------------------------------------------------------------------------------------

void ChannelTransport::stir() {
  {
    std::scoped_lock lock(resting_);
    ++changes_;
  }
  bell_.notify_all();
}

void ChannelTransport::tell() {
  stir();
  changed_();
}

int ChannelTransport::listen(std::int64_t& port, std::string& failure) {
  const auto taken = [&](std::int64_t p) { return std::any_of(ends_.begin(), ends_.end(), [&](const End& e) { return e.listens && e.open && e.port == p; }); };
  if (port != 0 && taken(port)) {
    failure = "Port " + std::to_string(port) + " is taken.";
    return kBroken;
  }
  while (port == 0 || taken(port)) port = next_port_++;
  ends_.push_back({port, true, true, -1, {}, {}});
  return static_cast<int>(ends_.size()) - 1;
}

int ChannelTransport::connect(std::int64_t port) {
  const auto at = std::find_if(ends_.begin(), ends_.end(), [&](const End& e) { return e.listens && e.open && e.port == port; });
  if (at == ends_.end()) return kBroken;
  const int near = static_cast<int>(ends_.size()), far = near + 1;
  at->arrived.push_back(far);
  ends_.push_back({port, true, false, far, {}, {}});
  ends_.push_back({port, true, false, near, {}, {}});
  tell();
  return near;
}

int ChannelTransport::accept(int handle) {
  std::vector<int>& arrived = ends_[static_cast<std::size_t>(handle)].arrived;
  if (arrived.empty()) return kAgain;
  const int first = arrived.front();
  arrived.erase(arrived.begin());
  return first;
}

int ChannelTransport::receive(int handle, char* at, int most) {
  End& end = ends_[static_cast<std::size_t>(handle)];
  if (end.incoming.empty()) return ends_[static_cast<std::size_t>(end.other)].open ? kAgain : 0;
  const std::size_t n = std::min(end.incoming.size(), static_cast<std::size_t>(most));
  end.incoming.copy(at, n);
  end.incoming.erase(0, n);
  tell();
  return static_cast<int>(n);
}

int ChannelTransport::send(int handle, const char* at, int bytes) {
  End& to = ends_[static_cast<std::size_t>(ends_[static_cast<std::size_t>(handle)].other)];
  if (!to.open) return kBroken;
  const std::size_t n = std::min(static_cast<std::size_t>(bytes), kRoom - to.incoming.size());
  if (n == 0) return kAgain;
  to.incoming.append(at, n);
  tell();
  return static_cast<int>(n);
}

bool ChannelTransport::readable(int handle) {
  const End& end = ends_[static_cast<std::size_t>(handle)];
  return end.listens ? !end.arrived.empty() : !end.incoming.empty() || !ends_[static_cast<std::size_t>(end.other)].open;
}

void ChannelTransport::close(int handle) {
  End& end = ends_[static_cast<std::size_t>(handle)];
  end.open = false;
  end.incoming.clear();
  for (const int waits : std::exchange(end.arrived, {})) ends_[static_cast<std::size_t>(waits)].open = false;
  tell();
}

std::uint64_t ChannelTransport::changes() {
  std::scoped_lock lock(resting_);
  return changes_;
}

void ChannelTransport::rest(int, bool, std::uint64_t since, Nanos at_most) {
  std::unique_lock lock(resting_);
  bell_.wait_for(lock, std::chrono::nanoseconds(std::clamp<Nanos>(at_most, 0, SocketTable::kLongestWait)), [&] { return changes_ != since; });
}

std::function<void()> ChannelTransport::waker() {
  return [this] { stir(); };
}

}  // namespace interleave
