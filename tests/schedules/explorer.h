// explorer.h -- our own scheduler for lock-free code: the real headers over instrumented atomics, on fibers.
//
// A test gives a few bodies; each runs on a fiber of its own. Before every atomic operation a fiber hands control to the
// explorer, which says who goes next: every possible schedule in turn (small cases), or one drawn by a seed. Atomics are
// sequentially consistent here; what their memory orders promise is tracked with vector clocks, so that a plain slot read
// without a release and an acquire between is a race, and reported, whatever order the schedule had. So a weaker order
// is caught although no weak machine is simulated. Not seen: what only a store that overtakes a load can break (the
// sleep and wake of stealing.cpp, which rests on sequentially consistent operations).
// A schedule is a list of choices; it replays bit for bit.
// Source: CHESS (Musuvathi et al. 2008), FastTrack (Flanagan and Freund 2009, doi:10.1145/1542476.1542490).
#pragma once

#include <ucontext.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace interleave::testing {

class Explorer {
 public:
  static constexpr int kFibers = 4;
  using Clock = std::array<std::uint32_t, kFibers>;

  /// A change to the code under test, made in its atomics: what must be caught.
  struct Mutation {
    enum class Kind : std::uint8_t { none, relax, always_succeed, skip };
    int atomic;             ///< the how many-th atomic that was made
    const char* operation;  ///< "load", "store", "add", "exchange", "cas"
    Kind kind;
  };

  struct Report {
    std::int64_t schedules = 0;
    bool complete = false;           ///< exhaustive, and nothing was left out
    std::string failure;             ///< empty: none
    std::vector<int> schedule;       ///< of the failure
  };
  /// One run of the test: bodies for fibers, and a check for after them. Failures are reported with fail().
  struct Case {
    std::vector<std::function<void()>> bodies;
    std::function<void()> check;
    std::shared_ptr<void> alive;
  };

  explicit Explorer(std::function<Case()> make) : Explorer(std::move(make), {-1, "", Mutation::Kind::none}) {}
  Explorer(std::function<Case()> make, Mutation mutation) : make_(std::move(make)), mutation_(mutation) {}

  /// Every schedule with at most `preemptions` switches away from a fiber that could go on; stops at the first failure.
  Report exhaust(int preemptions, std::int64_t most = 1'000'000) {
    Report report;
    choices_.clear();
    do {
      run_once([&](const std::vector<int>& ready, int current) { return next_choice(ready, current, preemptions); });
      ++report.schedules;
      if (!failure_.empty()) return failed(report);
      if (report.schedules == most) return report;
    } while (backtrack());
    report.complete = true;
    return report;
  }
  /// `count` schedules drawn uniformly.
  Report sample(std::uint64_t seed, std::int64_t count) {
    Report report;
    for (; report.schedules < count; ++report.schedules) {
      std::mt19937_64 dice(seed + static_cast<std::uint64_t>(report.schedules));
      run_once([&](const std::vector<int>& ready, int) { return ready[dice() % ready.size()]; });
      if (!failure_.empty()) return failed(report);
    }
    return report;
  }
  /// The schedule of a report, again. What it fails with, or empty.
  std::string replay(const std::vector<int>& schedule) {
    std::size_t at = 0;
    run_once([&](const std::vector<int>& ready, int) { return at < schedule.size() ? schedule[at++] : ready[0]; });
    return failure_;
  }

  // -- For the atomics. ------------------------------------------------------------------------------------------------
  static Explorer*& current() {
    static Explorer* explorer = nullptr;
    return explorer;
  }
  bool exploring() const { return running_ >= 0; }
  int fiber() const { return running_; }
  Clock& clock() { return clocks_[static_cast<std::size_t>(running_)]; }
  void fail(const std::string& what) {
    if (failure_.empty()) failure_ = what;
  }
  int new_atomic() { return atomics_made_++; }
  bool mutates(int atomic, const char* operation, Mutation::Kind kind) const {
    return mutation_.kind == kind && mutation_.atomic == atomic && std::string_view(mutation_.operation) == operation;
  }
  /// Somebody else may go on here.
  void step() {
    if (running_ < 0) return;
    ++clock()[static_cast<std::size_t>(running_)];
    swapcontext(&fibers_[static_cast<std::size_t>(running_)].context, &scheduler_);
  }

 private:
  struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    std::function<void()> body;
    bool over = false;
  };
  struct Choice {
    std::vector<int> options;
    std::size_t taken = 0;
    bool preempts = false;  ///< the fiber that ran could have gone on, and is not the one taken
    int current = -1;
  };

  static void entry() {
    Explorer& me = *current();
    Fiber& fiber = me.fibers_[static_cast<std::size_t>(me.running_)];
    fiber.body();
    fiber.over = true;
    swapcontext(&fiber.context, &me.scheduler_);
  }

  template <class Choose>
  void run_once(Choose choose) {
    current() = this;
    failure_.clear();
    schedule_.clear();
    atomics_made_ = 0;
    depth_ = 0;
    running_ = -1;
    Case test = make_();
    const std::size_t count = test.bodies.size();
    for (std::size_t i = 0; i < count; ++i) {
      clocks_[i] = {};
      clocks_[i][i] = 1;
      Fiber& fiber = fibers_[i];
      fiber.body = std::move(test.bodies[i]);
      fiber.over = false;
      if (!fiber.stack) fiber.stack = std::make_unique<char[]>(kStack);
      getcontext(&fiber.context);
      fiber.context.uc_stack.ss_sp = fiber.stack.get();
      fiber.context.uc_stack.ss_size = kStack;
      fiber.context.uc_link = nullptr;
      makecontext(&fiber.context, &Explorer::entry, 0);
    }
    int last = -1;
    for (;;) {
      std::vector<int> ready;
      for (std::size_t i = 0; i < count; ++i)
        if (!fibers_[i].over) ready.push_back(static_cast<int>(i));
      if (ready.empty()) break;
      const bool last_goes_on = last >= 0 && !fibers_[static_cast<std::size_t>(last)].over;
      last = running_ = choose(ready, last_goes_on ? last : -1);
      schedule_.push_back(last);
      swapcontext(&scheduler_, &fibers_[static_cast<std::size_t>(last)].context);
      if (schedule_.size() > kLongest) {
        fail("a schedule of over " + std::to_string(kLongest) + " steps");
        break;
      }
    }
    running_ = -1;
    if (failure_.empty()) test.check();
    current() = nullptr;
  }

  int next_choice(const std::vector<int>& ready, int current, int preemptions) {
    if (depth_ == choices_.size()) {
      int used = 0;
      for (const Choice& choice : choices_) used += choice.preempts;
      Choice choice;
      choice.current = current;
      if (current >= 0) choice.options.push_back(current);
      if (current < 0 || used < preemptions)
        for (int fiber : ready)
          if (fiber != current) choice.options.push_back(fiber);
      choices_.push_back(std::move(choice));
    }
    const Choice& choice = choices_[depth_++];
    return choice.options[choice.taken];
  }
  bool backtrack() {
    while (!choices_.empty()) {
      Choice& choice = choices_.back();
      if (++choice.taken < choice.options.size()) {
        choice.preempts = choice.current >= 0;
        return true;
      }
      choices_.pop_back();
    }
    return false;
  }
  Report& failed(Report& report) {
    report.failure = failure_;
    report.schedule = schedule_;
    return report;
  }

  static constexpr std::size_t kStack = 64 << 10, kLongest = 5'000;
  const std::function<Case()> make_;
  const Mutation mutation_;
  ucontext_t scheduler_;
  std::array<Fiber, kFibers> fibers_;
  std::array<Clock, kFibers> clocks_{};
  int running_ = -1, atomics_made_ = 0;
  std::string failure_;
  std::vector<int> schedule_;
  std::vector<Choice> choices_;
  std::size_t depth_ = 0;
};

/// std::atomic, stepped.
template <class T>
class ExploredAtomic {
 public:
  ExploredAtomic(T value = {}) : value_(value), number_(Explorer::current()->new_atomic()) {}

  T load(std::memory_order order = std::memory_order_seq_cst) const {
    explorer().step();
    if (acquires(weaker("load", order))) acquire();
    return value_;
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    explorer().step();
    if (skipped("store")) return;
    if (releases(weaker("store", order))) sync_ = explorer().clock();
    else sync_ = {};
    value_ = value;
  }
  T fetch_add(T more, std::memory_order order = std::memory_order_seq_cst) {
    explorer().step();
    const T before = value_;
    if (skipped("add")) return before;
    modify(weaker("add", order));
    value_ = static_cast<T>(value_ + more);
    return before;
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) {
    explorer().step();
    const T before = value_;
    modify(weaker("exchange", order));
    value_ = value;
    return before;
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order order, std::memory_order failed) {
    explorer().step();
    if (value_ != expected && !explorer().mutates(number_, "cas", Explorer::Mutation::Kind::always_succeed)) {
      if (acquires(failed)) acquire();
      expected = value_;
      return false;
    }
    modify(weaker("cas", order));
    value_ = value;
    return true;
  }
  bool compare_exchange_weak(T& expected, T value, std::memory_order order, std::memory_order failed) {
    return compare_exchange_strong(expected, value, order, failed);
  }

 private:
  static Explorer& explorer() { return *Explorer::current(); }
  static bool acquires(std::memory_order order) {
    return order == std::memory_order_acquire || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
  }
  static bool releases(std::memory_order order) {
    return order == std::memory_order_release || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
  }
  std::memory_order weaker(const char* operation, std::memory_order order) const {
    return explorer().mutates(number_, operation, Explorer::Mutation::Kind::relax) ? std::memory_order_relaxed : order;
  }
  bool skipped(const char* operation) const { return explorer().mutates(number_, operation, Explorer::Mutation::Kind::skip); }
  void acquire() const {
    if (!explorer().exploring()) return;
    auto& clock = explorer().clock();
    for (std::size_t i = 0; i < clock.size(); ++i) clock[i] = std::max(clock[i], sync_[i]);
  }
  /// A read-modify-write goes on with what was released before it.
  void modify(std::memory_order order) {
    if (!explorer().exploring()) return;
    if (acquires(order)) acquire();
    if (!releases(order)) return;
    const auto& clock = explorer().clock();
    for (std::size_t i = 0; i < clock.size(); ++i) sync_[i] = std::max(sync_[i], clock[i]);
  }

  T value_;
  Explorer::Clock sync_{};
  const int number_;
};

/// A place that no two threads may touch without order between them.
template <class T>
class ExploredPlain {
 public:
  ExploredPlain() = default;
  ExploredPlain& operator=(T value) {
    seen("written");
    written_ = stamp();
    value_ = value;
    return *this;
  }
  operator T() const {
    seen("read");
    read_[static_cast<std::size_t>(std::max(0, Explorer::current()->fiber()))] = stamp().second;
    return value_;
  }

 private:
  static std::pair<int, std::uint32_t> stamp() {
    Explorer& explorer = *Explorer::current();
    if (!explorer.exploring()) return {-1, 0};
    return {explorer.fiber(), explorer.clock()[static_cast<std::size_t>(explorer.fiber())]};
  }
  /// The last write must be before this; of a write, every read too.
  void seen(const char* what) const {
    Explorer& explorer = *Explorer::current();
    if (!explorer.exploring()) return;
    const auto& clock = explorer.clock();
    if (written_.first >= 0 && written_.first != explorer.fiber() && clock[static_cast<std::size_t>(written_.first)] < written_.second)
      explorer.fail(std::string("a race: a slot is ") + what + " while another thread writes it");
    if (*what != 'w') return;
    for (std::size_t i = 0; i < read_.size(); ++i)
      if (static_cast<int>(i) != explorer.fiber() && clock[i] < read_[i])
        explorer.fail("a race: a slot is written while another thread reads it");
  }

  T value_{};
  std::pair<int, std::uint32_t> written_{-1, 0};
  mutable Explorer::Clock read_{};
};

struct ExploredAtomics {
  template <class T>
  using atomic = ExploredAtomic<T>;
  template <class T>
  using plain = ExploredPlain<T>;
};

}  // namespace interleave::testing
