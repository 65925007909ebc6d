// Requests and sockets of tasks that end in another way than by their answer: outside they end, too, and at once.
#include <atomic>
#include <climits>

#include "runtime/seams.h"
#include "support.h"

namespace interleave::testing {
namespace {

/// Never answers what is asked for an hour; else at once.
class Server final : public Requests {
 public:
  explicit Server(int most = 1 << 30) : most_(most) {}
  int most_at_once() const override { return most_; }
  void start(std::uint64_t id, Nanos latency, std::int64_t) override {
    said += "+" + std::to_string(++started);
    number[id] = started;
    most_open = std::max(most_open, ++open);
    if (latency < kHour) answers_.push_back({id, 7, {}});
  }
  void finished(std::vector<Answer>& answers) override {
    open -= static_cast<int>(answers_.size());
    answers.insert(answers.end(), answers_.begin(), answers_.end());
    answers_.clear();
  }
  Answer perform(Nanos, std::int64_t, Standstill&) override { return {}; }
  void give_up(std::uint64_t id) override {
    said += "-" + std::to_string(number[id]);
    --open;
  }
  void abandon_all() override { open = 0; }

  std::string said;
  int open = 0, most_open = 0;
  std::atomic<int> started = 0;  // a task looks, too

 private:
  const int most_;
  std::map<std::uint64_t, int> number;
  std::vector<Answer> answers_;
};

/// Nothing is ever ready.
struct SilentSockets final : Sockets {
  std::set<SocketCall*> open;
  int most_open = 0, given_up = 0;
  std::function<void()> on_give_up = [] {};
  std::string_view label() const override { return {}; }
  bool attempt(SocketCall&) override { return false; }
  void start(SocketCall& call, Nanos) override {
    call.wait = &call;
    open.insert(&call);
    most_open = std::max(most_open, static_cast<int>(open.size()));
  }
  void finished(std::vector<SocketCall*>&) override {}
  Nanos due() override { return open.empty() ? kForever : std::int64_t{1} << 62; }
  void give_up(SocketCall& call) override {
    on_give_up();
    given_up += static_cast<int>(open.erase(&call));
  }
  void give_up_all() override {
    on_give_up();
    given_up += static_cast<int>(open.size());
    open.clear();
  }
  std::unique_ptr<SocketWaitsOfThread> waits_of_thread() override { return nullptr; }
  void perform(SocketCall&, Standstill&) override {}
  void close_all() override {}
};

Coroutine asks_for_an_hour(Task& task) { co_await request(task, kHour); }

class PerformSocket : public Perform {
 public:
  PerformSocket(Task& task, SocketCall& call) : Perform(task, Operation::on(call, false)) {}
};

/// Those that ask outside for their tasks, on the polling thread.
class Outside : public OfEachCandidate<Trial> {
 protected:
  Outside() : OfEachCandidate(2) {}
};
std::vector<Candidate> askers() {
  std::vector<Candidate> all = candidates_with_one_memory();
  std::erase_if(all, [](const Candidate& each) { return each == ExecutorKind::threads || each == ExecutorKind::gil || each == ExecutorKind::serial; });
  return all;
}
INSTANTIATE_TEST_SUITE_P(Executors, Outside, ::testing::ValuesIn(askers()), ::testing::PrintToStringParamName());

TEST_P(Outside, ARequestThatIsCancelledEndsThereBeforeItsPlaceIsAnothers) {
  Server server(1);
  run.options.requests = &server;
  ASSERT_TRUE(run.make());
  run.run([&server](Task& task) -> Coroutine {
    const auto first = work(asks_for_an_hour), in_line = work(asks_for_an_hour);
    co_await spawn(task, first);
    while (server.started == 0) co_await io(task, kMs);
    co_await spawn(task, in_line);
    co_await spawn(task, work([](Task& task) -> Coroutine { co_await request(task, kMs); }));
    co_await io(task, kMs);
    co_await cancel(task, in_line);
    co_await cancel(task, first);
    for (int i = 0; i < 3; ++i) co_await request(task, kMs);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(server.most_open, 1);
  EXPECT_EQ(server.open, 0);
  EXPECT_NE(server.said.find("+1-1+2"), std::string::npos) << server.said;
  expect_well_formed(run);
}

TEST_P(Outside, ALimitEndsARequestThereToo) {
  Server server;
  run.options.requests = &server;
  ASSERT_TRUE(run.make());
  int late = 0;
  run.run([&](Task& task) -> Coroutine {
    for (int i = 0; i < 5; ++i) {
      try {
        co_await wait_for(task, work(asks_for_an_hour), kMs);
      } catch (const OperationFailed& failed) {
        late += failed.kind == std::string_view("TimeoutError");
      }
    }
  });
  EXPECT_EQ(late, 5);
  EXPECT_EQ(server.open, 0);
  EXPECT_LE(server.most_open, 1);
}

// Where each had to be looked for among all, this took minutes.
TEST_P(Outside, AHundredThousandAreCancelledAtOnce) {
  constexpr int kMany = 100'000;
  Server server(kMany / 2);  // half of them wait for a connection
  SilentSockets sockets;
  run.options.requests = &server;
  run.options.sockets = &sockets;
  ASSERT_TRUE(run.make());
  std::atomic<int> begun = 0, cancelled = 0;
  run.run([&](Task& task) -> Coroutine {
    auto all = times(kMany, [&](Task& task) -> Coroutine {
      ++begun;
      try {
        co_await request(task, kHour);
      } catch (const Cancelled&) {
        ++cancelled;
      }
    });
    auto at_sockets = times(kMany, [&](Task& task) -> Coroutine {
      SocketCall call;
      call.act = SocketCall::Act::readable;
      ++begun;
      try {
        co_await PerformSocket(task, call);
      } catch (const Cancelled&) {
        ++cancelled;
      }
    });
    all.insert(all.end(), at_sockets.begin(), at_sockets.end());
    for (const auto& each : all) co_await spawn(task, each);
    while (server.most_open < kMany / 2 || sockets.most_open < kMany) co_await io(task, kMs);
    std::reverse(all.begin(), all.end());
    for (const auto& each : all) co_await cancel(task, each);
    co_await gather_all(task, all);
  });
  EXPECT_EQ(run.end.end, RunEnd::finished) << run.end.sentence;
  EXPECT_EQ(cancelled, begun);
  EXPECT_GE(begun, kMany + kMany / 2);
  EXPECT_EQ(server.open, 0);
  EXPECT_TRUE(sockets.open.empty());
}

TEST_P(Outside, AnExecutorThatGoesMidAirGivesUpWaitsBeforeTheirBodiesGo) {
  SilentSockets sockets;
  run.options.sockets = &sockets;
  ASSERT_TRUE(run.make());
  std::atomic<int> bodies = 0, least = INT_MAX;
  sockets.on_give_up = [&] { least = std::min<int>(least, bodies); };
  struct Counted {
    explicit Counted(std::atomic<int>& n) : count(n) { ++count; }
    ~Counted() { --count; }
    std::atomic<int>& count;
  };
  run.start([&](Task& task) -> Coroutine {
    co_await gather(task, times(10, [&](Task& task) -> Coroutine {
      const Counted counted(bodies);
      SocketCall call;
      call.act = SocketCall::Act::readable;
      co_await PerformSocket(task, call);
    }));
  });
  while (sockets.open.size() < 10) run.executor->poll(kMs);
  run.executor.reset();
  EXPECT_EQ(sockets.given_up, 10);
  EXPECT_EQ(least, 10);
}

}  // namespace
}  // namespace interleave::testing
