#include "platform/native/process_port_posix.h"

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

#include "platform/native/fork_server.h"

namespace interleave {
namespace {

constexpr std::size_t kHeader = 4;
constexpr std::uint32_t kMostBytes = 1u << 30;  ///< of one message; more is a child that lost its mind
constexpr std::size_t kReadAtOnce = ByteRing::kRoom;

// A sleep and a wake from core to core take up to 60 us; so the parent is still awake when a child that had slept answers.
constexpr Nanos kParentLooksOn = 100'000;
constexpr Nanos kChildLooksOn = 50'000;
// Descriptors are looked at so often while messages come without them, and the clock for that once in so many times.
constexpr Nanos kServes = 20'000;
constexpr unsigned kServesAt = 4;

std::array<std::uint8_t, kHeader> header_of(const Bytes& message) {
  assert(message.size() <= kMostBytes);
  const auto length = static_cast<std::uint32_t>(message.size());
  std::array<std::uint8_t, kHeader> header;
  std::memcpy(header.data(), &length, kHeader);
  return header;
}

std::uint32_t length_at(const std::uint8_t* at) {
  std::uint32_t length;
  std::memcpy(&length, at, kHeader);
  return length;
}

/// As much as a line holds. `to` grows with what came, not with what a message says that it will be.
void read_from(ProcessLine& line, Bytes& to, std::size_t& filled) {
  if (to.size() < filled + kReadAtOnce) to.resize(std::max(filled + kReadAtOnce, 2 * filled));
  filled += line.read(std::span(to).subspan(filled, kReadAtOnce));
}

}  // namespace

// --- In the parent --------------------------------------------------------------------------------------------------

ProcessPortPosix::ProcessPortPosix(NativeClock& clock, HttpServer& server, const StopSignal* stop)
    : poller_(clock.poller()), server_(server), cores_(machine_cores()), stop_(stop) {
  poller_.add(*this);
}

ProcessPortPosix::~ProcessPortPosix() {
  poller_.forget(static_cast<Poller::Looker&>(*this));
  for (auto& child : children_) {
    if (child->line) forget(child->line->bell());
    if (child->process.socket >= 0) forget(child->process.socket);
    end_child(child->process);
  }
  poller_.forget(static_cast<Poller::Watcher&>(*this));
}

void ProcessPortPosix::watch(int fd, int number) {
  if (static_cast<std::size_t>(fd) >= child_of_fd_.size()) child_of_fd_.resize(static_cast<std::size_t>(fd) + 1, -1);
  child_of_fd_[fd] = number;
  poller_.watch(fd, EPOLLIN, *this);
}

void ProcessPortPosix::forget(int fd) {
  poller_.forget(fd);
  if (static_cast<std::size_t>(fd) < child_of_fd_.size()) child_of_fd_[fd] = -1;
}

int ProcessPortPosix::spawn() {
  const int number = static_cast<int>(children_.size());
  children_.push_back(std::make_unique<Child>());
  std::string failure;
  const std::string http_port = std::to_string(server_.port_if_started());
  ChildProcess process = fork_child(http_port, stop_);
  if (!process.started() && !(stop_ && stop_->asked())) process = start_self(kChildRole, http_port, failure);
  Child& child = *children_[number];
  child.process = process;
  if (process.started()) child.line = ProcessLine::to_child(process.socket);
  if (!child.line) {
    lose(number);
    return number;
  }
  watch(process.socket, number);
  watch(child.line->bell(), number);
  child.lost = false;
  return number;
}

void ProcessPortPosix::send(int number, const Bytes& bytes) {
  Child& child = *children_[number];
  if (child.lost) return;
  const auto header = header_of(bytes);
  Bytes& framed = child.outgoing.emplace_back();
  framed.reserve(kHeader + bytes.size());
  framed.insert(framed.end(), header.begin(), header.end());
  framed.insert(framed.end(), bytes.begin(), bytes.end());
  if (child.outgoing.size() == 1) write_some(number);
  expects_ = true;
}

void ProcessPortPosix::receive(std::vector<Message>& messages) {
  for (std::size_t number = 0; number < children_.size(); ++number)
    if (!children_[number]->lost) read_some(static_cast<int>(number));
  if (++received_ % kServesAt == 0)
    if (const Nanos now = monotonic_now(); now - served_at_ >= kServes) {
      served_at_ = now;
      poller_.pump();
    }
  expects_ |= !messages_.empty();
  messages.insert(messages.end(), std::make_move_iterator(messages_.begin()), std::make_move_iterator(messages_.end()));
  messages_.clear();
}

void ProcessPortPosix::kill(int number) {
  if (!children_[number]->lost) lose(number);
}

void ProcessPortPosix::ready(int fd, std::uint32_t) {
  const int number = child_of_fd_[fd];
  Child& child = *children_[number];
  if (fd == child.line->bell()) {
    child.line->hear();
    write_some(number);
    poller_.stir();
    return;
  }
  // It is gone. What it said before is still read, and then the end; nobody goes on writing there.
  forget(child.process.socket);
  end_child(child.process);
  while (!child.lost && child.line->has_some()) read_some(number);
  if (!child.lost) lose(number);
}

void ProcessPortPosix::write_some(int number) {
  Child& child = *children_[number];
  if (child.outgoing.empty()) return;
  for (bool waits = false; !waits && !child.outgoing.empty();) {
    const std::span<const std::uint8_t> rest = std::span(child.outgoing.front()).subspan(child.sent_of_first);
    child.sent_of_first += child.line->write(rest);
    if (child.sent_of_first == child.outgoing.front().size()) {
      child.outgoing.pop_front();
      child.sent_of_first = 0;
    } else {
      child.line->publish();
      waits = child.line->falls_asleep_for_room();
      if (child.line->broken()) return lose(number);
    }
  }
  child.line->publish();
}

/// As much per call as a line holds: one child with much to say does not starve the others.
void ProcessPortPosix::read_some(int number) {
  Child& child = *children_[number];
  if (!child.line->has_some()) return;
  read_from(*child.line, child.incoming, child.read_to);
  if (child.line->broken()) return lose(number);
  while (child.read_to - child.parsed_to >= kHeader) {
    const std::uint8_t* at = child.incoming.data() + child.parsed_to;
    const std::uint32_t length = length_at(at);
    if (length > kMostBytes) return lose(number);
    if (child.read_to - child.parsed_to < kHeader + length) break;
    messages_.push_back({number, false, Bytes(at + kHeader, at + kHeader + length)});
    child.parsed_to += kHeader + length;
  }
  if (child.parsed_to == child.read_to) {
    child.parsed_to = child.read_to = 0;
    if (child.incoming.size() > 4 * kReadAtOnce) child.incoming = {};
  } else if (child.parsed_to > kReadAtOnce) {
    std::copy(child.incoming.begin() + static_cast<std::ptrdiff_t>(child.parsed_to),
              child.incoming.begin() + static_cast<std::ptrdiff_t>(child.read_to), child.incoming.begin());
    child.read_to -= child.parsed_to;
    child.parsed_to = 0;
  }
}

void ProcessPortPosix::lose(int number) {
  Child& child = *children_[number];
  child.lost = true;
  if (child.line) {
    forget(child.line->bell());
    if (child.process.socket >= 0) forget(child.process.socket);
    child.line = nullptr;
  }
  end_child(child.process);
  child.outgoing.clear();
  child.incoming = {};
  messages_.push_back({number, true, {}});
  poller_.stir();
}

bool ProcessPortPosix::has_news() {
  return std::ranges::any_of(children_, [](const auto& child) { return !child->lost && child->line->has_some(); });
}

Nanos ProcessPortPosix::looks_on() {
  if (!std::exchange(expects_, false)) return 0;
  int awake = 0, elsewhere = 0;
  for (const auto& child : children_) {
    if (child->lost || !child->line->other_is_awake()) continue;
    ++awake;
    elsewhere += child->line->other_is_elsewhere();
  }
  return elsewhere > 0 && awake < cores_ ? kParentLooksOn : 0;
}

bool ProcessPortPosix::falls_asleep() {
  for (auto& child : children_)
    if (!child->lost && !child->line->falls_asleep()) {
      awakes();
      return false;
    }
  return true;
}

void ProcessPortPosix::awakes() {
  for (auto& child : children_)
    if (!child->lost) child->line->awakes();
}

// --- In the child ---------------------------------------------------------------------------------------------------

ParentLine::ParentLine(Poller& poller) : poller_(poller), line_(ProcessLine::to_parent(kChildSocket)), cores_(machine_cores()), gone_(!line_) {
  if (gone_) return;
  poller_.watch(kChildSocket, EPOLLIN, *this);
  poller_.watch(line_->bell(), EPOLLIN, *this);
  poller_.add(*this);
}
ParentLine::~ParentLine() {
  poller_.forget(static_cast<Poller::Looker&>(*this));
  poller_.forget(static_cast<Poller::Watcher&>(*this));
}

bool ParentLine::take(Bytes& message) {
  for (;;) {
    const std::size_t left = read_to_ - taken_to_;
    const std::size_t whole = left < kHeader ? kHeader : kHeader + length_at(incoming_.data() + taken_to_);
    if (left >= kHeader && left >= whole) {
      const auto begin = incoming_.begin() + static_cast<std::ptrdiff_t>(taken_to_);
      message.assign(begin + kHeader, begin + static_cast<std::ptrdiff_t>(whole));
      taken_to_ += whole;
      if (taken_to_ == read_to_) taken_to_ = read_to_ = 0;
      return true;
    }
    if (gone_ || !line_->has_some()) return false;
    if (taken_to_ > 0) {
      std::copy(incoming_.begin() + static_cast<std::ptrdiff_t>(taken_to_), incoming_.begin() + static_cast<std::ptrdiff_t>(read_to_), incoming_.begin());
      read_to_ -= taken_to_;
      taken_to_ = 0;
    }
    read_from(*line_, incoming_, read_to_);
    expects_ = true;
    gone_ |= line_->broken();
  }
}

void ParentLine::ready(int fd, std::uint32_t) {
  if (fd == kChildSocket) {
    gone_ = true;
    poller_.forget(kChildSocket);
  } else {
    line_->hear();
  }
  poller_.stir();
}

void ParentLine::put(const Bytes& message) {
  write(header_of(message));
  write(message);
  expects_ = true;
}

void ParentLine::write(std::span<const std::uint8_t> bytes) {
  while (!gone_) {
    bytes = bytes.subspan(line_->write(bytes));
    if (bytes.empty()) return;
    line_->publish();
    if (line_->falls_asleep_for_room()) {
      pollfd both[] = {{line_->bell(), POLLIN, 0}, {kChildSocket, POLLIN, 0}};
      poll(both, 2, -1);
      if (both[1].revents != 0) gone_ = true;
      else line_->hear();
    }
    gone_ |= line_->broken();
  }
}

void ParentLine::flush() {
  if (!gone_) line_->publish();
}

bool ParentLine::has_news() { return line_->has_some(); }
Nanos ParentLine::looks_on() {
  return std::exchange(expects_, false) && cores_ > 1 && line_->other_is_awake() && line_->other_is_elsewhere() ? kChildLooksOn : 0;
}
bool ParentLine::falls_asleep() { return line_->falls_asleep(); }
void ParentLine::awakes() { line_->awakes(); }

}  // namespace interleave
