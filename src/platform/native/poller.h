// poller.h -- the one place where a native run sleeps: on a deadline, on descriptors and on notify(), all at once.
//
// An epoll set holds the sockets of HTTP requests and of child processes and one eventfd; epoll_pwait2 takes
// nanoseconds. Timer slack is set to its least for the thread that waits: a wait overshoots by about 10 us, where the
// default is 50 us more.
// Rejected: curl_multi_poll with extra descriptors (whole milliseconds, and O(connections) per call); a timerfd (one
// more system call per sleep); libevent here too (its precise timers are that timerfd).
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "trace/event.h"

namespace interleave {

/// Nanoseconds of CLOCK_MONOTONIC: the same in every thread and process of this machine.
Nanos monotonic_now();

/// Thread: all but notify() the one that waits.
class Poller {
 public:
  /// Somebody with descriptors, or with something to do later.
  class Watcher {
   public:
    virtual ~Watcher() = default;
    /// `events`: EPOLLIN and so on. May watch and forget descriptors, this one too.
    virtual void ready(int fd, std::uint32_t events) = 0;
    virtual void alarm() {}
  };
  /// Somebody whose news come without a system call while this poller is awake.
  class Looker {
   public:
    virtual ~Looker() = default;
    /// Cost: nanoseconds.
    virtual bool has_news() = 0;
    /// For so long it is worth asking that again and again before a sleep.
    virtual Nanos looks_on() = 0;
    /// From here on whoever brings news rings. False: there are some, and it is awake as before.
    virtual bool falls_asleep() = 0;
    virtual void awakes() = 0;
  };
  /// Errors: std::system_error where the system has no descriptor left.
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// From now on `watcher` is told of `events` on `fd` (level-triggered, unless they say EPOLLET), instead of what was said before.
  void watch(int fd, std::uint32_t events, Watcher& watcher);
  void forget(int fd);
  /// One alarm per watcher, rings once. kNever takes it back.
  static constexpr Nanos kNever = INT64_MAX;
  void set_alarm(Watcher& watcher, Nanos at);
  /// Drops every descriptor and alarm of a watcher that goes away.
  void forget(Watcher& watcher);

  void add(Looker& looker) { lookers_.push_back(&looker); }
  void forget(Looker& looker) { std::erase(lookers_, &looker); }

  /// Serves descriptors until `deadline`, notify() or stir(). May return early.
  void wait_until(Nanos deadline);
  /// Serves what is ready now. Blocks: never.
  void pump();
  /// Said by a watcher that has something for the caller of wait_until: the wait that is under way returns, or the next.
  void stir() { stirred_ = true; }
  /// Thread: any. Cost: one system call if somebody sleeps.
  void notify();

 private:
  bool serve(Nanos timeout);
  void ring();
  bool has_news();
  bool look_on(Nanos from, Nanos until);
  bool falls_asleep();
  void awakes();
  Nanos next_alarm() const;

  struct Alarm {
    Watcher* watcher;
    Nanos at;
  };
  int epoll_ = -1;
  int wakeup_ = -1;
  std::vector<Watcher*> watchers_;  ///< by descriptor
  std::vector<Alarm> alarms_;
  std::vector<Looker*> lookers_;  ///< few
  bool stirred_ = false;
  std::atomic<bool> notified_ = false;
  std::atomic<bool> asleep_ = false;
};

}  // namespace interleave
