#include "runtime/live_task.h"

#include <algorithm>
#include <new>

#include <fmt/format.h>

namespace interleave {
namespace {

constexpr Nanos kLongestAsked = Nanos{1} << 54;  // over 200 days

}  // namespace

Outcome outcome_of(const std::exception_ptr& thrown) {
  if (!thrown) return Outcome::finished;
  try {
    std::rethrow_exception(thrown);
  } catch (const Cancelled&) {
    return Outcome::cancelled;
  } catch (...) {
    return Outcome::failed;
  }
}

std::string sentence_of(const std::exception_ptr& thrown) {
  if (!thrown) return {};
  try {
    std::rethrow_exception(thrown);
  } catch (const Cancelled&) {
    return "The task was cancelled.";
  } catch (const OperationFailed& failed) {
    return failed.sentence.empty() ? failed.kind : failed.sentence;
  } catch (const std::bad_alloc&) {
    return std::string(kNoMemory);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "The task threw something that is no error.";
  }
}

void refuse_itself(const Task& task, Operation& operation) {
  operation.fail(fmt::format("Task cannot await on itself: <task {}>", task.id), "RuntimeError");
}

void Asked::add(const Task& task, const Operation& operation) {
  if (task.id == kRootTask) return;
  switch (operation.kind) {
    case Operation::Kind::compute: return add({operation.duration, 0});
    case Operation::Kind::io:
    case Operation::Kind::block:
    case Operation::Kind::request: return add({0, operation.duration});
    default: return;
  }
}

void Asked::add(const Asked& other) {
  compute = std::min(compute + std::clamp<Nanos>(other.compute, 0, kLongestAsked), kLongestAsked);
  wait = std::min(wait + std::clamp<Nanos>(other.wait, 0, kLongestAsked), kLongestAsked);
}

void Asked::record(LaneRecorder& lane, Nanos t) const {
  if (compute > 0) lane.fact(t, Fact::asked_compute_ns, compute);
  if (wait > 0) lane.fact(t, Fact::asked_wait_ns, wait);
}

Outcome record_failure(LaneRecorder& lane, Nanos t, const LiveTask& task, const std::exception_ptr& thrown) {
  const Outcome outcome = outcome_of(thrown);
  if (outcome == Outcome::failed && thrown != task.failure) lane.text(t, TextRole::error, sentence_of(thrown), task.id);
  return outcome;
}

}  // namespace interleave
