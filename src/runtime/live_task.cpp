#include "runtime/live_task.h"

#include <new>

namespace interleave {

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
    return failed.sentence;
  } catch (const std::bad_alloc&) {
    return "The run needs more memory than there is.";
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "The task threw something that is no error.";
  }
}

void record_failure(LaneRecorder& lane, Nanos t, const LiveTask& task, const std::exception_ptr& thrown) {
  if (thrown != task.told && outcome_of(thrown) == Outcome::failed)
    lane.text(t, TextRole::error, sentence_of(thrown), task.id);
}

}  // namespace interleave
