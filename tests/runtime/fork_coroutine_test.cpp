// Coroutines that fork: the same on every executor, whether there are thieves or not.
#include "runtime/fork_coroutine.h"

#include <memory>
#include <numeric>

#include "counted_memory.h"
#include "support.h"

namespace interleave::testing {
namespace {

ForkCoroutine<std::int64_t> fib(int n) {
  if (n < 2) co_return n;
  const auto [a, b] = co_await both(fib(n - 1), fib(n - 2));
  co_return a + b;
}
constexpr std::int64_t kFib20 = 6'765, kForksOfFib20 = 10'945;

/// body(i) for each in [low, high), in halves.
ForkCoroutine<> each_of(std::int64_t low, std::int64_t high, const std::function<void(std::int64_t)>& body) {
  if (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    co_await both(each_of(middle, high, body), each_of(low, middle, body));
  } else if (low < high) {
    body(low);
  }
}

/// Forks that nobody can take.
struct NobodyElse final : ForkHost {
  Nanos edge() override {
    if (++edges == cancelled_at) throw Cancelled{};
    return ++now;
  }
  void shared() override {}
  void wait_for(ForkEnd&) override { ADD_FAILURE() << "nobody else is there"; }
  void wake(ForkHost&) override { ADD_FAILURE() << "nobody else is there"; }
  Nanos now = 0;
  int edges = 0, cancelled_at = -1;
};

struct ForkCoroutines : ::testing::Test {
  Recorder recorder{64u << 20};
  LaneRecorder& lane = recorder.lane(LaneKind::worker, "worker");
  NobodyElse host;
  Forks forks{host, lane, 64};
};

TEST_F(ForkCoroutines, EveryForkAndJoinIsInTheTrace) {
  forks.of_task(7);
  EXPECT_EQ(sync_wait(forks, fib(20)), kFib20);
  lane.at(host.edge(), EventKind::lane_ended);
  std::int64_t forked = 0, joined = 0, depth = 0;
  const auto lanes = decode(recorder);
  for (const auto& event : lanes.at(0)) {
    if (event.kind == EventKind::fork) ++forked, ++depth;
    if (event.kind == EventKind::join) ++joined, --depth;
    if (event.kind == EventKind::fork || event.kind == EventKind::join) {
      EXPECT_EQ(event.task, 7u);
      EXPECT_GE(depth, 0);
    }
  }
  EXPECT_EQ(forked, kForksOfFib20);
  EXPECT_EQ(joined, kForksOfFib20);
}

TEST_F(ForkCoroutines, DeeperThanThereIsRoomTheyAreCalls) {
  Forks few(host, lane, 3), none(host, lane, 0);
  EXPECT_EQ(sync_wait(few, fib(20)), kFib20);
  EXPECT_EQ(sync_wait(none, fib(20)), kFib20);
}

TEST_F(ForkCoroutines, OneThatThrowsTakesItsForkWithIt) {
  int begun = 0;
  auto counts = [&]() -> ForkCoroutine<> {
    ++begun;
    co_return;
  };
  auto throws = [&](const char* what) -> ForkCoroutine<> {
    throw std::runtime_error(what);
    co_return;
  };
  // (g++ 12 fails on a conditional inside co_await.)
  auto either = [&](bool fails, const char* what) { return fails ? throws(what) : counts(); };
  auto two = [&](bool f_throws, bool g_throws) -> ForkCoroutine<> { co_await both(either(f_throws, "f"), either(g_throws, "g")); };
  auto caught = [&](ForkCoroutine<> of) -> ForkCoroutine<std::string> {
    try {
      co_await std::move(of);
    } catch (const std::runtime_error& e) {
      co_return e.what();
    }
    co_return "nothing";
  };
  for (const std::uint32_t capacity : {8u, 0u}) {
    SCOPED_TRACE(capacity);
    Forks forks(host, lane, capacity);
    begun = 0;
    EXPECT_EQ(sync_wait(forks, caught(two(false, true))), "g");
    EXPECT_EQ(begun, 0);
    EXPECT_EQ(sync_wait(forks, caught(two(true, false))), "f");
    EXPECT_EQ(begun, 1);
    EXPECT_EQ(sync_wait(forks, caught(two(true, true))), "g");
    EXPECT_EQ(sync_wait(forks, caught(two(false, false))), "nothing");
    EXPECT_EQ(sync_wait(forks, caught(throws("alone"))), "alone");
    EXPECT_THROW(sync_wait(forks, throws("out")), std::runtime_error);
    EXPECT_EQ(forks.deque().pop(), nullptr);
    EXPECT_EQ(sync_wait(forks, fib(10)), 55);
  }
}

TEST_F(ForkCoroutines, ResultsMayBeAnything) {
  auto text = []() -> ForkCoroutine<std::string> { co_return std::string(100, 'a'); };
  auto moved = []() -> ForkCoroutine<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  auto nothing = []() -> ForkCoroutine<> { co_return; };
  auto whole = [&]() -> ForkCoroutine<std::string> {
    auto [a, b] = co_await both(text(), moved());
    auto [c, d] = co_await both(nothing(), text());
    EXPECT_EQ(*b, 7);
    EXPECT_EQ(c, std::monostate{});
    co_await nothing();
    auto alone = co_await moved();
    EXPECT_EQ(*alone, 7);
    co_return a + d;
  };
  EXPECT_EQ(sync_wait(forks, whole()), std::string(200, 'a'));
}

TEST_F(ForkCoroutines, PlainFunctionsForkInsideThem) {
  auto sum = [](Forks& forks) {
    std::int64_t sum = 0;
    each(forks, 0, 100, [&](Forks&, std::int64_t i) { sum += i; });
    return sum;
  };
  auto one = [&]() -> ForkCoroutine<std::int64_t> { co_return sum(co_await worker_forks); };
  auto two = [&]() -> ForkCoroutine<std::int64_t> {
    const auto [a, b] = co_await both(one(), one());
    co_return a + b + sync_wait(co_await worker_forks, fib(10));
  };
  EXPECT_EQ(sync_wait(forks, two()), 2 * 4'950 + 55);
}

/// At whichever fork or join it comes: it passes, and every frame and result is given back.
TEST_F(ForkCoroutines, AStopEndsThemWhereverItComes) {
  auto texts = [](auto& texts, int n) -> ForkCoroutine<std::string> {
    if (n == 0) co_return std::string(40, 'a');
    const auto [a, b] = co_await both(texts(texts, n - 1), texts(texts, n - 1));
    co_return a + b;
  };
  EXPECT_EQ(sync_wait(forks, texts(texts, 7)).size(), 40u << 7);  // the pool has kept frames of them
  const auto before = memory_in_use();
  int cancelled = 0;
  for (int at = 1; at < 200; ++at) {
    // A look at each word: as a lane of few.
    Recorder small(1u << 16);
    NobodyElse host;
    host.cancelled_at = at;
    Forks forks(host, small.lane(LaneKind::worker, "worker"), 64);
    for (int i = 0; i < 20; ++i) {
      try {
        sync_wait(forks, texts(texts, 5));
      } catch (const Cancelled&) {
        ++cancelled;
        EXPECT_EQ(forks.deque().pop(), nullptr);
      }
    }
  }
  EXPECT_GT(cancelled, 0);
  EXPECT_EQ(memory_in_use().bytes, before.bytes);
}

class ForkCoroutinesOn : public OfEachCandidate<Trial> {
 protected:
  ForkCoroutinesOn() : OfEachCandidate(2) {}
};

TEST_P(ForkCoroutinesOn, TheResultIsRight) {
  std::int64_t result = 0;
  std::vector<int> visited(1'000);
  const std::function<void(std::int64_t)> visit = [&](std::int64_t i) { ++visited[static_cast<std::size_t>(i)]; };
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
                                for (int i = 0; i < 20; ++i) result += sync_wait(forks_of(task), fib(20));
                                co_return;
                              }),
                              work([&](Task& task) -> Coroutine {
                                sync_wait(forks_of(task), each_of(0, 1'000, visit));
                                co_return;
                              })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(result, 20 * kFib20);
  EXPECT_EQ(std::accumulate(visited.begin(), visited.end(), 0), 1'000);
  expect_well_formed(run);
}

TEST_P(ForkCoroutinesOn, ThoseOfMainAreCalls) {
  std::int64_t result = 0;
  run.run([&](Task& task) -> Coroutine {
    result = sync_wait(forks_of(task), fib(15));
    co_return;
  });
  EXPECT_EQ(result, 610);
  expect_well_formed(run);
}

/// Forks until it is ended. Each leaf works a little, or the trace would not fit into wasm's memory.
ForkCoroutine<> for_ever() {
  const std::function<void(std::int64_t)> work = [](std::int64_t) {
    for (volatile int i = 0; i < 2'000;) i = i + 1;
  };
  for (;;) co_await each_of(0, 64, work);
}

// Seen: a limit did not reach a frame that another worker had taken; and where its own worker had heard of it, that waited for ever.
TEST_P(ForkCoroutinesOn, ALimitEndsOnesThatWereTaken) {
  for (const bool its_own_goes_on : {false, true}) {
    Trial run(GetParam().kind);
    run.options.workers = GetParam().workers(2);
    std::atomic<bool> taken = false;
    const std::function<void(std::int64_t)> nothing = [](std::int64_t) {};
    auto f = [&]() -> ForkCoroutine<> {
      taken = true;
      co_await both(for_ever(), for_ever());
    };
    auto g = [&]() -> ForkCoroutine<> {
      while (!taken) co_await each_of(0, 8, nothing);
      if (its_own_goes_on) co_await for_ever();
    };
    auto first = [&]() -> ForkCoroutine<> { co_await both(f(), g()); };
    std::string kind;
    bool again = false;
    run.run([&](Task& task) -> Coroutine {
      auto limited = work([&](Task& task) -> Coroutine {
        sync_wait(forks_of(task), first());
        co_return;
      });
      try {
        co_await wait_for(task, limited, 5 * kMs);
      } catch (const OperationFailed& failed) {
        kind = failed.kind;
      }
      co_await gather(task, all(work([&](Task& task) -> Coroutine {  // nobody else is to end
        again = sync_wait(forks_of(task), fib(15)) == 610;
        co_await io(task, kMs);
      })));
    });
    EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
    EXPECT_EQ(kind, "TimeoutError");
    EXPECT_TRUE(again);
    EXPECT_GE(run.outcomes()[Outcome::cancelled], 1);
    expect_well_formed(run);
  }
}

/// And whatever was begun beside it is over by then.
TEST_P(ForkCoroutinesOn, AnExceptionReachesWhoeverAwaits) {
  constexpr int kRounds = 50;
  int seen = 0;
  std::atomic<int> under_way = 0;
  const std::function<void(std::int64_t)> throws = [&](std::int64_t i) {
    ++under_way;
    for (volatile int n = 0; n < 1'000;) n = n + 1;
    --under_way;
    if (i == 234) throw std::runtime_error("234");
  };
  auto catches = [&]() -> ForkCoroutine<> {
    try {
      co_await each_of(0, 400, throws);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error& e) {
      EXPECT_EQ(under_way, 0);
      EXPECT_STREQ(e.what(), "234");
      ++seen;
    }
  };
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      for (int i = 0; i < kRounds; ++i) sync_wait(forks_of(task), catches());
      co_return;
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(seen, kRounds);
}

INSTANTIATE_TEST_SUITE_P(Executors, ForkCoroutinesOn, ::testing::ValuesIn(candidates_with_one_memory()),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace interleave::testing
