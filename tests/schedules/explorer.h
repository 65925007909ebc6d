// explorer.h -- our own scheduler for lock-free code: the real headers over instrumented atomics, on fibers.
//
// A test gives a few bodies; each runs on a fiber of its own. Before every operation on an atomic or a mutex a fiber hands
// control to the explorer, which says who goes next: every possible schedule in turn (small cases), or one drawn by a seed,
// uniformly or by priorities with a few changes of them (PCT), which finds what needs few switches at the right moments.
//
// Memory orders count although no weak machine is simulated:
//   - what they promise is tracked with vector clocks: a plain field that is used without a release and an acquire between
//     is a race, and reported, whatever order the schedule had;
//   - a load may return an older value: any that is not overwritten by something which happened before the load, and no
//     older one than this thread has seen; a sequentially consistent load none that is older than the last sequentially
//     consistent store. Which one is a choice as any other. So a store that overtakes a load is seen, too (sleepers.h).
// A fiber that waits (for a mutex, for a notify) is not chosen before it can go on. If nobody can, a wake-up was lost.
// Schedules are fair: a fiber that spins (pause) is not chosen before a value has changed, as it would only find again what
// it has found; if it has found an old value, it may look again at once, and old values are few. So who spins needs no
// bound, and if all who could go on spin for what nobody changes, that is reported too.
// Not seen: a store that is visible to some before it is to others; more than kMostStale old values in one schedule.
// A schedule is a list of choices; it replays bit for bit, by itself or by its seed.
// Source: CHESS (Musuvathi et al. 2008), FastTrack (Flanagan and Freund 2009, doi:10.1145/1542476.1542490), PCT (Burckhardt
// et al. 2010, doi:10.1145/1736020.1736040), fairness: Musuvathi and Qadeer 2008 (doi:10.1145/1375581.1375625), relacy (Vyukov).
#pragma once

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace interleave::testing {

class Explorer {
 public:
  static constexpr int kFibers = 4;
  using Clock = std::array<std::uint32_t, kFibers>;

  /// A change to the code under test, made in its atomics: what must be caught.
  struct Mutation {
    enum class Kind : std::uint8_t { none, relax, always_succeed, skip };
    int object;             ///< the how many-th atomic, mutex or condition that was made
    const char* operation;  ///< "load", "store", "add", "exchange", "cas", "lock", "notify"
    Kind kind;
  };

  struct Report {
    std::int64_t schedules = 0;
    bool complete = false;           ///< exhaustive, and nothing was left out
    std::string failure;             ///< empty: none
    std::vector<int> schedule;       ///< of the failure
    std::uint64_t seed = 0;          ///< of the failure, where it was drawn
  };
  /// One run of the test: bodies for fibers, and a check for after them. Failures are reported with fail().
  struct Case {
    std::vector<std::function<void()>> bodies;
    std::function<void()> check;
    std::shared_ptr<void> alive;
  };

  explicit Explorer(std::function<Case()> make) : Explorer(std::move(make), {-1, "", Mutation::Kind::none}) {}
  Explorer(std::function<Case()> make, Mutation mutation) : make_(std::move(make)), mutation_(mutation) {}

  /// Every schedule with at most `preemptions` switches away from a fiber that could go on, and as many old values; stops at
  /// the first failure.
  Report exhaust(int preemptions, std::int64_t most = 1'000'000) {
    Report report;
    choices_.clear();
    do {
      run_once([&](Question& question) { return next_choice(question, preemptions); });
      ++report.schedules;
      if (!failure_.empty()) return failed(report);
      if (report.schedules == most) return report;
    } while (backtrack());
    report.complete = true;
    return report;
  }
  /// `count` schedules, each drawn uniformly by a seed of its own, from `seed` up.
  Report sample(std::uint64_t seed, std::int64_t count) {
    return draw(seed, count, [](std::uint64_t of) {
      return [dice = Dice(of)](Question& question) mutable {
        // The newest value in three of four.
        if (question.of_value) return dice() % 4 != 0 ? 0 : static_cast<int>(dice() % static_cast<std::uint64_t>(question.count));
        return static_cast<int>(dice() % static_cast<std::uint64_t>(question.count));
      };
    });
  }
  /// `count` schedules by priorities, which change `changes` times in each.
  Report sample_pct(std::uint64_t seed, std::int64_t count, int changes) {
    run_once([](Question&) { return 0; });
    if (!failure_.empty()) {
      Report report;
      report.schedules = 1;
      return failed(report);
    }
    const std::uint64_t length = schedule_.size() + schedule_.size() / 2;
    return draw(seed, count, [=](std::uint64_t of) { return Priorities(of, length, changes); });
  }
  /// The schedule of a report, again. What it fails with, or empty.
  std::string replay(const std::vector<int>& schedule) {
    std::size_t at = 0;
    run_once([&](Question& question) {
      const int choice = at < schedule.size() ? schedule[at++] : 0;
      return choice < question.count ? choice : 0;
    });
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
  int new_object() { return objects_made_++; }
  bool mutates(int object, const char* operation, Mutation::Kind kind) const {
    return mutation_.kind == kind && mutation_.object == object && std::string_view(mutation_.operation) == operation;
  }
  /// Somebody else may go on here.
  void step() {
    if (running_ < 0) return;
    ++clock()[static_cast<std::size_t>(running_)];
    leave_fiber();
  }
  /// It goes on no sooner than `can` says so.
  template <class Can>
  void wait_until(Can can) {
    if (running_ < 0) return;
    Fiber& me = fibers_[static_cast<std::size_t>(running_)];
    me.can_go_on = can;
    leave_fiber();
  }
  /// It goes on after something has changed since its last operation. (That others step is not enough: two who spin would
  /// let each other go on for ever, and whom they wait for not at all.)
  void pause() {
    if (running_ < 0) return;
    Fiber& me = fibers_[static_cast<std::size_t>(running_)];
    me.pauses = !std::exchange(me.found_old, false);  // an old value: it may find the newest at once
    me.paused_at = changes_;
    step();
  }
  /// Who spins may find something else now.
  void changed() { ++changes_; }
  /// Which of `count` values a load returns; 0 is the newest.
  int choose_value(int count) {
    if (running_ < 0 || count < 2 || stale_ >= kMostStale) return 0;
    Question question{count, true, {}, false};
    const int chosen = (*choose_)(question);
    schedule_.push_back(chosen);
    stale_ += chosen > 0;
    fibers_[static_cast<std::size_t>(running_)].found_old |= chosen > 0;
    return chosen;
  }

 private:
  struct Fiber {
    ucontext_t begin;
    jmp_buf here;
    std::unique_ptr<char[]> stack;
    std::function<void()> body;
    std::function<bool()> can_go_on;  // null: it can
    bool begun = false, over = false, pauses = false;
    bool found_old = false;       // since it paused last
    std::uint64_t paused_at = 0;  // changes_
  };
  /// Who of `ready` goes on, or which value is read. Of fibers the first is the one that ran, if it can go on.
  struct Question {
    int count = 0;
    bool of_value = false;
    std::array<int, kFibers> ready;
    bool first_ran = false;
  };
  struct Choice {
    int count = 0, taken = 0;
    bool of_value = false, first_ran = false;
    int costs() const { return taken > 0 && (of_value || first_ran); }
  };
  using Dice = std::mt19937_64;

  /// PCT: the fiber of the highest priority goes on; at some steps it gets the lowest of all.
  class Priorities {
   public:
    Priorities(std::uint64_t seed, std::uint64_t length, int changes) : dice_(seed) {
      for (std::size_t i = 0; i < of_.size(); ++i) of_[i] = 1'000 + static_cast<std::int64_t>(i);
      std::shuffle(of_.begin(), of_.end(), dice_);
      for (int i = 0; i < changes; ++i) changes_.push_back(dice_() % std::max<std::uint64_t>(1, length));
    }
    int operator()(Question& question) {
      if (question.of_value) return dice_() % 4 != 0 ? 0 : static_cast<int>(dice_() % static_cast<std::uint64_t>(question.count));
      const auto highest = [&] {
        int best = 0;
        for (int i = 1; i < question.count; ++i)
          if (priority(question, i) > priority(question, best)) best = i;
        return best;
      };
      if (std::find(changes_.begin(), changes_.end(), step_++) != changes_.end()) priority(question, highest()) = lowest_--;
      return highest();
    }

   private:
    std::int64_t& priority(const Question& question, int i) { return of_[static_cast<std::size_t>(question.ready[static_cast<std::size_t>(i)])]; }
    Dice dice_;
    std::array<std::int64_t, kFibers> of_{};
    std::vector<std::uint64_t> changes_;
    std::uint64_t step_ = 0;
    std::int64_t lowest_ = 0;
  };

  template <class Make>
  Report draw(std::uint64_t seed, std::int64_t count, Make make) {
    Report report;
    for (; report.schedules < count; ++report.schedules) {
      const std::uint64_t its = seed + static_cast<std::uint64_t>(report.schedules);
      run_once(make(its));
      if (failure_.empty()) continue;
      report.seed = its;
      return failed(report);
    }
    return report;
  }

  static void entry() {
    Explorer& me = *current();
    Fiber& fiber = me.fibers_[static_cast<std::size_t>(me.running_)];
    fiber.body();
    fiber.over = true;
    me.leave_fiber();
  }
  // By jumps: swapcontext() asks the system for the signals each time.
  [[gnu::noinline]] void leave_fiber() {
    if (_setjmp(fibers_[static_cast<std::size_t>(running_)].here) == 0) _longjmp(scheduler_, 1);
  }
  [[gnu::noinline]] void enter_fiber(Fiber& fiber) {
    if (_setjmp(scheduler_) != 0) return;
    if (fiber.begun) _longjmp(fiber.here, 1);
    fiber.begun = true;
    setcontext(&fiber.begin);
  }

  template <class Choose>
  void run_once(Choose choose) {
    const std::function<int(Question&)> asked = std::ref(choose);
    choose_ = &asked;
    current() = this;
    failure_.clear();
    schedule_.clear();
    objects_made_ = 0;
    depth_ = 0;
    stale_ = 0;
    changes_ = 0;
    running_ = -1;
    Case test = make_();
    const std::size_t count = test.bodies.size();
    for (std::size_t i = 0; i < count; ++i) {
      clocks_[i] = {};
      clocks_[i][i] = 1;
      Fiber& fiber = fibers_[i];
      fiber.body = std::move(test.bodies[i]);
      fiber.can_go_on = nullptr;
      fiber.begun = fiber.over = fiber.found_old = fiber.pauses = false;
      if (!fiber.stack) fiber.stack = std::make_unique<char[]>(kStack);
      getcontext(&fiber.begin);
      fiber.begin.uc_stack.ss_sp = fiber.stack.get();
      fiber.begin.uc_stack.ss_size = kStack;
      fiber.begin.uc_link = nullptr;
      makecontext(&fiber.begin, &Explorer::entry, 0);
    }
    int last = -1;
    std::uint64_t looked_again_at = kNever;
    for (;;) {
      Question question;
      bool all_over = true, any_pauses = false;
      for (int i = 0; i < static_cast<int>(count); ++i) {
        const int at = last < 0 ? i : (last + i) % static_cast<int>(count);  // the one that ran comes first
        Fiber& fiber = fibers_[static_cast<std::size_t>(at)];
        all_over &= fiber.over;
        if (fiber.over || (fiber.can_go_on && !fiber.can_go_on())) continue;
        if (fiber.pauses && fiber.paused_at == changes_) {
          any_pauses = true;
          continue;
        }
        if (at == last) question.first_ran = true;
        question.ready[static_cast<std::size_t>(question.count++)] = at;
      }
      if (all_over) break;
      if (question.count == 0 && any_pauses && looked_again_at != changes_) {
        // Something may have changed between two operations of one round: all look once more.
        looked_again_at = changes_;
        for (Fiber& fiber : fibers_) fiber.pauses = false;
        continue;
      }
      if (question.count == 0) {
        fail(any_pauses ? "nobody can go on: they spin for what nobody changes" : "nobody can go on: a wake-up is lost");
        break;
      }
      int chosen = 0;
      if (question.count > 1) {
        chosen = choose(question);
        schedule_.push_back(chosen);
      }
      last = running_ = question.ready[static_cast<std::size_t>(chosen)];
      Fiber& next = fibers_[static_cast<std::size_t>(last)];
      next.pauses = false;
      next.can_go_on = nullptr;
      enter_fiber(next);
      if (++steps_of_run_ > kLongest) {
        fail("a schedule of over " + std::to_string(kLongest) + " steps");
        break;
      }
    }
    steps_of_run_ = 0;
    running_ = -1;
    if (failure_.empty()) test.check();
    current() = nullptr;
  }

  int next_choice(const Question& question, int preemptions) {
    if (depth_ == choices_.size()) choices_.push_back({question.count, 0, question.of_value, question.first_ran});
    int used = 0;
    for (std::size_t i = 0; i < depth_; ++i) used += choices_[i].costs();
    Choice& choice = choices_[depth_++];
    if (used >= preemptions && (choice.of_value || choice.first_ran)) choice.count = 1;
    return choice.taken;
  }
  bool backtrack() {
    choices_.resize(depth_);
    while (!choices_.empty()) {
      if (++choices_.back().taken < choices_.back().count) return true;
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
  static constexpr std::uint64_t kNever = UINT64_MAX;
  static constexpr int kMostStale = 3;
  const std::function<Case()> make_;
  const Mutation mutation_;
  jmp_buf scheduler_;
  std::array<Fiber, kFibers> fibers_;
  std::array<Clock, kFibers> clocks_{};
  const std::function<int(Question&)>* choose_ = nullptr;
  int running_ = -1, objects_made_ = 0, stale_ = 0;
  std::uint64_t changes_ = 0;  // of values, in this run
  std::size_t steps_of_run_ = 0;
  std::string failure_;
  std::vector<int> schedule_;
  std::vector<Choice> choices_;
  std::size_t depth_ = 0;
};

/// std::atomic, stepped, with the values that it had.
template <class T>
class ExploredAtomic {
 public:
  ExploredAtomic(T value = {}) : number_(Explorer::current()->new_object()) { writes_.push_back({value, -1, 0, {}}); }

  T load(std::memory_order order = std::memory_order_seq_cst) const {
    explorer().step();
    order = weaker("load", order);
    const Write& read = writes_[which(order)];
    if (acquires(order)) acquire(read);
    return read.value;
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    explorer().step();
    if (skipped("store")) return;
    order = weaker("store", order);
    write(value, order, {});
  }
  T fetch_add(T more, std::memory_order order = std::memory_order_seq_cst) {
    return modify("add", order, [&](T before) { return static_cast<T>(before + more); });
  }
  T fetch_sub(T less, std::memory_order order = std::memory_order_seq_cst) {
    return modify("sub", order, [&](T before) { return static_cast<T>(before - less); });
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) {
    return modify("exchange", order, [&](T) { return value; });
  }
  bool compare_exchange_strong(T& expected, T value, std::memory_order order, std::memory_order failed) {
    explorer().step();
    const T now = writes_.back().value;
    if (now != expected && !explorer().mutates(number_, "cas", Explorer::Mutation::Kind::always_succeed)) {
      if (acquires(failed)) acquire(writes_.back());
      saw(writes_.size() - 1);
      expected = now;
      return false;
    }
    change(value, weaker("cas", order));
    return true;
  }
  bool compare_exchange_weak(T& expected, T value, std::memory_order order, std::memory_order failed) {
    return compare_exchange_strong(expected, value, order, failed);
  }

 private:
  struct Write {
    T value;
    int fiber;            ///< -1: before the run
    std::uint32_t stamp;  ///< that fiber's time
    Explorer::Clock sync; ///< what who acquires it sees
  };
  static constexpr std::size_t kKept = 8;

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

  /// The value that a load returns, of those that it may.
  std::size_t which(std::memory_order order) const {
    const std::size_t newest = writes_.size() - 1;
    if (!explorer().exploring()) return newest;
    std::size_t oldest = seen_[static_cast<std::size_t>(explorer().fiber())];
    if (order == std::memory_order_seq_cst) oldest = std::max(oldest, last_seq_cst_);
    const auto& clock = explorer().clock();
    for (std::size_t i = newest; i > oldest; --i)
      if (const Write& w = writes_[i]; w.fiber < 0 || clock[static_cast<std::size_t>(w.fiber)] >= w.stamp) oldest = i;
    const std::size_t chosen = newest - static_cast<std::size_t>(explorer().choose_value(static_cast<int>(newest - oldest + 1)));
    saw(chosen);
    return chosen;
  }
  void saw(std::size_t at) const {
    if (explorer().exploring()) seen_[static_cast<std::size_t>(explorer().fiber())] = at;
  }
  void acquire(const Write& write) const {
    if (!explorer().exploring()) return;
    auto& clock = explorer().clock();
    for (std::size_t i = 0; i < clock.size(); ++i) clock[i] = std::max(clock[i], write.sync[i]);
  }
  template <class Change>
  T modify(const char* operation, std::memory_order order, Change changed) {
    explorer().step();
    const T before = writes_.back().value;
    if (!skipped(operation)) change(changed(before), weaker(operation, order));
    return before;
  }
  /// A read-modify-write goes on with what was released before it.
  void change(T value, std::memory_order order) {
    if (acquires(order)) acquire(writes_.back());
    write(value, order, writes_.back().sync);
  }
  void write(T value, std::memory_order order, Explorer::Clock sync) {
    if (!explorer().exploring()) {
      writes_ = {{value, -1, 0, {}}};
      return;
    }
    const int fiber = explorer().fiber();
    const auto& clock = explorer().clock();
    if (releases(order))
      for (std::size_t i = 0; i < clock.size(); ++i) sync[i] = std::max(sync[i], clock[i]);
    if (value != writes_.back().value) explorer().changed();
    if (writes_.size() == kKept) {
      writes_.erase(writes_.begin());
      for (std::size_t& seen : seen_) seen -= seen > 0;
      last_seq_cst_ -= last_seq_cst_ > 0;
    }
    writes_.push_back({value, fiber, clock[static_cast<std::size_t>(fiber)], sync});
    if (order == std::memory_order_seq_cst) last_seq_cst_ = writes_.size() - 1;
    saw(writes_.size() - 1);
    if (releases(order)) ++explorer().clock()[static_cast<std::size_t>(fiber)];  // what comes after it is not released
  }

  std::vector<Write> writes_;  // in modification order; the oldest are forgotten
  mutable std::array<std::size_t, Explorer::kFibers> seen_{};
  std::size_t last_seq_cst_ = 0;
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
  T operator->() const { return *this; }

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
      explorer.fail(std::string("a race: a field is ") + what + " while another thread writes it");
    if (*what != 'w') return;
    for (std::size_t i = 0; i < read_.size(); ++i)
      if (static_cast<int>(i) != explorer.fiber() && clock[i] < read_[i])
        explorer.fail("a race: a field is written while another thread reads it");
  }

  T value_{};
  std::pair<int, std::uint32_t> written_{-1, 0};
  mutable Explorer::Clock read_{};
};

class ExploredMutex {
 public:
  ExploredMutex() : number_(Explorer::current()->new_object()) {}
  void lock() {
    Explorer& explorer = *Explorer::current();
    if (!explorer.exploring()) return;
    explorer.step();
    if (explorer.mutates(number_, "lock", Explorer::Mutation::Kind::skip)) return;
    while (taken_) explorer.wait_until([this] { return !taken_; });
    taken_ = true;
    auto& clock = explorer.clock();
    for (std::size_t i = 0; i < clock.size(); ++i) clock[i] = std::max(clock[i], sync_[i]);
  }
  void unlock() {
    Explorer& explorer = *Explorer::current();
    if (!explorer.exploring() || !taken_) return;
    const auto& clock = explorer.clock();
    for (std::size_t i = 0; i < clock.size(); ++i) sync_[i] = std::max(sync_[i], clock[i]);
    ++explorer.clock()[static_cast<std::size_t>(explorer.fiber())];
    taken_ = false;
    explorer.changed();
  }

 private:
  bool taken_ = false;
  Explorer::Clock sync_{};
  const int number_;
};

/// A std::condition_variable whose waits have no end but a notify.
class ExploredCondition {
 public:
  ExploredCondition() : number_(Explorer::current()->new_object()) {}
  template <class Lock, class Limit, class Predicate>
  bool wait_for(Lock& lock, Limit, Predicate over) {
    Explorer& explorer = *Explorer::current();
    while (!over()) {
      const std::uint32_t me = std::uint32_t{1} << explorer.fiber();
      waiting_ |= me;
      lock.unlock();
      explorer.wait_until([this, me] { return (waiting_ & me) == 0; });
      lock.lock();
    }
    return true;
  }
  void notify_one() {
    Explorer& explorer = *Explorer::current();
    if (explorer.mutates(number_, "notify", Explorer::Mutation::Kind::skip)) return;
    waiting_ &= waiting_ - 1;
  }
  void notify_all() {
    if (!Explorer::current()->mutates(number_, "notify", Explorer::Mutation::Kind::skip)) waiting_ = 0;
  }

 private:
  std::uint32_t waiting_ = 0;  // fibers
  const int number_;
};

struct ExploredThreads {
  template <class T>
  using atomic = ExploredAtomic<T>;
  template <class T>
  using plain = ExploredPlain<T>;
  using mutex = ExploredMutex;
  using condition = ExploredCondition;
  static void pause() { Explorer::current()->pause(); }
};

}  // namespace interleave::testing
