// script_root.cpp -- one C++ coroutine body runs one TaskFrame, on every executor.
//
// The VM stops at each operation and says what it asks for; the body asks the task's port and sends the answer back in.
// Between operations the VM stops when its fuel is out, which makes long computations cancellable and lets the GIL move.
#include "runtime/script_root.h"

#include <map>
#include <mutex>
#include <utility>

#include "runtime/numbers.h"
#include "runtime/slices.h"
#include "runtime/wire.h"
#include "script/instance.h"
#include "script/vm.h"

namespace interleave {
namespace {

// Instructions between two safepoints: tens of microseconds, well under a GIL interval and a frame's budget.
constexpr std::int64_t kFuel = 4'000;

/// A script's own error; distinct so that a waiter does not take it for an operation of its own that failed.
struct ScriptFailed : OperationFailed {};

/// What the tasks of one run share.
struct ScriptRun {
  explicit ScriptRun(std::shared_ptr<const Instance> i) : instance(std::move(i)) {}
  const std::shared_ptr<const Instance> instance;

  std::mutex mutex;
  std::map<std::int64_t, std::shared_ptr<Work>> spawned;  ///< by task number: what await needs
};

class ScriptWork final : public Work {
 public:
  /// Without a coroutine it is main.
  ScriptWork(std::shared_ptr<ScriptRun> run, std::optional<Value> coroutine)
      : run_(std::move(run)), coroutine_(std::move(coroutine)) {}

  Coroutine run(Task& task) override;

  std::optional<Bytes> to_bytes() const override {
    return coroutine_ ? value_to_bytes(*coroutine_) : std::nullopt;
  }
  Bytes result_to_bytes() const override { return value_to_bytes(result_).value_or(Bytes{}); }
  bool result_from_bytes(const Bytes& bytes) override {
    auto value = value_from_bytes(bytes, *run_->instance);
    if (value) result_ = std::move(*value);
    return value.has_value();
  }
  const Value& result() const { return result_; }

 private:
  std::shared_ptr<Work> work_of(const Value& child);
  static Operation operation_of(const Ask& ask);
  Value answer_of(const Ask& ask, Operation& done, const std::vector<std::shared_ptr<Work>>& children);

  std::shared_ptr<ScriptRun> run_;
  std::optional<Value> coroutine_;
  Value result_;
};

std::shared_ptr<Work> ScriptWork::work_of(const Value& child) {
  if (child.is(ValueType::coroutine)) return std::make_shared<ScriptWork>(run_, child);
  std::scoped_lock lock(run_->mutex);
  auto found = run_->spawned.find(child.integer());
  return found == run_->spawned.end() ? nullptr : found->second;
}

Operation ScriptWork::operation_of(const Ask& ask) {
  Operation operation;
  operation.line = static_cast<std::uint16_t>(ask.line);
  operation.duration = ask.duration;
  operation.size = ask.size;
  operation.low = ask.low;
  operation.high = ask.high;
  using To = Operation::Kind;
  switch (ask.kind) {
    case Ask::Kind::compute: operation.kind = To::compute; break;
    case Ask::Kind::io: operation.kind = To::io; break;
    case Ask::Kind::block: operation.kind = To::block; break;
    case Ask::Kind::request: operation.kind = To::request; break;
    case Ask::Kind::sum_range: operation.kind = To::sum_range; break;
    case Ask::Kind::spawn: operation.kind = To::spawn; break;
    case Ask::Kind::gather: operation.kind = To::gather; break;
    case Ask::Kind::join: operation.kind = To::join; break;
    case Ask::Kind::step:
    case Ask::Kind::numbers:
    case Ask::Kind::print:
    default: operation.kind = To::step; break;
  }
  return operation;
}

Value ScriptWork::answer_of(const Ask& ask, Operation& done, const std::vector<std::shared_ptr<Work>>& children) {
  Heap& heap = run_->instance->heap();
  auto result_at = [&](std::size_t i) { return static_cast<const ScriptWork&>(*children[i]).result(); };
  switch (ask.kind) {
    case Ask::Kind::request:
    case Ask::Kind::sum_range: return Value::integer(done.number);
    case Ask::Kind::join: return result_at(0);
    case Ask::Kind::gather: {
      std::vector<Value> results;
      for (std::size_t i = 0; i < children.size(); ++i) results.push_back(result_at(i));
      return Value::list(heap, std::move(results));
    }
    case Ask::Kind::spawn: {
      std::scoped_lock lock(run_->mutex);
      run_->spawned[done.number] = children[0];
      return Value::task(done.number);
    }
    default: return Value::none();
  }
}

Coroutine ScriptWork::run(Task& task) {
  const Instance& instance = *run_->instance;
  TaskFrame frame = coroutine_ ? TaskFrame(instance, *coroutine_) : instance.main();
  Value sent;
  std::string failure;  // of the last operation; empty: it went well
  if (!coroutine_)  // what the script printed before run(main)
    for (const std::string& line : instance.output()) task.port->say(task, TextRole::output, line);
  for (;;) {
    Step step = failure.empty() ? resume(frame, instance, std::move(sent), kFuel)
                                : resume_with_failure(frame, instance, std::exchange(failure, {}), kFuel);
    sent = Value::none();
    switch (step.kind) {
      case Step::Kind::finished: result_ = std::move(step.value); co_return;
      case Step::Kind::failed: throw ScriptFailed{{step.error.to_string()}};
      case Step::Kind::paused: co_await safepoint(task); continue;
      case Step::Kind::ask: break;
    }
    const Ask& ask = step.ask;
    task.line = static_cast<std::uint16_t>(ask.line);
    if (ask.kind == Ask::Kind::print) {
      task.port->say(task, TextRole::output, ask.text);
      continue;
    }
    if (ask.kind == Ask::Kind::numbers) {
      sent = Value::int_array(instance.heap(), numbers_copy(ask.low, ask.high));
      continue;
    }
    if (ask.kind > Ask::Kind::join) {
      failure = "this operation is not available yet.";
      continue;
    }
    Operation operation = operation_of(ask);
    std::vector<std::shared_ptr<Work>> children;
    for (const Value& child : ask.children) {
      children.push_back(work_of(child));
      if (!children.back()) failure = "this task belongs to another process; it cannot be awaited here.";
    }
    if (!failure.empty()) continue;
    operation.children = children;
    try {
      Operation done = co_await Perform(task, std::move(operation));
      sent = answer_of(ask, done, children);
    } catch (const ScriptFailed&) {
      throw;
    } catch (const OperationFailed& failed) {
      // Waiting itself does not fail: it was the task, in a process whose error came as a sentence with its own line.
      if (ask.kind == Ask::Kind::gather || ask.kind == Ask::Kind::join) throw ScriptFailed{failed};
      failure = failed.sentence.empty() ? "the operation failed." : failed.sentence;
    }
  }
}

// -- bytes: program, then settings -----------------------------------------------------------------------------------

class ScriptRoot final : public Root {
 public:
  explicit ScriptRoot(std::shared_ptr<const Instance> instance) : run_(std::make_shared<ScriptRun>(std::move(instance))) {}

  std::shared_ptr<Work> main() override { return std::make_shared<ScriptWork>(run_, std::nullopt); }

  std::optional<Bytes> to_bytes() const override {
    const Settings& settings = run_->instance->settings();
    WireWriter out;
    out.block(run_->instance->program().to_bytes());
    out.text(settings.executor);
    out.number(static_cast<std::uint64_t>(settings.workers));
    out.number(static_cast<std::uint64_t>(settings.cores));
    out.number(settings.seed);
    out.number(static_cast<std::uint64_t>(settings.gil_interval));
    out.number(settings.parameters.size());
    for (const ParameterSetting& p : settings.parameters) out.text(p.name).real(p.value);
    return out.take();
  }

  std::shared_ptr<Work> work_from_bytes(const Bytes& bytes) override {
    auto value = value_from_bytes(bytes, *run_->instance);
    if (!value || !value->is(ValueType::coroutine)) return nullptr;
    return std::make_shared<ScriptWork>(run_, std::move(*value));
  }

 private:
  std::shared_ptr<ScriptRun> run_;
};

}  // namespace

std::shared_ptr<Root> script_root(std::shared_ptr<const Instance> instance) {
  // Before t = 0, in every process: or the executor that runs first would pay for the list of all the others.
  prepare_sums(instance->prepared_numbers());
  return std::make_shared<ScriptRoot>(std::move(instance));
}

std::shared_ptr<Root> script_root_from_bytes(const Bytes& bytes, std::string* why) {
  auto refuse = [&](std::string sentence) -> std::shared_ptr<Root> {
    if (why) *why = std::move(sentence);
    return nullptr;
  };
  WireReader in(bytes);
  auto program_bytes = in.block();
  Settings settings;
  settings.executor = in.text();
  settings.workers = static_cast<int>(in.number());
  settings.cores = static_cast<int>(in.number());
  settings.seed = in.number();
  settings.gil_interval = static_cast<std::int64_t>(in.number());
  for (std::uint64_t n = in.number(); n > 0 && in.good(); --n) {
    ParameterSetting parameter;
    parameter.name = in.text();
    parameter.value = in.real();
    settings.parameters.push_back(std::move(parameter));
  }
  if (!in.good()) return refuse("The program that came from the parent process is cut short.");
  Compiled compiled = program_from_bytes(program_bytes);
  if (!compiled.program) return refuse(compiled.error.to_string());
  Instantiated made = instantiate(compiled.program, settings);
  if (!made.instance) return refuse(made.error.to_string());
  return script_root(made.instance);
}

}  // namespace interleave
