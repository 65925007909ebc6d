#include "platform/native/poller.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>
#include <utility>

namespace interleave {

Nanos monotonic_now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return Nanos{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

Poller::Poller() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wakeup_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_ < 0 || wakeup_ < 0) {
    const int error = errno;
    if (epoll_ >= 0) close(epoll_);
    throw std::system_error(error, std::generic_category(), "no file descriptor");
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wakeup_;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wakeup_, &event);
}

Poller::~Poller() {
  close(epoll_);
  close(wakeup_);
}

void Poller::watch(int fd, std::uint32_t events, Watcher& watcher) {
  assert(fd >= 0);
  if (static_cast<std::size_t>(fd) >= watchers_.size()) watchers_.resize(fd + 1, nullptr);
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  // A descriptor that was closed without forget() has left the set by itself, and its number may be somebody else's now.
  const int what = watchers_[fd] ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(epoll_, what, fd, &event) != 0)
    epoll_ctl(epoll_, what == EPOLL_CTL_MOD ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
  watchers_[fd] = &watcher;
}

void Poller::forget(int fd) {
  if (fd < 0 || static_cast<std::size_t>(fd) >= watchers_.size() || !watchers_[fd]) return;
  watchers_[fd] = nullptr;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void Poller::forget(Watcher& watcher) {
  for (std::size_t fd = 0; fd < watchers_.size(); ++fd)
    if (watchers_[fd] == &watcher) forget(static_cast<int>(fd));
  set_alarm(watcher, kNever);
}

void Poller::set_alarm(Watcher& watcher, Nanos at) {
  std::erase_if(alarms_, [&](const Alarm& a) { return a.watcher == &watcher; });
  if (at != kNever) alarms_.push_back({&watcher, at});
}

Nanos Poller::next_alarm() const {
  Nanos at = kNever;
  for (const Alarm& a : alarms_) at = std::min(at, a.at);
  return at;
}

void Poller::ring() {
  if (alarms_.empty()) return;
  const Nanos now = monotonic_now();
  std::vector<Watcher*> due;
  std::erase_if(alarms_, [&](const Alarm& a) {
    if (a.at > now) return false;
    due.push_back(a.watcher);
    return true;
  });
  for (Watcher* watcher : due) watcher->alarm();
}

/// Waits at most `timeout` (kNever: without end) and serves. True: notify() was called.
bool Poller::serve(Nanos timeout) {
  epoll_event events[128];
  timespec t{static_cast<time_t>(timeout / 1'000'000'000), static_cast<long>(timeout % 1'000'000'000)};
  const int count = epoll_pwait2(epoll_, events, 128, timeout == kNever ? nullptr : &t, nullptr);
  bool notified = false;
  for (int i = 0; i < count; ++i) {
    const int fd = events[i].data.fd;
    if (fd == wakeup_) {
      std::uint64_t drained;
      [[maybe_unused]] const auto got = read(wakeup_, &drained, sizeof drained);
      notified = true;
    } else if (static_cast<std::size_t>(fd) < watchers_.size() && watchers_[fd]) {
      watchers_[fd]->ready(fd, events[i].events);
    }
  }
  return notified;
}

void Poller::pump() {
  serve(0);
  ring();
}

bool Poller::has_news() {
  return std::ranges::any_of(lookers_, [](Looker* looker) { return looker->has_news(); });
}

/// True: there is something for whoever waits.
bool Poller::look_on(Nanos from, Nanos until) {
  constexpr int kLooks = 32;  // a microsecond, in which the clock is not looked at
  Nanos longest = 0;
  for (Looker* looker : lookers_) longest = std::max(longest, looker->looks_on());
  const Nanos end = from + std::min(longest, std::max<Nanos>(until - from, 0));
  for (Nanos now = from; now < end; now = monotonic_now())
    for (int i = 0; i < kLooks; ++i)
      if (has_news() || notified_.load(std::memory_order_relaxed)) return true;
  return has_news();
}

bool Poller::falls_asleep() {
  if (std::ranges::all_of(lookers_, [](Looker* looker) { return looker->falls_asleep(); })) return true;
  awakes();
  return false;
}

void Poller::awakes() {
  for (Looker* looker : lookers_) looker->awakes();
}

void Poller::wait_until(Nanos deadline) {
  static thread_local const bool sharp = prctl(PR_SET_TIMERSLACK, 1UL) == 0;
  (void)sharp;
  for (bool first = true;; first = false) {
    if (std::exchange(stirred_, false)) return;
    const Nanos now = monotonic_now();
    const Nanos until = std::min(deadline, next_alarm());
    if (now >= deadline && !first) return;
    if (!lookers_.empty() && (look_on(now, until) || !falls_asleep())) {
      notified_.exchange(false);
      return;
    }
    // notify() sets notified_ and then reads asleep_; here it is the other way round. Both are sequentially
    // consistent, so at least one of the two sees the other's store: a notify is never slept through. If both do, the
    // eventfd ends one later wait early, which is allowed.
    asleep_ = true;
    if (notified_.exchange(false)) {
      asleep_ = false;
      awakes();
      return;
    }
    const Nanos begins = lookers_.empty() ? now : monotonic_now();
    const bool woken = serve(until == kNever ? kNever : until <= begins ? 0 : until - begins);
    asleep_ = false;
    awakes();
    ring();
    if (notified_.exchange(false) || woken) return;
  }
}

void Poller::notify() {
  if (notified_.exchange(true)) return;  // the one who set it woke, or will be seen before the next sleep
  if (asleep_) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto put = write(wakeup_, &one, sizeof one);
  }
}

}  // namespace interleave
