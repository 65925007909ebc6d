// task.cpp -- the operations by name, and bodies and roots from C++ functions.
#include "runtime/task.h"

#include "runtime/executor.h"
#include "runtime/process_pool.h"

namespace interleave {
namespace {

class FunctionRoot final : public Root {
 public:
  explicit FunctionRoot(std::function<Coroutine(Task&)> main) : main_(std::move(main)) {}
  std::shared_ptr<Work> main() override { return work(main_); }

 private:
  std::function<Coroutine(Task&)> main_;
};

}  // namespace

Perform request(Task& task, Nanos latency, std::int64_t size) {
  Operation made(Operation::Kind::request, latency);
  made.range.high = size;
  return {task, made};
}

Perform sum_range(Task& task, std::int64_t low, std::int64_t high) {
  Operation made(Operation::Kind::sum_range);
  made.range = {low, high};
  return {task, made};
}

PerformInProcess::PerformInProcess(Task& task, std::shared_ptr<Work> child)
    : Perform(task, Operation::Kind::process), call_(std::make_shared<ProcessCall>(std::move(child))) {
  operation_.in_process = &call_;
}

/// Throws what there is to throw.
void Perform::end(Operation& operation) {
  if (operation.cancelled) throw Cancelled{};
  if (operation.kind == Operation::Kind::status) return;
  const bool time_is_up = operation.limited && *operation.of.alarm && (*operation.of.alarm)->disarm();
  if (!operation.failure) return;
  if (!time_is_up) std::rethrow_exception(operation.failure);
  // Its children were cancelled because of the limit: that is what the waiter is told.
  try {
    std::rethrow_exception(operation.failure);
  } catch (const Cancelled&) {
  }
  throw OperationFailed{"", "TimeoutError"};
}

std::shared_ptr<Root> root(std::function<Coroutine(Task&)> main) {
  return std::make_shared<FunctionRoot>(std::move(main));
}

}  // namespace interleave
