// Waits for what the coordinator keeps (requests), ended by answers and by cancels that come at any moment.
#include <atomic>
#include <thread>

#include "../support.h"

namespace interleave::testing {
namespace {

/// The machine's, which says when it is notified and before it sleeps.
struct HeardClock final : Clock {
  RealClock real;
  std::function<void()> notified = [] {}, sleeps = [] {};
  Nanos now() override { return real.now(); }
  void wait_until(Nanos deadline) override {
    sleeps();
    real.wait_until(deadline);
  }
  void notify() override {
    real.notify();
    notified();
  }
};

/// Answers at once what has no latency, and the rest never.
struct HeardRequests final : Requests {
  std::function<void()> started = [] {};
  std::vector<Answer> answers;
  int most_at_once() const override { return 64; }
  void start(std::uint64_t id, Nanos latency, std::int64_t size) override {
    if (latency == 0) answers.push_back({id, size, {}});
    started();
  }
  void finished(std::vector<Answer>& out) override { out.swap(answers); }
  Answer perform(Nanos, std::int64_t, Standstill&) override { return {}; }
  void give_up(std::uint64_t id) override { std::erase_if(answers, [&](const Answer& each) { return each.id == id; }); }
  void abandon_all() override { answers.clear(); }
};

void until(const std::atomic<bool>& is) {
  while (!is) std::this_thread::yield();
}

class Outsiders : public ::testing::TestWithParam<Candidate> {
 protected:
  Outsiders() : run(GetParam().kind) {
    auto heard = std::make_unique<HeardClock>();
    clock = heard.get();
    run.own_clock = std::move(heard);
    run.options.clock = clock;
    run.options.requests = &requests;
    run.options.workers = GetParam().workers(GetParam().several ? 2 : 1);
  }
  HeardRequests requests;
  HeardClock* clock = nullptr;
  Trial run;
};

// Seen: a note of a cancel that had been taken in by the task itself ended its next request, and nobody woke it.
TEST_P(Outsiders, ACancelThatComesWithTheAnswerEndsOneWaitAndTheNextIsAnswered) {
  std::atomic<bool> begun = false, brought = false, asks_again = false, asked_again = false;
  std::atomic<int> cancelled = 0, answered = 0;
  clock->notified = [&] {
    if (asks_again) asked_again = true;
  };
  requests.started = [&] { begun = true; };
  clock->sleeps = [&] {  // the coordinator, when he has brought the first answer
    if (!begun || !requests.answers.empty() || brought) return;
    brought = true;
    until(asked_again);
  };
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      auto client = work([&](Task& task) -> Coroutine {
        try {
          co_await request(task, 0);
        } catch (const Cancelled&) {
          ++cancelled;
        }
        asks_again = true;
        co_await request(task, 0);
        ++answered;
      });
      co_await spawn(task, client);
      co_await io(task, 0);
      until(brought);  // the client is ready, and its thread is here
      co_await cancel(task, client);
      co_await gather(task, all(client));
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(answered, 1);
  expect_well_formed(run);
}

// Seen: it was lost, and the task had to wait for its answer.
TEST_P(Outsiders, ACancelThatComesWhileTheCoordinatorBeginsOtherRequestsIsHeard) {
  std::atomic<bool> begins = false, cancelled = false;
  requests.started = [&] {
    if (begins.exchange(true)) return;
    until(cancelled);
  };
  run.run([&](Task& task) -> Coroutine {
    co_await gather(task, all(work([&](Task& task) -> Coroutine {
      auto asks = [](Task& task) -> Coroutine { co_await request(task, kHour); };
      auto first = work(asks), second = work(asks);
      co_await spawn(task, first);
      co_await io(task, 0);
      until(begins);
      co_await spawn(task, second);
      co_await io(task, 0);
      co_await cancel(task, second);
      cancelled = true;
      co_await gather_all(task, all(second));
      co_await cancel(task, first);
      co_await gather_all(task, all(first));
    })));
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(run.outcomes()[Outcome::cancelled], 2);
  expect_well_formed(run);
}

TEST_P(Outsiders, ManyAnswersAndCancelsAtOnceLoseNobody) {
  std::atomic<int> begun = 0, rounds = 0;
  run.options.workers = GetParam().workers(2);
  run.run([&](Task& task) -> Coroutine {
    auto clients = times(20, [&](Task& task) -> Coroutine {
      ++begun;
      for (int i = 0; i < 100; ++i) {
        try {
          co_await request(task, i % 3 == 2 ? kHour : 0);
        } catch (const Cancelled&) {
        }
        ++rounds;
      }
    });
    for (auto& client : clients) co_await spawn(task, client);
    while (begun < 20) co_await io(task, kMs / 10);
    co_await gather(task, times(2, [&](Task& task) -> Coroutine {
      for (bool some = true; some;) {
        some = false;
        for (auto& client : clients) some |= (co_await cancel(task, client)).number != 0;
        co_await io(task, kMs / 100);
      }
    }));
    co_await gather_all(task, clients);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(rounds, 2'000);
  expect_well_formed(run);
}

INSTANTIATE_TEST_SUITE_P(Executors, Outsiders, ::testing::Values(Candidate{ExecutorKind::stealing, false}, Candidate{ExecutorKind::loop, true}),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace interleave::testing
