// nursery.h -- `processes` without processes: children live in this one, behind the same bytes. Real ones are tests/platform's.
#pragma once

#include <cstring>
#include <map>

#include "runtime/processes.h"
#include "support.h"

namespace interleave::testing {

/// Children in this process. To wait is to let them work.
class Nursery final : public ProcessPort, public Clock {
 public:
  /// From what a child was sent to a Root.
  explicit Nursery(ChildServer::MakeRoot make_root) : make_root_(std::move(make_root)) {}

  Nanos now() override { return real_.now() + ahead + everywhere; }
  void notify() override { real_.notify(); }
  void wait_until(Nanos deadline) override {
    bool worked = false;
    for (std::size_t i = 0; i < children_.size(); ++i) worked |= serve(i, kMs);
    if (came_.empty() && !worked) real_.wait_until(std::min(deadline, real_.now() + kMs));
  }
  int spawn() override {
    RunOptions options;
    options.clock = &children_clock_;
    children_.push_back(std::make_unique<ChildServer>(options, make_root_));
    const int child = static_cast<int>(children_.size()) - 1;
    if (stillborn > 0 && stillborn--) lose(child);
    return child;
  }
  void send(int child, const Bytes& bytes) override {
    if (auto& server = children_[static_cast<std::size_t>(child)]) server->take(bytes);
  }
  void receive(std::vector<Message>& messages) override {
    for (auto& message : came_) messages.push_back(std::move(message));
    came_.clear();
  }
  void kill(int child) override { children_[static_cast<std::size_t>(child)].reset(); }

  void lose(int child) {
    kill(child);
    came_.push_back({child, true, {}});
  }
  void say(int child, Bytes bytes) { came_.push_back({child, false, std::move(bytes)}); }
  int alive() const {
    return static_cast<int>(std::count_if(children_.begin(), children_.end(), [](auto& c) { return c != nullptr; }));
  }
  int spawned() const { return static_cast<int>(children_.size()); }
  int stillborn = 0;
  int mute = -1;      ///< the child that does nothing at all
  Nanos ahead = 0;    ///< of the parent's clock
  Nanos everywhere = 0;  ///< the machine's clock has jumped by so much

 private:
  bool serve(std::size_t i, Nanos budget) {
    if (!children_[i] || static_cast<int>(i) == mute) return false;
    const Progress progress = children_[i]->poll(budget);
    Bytes message;
    while (children_[i]->give(message)) came_.push_back({static_cast<int>(i), false, std::move(message)});
    return progress.kind == Progress::Kind::busy;
  }
  struct ChildrenClock final : Clock {
    explicit ChildrenClock(Nursery& n) : nursery(n) {}
    Nanos now() override { return nursery.real_.now() + nursery.everywhere; }
    void wait_until(Nanos) override {}
    void notify() override {}
    Nursery& nursery;
  };
  ChildServer::MakeRoot make_root_;
  RealClock real_;
  ChildrenClock children_clock_{*this};
  std::vector<std::unique_ptr<ChildServer>> children_;
  std::vector<Message> came_;
};

/// A closure that a child of the Nursery can run: its bytes are its number in a table, which they share.
class NurseryWork final : public Work {
 public:
  using Body = std::function<Coroutine(Task&)>;
  explicit NurseryWork(Body body) : body_(std::move(body)) {}
  ~NurseryWork() override {
    std::scoped_lock lock(mutex());
    if (number_ != 0) sent().erase(number_);
  }
  Coroutine run(Task& task) override { return body_(task); }
  std::optional<Bytes> to_bytes(std::string*) const override {
    static std::uint32_t last = 0;
    std::scoped_lock lock(mutex());
    if (number_ == 0) sent()[number_ = ++last] = body_;
    Bytes bytes(sizeof number_);
    std::memcpy(bytes.data(), &number_, sizeof number_);
    return bytes;
  }
  static std::shared_ptr<Work> from_bytes(const Bytes& bytes) {
    std::uint32_t number = 0;
    if (bytes.size() == sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
    std::scoped_lock lock(mutex());
    const auto found = sent().find(number);
    return found == sent().end() ? nullptr : std::make_shared<NurseryWork>(found->second);
  }

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  static std::map<std::uint32_t, Body>& sent() {
    static std::map<std::uint32_t, Body> bodies;
    return bodies;
  }
  Body body_;
  mutable std::uint32_t number_ = 0;  ///< 0: not sent
};

class NurseryRoot final : public Root {
 public:
  explicit NurseryRoot(NurseryWork::Body main) : main_(std::move(main)) {}
  std::shared_ptr<Work> main() override { return std::make_shared<NurseryWork>(main_); }
  std::optional<Bytes> to_bytes() const override { return Bytes{}; }
  std::shared_ptr<Work> work_from_bytes(const Bytes& bytes) override { return NurseryWork::from_bytes(bytes); }

 private:
  NurseryWork::Body main_;
};

/// Works for a gather, that every executor can run.
inline std::shared_ptr<Work> sendable(NurseryWork::Body body) { return std::make_shared<NurseryWork>(std::move(body)); }
inline std::vector<std::shared_ptr<Work>> sendables(int count, const NurseryWork::Body& body) {
  std::vector<std::shared_ptr<Work>> works;
  for (int i = 0; i < count; ++i) works.push_back(sendable(body));
  return works;
}

/// A trial of any kind of executor at all.
struct AnyTrial : Trial {
  Nursery nursery{[](const Bytes&, std::string*) { return std::make_shared<NurseryRoot>(nullptr); }};
  explicit AnyTrial(ExecutorKind kind) : Trial(kind) {
    if (kind != ExecutorKind::processes) return;
    options.clock = &nursery;
    options.processes = &nursery;
  }
  explicit AnyTrial(const Candidate& candidate, int workers = 2) : AnyTrial(candidate.kind) {
    if (candidate.several) options.workers = workers;
  }
  ~AnyTrial() { executor.reset(); }  // it borrows the nursery
  void start(NurseryWork::Body main) { Trial::start(std::make_shared<NurseryRoot>(std::move(main))); }
  const Progress& run(NurseryWork::Body main) {
    start(std::move(main));
    return finish();
  }
};

}  // namespace interleave::testing
