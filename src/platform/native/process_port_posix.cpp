#include "platform/native/process_port_posix.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "platform/native/fork_server.h"

namespace interleave {
namespace {

constexpr std::size_t kHeader = 4;
constexpr std::uint32_t kMostBytes = 1u << 30;  ///< of one message; more is a child that lost its mind
constexpr std::size_t kReadAtOnce = 256 << 10;

void append_framed(Bytes& to, const Bytes& message) {
  assert(message.size() <= kMostBytes);
  const auto length = static_cast<std::uint32_t>(message.size());
  const std::size_t at = to.size();
  to.resize(at + kHeader + message.size());
  std::memcpy(to.data() + at, &length, kHeader);
  std::copy(message.begin(), message.end(), to.begin() + static_cast<std::ptrdiff_t>(at + kHeader));
}

std::uint32_t length_at(const std::uint8_t* at) {
  std::uint32_t length;
  std::memcpy(&length, at, kHeader);
  return length;
}

}  // namespace

// --- In the parent --------------------------------------------------------------------------------------------------

ProcessPortPosix::~ProcessPortPosix() {
  for (auto& child : children_) {
    if (child->process.socket >= 0) poller_.forget(child->process.socket);
    end_child(child->process);
  }
  poller_.forget(*this);
}

int ProcessPortPosix::spawn() {
  const int number = static_cast<int>(children_.size());
  children_.push_back(std::make_unique<Child>());
  std::string failure;
  const std::string http_port = std::to_string(server_.port_if_started());
  ChildProcess process = fork_child(http_port, stop_);
  if (!process.started() && !(stop_ && stop_->asked())) process = start_self(kChildRole, http_port, failure);
  children_[number]->process = process;
  if (!process.started()) {
    lose(number);
    return number;
  }
  if (static_cast<std::size_t>(process.socket) >= child_of_fd_.size()) child_of_fd_.resize(process.socket + 1, -1);
  child_of_fd_[process.socket] = number;
  poller_.watch(process.socket, EPOLLIN, *this);
  return number;
}

void ProcessPortPosix::send(int number, const Bytes& bytes) {
  Child& child = *children_[number];
  if (child.lost) return;
  append_framed(child.outgoing.emplace_back(), bytes);
  if (child.outgoing.size() == 1) write_some(number);
}

void ProcessPortPosix::receive(std::vector<Message>& messages) {
  if (messages_.empty()) poller_.pump();  // else a wait has just looked
  messages.insert(messages.end(), std::make_move_iterator(messages_.begin()), std::make_move_iterator(messages_.end()));
  messages_.clear();
}

void ProcessPortPosix::kill(int number) {
  if (!children_[number]->lost) lose(number);
}

void ProcessPortPosix::ready(int fd, std::uint32_t events) {
  const int number = child_of_fd_[fd];
  if (events & EPOLLOUT) write_some(number);
  if (!children_[number]->lost && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) read_some(number);
}

void ProcessPortPosix::write_some(int number) {
  Child& child = *children_[number];
  while (!child.outgoing.empty()) {
    const Bytes& first = child.outgoing.front();
    const ssize_t put = ::send(child.process.socket, first.data() + child.sent_of_first,
                               first.size() - child.sent_of_first, MSG_NOSIGNAL);
    if (put < 0) {
      if (errno == EINTR) continue;
      if (errno == EPIPE || errno == ECONNRESET) return;  // it died; what it said before is still read, and then the end
      if (!std::exchange(child.full, true)) poller_.watch(child.process.socket, EPOLLIN | EPOLLOUT, *this);
      return;
    }
    child.sent_of_first += static_cast<std::size_t>(put);
    if (child.sent_of_first == first.size()) {
      child.outgoing.pop_front();
      child.sent_of_first = 0;
    }
  }
  if (std::exchange(child.full, false)) poller_.watch(child.process.socket, EPOLLIN, *this);
}

/// One read per call: one child with much to say does not starve the others (the poller is level-triggered).
void ProcessPortPosix::read_some(int number) {
  Child& child = *children_[number];
  // As much as the message that is coming still needs, so that a big one is not moved as it grows.
  std::size_t wanted = kReadAtOnce;
  if (child.read_to - child.parsed_to >= kHeader)
    wanted = std::max(wanted, kHeader + length_at(child.incoming.data() + child.parsed_to) - (child.read_to - child.parsed_to));
  if (child.incoming.size() < child.read_to + wanted) child.incoming.resize(child.read_to + wanted);
  const ssize_t got = recv(child.process.socket, child.incoming.data() + child.read_to, wanted, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return lose(number);
  child.read_to += static_cast<std::size_t>(got);
  while (child.read_to - child.parsed_to >= kHeader) {
    const std::uint8_t* at = child.incoming.data() + child.parsed_to;
    const std::uint32_t length = length_at(at);
    if (length > kMostBytes) return lose(number);
    if (child.read_to - child.parsed_to < kHeader + length) break;
    messages_.push_back({number, false, Bytes(at + kHeader, at + kHeader + length)});
    child.parsed_to += kHeader + length;
    poller_.stir();
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
  if (child.process.socket >= 0) {
    poller_.forget(child.process.socket);
    child_of_fd_[child.process.socket] = -1;
  }
  end_child(child.process);
  child.outgoing.clear();
  child.incoming = {};
  messages_.push_back({number, true, {}});
  poller_.stir();
}

// --- In the child ---------------------------------------------------------------------------------------------------

ParentLine::ParentLine(Poller& poller) : poller_(poller) { poller_.watch(kChildSocket, EPOLLIN, *this); }
ParentLine::~ParentLine() { poller_.forget(*this); }

bool ParentLine::take(Bytes& message) {
  const std::size_t left = read_to_ - taken_to_;
  if (left < kHeader) return false;
  const std::size_t whole = kHeader + length_at(incoming_.data() + taken_to_);
  if (left < whole) return false;
  const auto begin = incoming_.begin() + static_cast<std::ptrdiff_t>(taken_to_);
  message.assign(begin + kHeader, begin + static_cast<std::ptrdiff_t>(whole));
  taken_to_ += whole;
  if (taken_to_ == read_to_) taken_to_ = read_to_ = 0;
  return true;
}

void ParentLine::ready(int, std::uint32_t) {
  if (taken_to_ > 0) {
    std::copy(incoming_.begin() + static_cast<std::ptrdiff_t>(taken_to_), incoming_.begin() + static_cast<std::ptrdiff_t>(read_to_), incoming_.begin());
    read_to_ -= taken_to_;
    taken_to_ = 0;
  }
  for (;;) {
    if (incoming_.size() < read_to_ + kReadAtOnce) incoming_.resize(read_to_ + kReadAtOnce);
    const ssize_t got = recv(kChildSocket, incoming_.data() + read_to_, kReadAtOnce, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
      gone_ = true;
      poller_.forget(kChildSocket);
    }
    if (got <= 0) break;
    read_to_ += static_cast<std::size_t>(got);
    if (static_cast<std::size_t>(got) < kReadAtOnce) break;  // if there is more, the poller says so
  }
  poller_.stir();
}

void ParentLine::put(const Bytes& message) {
  append_framed(outgoing_, message);
}

void ParentLine::flush() {
  for (std::size_t sent = 0; sent < outgoing_.size() && !gone_;) {
    const ssize_t put = ::send(kChildSocket, outgoing_.data() + sent, outgoing_.size() - sent, MSG_NOSIGNAL);
    if (put < 0 && errno != EINTR) gone_ = true;
    if (put > 0) sent += static_cast<std::size_t>(put);
  }
  outgoing_.clear();
  if (outgoing_.capacity() > 4 * kReadAtOnce) outgoing_ = {};
}

}  // namespace interleave
