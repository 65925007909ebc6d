// The lock-free parts under every schedule of small cases and many of larger ones, and broken variants of them, which must be
// caught. (A room of its own: fibers are natively only, and sanitizers do not know them.)
//
// Explored, each the header that the executors use: the deque (work_deque.h), the join of coroutines (fork_coroutine.h, with the
// deque, over frames of its own), the parker (parker.h), the GIL and the permits
// (run_token.h), the inbox (inbox.h), sleep and wake-up (sleepers.h), work from outside and its end (news.h), a line between processes (byte_ring.h), the hand-over from tasks that end to who waits for them,
// the end of a stopped run, and threads that are left behind (hand_over.h), and waits for what the coordinator keeps (outside.h).
// INTERLEAVE_SCHEDULES=N draws N schedules of each part, half of them uniformly and half by PCT; `./build.sh soak` does.
#include <gtest/gtest.h>

#include <climits>
#include <cstdlib>
#include <iostream>

#include "explorer.h"
#include "platform/native/byte_ring.h"
#include "runtime/fork_coroutine.h"
#include "runtime/limit.h"
#include "runtime/news.h"
#include "runtime/threaded/hand_over.h"
#include "runtime/threaded/inbox.h"
#include "runtime/threaded/outside.h"
#include "runtime/threaded/parker.h"
#include "runtime/threaded/run_token.h"
#include "runtime/threaded/sleepers.h"
#include "runtime/work_deque.h"

namespace interleave::testing {
namespace {

void fail(const std::string& what) { Explorer::current()->fail(what); }

template <class State>
Explorer::Case case_of(std::shared_ptr<State> state, std::vector<std::function<void()>> bodies, std::function<void()> check) {
  return {std::move(bodies), std::move(check), state};
}

// -- The deque ---------------------------------------------------------------------------------------------------------

/// An owner that pushes, shares, pops and begins anew, and thieves. Items are numbered from 1.
Explorer::Case owner_and_thieves(int items, int thieves, int steals) {
  struct State {
    explicit State(int items) : deque(4), taken(static_cast<std::size_t>(items) + 1) {}
    WorkDeque<int, ExploredThreads> deque;  // 0: its word, 1: taken_
    std::vector<int> taken;
    std::vector<int> left;
    void take(int item) {
      if (item <= 0 || item >= static_cast<int>(taken.size())) return fail("an item that nobody pushed");
      if (++taken[static_cast<std::size_t>(item)] > 1) fail("an item taken twice");
    }
  };
  auto state = std::make_shared<State>(items);
  std::vector<std::function<void()>> bodies{[state, items] {
    auto& deque = state->deque;
    for (int next = 1; next <= items; ++next) {
      if (!deque.push(next)) state->left.push_back(next);
      deque.share();
      if (next % 2 == 0)
        if (const int item = deque.pop()) state->take(item);
    }
    while (const int item = deque.pop()) state->take(item);
  }};
  for (int i = 0; i < thieves; ++i)
    bodies.push_back([state, steals] {
      for (int n = 0; n < steals; ++n) {
        int item = 0;
        if (state->deque.steal(item) == StealResult::taken) state->take(item);
      }
    });
  return case_of(state, std::move(bodies), [state] {
    for (const int item : state->left) ++state->taken[static_cast<std::size_t>(item)];
    for (std::size_t i = 1; i < state->taken.size(); ++i)
      if (state->taken[i] != 1) fail("an item lost");
  });
}

// -- Coroutines that fork ----------------------------------------------------------------------------------------------

/// What was wrong, or nearly was.
enum class ForkFlaw { none, counts_a_call_that_has_suspended, looks_like_suspended_when_it_goes_on };

/// A frame `first` forks f and calls g, or, where there is but one level, something else that never suspends. g forks x and calls
/// y. Thieves take f and x. Each call is over once when its frame goes on, which sees all that it left, and once.
template <ForkFlaw flaw = ForkFlaw::none>
Explorer::Case forks_frames(int levels, int thieves) {
  enum Item { f = 1, x = 2 };
  struct Frame {
    LastOfThree<ExploredThreads> joint;
    ExploredPlain<int> forked, called, went_on;
    ExploredPlain<bool> apart;  // its caller is not below it
  };
  struct State {
    WorkDeque<int, ExploredThreads> deque{4};  // 0: its word, 1: taken_, 2: asked_
    Frame first, g;                            // 3, 4: their joints

    /// Both of the frame's are over. What its end does, if its caller is not there.
    void goes_on(Frame& frame) {
      if (frame.forked != 1 || frame.called != 1) fail("it goes on before both are over");
      frame.went_on = frame.went_on + 1;
      if (frame.went_on != 1) fail("it goes on twice");
    }
    /// Of g, whose caller has suspended, or will: `first` has it from whoever comes last.
    void g_is_over_apart() {
      first.called = 1;
      if (first.joint.arrive(1)) goes_on(first);
    }
    /// False: it has suspended. `called`: the call is over; else that has suspended.
    bool suspend(Frame& frame, bool called) {
      const bool apart = frame.apart;
      frame.apart = true;
      const bool counted = called || flaw == ForkFlaw::counts_a_call_that_has_suspended;
      if (!frame.joint.arrive(counted ? 2 : 1)) return false;
      if (flaw != ForkFlaw::looks_like_suspended_when_it_goes_on) frame.apart = apart;
      goes_on(frame);
      return true;
    }
    /// A frame's await, on the stack of who forked. False: it has suspended.
    bool both(Frame& frame, Item item, const std::function<bool()>& call) {
      deque.push(item);
      deque.share();
      const bool called = call();
      if (called) frame.called = 1;
      if (!deque.unpush()) return suspend(frame, called);
      if (!called) fail("what was forked first is there when what was forked later is not");
      frame.forked = 1;
      goes_on(frame);
      return true;
    }
  };
  auto state = std::make_shared<State>();
  std::vector<std::function<void()>> bodies{[state, levels] {
    State& s = *state;
    s.both(s.first, f, [&s, levels] {
      if (levels == 1) return true;
      if (!s.both(s.g, x, [] { return true; })) return false;
      if (s.g.apart) s.g_is_over_apart();
      return true;
    });
  }};
  for (int i = 0; i < thieves; ++i)
    bodies.push_back([state, levels] {
      State& s = *state;
      for (int n = 0; n < levels; ++n) {
        int item = 0;
        if (s.deque.steal(item) != StealResult::taken) continue;
        Frame& frame = item == f ? s.first : s.g;
        frame.forked = 1;
        if (!frame.joint.arrive(1)) continue;
        s.goes_on(frame);
        if (item == x && s.g.apart) s.g_is_over_apart();
      }
    });
  return case_of(state, std::move(bodies), [state, levels] {
    if (state->first.went_on != 1) fail("it never goes on");
    if (levels == 2 && state->g.went_on != 1) fail("what it called never goes on");
  });
}

// -- The parker --------------------------------------------------------------------------------------------------------

/// One parks, others unpark: each time, before or after, and what they wrote before it is seen.
Explorer::Case parks_and_unparks(int others) {
  struct State {
    BasicParker<ExploredThreads> parker;  // 0: its mutex, 1: its condition
    ExploredAtomic<int> there{0};
    std::array<ExploredPlain<int>, 3> wrote;
    int seen = 0;
  };
  auto state = std::make_shared<State>();
  std::vector<std::function<void()>> bodies{[state, others] {
    for (int i = 0; i < others; ++i) {
      while (state->there.load(std::memory_order_acquire) <= i) state->parker.park(kForever);
    }
    for (int i = 0; i < others; ++i) state->seen += state->wrote[static_cast<std::size_t>(i)];
  }};
  for (int i = 0; i < others; ++i)
    bodies.push_back([state, i] {
      state->wrote[static_cast<std::size_t>(i)] = 1;
      state->there.fetch_add(1, std::memory_order_release);
      state->parker.unpark();
    });
  return case_of(state, std::move(bodies), [state, others] {
    if (state->seen != others) fail("what was written before an unpark is not there");
  });
}

// -- The GIL -----------------------------------------------------------------------------------------------------------

struct Ticks final : Clock {
  Nanos t = 0;
  Nanos now() override { return ++t; }
  void wait_until(Nanos) override {}
  void notify() override {}
};

/// Threads that compute with a permit, with a safepoint in the midst.
Explorer::Case takes_turns(int threads, int permits, int turns) {
  using Token = BasicRunToken<ExploredThreads>;
  struct Thread {
    BasicParker<ExploredThreads> parker;  // mutex, condition
    Token::Waiter waiter{parker};         // its permit
  };
  struct State {
    explicit State(int permits) : token(clock, permits, permits == 1 ? 1 : Token::kNever) {}
    Ticks clock;
    Token token;                          // 0: its mutex, 1: drop_at_
    std::array<Thread, 3> threads;        // 2, 3, 4; 5, 6, 7; 8, 9, 10
    std::array<ExploredPlain<int>, 2> held;  // by permit
  };
  auto state = std::make_shared<State>(permits);
  std::vector<std::function<void()>> bodies;
  for (int i = 0; i < threads; ++i)
    bodies.push_back([state, i, turns] {
      Thread& me = state->threads[static_cast<std::size_t>(i)];
      auto wait = [&] {
        while (me.waiter.granted() < 0) me.parker.park(kForever);
        return me.waiter.granted();
      };
      for (int n = 0; n < turns; ++n) {
        int permit = state->token.take(me.waiter);
        if (permit < 0) permit = wait();
        auto work = [&] {
          auto& held = state->held[static_cast<std::size_t>(permit)];
          held = held + 1;
        };
        work();
        if (state->token.wanted(state->clock.t) && state->token.drop(permit, me.waiter)) permit = wait();
        work();
        state->token.give(permit);
      }
    });
  return case_of(state, std::move(bodies), [state, threads, turns] {
    if (state->held[0] + state->held[1] != 2 * threads * turns) fail("two held one permit");
  });
}

// -- The inbox ---------------------------------------------------------------------------------------------------------

struct Item {
  ExploredPlain<Item*> next_ready;
  ExploredPlain<int> value;
  int taken = 0;
};

/// Some put items into an inbox, some take them.
Explorer::Case puts_and_takes(int putters, int takers, int each) {
  struct State {
    Inbox<Item, ExploredThreads> inbox;  // 0: its guard, 1: its count
    std::array<Item, 8> items;
    int taken = 0;
  };
  auto state = std::make_shared<State>();
  std::vector<std::function<void()>> bodies;
  for (int i = 0; i < putters; ++i)
    bodies.push_back([state, i, each] {
      std::vector<Item*> mine;
      for (int n = 0; n < each; ++n) {
        mine.push_back(&state->items[static_cast<std::size_t>(i * each + n)]);
        mine.back()->value = 1;
      }
      state->inbox.push(std::span<Item* const>(mine).first(1));
      state->inbox.push(std::span<Item* const>(mine).subspan(1));
    });
  auto take = [state, takers] {
    std::array<Item*, 2> out{};
    std::size_t rest = 0;
    const std::size_t count = state->inbox.take(out, static_cast<std::size_t>(takers), rest);
    for (std::size_t i = 0; i < count; ++i) {
      state->taken += out[i]->value;
      if (++out[i]->taken > 1) fail("an item taken twice");
    }
    return count;
  };
  for (int i = 0; i < takers; ++i)
    bodies.push_back([take] {
      for (int n = 0; n < 3; ++n) take();
    });
  return case_of(state, std::move(bodies), [state, take, putters, each] {
    while (take() > 0) {}
    if (state->taken != putters * each || !state->inbox.empty()) fail("an item lost");
  });
}

// -- Sleep and wake-up -------------------------------------------------------------------------------------------------

/// Workers that sleep where there is nothing to do, and one or two who bring work and wake one of them each time. Who runs
/// the last item ends the run, as the pool does.
Explorer::Case sleeps_and_wakes(int workers, int bringers, int each) {
  struct Worker {
    bool idle_ = false;
    Worker* idle_before_ = nullptr;
    BasicParker<ExploredThreads> parker;
  };
  struct State {
    ExploredMutex mutex;                            // 0
    Sleepers<Worker, ExploredThreads> sleepers{mutex};  // 1: its count
    Inbox<Item, ExploredThreads> inbox;             // 2: its guard, 3: its count
    ExploredAtomic<bool> closing{false};            // 4
    ExploredAtomic<int> ran{0};                     // 5
    std::array<Worker, 3> workers;                  // 6, 7: mutex and condition of the first
    std::array<Item, 8> items;
    int awake = 0;
  };
  auto state = std::make_shared<State>();
  std::vector<std::function<void()>> bodies;
  for (int i = 0; i < workers; ++i)
    bodies.push_back([state, i, workers, all = bringers * each] {
      Worker& me = state->workers[static_cast<std::size_t>(i)];
      for (;;) {
        Item* item = nullptr;
        std::size_t rest = 0;
        if (state->inbox.take({&item, 1}, 1, rest) > 0) {
          ++item->taken;
          if (state->ran.fetch_add(1, std::memory_order_acq_rel) + 1 < all) continue;
          state->closing.store(true, std::memory_order_release);
          for (int n = 0; n < workers; ++n) state->workers[static_cast<std::size_t>(n)].parker.unpark();
          return;
        }
        const auto closing = [&] { return state->closing.load(std::memory_order_acquire); };
        if (closing()) return;
        state->sleepers.sleep(
            me, [&](Worker&) { --state->awake; }, [&](Worker&) { ++state->awake; },
            [&] { return state->inbox.empty() && !closing(); }, [&] { me.parker.park(kForever); });
      }
    });
  for (int i = 0; i < bringers; ++i)
    bodies.push_back([state, i, each] {
      for (int n = 0; n < each; ++n) {
        Item* const item = &state->items[static_cast<std::size_t>(i * each + n)];
        state->inbox.push({&item, 1});
        if (Worker* const worker = state->sleepers.wake_one([&](Worker&) { ++state->awake; })) worker->parker.unpark();
      }
    });
  return case_of(state, std::move(bodies), [state, all = bringers * each] {
    for (int i = 0; i < all; ++i)
      if (state->items[static_cast<std::size_t>(i)].taken != 1) fail("an item that did not run once");
    if (state->awake != 0) fail("one was woken twice, or counted wrong");
  });
}

// -- Work from outside --------------------------------------------------------------------------------------------------

/// Some bring, and one takes, who looks on `looks` times before he sleeps.
Explorer::Case brings_news(int bringers, int each, int looks) {
  struct State {
    ExploredMutex mutex;              // 0
    BasicNews<ExploredThreads> news;  // 1: that there is some, 2: awake
    BasicParker<ExploredThreads> parker;
    ExploredPlain<int> waiting;
    int taken = 0;
  };
  auto state = std::make_shared<State>();
  std::vector<std::function<void()>> bodies{[state, looks, all = bringers * each] {
    state->news.awake();
    for (;;) {
      for (int i = 0; i < looks; ++i) {
        if (!state->news.is_there()) continue;
        std::scoped_lock lock(state->mutex);
        state->news.taken();
        state->taken += state->waiting;
        state->waiting = 0;
      }
      if (state->taken == all) return;
      if (state->news.falls_asleep()) {
        state->news.awake();
        continue;
      }
      state->parker.park(kForever);
      state->news.awake();
    }
  }};
  for (int i = 0; i < bringers; ++i)
    bodies.push_back([state, each] {
      for (int n = 0; n < each; ++n) {
        {
          std::scoped_lock lock(state->mutex);
          state->waiting = state->waiting + 1;
        }
        if (state->news.tell()) state->parker.unpark();
      }
    });
  return case_of(state, std::move(bodies), [state, all = bringers * each] {
    if (state->taken != all) fail("something was not taken");
  });
}

// -- A line between two processes ---------------------------------------------------------------------------------------

/// One writes so many bytes, at most `at_once` before they are published, and one reads them; each sleeps where it must.
template <std::uint64_t kRoom>
Explorer::Case writes_and_reads(int bytes, int at_once) {
  using Ring = BasicByteRing<ExploredThreads, kRoom>;
  struct State {
    Ring ring;  // 0: written, 1: reader_sleeps, 2: core, 3: read, 4: writer_sleeps
    RingWriter<Ring> writer{ring};
    RingReader<Ring> reader{ring};
    BasicParker<ExploredThreads> writers, readers;
  };
  auto state = std::make_shared<State>();
  std::vector<std::function<void()>> bodies{
      [state, bytes, at_once] {
        for (std::uint8_t next = 1; next <= bytes;) {
          std::vector<std::uint8_t> some;
          for (int i = 0; i < at_once && next + i <= bytes; ++i) some.push_back(static_cast<std::uint8_t>(next + i));
          const auto put = static_cast<std::uint8_t>(state->writer.write(some));
          next = static_cast<std::uint8_t>(next + put);
          if (state->writer.publish()) state->readers.unpark();
          if (put < some.size() && state->writer.falls_asleep()) state->writers.park(kForever);
        }
      },
      [state, bytes] {
        for (std::uint8_t last = 0; last < bytes;) {
          std::uint8_t some[kRoom];
          const std::size_t got = state->reader.read(some);
          for (std::size_t i = 0; i < got; ++i)
            if (some[i] != ++last) fail("a byte that was not the next");
          if (got > 0 && state->reader.release()) state->writers.unpark();
          if (got > 0 || !state->reader.falls_asleep()) continue;
          state->readers.park(kForever);
          state->reader.awakes();
        }
      }};
  return case_of(state, std::move(bodies), [state] {
    if (state->reader.broken() || state->writer.broken()) fail("a count that no ring has");
  });
}

/// One tells, and some wait.
Explorer::Case hears_of_end(int waiters) {
  struct State {
    BasicEnding<ExploredThreads> ending;  // 0: how, 1: its mutex, 2: its condition
    ExploredPlain<int> result;
    int heard = 0;
  };
  auto state = std::make_shared<State>();
  std::vector<std::function<void()>> bodies{[state] {
    state->result = 7;
    state->ending.tell(2);
  }};
  for (int i = 0; i < waiters; ++i)
    bodies.push_back([state] {
      if (state->ending.how() == 0) state->ending.sleep(kForever);
      if (state->ending.how() != 2 || state->result != 7) return fail("the end was not seen");
      ++state->heard;
    });
  return case_of(state, std::move(bodies), [state, waiters] {
    if (state->heard != waiters) fail("one has not heard of it");
  });
}

// -- The hand-over -----------------------------------------------------------------------------------------------------

/// A task that waits for others: it enlists them, suspends, and is resumed once, by whoever comes last.
Explorer::Case waits_for_tasks(int tasks, int ended_before, bool one_fails) {
  struct State {
    struct {
      BasicGuard<ExploredThreads> guard;  // 0
      ExploredPlain<std::size_t> left;
      ExploredPlain<bool> over, suspended;
    } join;
    std::array<ExploredPlain<int>, 3> results;
    ExploredPlain<int> frame, cause;
    int resumed = 0, goes_on = 0;
  };
  auto state = std::make_shared<State>();
  auto resume = [state, tasks, one_fails] {
    ++state->resumed;
    if (state->frame != 1) fail("resumed before it has suspended");
    if (one_fails) return;
    for (int i = 0; i < tasks; ++i)
      if (state->results[static_cast<std::size_t>(i)] != 1) fail("a result is not there");
    if (state->cause == 0) fail("nobody says who ended the wait");
  };
  state->join.left = static_cast<std::size_t>(tasks + ended_before);
  std::vector<std::function<void()>> bodies{[state, resume, ended_before] {
    if (ended_before > 0 && some_have_ended(state->join, static_cast<std::size_t>(ended_before), false, [&] { state->cause = 9; })) {
      ++state->goes_on;  // it need not suspend
      return;
    }
    state->frame = 1;
    if (has_suspended(state->join)) resume();
  }};
  for (int i = 0; i < tasks; ++i)
    bodies.push_back([state, resume, i, one_fails] {
      state->results[static_cast<std::size_t>(i)] = 1;
      if (one_has_ended(state->join, one_fails && i == 0, [&] { state->cause = i + 1; })) resume();
    });
  return case_of(state, std::move(bodies), [state] {
    if (state->resumed + state->goes_on != 1) fail(state->resumed > 1 ? "resumed twice" : "never resumed");
  });
}

// -- The end -----------------------------------------------------------------------------------------------------------

/// Stopped threads come to their end; the last one ends what lives, alone.
Explorer::Case ends_together(int threads) {
  struct State {
    BasicLastOne<ExploredThreads> last;                     // 0: how many have come, 1: whether all is done
    std::array<BasicParker<ExploredThreads>, 3> parkers;    // 2, 3: mutex and condition of the first
    std::array<ExploredPlain<int>, 3> tasks;
    ExploredPlain<int> ended;
    int lasts = 0, gone = 0;
  };
  auto state = std::make_shared<State>();
  std::vector<std::function<void()>> bodies;
  for (int i = 0; i < threads; ++i)
    bodies.push_back([state, i, threads] {
      const auto me = static_cast<std::size_t>(i);
      state->tasks[me] = 1;
      if (state->last.arrive(threads)) {
        ++state->lasts;
        int sum = 0;
        for (int n = 0; n < threads; ++n) sum += state->tasks[static_cast<std::size_t>(n)];
        state->ended = sum;
        state->last.done();
        for (int n = 0; n < threads; ++n) state->parkers[static_cast<std::size_t>(n)].unpark();
      } else {
        while (!state->last.is_done()) state->parkers[me].park(kForever);
      }
      state->gone += state->ended == threads;
    });
  return case_of(state, std::move(bodies), [state, threads] {
    if (state->lasts != 1 || state->gone != threads) fail("it did not end once for all");
  });
}

/// A thread comes and goes; another gives it up when it is outside, and takes away what it uses.
Explorer::Case is_left_behind(int visits, int tries) {
  struct State {
    BasicWhereabouts<ExploredThreads> where;  // 0
    ExploredPlain<int> things;
    bool abandoned = false, gone_on = false;
  };
  auto state = std::make_shared<State>();
  return case_of(state, {[state, visits] {
                           for (int i = 0; i < visits; ++i) {
                             if (!state->where.enter()) return;
                             if (state->abandoned) state->gone_on = true;
                             state->things = state->things + 1;
                             state->where.leave();
                           }
                         },
                         [state, tries] {
                           for (int i = 0; i < tries; ++i) {
                             if (!state->where.abandon()) continue;
                             state->abandoned = true;
                             state->things = -1;
                             return;
                           }
                         }},
                 [state] {
                   if (state->gone_on) fail("one goes on who was left behind");
                   if (state->abandoned && state->things != -1) fail("one uses what was taken away");
                 });
}

// -- Waits for what the coordinator keeps ------------------------------------------------------------------------------

struct Outsider {
  enum class Waits { no, asks, outside };
  BasicGuard<ExploredThreads> guard;  // 0
  ExploredPlain<bool> cancel_pending;
  ExploredPlain<Waits> waits;
  bool take_cancel() {
    const bool was = cancel_pending;
    cancel_pending = false;
    return was;
  }
};

/// What was wrong, or nearly was.
enum class Flaw { none, takes_notes_in_two_goes, does_not_look_for_a_cancel, ends_what_has_not_begun };

/// As Outside, with a flaw in it.
template <Flaw flaw>
class FlawedOutside {
 public:
  explicit FlawedOutside(ExploredMutex& mutex) : mutex_(mutex) {}
  void wait(Outsider& task) {
    std::scoped_lock lock(task.guard);
    task.waits = flaw == Flaw::ends_what_has_not_begun ? Outsider::Waits::outside : Outsider::Waits::asks;
    std::scoped_lock notes(mutex_);
    asked_.push_back(&task);
  }
  void cancelled(Outsider* task) {
    std::scoped_lock notes(mutex_);
    cancelled_.push_back(task);
  }
  template <class Begin, class End>
  void take(Begin begin, End end) {
    std::vector<Outsider*> begins, ends;
    {
      std::scoped_lock notes(mutex_);
      begins.swap(asked_);
      if (flaw != Flaw::takes_notes_in_two_goes) ends.swap(cancelled_);
    }
    for (Outsider* const task : begins) {
      set(*task, Outsider::Waits::outside);
      begin(*task);
    }
    if (flaw == Flaw::takes_notes_in_two_goes) {
      std::scoped_lock notes(mutex_);
      ends.swap(cancelled_);
    }
    for (Outsider* const task : ends) {
      {
        std::scoped_lock lock(task->guard);
        if (task->waits != Outsider::Waits::outside) continue;
        if (flaw != Flaw::does_not_look_for_a_cancel && !task->cancel_pending) continue;
        task->cancel_pending = false;
        task->waits = Outsider::Waits::no;
      }
      end(*task);
    }
  }
  void answered(Outsider& task) { set(task, Outsider::Waits::no); }

 private:
  void set(Outsider& task, Outsider::Waits waits) {
    std::scoped_lock lock(task.guard);
    task.waits = waits;
  }
  ExploredMutex& mutex_;
  std::vector<Outsider*> asked_, cancelled_;
};

/// A task waits again and again: the first wait is answered at once, as is each other one, and the rest never. It is cancelled,
/// and again when it has been; each cancel ends a wait, none is ended for nothing, and with the last the task is over.
template <class Outside>
Explorer::Case is_cancelled_outside(int cancels) {
  struct State {
    Outsider task;
    ExploredMutex notes;                        // 1
    Outside outside{notes};
    ExploredAtomic<int> resumed{0}, seen{0};    // 2: waits that were ended, 3: cancels that the task has had
    ExploredAtomic<bool> over{false};           // 4
    BasicParker<ExploredThreads> coordinator;   // 5: its mutex, 6: its condition
    ExploredPlain<int> which;                   // the wait, from 1 up
    ExploredPlain<bool> cancelled;              // how it ended
    ExploredPlain<int> cancels;                 // so far; under the task's guard
    int begun = 0;
  };
  auto state = std::make_shared<State>();
  auto look = [state] {
    std::scoped_lock lock(state->task.guard);
    if (!state->task.cancel_pending) return;
    if (state->task.waits == Outsider::Waits::no) return;
    state->outside.cancelled(&state->task);
    state->coordinator.unpark();
  };
  std::vector<std::function<void()>> bodies;
  bodies.push_back([state, look, cancels] {
    int seen = 0;
    for (int n = 1; seen < cancels; ++n) {
      state->which = n;
      state->cancelled = false;
      state->outside.wait(state->task);
      state->coordinator.unpark();
      look();  // who cancelled it before it waited left that to us
      while (state->resumed.load(std::memory_order_acquire) < n) ExploredThreads::pause();
      bool cancelled = state->cancelled;
      {
        std::scoped_lock lock(state->task.guard);
        if (state->task.waits != Outsider::Waits::no) fail("it goes on while it waits");
        if (state->task.cancel_pending) cancelled = true;
        state->task.cancel_pending = false;
        if (cancelled && state->cancels == seen) fail("a wait ends by a cancel that nobody asked for");
      }
      if (cancelled) state->seen.store(++seen, std::memory_order_release);
    }
    state->over.store(true, std::memory_order_release);
    state->coordinator.unpark();
  });
  bodies.push_back([state, look, cancels] {
    for (int n = 1; n <= cancels; ++n) {
      {
        std::scoped_lock lock(state->task.guard);
        state->task.cancel_pending = true;
        state->cancels = n;
      }
      look();
      while (state->seen.load(std::memory_order_acquire) < n) ExploredThreads::pause();
    }
  });
  bodies.push_back([state] {
    auto resume = [state] {
      state->begun = 0;
      state->resumed.store(state->which, std::memory_order_release);
    };
    while (!state->over.load(std::memory_order_acquire)) {
      state->outside.take(
          [state](Outsider&) {
            if (state->begun != 0) fail("one that was forgotten is still under way");
            state->begun = state->which;
          },
          [state, resume](Outsider&) {
            if (state->begun != state->which) return fail("a wait ends that has not begun");
            state->cancelled = true;
            resume();
          });
      if (state->begun % 2 == 1) {
        state->outside.answered(state->task);
        resume();
      }
      state->coordinator.park(kForever);
    }
  });
  return case_of(state, std::move(bodies), [state, cancels] {
    if (state->seen.load(std::memory_order_relaxed) != cancels) fail("a cancel is lost");
  });
}
using RealOutside = Outside<Outsider, Outsider*, ExploredThreads>;

// -- Limits of blocks --------------------------------------------------------------------------------------------------

/// A task has one block with a limit after the other, and looks twice in each whether it is cancelled. The limits go off meanwhile, and
/// it is cancelled once by somebody else, at any time or when it has heard of something. It hears of a limit only in its block, and of the
/// other cancel for certain; and no block ends with its limit where the task was cancelled by the other in it.
Explorer::Case has_limits(int blocks, bool cancelled_later) {
  using Cancels = BasicCancels<ExploredThreads>;
  constexpr int kOver = 1000;
  struct State {
    Cancels cancels;                                                             // 0
    std::vector<std::unique_ptr<BasicLimit<Cancels, ExploredThreads>>> limits;   // 1 and up
    std::unique_ptr<ExploredAtomic<int>> heard, armed;                           // how often, and over; limits
    int heard_before_other = -1, heard_in_all = 0;
    bool is_told = false;  // the other's cancel came out of a block, or behind all
  };
  auto state = std::make_shared<State>();
  for (int i = 0; i < blocks; ++i) state->limits.push_back(std::make_unique<BasicLimit<Cancels, ExploredThreads>>());
  state->heard = std::make_unique<ExploredAtomic<int>>(0);
  state->armed = std::make_unique<ExploredAtomic<int>>(0);
  std::vector<std::function<void()>> bodies;
  bodies.push_back([state] {
    int armed = 0;
    for (const auto& limit : state->limits) {
      limit->begin_block(state->cancels);
      state->armed->store(++armed, std::memory_order_release);
      int heard = 0;
      for (int looks = 0; looks < 2; ++looks)
        if (state->cancels.take()) ++heard, state->heard->store(++state->heard_in_all, std::memory_order_release);
      const bool rang = limit->disarm();
      const bool pending = state->cancels;
      const bool by_other = state->heard_before_other >= 0;  // asked after that: it is said first
      if (heard > rang && !by_other) fail("a limit is heard that had not passed");
      if (pending && !by_other) fail("a limit is heard behind its block");
      if (heard > 0 && !rang && std::exchange(state->is_told, true)) fail("a cancel is told twice");
    }
    state->heard->store(kOver, std::memory_order_release);
  });
  bodies.push_back([state] {
    int armed = 0;
    for (const auto& limit : state->limits) {
      for (++armed; state->armed->load(std::memory_order_acquire) < armed;) ExploredThreads::pause();
      if (limit->go_off()) limit->leave([&] { state->cancels.pend_limit(); });
    }
  });
  bodies.push_back([state, cancelled_later] {
    while (cancelled_later && state->heard->load(std::memory_order_acquire) == 0) ExploredThreads::pause();
    state->heard_before_other = state->heard->load(std::memory_order_acquire);
    state->cancels.cancel();
  });
  return case_of(state, std::move(bodies), [state] {
    if (!state->cancels && !state->is_told) fail("a cancel is lost");
    if (state->cancels && state->is_told) fail("a cancel is told twice");
  });
}

// -- The tests ---------------------------------------------------------------------------------------------------------

constexpr int kAny = INT_MAX;
struct Part {
  const char* name;
  Explorer::Case (*small)();  ///< exhaustively
  int preemptions;            ///< and old values, at most; kAny: every schedule there is
  Explorer::Case (*large)();  ///< drawn
};
std::ostream& operator<<(std::ostream& out, const Part& part) { return out << part.name; }

const Part kParts[] = {
    {"Deque", [] { return owner_and_thieves(3, 1, 2); }, kAny, [] { return owner_and_thieves(8, 3, 5); }},
    {"DequeWithTwoThieves", [] { return owner_and_thieves(4, 2, 2); }, 3, [] { return owner_and_thieves(6, 2, 4); }},
    {"ForkedFrame", [] { return forks_frames(1, 1); }, kAny, [] { return forks_frames(1, 2); }},
    {"ForkedFrames", [] { return forks_frames(2, 1); }, kAny, [] { return forks_frames(2, 2); }},
    {"ForkedFramesWithTwoThieves", [] { return forks_frames(2, 2); }, 4, [] { return forks_frames(2, 3); }},
    {"Parker", [] { return parks_and_unparks(2); }, kAny, [] { return parks_and_unparks(3); }},
    {"Gil", [] { return takes_turns(2, 1, 1); }, kAny, [] { return takes_turns(3, 1, 3); }},
    {"Permits", [] { return takes_turns(3, 2, 1); }, 4, [] { return takes_turns(3, 2, 3); }},
    {"Inbox", [] { return puts_and_takes(1, 1, 2); }, kAny, [] { return puts_and_takes(2, 2, 4); }},
    {"WakeUp", [] { return sleeps_and_wakes(1, 1, 2); }, 5, [] { return sleeps_and_wakes(2, 2, 3); }},
    {"WakeUpOfTwo", [] { return sleeps_and_wakes(2, 1, 2); }, 2, [] { return sleeps_and_wakes(3, 1, 4); }},
    {"News", [] { return brings_news(1, 2, 1); }, 4, [] { return brings_news(3, 2, 2); }},
    {"Ring", [] { return writes_and_reads<2>(3, 1); }, 5, [] { return writes_and_reads<2>(6, 2); }},
    {"Ending", [] { return hears_of_end(1); }, kAny, [] { return hears_of_end(3); }},
    {"HandOver", [] { return waits_for_tasks(2, 0, false); }, kAny, [] { return waits_for_tasks(3, 0, false); }},
    {"HandOverWhereSomeHaveEnded", [] { return waits_for_tasks(2, 1, false); }, kAny, [] { return waits_for_tasks(3, 2, false); }},
    {"HandOverOfAFailure", [] { return waits_for_tasks(2, 0, true); }, kAny, [] { return waits_for_tasks(3, 1, true); }},
    {"End", [] { return ends_together(2); }, kAny, [] { return ends_together(3); }},
    {"Outside", [] { return is_cancelled_outside<RealOutside>(2); }, 1, [] { return is_cancelled_outside<RealOutside>(4); }},
    {"Limit", [] { return has_limits(1, false); }, 4, [] { return has_limits(3, false); }},
    {"LimitsAndALaterCancel", [] { return has_limits(2, true); }, 2, [] { return has_limits(3, true); }},
    {"LeftBehind", [] { return is_left_behind(4, 3); }, kAny, [] { return is_left_behind(6, 4); }},
};

/// Of each part.
std::int64_t schedules_to_draw() {
  const char* const asked = std::getenv("INTERLEAVE_SCHEDULES");
  return asked ? std::max<std::int64_t>(2, std::atoll(asked)) : 2'000;
}

class Schedules : public ::testing::TestWithParam<Part> {};

TEST_P(Schedules, OfASmallCaseAreAllRight) {
  Explorer explorer(GetParam().small);
  const auto report = explorer.exhaust(GetParam().preemptions);
  EXPECT_EQ(report.failure, "");
  EXPECT_TRUE(report.complete) << "after " << report.schedules;
  EXPECT_GT(report.schedules, 10);
  RecordProperty("schedules", std::to_string(report.schedules));
}

TEST_P(Schedules, DrawnBySeedAreAllRight) {
  Explorer explorer(GetParam().large);
  const std::int64_t half = schedules_to_draw() / 2;
  for (const auto& report : {explorer.sample(1, half), explorer.sample_pct(1, half, 3)})
    EXPECT_EQ(report.failure, "") << "seed " << report.seed;
  if (std::getenv("INTERLEAVE_SCHEDULES")) std::cout << GetParam().name << ": " << 2 * half << " schedules drawn\n";
}

INSTANTIATE_TEST_SUITE_P(Parts, Schedules, ::testing::ValuesIn(kParts), [](const auto& info) { return std::string(info.param.name); });

// -- Who spins ---------------------------------------------------------------------------------------------------------

/// Before, each of the two let the other look again, for ever.
TEST(Spinning, TwoWhoSpinDoNotKeepOutWhomTheyWaitFor) {
  struct State {
    BasicGuard<ExploredThreads> guard;
    ExploredPlain<int> count;
  };
  Explorer explorer([] {
    auto state = std::make_shared<State>();
    const auto body = [state] {
      std::scoped_lock lock(state->guard);
      state->count = state->count + 1;
    };
    return case_of(state, {body, body, body}, [state] {
      if (state->count != 3) fail("one was not counted");
    });
  });
  const auto every = explorer.exhaust(kAny, 10'000);
  EXPECT_EQ(every.failure, "");
  EXPECT_TRUE(every.complete) << "after " << every.schedules;
  EXPECT_EQ(explorer.sample(1, 500).failure, "");
  EXPECT_EQ(explorer.sample_pct(1, 500, 3).failure, "");
}

/// Each holds what the other spins for.
TEST(Spinning, ForWhatNobodyChangesIsReported) {
  struct State {
    BasicGuard<ExploredThreads> one, other;
  };
  Explorer explorer([] {
    auto state = std::make_shared<State>();
    const auto takes = [state](auto& first, auto& second) {
      std::scoped_lock lock(first);
      std::scoped_lock too(second);
    };
    return case_of(state, {[=] { takes(state->one, state->other); }, [=] { takes(state->other, state->one); }}, [] {});
  });
  for (const auto& report : {explorer.exhaust(2), explorer.sample(1, 500), explorer.sample_pct(1, 500, 3)}) {
    EXPECT_EQ(report.failure, "nobody can go on: they spin for what nobody changes");
    EXPECT_EQ(explorer.replay(report.schedule), report.failure);
  }
}

/// Old values are few, and what changed between the loads of one round is looked at again.
TEST(Spinning, OnLoadsEndsWhenTheyAreStored) {
  struct State {
    ExploredAtomic<bool> one{false}, other{false};
    bool stored = false;
  };
  int old = 0, ended = 0;
  Explorer explorer([&] {
    auto state = std::make_shared<State>();
    return case_of(state,
                   {[state, &old] {
                      for (;;) {
                        const bool one = state->one.load(std::memory_order_relaxed), other = state->other.load(std::memory_order_relaxed);
                        if (one && other) return;
                        old += state->stored;
                        ExploredThreads::pause();
                      }
                    },
                    [state] {
                      state->other.store(true, std::memory_order_relaxed);
                      state->one.store(true, std::memory_order_relaxed);
                      state->stored = true;
                    }},
                   [&ended] { ++ended; });
  });
  const auto every = explorer.exhaust(kAny, 10'000);
  EXPECT_EQ(every.failure, "");
  EXPECT_TRUE(every.complete) << "after " << every.schedules;
  EXPECT_EQ(ended, every.schedules);
  EXPECT_GT(old, 0) << "no old value was ever seen";
}

// -- Broken variants ---------------------------------------------------------------------------------------------------

struct Broken {
  const char* name;
  Explorer::Case (*make)();
  Explorer::Mutation mutation;
};
std::ostream& operator<<(std::ostream& out, const Broken& broken) { return out << broken.name; }

class BrokenVariant : public ::testing::TestWithParam<Broken> {};

/// By all of few switches, uniformly, or by PCT: one of them finds it, and what it found comes again bit for bit.
TEST_P(BrokenVariant, IsCaughtAndReplays) {
  Explorer explorer(GetParam().make, GetParam().mutation);
  auto report = explorer.exhaust(2, 20'000);
  bool by_pct = false;
  if (report.failure.empty()) report = explorer.sample(7, 20'000);
  if ((by_pct = report.failure.empty())) report = explorer.sample_pct(7, 20'000, 3);
  ASSERT_NE(report.failure, "") << "not caught in " << report.schedules << " schedules";
  EXPECT_EQ(explorer.replay(report.schedule), report.failure);
  if (report.seed != 0) {
    const auto again = by_pct ? explorer.sample_pct(report.seed, 1, 3) : explorer.sample(report.seed, 1);
    EXPECT_EQ(again.failure, report.failure);
    EXPECT_EQ(again.schedule, report.schedule);
  }
  RecordProperty("failure", report.failure);
}

using Kind = Explorer::Mutation::Kind;
Explorer::Case deque() { return owner_and_thieves(6, 2, 4); }
Explorer::Case frames() { return forks_frames(2, 2); }
template <ForkFlaw flaw>
Explorer::Case flawed_frames() { return forks_frames<flaw>(2, 2); }
Explorer::Case parker() { return parks_and_unparks(2); }
Explorer::Case gil() { return takes_turns(3, 1, 2); }
Explorer::Case inbox() { return puts_and_takes(2, 2, 2); }
Explorer::Case wake_up() { return sleeps_and_wakes(1, 1, 2); }
Explorer::Case news() { return brings_news(1, 2, 1); }
Explorer::Case ring() { return writes_and_reads<1>(3, 1); }
Explorer::Case ending() { return hears_of_end(2); }
Explorer::Case hand_over() { return waits_for_tasks(2, 0, false); }
Explorer::Case end() { return ends_together(3); }
Explorer::Case limits() { return has_limits(2, false); }
Explorer::Case limits_and_a_later_cancel() { return has_limits(2, true); }
Explorer::Case left_behind() { return is_left_behind(2, 2); }
Explorer::Case outside() { return is_cancelled_outside<RealOutside>(2); }
template <Flaw flaw>
Explorer::Case flawed_outside() { return is_cancelled_outside<FlawedOutside<flaw>>(2); }
constexpr Explorer::Mutation kNone{-1, "", Kind::none};
const Broken kBroken[] = {
    {"ALimitGoesOffThatIsDisarmed", limits, {1, "cas", Kind::always_succeed}},
    {"ALimitThatGoesOffIsNotCounted", limits, {0, "add", Kind::skip}},
    {"ALimitStaysInUse", limits, {1, "store", Kind::skip}},
    {"AHeardCancelDoesNotCompare", limits_and_a_later_cancel, {0, "cas", Kind::always_succeed}},
    {"WhoComesLastDoesNotSeeWhatTheOthersDid", frames, {3, "add", Kind::relax}},
    {"WhoGoesOnWithACallDoesNotSeeWhatTheOthersDid", frames, {4, "add", Kind::relax}},
    {"NobodyCountsWhoComes", frames, {4, "add", Kind::skip}},
    {"ACallThatHasSuspendedIsCounted", flawed_frames<ForkFlaw::counts_a_call_that_has_suspended>, kNone},
    {"OneThatGoesOnAtOnceSaysThatItHasSuspended", flawed_frames<ForkFlaw::looks_like_suspended_when_it_goes_on>, kNone},
    {"WhatAStolenFrameNeedsIsNotReleased", frames, {0, "add", Kind::relax}},
    {"ShareDoesNotRelease", deque, {0, "add", Kind::relax}},
    {"NobodyAcquiresWhatHeWins", deque, {0, "cas", Kind::relax}},
    {"TakingDoesNotCompare", deque, {0, "cas", Kind::always_succeed}},
    {"ThievesDoNotSayThatTheyHaveRead", deque, {1, "add", Kind::relax}},
    {"TheOwnerBeginsAnewWithoutLooking", deque, {1, "load", Kind::relax}},
    {"UnparkDoesNotNotify", parker, {1, "notify", Kind::skip}},
    {"TheParkersTokenIsNotGuarded", parker, {0, "lock", Kind::skip}},
    {"APermitIsNotReleased", gil, {4, "store", Kind::relax}},
    {"APermitIsNotAcquired", gil, {4, "load", Kind::relax}},
    {"WhoHasThePermitIsNotWoken", gil, {3, "notify", Kind::skip}},
    {"TheLineForThePermitIsNotGuarded", gil, {0, "lock", Kind::skip}},
    {"TheGuardDoesNotAcquire", inbox, {0, "exchange", Kind::relax}},
    {"TheGuardDoesNotRelease", inbox, {0, "store", Kind::relax}},
    {"TheGuardIsNotTaken", inbox, {0, "exchange", Kind::skip}},
    {"TheGuardIsNotGivenBack", inbox, {0, "store", Kind::skip}},
    {"TheSleeperSaysItTooLate", wake_up, {1, "add", Kind::relax}},
    {"TheBringerLooksTooEarly", wake_up, {1, "load", Kind::relax}},
    {"WorkIsCountedTooLate", wake_up, {3, "add", Kind::relax}},
    {"TheSleeperLooksTooEarly", wake_up, {3, "load", Kind::relax}},
    {"TheSleeperIsNotCounted", wake_up, {1, "add", Kind::skip}},
    {"TheWokenIsNotNotified", wake_up, {7, "notify", Kind::skip}},
    {"WhoFallsAsleepSaysItTooLate", news, {2, "store", Kind::relax}},
    {"WhoFallsAsleepLooksTooEarly", news, {1, "load", Kind::relax}},
    {"NewsIsToldTooLate", news, {1, "exchange", Kind::relax}},
    {"WhoBringsLooksTooEarly", news, {2, "load", Kind::relax}},
    {"WhatIsWrittenIsNotReleased", ring, {0, "store", Kind::relax}},
    {"WhoReadsDoesNotAcquire", ring, {0, "load", Kind::relax}},
    {"WhoReadsFallsAsleepTooLate", ring, {1, "store", Kind::relax}},
    {"WhoWritesLooksTooEarlyForASleeper", ring, {1, "load", Kind::relax}},
    {"RoomIsNotReleased", ring, {3, "store", Kind::relax}},
    {"WhoWritesDoesNotAcquireTheRoom", ring, {3, "load", Kind::relax}},
    {"WhoWritesFallsAsleepTooLate", ring, {4, "store", Kind::relax}},
    {"WhoReadsLooksTooEarlyForASleeper", ring, {4, "load", Kind::relax}},
    {"WhoWritesDoesNotSayThatItSleeps", ring, {4, "store", Kind::skip}},
    {"WhoReadsDoesNotSayThatItSleeps", ring, {1, "store", Kind::skip}},
    {"TheEndDoesNotSayWhatWasBefore", ending, {0, "exchange", Kind::relax}},
    {"TheEndIsToldToASleeperTooEarly", ending, {1, "lock", Kind::skip}},
    {"WhoSleepsAtTheEndIsNotWoken", ending, {2, "notify", Kind::skip}},
    {"TheJoinIsNotGuarded", hand_over, {0, "exchange", Kind::skip}},
    {"TheJoinsGuardDoesNotAcquire", hand_over, {0, "exchange", Kind::relax}},
    {"TheJoinsGuardDoesNotRelease", hand_over, {0, "store", Kind::relax}},
    {"WhoComesToTheEndDoesNotSayWhatHeDid", end, {0, "add", Kind::relax}},
    {"TheLastOneDoesNotSayWhatHeDid", end, {1, "store", Kind::relax}},
    {"NobodySeesWhatTheLastOneDid", end, {1, "load", Kind::relax}},
    {"TheLastOneWakesNobody", end, {3, "notify", Kind::skip}},
    {"NotesAreTakenInTwoGoes", flawed_outside<Flaw::takes_notes_in_two_goes>, kNone},
    {"ANoteEndsWhateverTheTaskWaitsFor", flawed_outside<Flaw::does_not_look_for_a_cancel>, kNone},
    {"ANoteEndsWhatHasNotBegun", flawed_outside<Flaw::ends_what_has_not_begun>, kNone},
    {"WhoWaitsOutsideIsNotGuarded", outside, {0, "exchange", Kind::skip}},
    {"EnteringDoesNotCompare", left_behind, {0, "cas", Kind::always_succeed}},
    {"LeavingDoesNotRelease", left_behind, {0, "store", Kind::relax}},
    {"AbandoningDoesNotAcquire", left_behind, {0, "cas", Kind::relax}},
};
INSTANTIATE_TEST_SUITE_P(All, BrokenVariant, ::testing::ValuesIn(kBroken), [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace interleave::testing
