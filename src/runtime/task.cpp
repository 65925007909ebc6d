// task.cpp -- the operations by name, and bodies and roots from C++ functions.
#include "runtime/task.h"

#include <algorithm>

#include "runtime/executor.h"

namespace interleave {
namespace {

class FunctionWork final : public Work {
 public:
  explicit FunctionWork(std::function<Coroutine(Task&)> body) : body_(std::move(body)) {}
  Coroutine run(Task& task) override { return body_(task); }

 private:
  std::function<Coroutine(Task&)> body_;  // outlives the coroutine, whose captures live in it
};

class FunctionRoot final : public Root {
 public:
  explicit FunctionRoot(std::function<Coroutine(Task&)> main) : main_(std::move(main)) {}
  std::shared_ptr<Work> main() override { return work(main_); }

 private:
  std::function<Coroutine(Task&)> main_;
};

Operation operation(Operation::Kind kind, Nanos duration = 0) {
  Operation made;
  made.kind = kind;
  made.duration = duration;
  return made;
}

}  // namespace

Perform compute(Task& task, Nanos duration) { return {task, operation(Operation::Kind::compute, duration)}; }
Perform io(Task& task, Nanos duration) { return {task, operation(Operation::Kind::io, duration)}; }
Perform block(Task& task, Nanos duration) { return {task, operation(Operation::Kind::block, duration)}; }
Perform step(Task& task) { return {task, operation(Operation::Kind::step)}; }
Perform safepoint(Task& task) { return {task, operation(Operation::Kind::safepoint)}; }

Perform request(Task& task, Nanos latency, std::int64_t size) {
  Operation made = operation(Operation::Kind::request, latency);
  made.size = size;
  return {task, std::move(made)};
}

Perform sum_range(Task& task, std::int64_t low, std::int64_t high) {
  Operation made = operation(Operation::Kind::sum_range);
  made.low = low;
  made.high = high;
  return {task, std::move(made)};
}

Perform spawn(Task& task, std::shared_ptr<Work> child) {
  Operation made = operation(Operation::Kind::spawn);
  made.children.push_back(std::move(child));
  return {task, std::move(made)};
}

Perform gather(Task& task, std::vector<std::shared_ptr<Work>> children) {
  Operation made = operation(Operation::Kind::gather);
  made.children = std::move(children);
  return {task, std::move(made)};
}

Perform join(Task& task, std::shared_ptr<Work> child) {
  Operation made = operation(Operation::Kind::join);
  made.children.push_back(std::move(child));
  return {task, std::move(made)};
}

Perform cancel(Task& task, std::shared_ptr<Work> child) {
  Operation made = operation(Operation::Kind::cancel);
  made.children.push_back(std::move(child));
  return {task, std::move(made)};
}

Perform wait_for(Task& task, std::shared_ptr<Work> child, Nanos limit) {
  Operation made = operation(Operation::Kind::gather);
  made.children.push_back(std::move(child));
  made.limit = std::max<Nanos>(limit, 0);
  return {task, std::move(made)};
}

Perform arm(Task& task, std::shared_ptr<Alarm> alarm, Nanos limit) {
  Operation made = operation(Operation::Kind::arm, limit);
  made.alarm = std::move(alarm);
  return {task, std::move(made)};
}

Perform gather_all(Task& task, std::vector<std::shared_ptr<Work>> children) {
  Operation made = operation(Operation::Kind::gather);
  made.children = std::move(children);
  made.collects = true;
  return {task, std::move(made)};
}

Perform status(Task& task, std::shared_ptr<Work> child) {
  Operation made = operation(Operation::Kind::status);
  made.children.push_back(std::move(child));
  return {task, std::move(made)};
}

/// Its children were cancelled because of the limit: that is what the waiter is told.
void Perform::time_is_up(Operation& operation) {
  if (!operation.alarm->disarm() || !operation.child_failure) return;
  try {
    std::rethrow_exception(operation.child_failure);
  } catch (const Cancelled&) {
    operation.child_failure = nullptr;
    operation.failure_kind = "TimeoutError";
  } catch (...) {
  }
}

std::shared_ptr<Work> work(std::function<Coroutine(Task&)> body) {
  return std::make_shared<FunctionWork>(std::move(body));
}

std::shared_ptr<Root> root(std::function<Coroutine(Task&)> main) {
  return std::make_shared<FunctionRoot>(std::move(main));
}

}  // namespace interleave
