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

// -- Who waits ---------------------------------------------------------------------------------------------------------

/// One thread's. Of others' it hears that a socket was closed: then all are looked at.
class SocketTable::Waits final : public SocketWaitsOfThread, private Transport::Listener {
 public:
  /// `watch` null: nothing says who is ready. `own`: of a thread, that watch.
  Waits(SocketTable& table, Transport::Watch* watch, std::unique_ptr<Transport::Watch> own) : table_(table), own_(std::move(own)), watch_(watch) {
    if (watch_) watch_->tell(*this);
  }
  ~Waits() override {
    if (!own_) return;
    std::scoped_lock lock(table_.mutex_);
    std::erase(table_.of_threads_, this);
  }

  void start(SocketCall& call, Nanos now) override;
  void finished(std::vector<SocketCall*>& over) override;
  Nanos due() override { return first_ ? first_->limit : kForever; }
  void give_up(SocketCall& call) override {
    if (call.wait) free(*static_cast<Wait*>(std::exchange(call.wait, nullptr)));
  }
  void give_up_all() override {
    while (first_) free(*first_);
  }
  bool any() const override { return first_ != nullptr; }
  void wait_until(Nanos deadline) override {
    if (ready_.empty() && !looks_from_ && !all_.load(std::memory_order_acquire)) watch_->sleep(deadline == kForever ? kForever : deadline - table_.clock_.now());
  }
  void notify() override { watch_->notify(); }
  /// Any may be ready. Thread: any.
  void look_at_all() { all_.store(true, std::memory_order_release); }

 private:
  struct Wait {
    SocketCall* call = nullptr;
    int handle = -1;  ///< -1: of a socket that is closed
    bool to_send = false;
    bool looks = false;  ///< once, though nobody has said that it is ready
    Nanos limit = 0;         ///< clock time
    std::uint64_t number = 0;
    Wait *before = nullptr, *after = nullptr;              ///< in the order of their begin, which is that of their limits; or free ones
    Wait *before_there = nullptr, *after_there = nullptr;  ///< of this handle
  };
  struct Watched {
    int socket = 0;  ///< whose handle it was when it was watched last
    bool to_receive = false, to_send = false;
    int receive = 0, send = 0;  ///< how many wait
    Wait *first = nullptr, *last = nullptr;
  };

  bool ready(int handle, bool to_receive, bool to_send, bool ended) override;
  void free(Wait& wait);
  void attempt(Wait& wait) {
    if (!wait.call->over && table_.go_on(*wait.call, true)) over_.push_back(&wait);  // it may be said to be ready twice
  }

  SocketTable& table_;
  const std::unique_ptr<Transport::Watch> own_;
  Transport::Watch* const watch_;
  std::atomic<bool> all_{false};
  std::deque<Wait> all_waits_;
  Wait *first_ = nullptr, *last_ = nullptr, *free_ = nullptr;
  Wait* looks_from_ = nullptr;  ///< the first that looks; null: none does
  std::uint64_t last_number_ = 0;
  std::vector<Watched> watched_;  ///< by handle
  struct Ready {
    int handle;
    bool to_receive, to_send;
  };
  std::vector<Ready> ready_;  ///< and somebody waited for it
  std::vector<Wait*> over_;
};

void SocketTable::Waits::start(SocketCall& call, Nanos now) {
  // What wants memory comes first: nothing is to be half begun when its call goes.
  if (!free_) free_ = &all_waits_.emplace_back();
  Socket* const socket = watch_ ? table_.at(call.socket) : nullptr;
  const bool open = socket && socket->open.load(std::memory_order_acquire);
  if (open && static_cast<std::size_t>(socket->handle) >= watched_.size()) watched_.resize(static_cast<std::size_t>(socket->handle) + 1);
  Wait& wait = *free_;
  free_ = wait.after;
  wait = {.call = &call, .to_send = call.act == Act::send, .limit = now + kLongestWait, .number = ++last_number_, .before = last_};
  (last_ ? last_->after : first_) = &wait;
  last_ = &wait;
  call.wait = &wait;
  call.over = false;
  if (!open) return look_at_all();  // since the attempt, perhaps; and who closes it from now on, has that done
  wait.handle = socket->handle;
  Watched& watched = watched_[static_cast<std::size_t>(wait.handle)];
  if (watched.socket != call.socket) {  // the one before it is closed, and the system watches it no more
    for (Wait* each = watched.first; each; each = each->after_there) each->handle = -1;
    watched = {.socket = call.socket};
  }
  wait.before_there = watched.last;
  (watched.last ? watched.last->after_there : watched.first) = &wait;
  watched.last = &wait;
  ++(wait.to_send ? watched.send : watched.receive);
  wait.looks = call.act != Act::receive || !socket->drained.load(std::memory_order_acquire);
  if (wait.looks && !looks_from_) looks_from_ = &wait;
  bool& watches = wait.to_send ? watched.to_send : watched.to_receive;
  if (std::exchange(watches, true)) return;
  std::scoped_lock lock(socket->mutex);
  if (!socket->open) return look_at_all();  // its handle may be anybody's now
  try {
    watch_->watch(wait.handle, watched.to_receive, watched.to_send);
  } catch (...) {
    watches = false;
    give_up(call);
    throw;
  }
}

void SocketTable::Waits::free(Wait& wait) {
  if (looks_from_ == &wait) looks_from_ = wait.after;
  (wait.before ? wait.before->after : first_) = wait.after;
  (wait.after ? wait.after->before : last_) = wait.before;
  if (wait.handle >= 0) {
    Watched& watched = watched_[static_cast<std::size_t>(wait.handle)];
    (wait.before_there ? wait.before_there->after_there : watched.first) = wait.after_there;
    (wait.after_there ? wait.after_there->before_there : watched.last) = wait.before_there;
    --(wait.to_send ? watched.send : watched.receive);
  }
  wait = {.after = std::exchange(free_, &wait)};
}

bool SocketTable::Waits::ready(int handle, bool to_receive, bool to_send, bool ended) {
  if (static_cast<std::size_t>(handle) >= watched_.size()) return false;
  Watched& watched = watched_[static_cast<std::size_t>(handle)];
  if (watched.socket == 0) return false;
  if (to_receive) {
    Socket& socket = *table_.at(watched.socket);
    std::scoped_lock lock(socket.mutex);
    socket.drained.store(false, std::memory_order_release);
    socket.ended |= ended;
  }
  if (!(to_receive && watched.receive > 0) && !(to_send && watched.send > 0)) return false;
  ready_.push_back({handle, to_receive, to_send});
  return true;
}

void SocketTable::Waits::finished(std::vector<SocketCall*>& over) {
  if (watch_) watch_->look();
  over_.clear();
  if (all_.exchange(false, std::memory_order_acq_rel)) {
    for (Wait* each = first_; each; each = each->after) attempt(*each);
  } else {
    for (const Ready& ready : ready_)
      for (Wait* each = watched_[static_cast<std::size_t>(ready.handle)].first; each; each = each->after_there)
        if (each->to_send ? ready.to_send : ready.to_receive) attempt(*each);
    for (Wait* each = looks_from_; each; each = each->after)
      if (std::exchange(each->looks, false)) attempt(*each);
    std::sort(over_.begin(), over_.end(), [](const Wait* a, const Wait* b) { return a->number < b->number; });
  }
  ready_.clear();
  looks_from_ = nullptr;
  if (first_) {
    const Nanos now = table_.clock_.now();
    for (Wait* each = first_; each && now >= each->limit; each = each->after)
      if (!each->call->over && table_.fail(*each->call, "timed out", "TimeoutError")) over_.push_back(each);
  }
  for (Wait* const each : over_) {
    over.push_back(each->call);
    each->call->wait = nullptr;
    free(*each);
  }
}

SocketTable::SocketTable(Clock& clock, Transport& transport)
    : clock_(clock), transport_(transport), says_who_is_ready_(transport.watch() != nullptr), here_(std::make_unique<Waits>(*this, transport.watch(), nullptr)) {}

SocketTable::~SocketTable() {
  close_all();
  for (auto& chunk : chunks_) delete chunk.load(std::memory_order_relaxed);
}

void SocketTable::start(SocketCall& call, Nanos now) { here_->start(call, now); }
void SocketTable::finished(std::vector<SocketCall*>& over) { here_->finished(over); }
Nanos SocketTable::due() { return here_->due(); }
void SocketTable::give_up(SocketCall& call) { here_->give_up(call); }
void SocketTable::give_up_all() { here_->give_up_all(); }
void SocketTable::changed() { here_->look_at_all(); }

std::unique_ptr<SocketWaitsOfThread> SocketTable::waits_of_thread() {
  auto watch = transport_.watch_of_thread();
  if (!watch) return nullptr;
  Transport::Watch* const its = watch.get();
  auto waits = std::make_unique<Waits>(*this, its, std::move(watch));
  std::scoped_lock lock(mutex_);
  of_threads_.push_back(waits.get());
  return waits;
}

// -- Calls -------------------------------------------------------------------------------------------------------------

SocketTable::Socket* SocketTable::at(int number) {
  if (number <= 0 || number > kMostEver) return nullptr;
  Chunk* const chunk = chunks_[static_cast<std::size_t>(number / kInChunk)].load(std::memory_order_acquire);
  return chunk ? &(*chunk)[static_cast<std::size_t>(number % kInChunk)] : nullptr;
}

bool SocketTable::fail(SocketCall& call, std::string sentence, const char* as) {
  call.failure = std::move(sentence);
  call.failed_as = as;
  return call.over = true;
}

/// Under the mutex.
bool SocketTable::add(SocketCall& call, int handle, bool listens, std::int64_t port) {
  call.socket = ++last_;
  call.number = port;
  open_.push_back(call.socket);
  auto& chunk = chunks_[static_cast<std::size_t>(call.socket / kInChunk)];
  if (!chunk.load(std::memory_order_relaxed)) chunk.store(new Chunk, std::memory_order_release);
  Socket& socket = *at(call.socket);
  socket.handle = handle;
  socket.listens = listens;
  socket.port = port;
  socket.open.store(true, std::memory_order_release);
  return call.over = true;
}

/// `heard`: that it may be ready, not only asked for.
bool SocketTable::go_on(SocketCall& call, bool heard) {
  if (call.act == Act::listen || call.act == Act::connect || call.act == Act::accept) return make(call);
  if (closed_.load(std::memory_order_acquire)) return fail(call, "The run is over, and its sockets are closed.");
  if (call.act == Act::close) return close(call);
  Socket* const found = at(call.socket);
  if (!found) return fail(call, "This socket is closed.");
  Socket& socket = *found;
  const bool receives = call.act == Act::receive;
  if (receives && !heard && socket.open.load(std::memory_order_acquire) && socket.drained.load(std::memory_order_acquire)) return false;
  std::scoped_lock lock(socket.mutex);
  if (!socket.open) return fail(call, "This socket is closed.");
  if (call.act == Act::readable) return call.over = transport_.readable(socket.handle);
  if (socket.listens) return fail(call, "This socket listens; accept() gives the one to talk with.");
  return receives ? receive(call, socket) : send(call, socket);
}

/// Of what makes a socket, one after the other: how many there are is limited, and who listens must not go while somebody connects.
bool SocketTable::make(SocketCall& call) {
  std::scoped_lock lock(mutex_);
  if (closed_.load(std::memory_order_relaxed)) return fail(call, "The run is over, and its sockets are closed.");
  if (last_ >= kMostEver) return fail(call, "A run opens at most " + std::to_string(kMostEver) + " sockets.");
  if (open_.size() >= kMostSockets) return fail(call, "A run has at most " + std::to_string(kMostSockets) + " sockets open at once; close() some.");
  if (call.act == Act::listen) {
    std::string why;
    call.label = transport_.label();
    const int handle = transport_.listen(call.number, why);
    return handle < 0 ? fail(call, std::move(why)) : add(call, handle, true, call.number);
  }
  if (call.act == Act::connect) {
    const bool ours = std::any_of(open_.begin(), open_.end(), [&](int each) { return at(each)->listens && at(each)->port == call.number; });
    const int handle = ours ? transport_.connect(call.number) : Transport::kBroken;
    if (handle < 0) return fail(call, "Nobody in this run listens on port " + std::to_string(call.number) + ".", "ConnectionError");
    return add(call, handle, false, call.number);
  }
  if (std::find(open_.begin(), open_.end(), call.socket) == open_.end()) return fail(call, "This socket is closed.");
  Socket& socket = *at(call.socket);  // which nobody closes meanwhile
  if (!socket.listens) return fail(call, "Only a socket from listen() can accept().");
  const int handle = transport_.accept(socket.handle);
  if (handle == Transport::kAgain) return false;
  return handle < 0 ? fail(call, "accept() failed.") : add(call, handle, false, socket.port);
}

/// Who waits for it is told, on whatever thread.
bool SocketTable::close(SocketCall& call) {
  std::scoped_lock lock(mutex_);
  if (std::erase(open_, call.socket) > 0) {
    Socket& socket = *at(call.socket);
    {
      std::scoped_lock its(socket.mutex);
      socket.open = false;
      socket.half = {};
      transport_.close(socket.handle);
    }
    here_->look_at_all();
    clock_.notify();
    for (Waits* const each : of_threads_) {
      each->look_at_all();
      each->notify();
    }
  }
  return call.over = true;
}

bool SocketTable::receive(SocketCall& call, Socket& socket) {
  char few[4096];
  const auto most = static_cast<int>(std::clamp<std::int64_t>(call.number, 1, 1 << 16));
  call.text.clear();
  std::string many;
  char* const bytes = most <= static_cast<int>(sizeof few) ? few : (many.resize(static_cast<std::size_t>(most)), many.data());
  for (;;) {
    const int got = transport_.receive(socket.handle, bytes, most);
    // Where it is not watched nobody would say that there is more.
    socket.drained.store((got == Transport::kAgain || (got > 0 && got < most)) && !socket.ended && says_who_is_ready_, std::memory_order_release);
    if (got == Transport::kAgain) return false;
    if (got < 0) return fail(call, "The other side has closed the connection.", "ConnectionError");
    const std::string_view text(bytes, static_cast<std::size_t>(got));
    if (got > 0 && socket.half.empty() && invalid_utf8(text) == std::string_view::npos) call.text = text;
    else if (got > 0) call.text = whole_characters(std::string(text), socket.half);
    else if (!std::exchange(socket.half, {}).empty()) call.text = "\xef\xbf\xbd";
    if (got == 0 || !call.text.empty()) return call.over = true;
  }
}

bool SocketTable::send(SocketCall& call, Socket& socket) {
  // Once a call, which may go on often before a byte is taken.
  if (!std::exchange(call.counted, true)) {
    const auto bytes = static_cast<std::int64_t>(call.text.size());
    if (bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes > kMostBytes)
      return fail(call, "A run sends at most " + std::to_string(kMostBytes >> 20) + " MiB through its sockets.");
  }
  while (call.sent < call.text.size()) {
    const int sent = transport_.send(socket.handle, call.text.data() + call.sent, static_cast<int>(std::min<std::size_t>(call.text.size() - call.sent, 1 << 16)));
    if (sent == Transport::kAgain) return false;
    if (sent < 0) return fail(call, "The other side has closed the connection.", "ConnectionError");
    call.sent += static_cast<std::size_t>(sent);
  }
  return call.over = true;
}

void SocketTable::perform(SocketCall& call, Standstill& still) {
  const Nanos limit = clock_.now() + kLongestWait;
  const bool to_send = call.act == Act::send;
  const WokenBy woken(still, transport_.waker());
  for (bool rested = false;; rested = true) {
    const std::uint64_t before = transport_.changes();
    const Nanos until = still.may_sleep_until();
    if (until == Standstill::kEnds) return;
    if (go_on(call, rested)) return;
    if (clock_.now() >= limit) {
      fail(call, "timed out", "TimeoutError");
      return;
    }
    transport_.rest(at(call.socket)->handle, to_send, before, std::min(until, limit) - clock_.now());
  }
}

void SocketTable::close_all() {
  std::scoped_lock lock(mutex_);
  closed_.store(true, std::memory_order_release);
  here_->give_up_all();
  for (const int each : std::exchange(open_, {})) {
    Socket& socket = *at(each);
    std::scoped_lock its(socket.mutex);
    socket.open = false;
    transport_.close(socket.handle);
  }
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
  std::scoped_lock lock(mutex_);
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
  std::scoped_lock lock(mutex_);
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
  std::scoped_lock lock(mutex_);
  std::vector<int>& arrived = end(handle).arrived;
  if (arrived.empty()) return kAgain;
  const int first = arrived.front();
  arrived.erase(arrived.begin());
  return first;
}

int ChannelTransport::receive(int handle, char* at, int most) {
  std::scoped_lock lock(mutex_);
  End& near = end(handle);
  if (near.incoming.empty()) return end(near.other).open ? kAgain : 0;
  const std::size_t n = std::min(near.incoming.size(), static_cast<std::size_t>(most));
  near.incoming.copy(at, n);
  near.incoming.erase(0, n);
  tell();
  return static_cast<int>(n);
}

int ChannelTransport::send(int handle, const char* at, int bytes) {
  std::scoped_lock lock(mutex_);
  End& to = end(end(handle).other);
  if (!to.open) return kBroken;
  const std::size_t n = std::min(static_cast<std::size_t>(bytes), kRoom - to.incoming.size());
  if (n == 0) return kAgain;
  to.incoming.append(at, n);
  tell();
  return static_cast<int>(n);
}

bool ChannelTransport::readable(int handle) {
  std::scoped_lock lock(mutex_);
  const End& near = end(handle);
  return near.listens ? !near.arrived.empty() : !near.incoming.empty() || !end(near.other).open;
}

void ChannelTransport::close(int handle) {
  std::scoped_lock lock(mutex_);
  End& near = end(handle);
  near.open = false;
  near.incoming.clear();
  for (const int waits : std::exchange(near.arrived, {})) end(waits).open = false;
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
