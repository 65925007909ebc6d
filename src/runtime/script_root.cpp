// script_root.cpp -- one C++ coroutine body runs one TaskFrame, on every executor.
//
// The VM stops at each operation and says what it asks for; the body asks the task's port and sends the answer back in.
// Between operations the VM stops when its fuel is out, which makes long computations cancellable and lets the GIL move.
// What the frame of that body holds is what a waiting task costs, so it holds nothing that the wait can do without.
#include "runtime/script_root.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <new>
#include <numeric>
#include <utility>

#include "runtime/live_task.h"
#include "runtime/numbers.h"
#include "runtime/process_pool.h"
#include "runtime/seams.h"
#include "runtime/sync.h"
#include "runtime/slices.h"
#include "runtime/wire.h"
#include "script/instance.h"
#include "script/objects.h"
#include "script/open_line.h"
#include "script/vm.h"

namespace interleave {
namespace {

// Instructions between two safepoints: tens of microseconds, well under a GIL interval and a frame's budget.
constexpr std::int64_t kFuel = 4'000;

constexpr int kMostSaidAtOnce = 64;  // lines between two safepoints
constexpr std::int64_t kMostPrinted = std::int64_t{64} << 20;  // bytes, a line counting as 64 more
constexpr std::int32_t kMostHandOvers = 10'000;  // told of a run; a script that sends a million items is seen to begin with

/// A script's own exception; distinct so that a waiter does not take it for an operation of its own that failed.
struct ScriptFailed : OperationFailed {
  Value exception;
};
/// The same where it is CancelledError. asyncio gives the exception itself to the first that asks, and to others new ones.
struct ScriptCancelled : Cancelled {
  explicit ScriptCancelled(Value e) : exception(std::move(e)) {}
  mutable Value exception;  ///< under the run's mutex
};

/// What the VM is resumed with: a value, or an exception.
struct Reply {
  enum class What : std::uint8_t { value, failure, exception };
  What what = What::value;
  Value value;           ///< or the exception
  std::string sentence;  ///< of a failure, and its kind
  std::string kind;

  [[gnu::noinline]] void fail(std::string why, std::string of_kind = "RuntimeError") {
    what = What::failure;
    sentence = std::move(why);
    kind = std::move(of_kind);
  }
  void raise(Value exception) {
    what = What::exception;
    value = std::move(exception);
  }
  [[gnu::noinline]] Step resume(TaskFrame& frame, const Instance& instance, TaskId task) {
    switch (std::exchange(what, What::value)) {
      case What::value: break;
      case What::failure: return resume_with_failure(frame, instance, std::move(sentence), kFuel, kind, task);
      case What::exception: return resume_with_exception(frame, instance, std::exchange(value, Value::none()), kFuel, task);
    }
    return interleave::resume(frame, instance, std::exchange(value, Value::none()), kFuel, task);
  }
};

/// In shared memory, or in this process's own.
struct RunsNumbers final : SharedNumbers {
  std::unique_ptr<SharedMemory::Block> block;
  std::vector<std::int64_t> own;
};

/// A piece that moves; counted while it is held here.
struct Piece final : SharedNumbers {
  explicit Piece(std::shared_ptr<std::atomic<std::int64_t>> of) : held(std::move(of)) {}
  Piece(const Piece&) = delete;
  ~Piece() override {
    block = nullptr;
    held->fetch_sub(counts);
  }
  std::unique_ptr<SharedMemory::Block> block;
  const std::shared_ptr<std::atomic<std::int64_t>> held;
  std::int64_t counts = 0;
};
// Of a run at once. Each is a descriptor, too, so that none counts for less than a share; what is more is copied.
constexpr std::int64_t kMostInPieces = std::int64_t{512} << 20, kLeastPiece = std::int64_t{2} << 20;

constexpr std::int64_t kMostShared = std::int64_t{1} << 25;  // 256 MiB

struct ScriptRun;
/// What the values that name a task have of it, from spawn() on: with the last of them it goes. A result may hold such a value
/// of its own task; therefore the run knows all, and takes their work from them when it ends.
struct Named {
  Named(ScriptRun& run, std::shared_ptr<Work> work);
  Named(const Named&) = delete;
  ~Named();
  // Under the run's mutex:
  std::atomic<ScriptRun*> run;  ///< null: it is over
  std::shared_ptr<Work> work;
  Named *previous = nullptr, *next = nullptr;
};

/// What the tasks of one run share.
struct ScriptRun {
  explicit ScriptRun(std::shared_ptr<const Instance> i)
      : instance(std::move(i)), copies_items(instance->settings().executor == id_of(ExecutorKind::processes)) {}
  const std::shared_ptr<const Instance> instance;
  const bool copies_items;  ///< of queues: they are bytes, between tasks of one process, too

  std::atomic<std::int32_t> lines_left{kMostHandOvers};  ///< that are told of without an operation
  std::atomic<bool> told_label{false};  ///< that sockets are none
  std::atomic<std::int64_t> printed{0};  ///< bytes
  std::mutex mutex;
  Named* named = nullptr;                      ///< the first of all that live: under the mutex, as `failed`
  std::map<std::int64_t, std::string> failed;  ///< the first tasks that failed and that nobody has heard of, by number

  // -- what print(end="") leaves of a line: whoever prints next goes on in it --------------------------------------------
  std::mutex line_mutex;
  OpenLine line;                      ///< under it
  std::atomic<bool> line_open{false};
  std::atomic<bool> main_over{false};

  void say(Task& task, const std::string& text, bool open) {
    if (!open && !line_open.load(std::memory_order_acquire)) return task.port->say(task, TextRole::output, text);
    std::scoped_lock lock(line_mutex);
    const auto whole = line.add(text, open);
    line_open.store(!line.empty(), std::memory_order_release);
    if (whole) task.port->say(task, TextRole::output, *whole);
  }
  /// Nobody is sure to print after this task.
  void end_line(Task& task) {
    if (line_open.load(std::memory_order_acquire)) say(task, {}, false);
  }

  /// Who failed, as far as nobody was told: by task number, a few in a run. Under the mutex.
  void note_failure(std::int64_t number, const std::string& sentence) {
    constexpr std::size_t kMostKept = 100;
    if (failed.size() < kMostKept) failed.emplace(number, sentence);
  }
  /// main has ended: whose exception was nobody's to see, as asyncio says of it.
  std::vector<std::string> unheard_failures() {
    std::vector<std::string> sentences;
    std::scoped_lock lock(mutex);
    for (const auto& [number, sentence] : failed) sentences.push_back("A task failed, and nobody awaited it: " + sentence);
    failed.clear();
    return sentences;
  }

  /// The object behind a sync value, made when a task first asks something of it.
  const SyncHandle& object(const Value& value) {
    std::scoped_lock lock(mutex);
    std::shared_ptr<void>& native = sync_native(value);
    if (!native) {
      std::shared_ptr<SyncHandle> made;
      switch (sync_kind(value)) {
        case SyncKind::semaphore: made = std::make_shared<Semaphore>(sync_capacity(value)); break;
        case SyncKind::event: made = std::make_shared<Event>(); break;
        case SyncKind::queue:
          if (copies_items) made = std::make_shared<Queue<Bytes>>(sync_capacity(value));
          else made = std::make_shared<Queue<Value>>(sync_capacity(value));
          break;
        default: made = std::make_shared<Lock>(); break;
      }
      made->sync().set_place(sync_number(value));
      native = std::move(made);
    }
    return *std::static_pointer_cast<SyncHandle>(native);
  }
  /// The executor's number of a socket.
  int socket(const Value& value) {
    std::scoped_lock lock(mutex);
    const std::shared_ptr<void>& native = sync_native(value);
    return native ? *std::static_pointer_cast<int>(native) : 0;
  }
  Value new_socket(const SocketCall& call) {
    Value made = make_socket(instance->heap(), call.number);
    sync_native(made) = std::make_shared<int>(call.socket);
    return made;
  }
  // -- numbers(..., shared=True) -----------------------------------------------------------------------------------------
  SharedMemory* memory = nullptr;
  bool is_child = false;                       ///< it maps what its parent says
  std::shared_ptr<const SharedNumbers> all;    ///< under the mutex: the longest list so far
  std::map<std::string, std::weak_ptr<const SharedNumbers>> known;

  /// A list as long as that, at least; null, and why not.
  std::shared_ptr<const SharedNumbers> numbers_to(std::int64_t high, std::string& why) {
    if (high > kMostShared) return why = "There is room for " + std::to_string(kMostShared) + " shared numbers, not for " + std::to_string(high) + ".", nullptr;
    std::scoped_lock lock(mutex);
    const std::int64_t had = all ? static_cast<std::int64_t>(all->all.size()) : 0;
    if (all && had >= high) return all;
    // A longer one is at least twice as long: what is made and kept stays in proportion.
    const auto count = static_cast<std::size_t>(std::min(kMostShared, std::max({high, 2 * had, instance->prepared_numbers()})));
    auto made = std::make_shared<RunsNumbers>();
    try {
      if (memory) made->block = memory->make(count);
      if (made->block) {
        std::iota(made->block->writable.begin(), made->block->writable.end(), std::int64_t{0});
        if (!made->block->seal()) made->block = nullptr;
      }
      if (made->block) {
        made->all = made->block->numbers;
        made->name = made->block->name;
      } else {
        made->own.resize(count);
        std::iota(made->own.begin(), made->own.end(), std::int64_t{0});
        made->all = made->own;
      }
    } catch (const std::bad_alloc&) {
      return why = "There is not enough memory for " + std::to_string(high) + " shared numbers.", nullptr;
    }
    if (!made->name.empty()) known[made->name] = made;
    return all = std::move(made);
  }
  // -- numbers(..., moved=True) ------------------------------------------------------------------------------------------
  const std::shared_ptr<std::atomic<std::int64_t>> in_pieces = std::make_shared<std::atomic<std::int64_t>>(0);

  /// Null: they are to be a list of this process's own, which is copied when it is sent.
  std::shared_ptr<const SharedNumbers> new_piece(std::int64_t low, std::int64_t high) {
    if (!memory || is_child || low == high) return nullptr;
    auto made = std::make_shared<Piece>(in_pieces);
    made->counts = std::max(kLeastPiece, (high - low) * static_cast<std::int64_t>(sizeof(std::int64_t)));
    if (in_pieces->fetch_add(made->counts) + made->counts > kMostInPieces) return nullptr;
    if (!(made->block = memory->make(static_cast<std::size_t>(high - low)))) return nullptr;
    std::iota(made->block->writable.begin(), made->block->writable.end(), low);
    if (!made->block->seal()) return nullptr;
    made->all = made->block->numbers;
    made->name = made->block->name;
    return made;
  }
  /// A parent's. Its name may be another's as soon as the parent has let go of it: it is asked for once.
  std::shared_ptr<const SharedNumbers> piece_named(const std::string& name) {
    if (!is_child || !memory) return nullptr;
    auto made = std::make_shared<Piece>(in_pieces);
    if (!(made->block = memory->open(name))) return nullptr;
    made->all = made->block->numbers;
    made->name = name;
    return made;
  }

  /// Of that name, which another process said.
  std::shared_ptr<const SharedNumbers> numbers_named(const std::string& name) {
    std::scoped_lock lock(mutex);
    if (auto there = known[name].lock()) return there;
    known.erase(name);
    if (!is_child || !memory) return nullptr;
    auto made = std::make_shared<RunsNumbers>();
    if (!(made->block = memory->open(name))) return nullptr;
    made->all = made->block->numbers;
    made->name = name;
    known[name] = made;
    if (!all || all->all.size() < made->all.size()) all = made;  // and they stay mapped
    return made;
  }

  /// A new one for each time the block begins.
  std::shared_ptr<Alarm> new_alarm(const Value& value) {
    auto made = std::make_shared<Alarm>();
    std::shared_ptr<void> before = made;  // goes after the lock: it may be the last to hold a task
    std::scoped_lock lock(mutex);
    sync_native(value).swap(before);
    return made;
  }
  std::shared_ptr<Alarm> alarm(const Value& value) {
    std::scoped_lock lock(mutex);
    return std::static_pointer_cast<Alarm>(sync_native(value));
  }
};

Named::Named(ScriptRun& r, std::shared_ptr<Work> w) : run(&r), work(std::move(w)) {
  std::scoped_lock lock(r.mutex);
  next = std::exchange(r.named, this);
  if (next) next->previous = this;
}

Named::~Named() {
  ScriptRun* const its = run;
  if (!its) return;
  std::scoped_lock lock(its->mutex);
  if (!run) return;  // its root has gone meanwhile
  (previous ? previous->next : its->named) = next;
  if (next) next->previous = previous;
}

class ScriptWork final : public Work {
 public:
  /// Without a coroutine it is main.
  ScriptWork(std::shared_ptr<ScriptRun> run, std::optional<Value> coroutine)
      : run_(std::move(run)), coroutine_(std::move(coroutine)) {
    run_->instance->heap().add(kTaskBytes);
  }
  ~ScriptWork() override { run_->instance->heap().remove(kTaskBytes); }

  Coroutine run(Task& task) override;

  std::optional<Bytes> to_bytes(std::string* why) const override {
    if (!coroutine_) return Work::to_bytes(why);
    Moved moved;  // a child has no pieces of its own: what it sends on is copied
    auto bytes = value_to_bytes(*coroutine_, why, run_->instance.get(), run_->is_child ? nullptr : &moved);
    if (!moved.pieces.empty()) moved_ = std::make_unique<Moved>(std::move(moved));
    return bytes;
  }
  std::size_t moved_bytes() const override { return moved_ ? moved_->bytes : 0; }
  void let_go_of_moved() override { moved_ = nullptr; }
  std::optional<Bytes> result_to_bytes(std::string* why) const override { return value_to_bytes(result_, why, run_->instance.get()); }
  bool result_from_bytes(const Bytes& bytes) override {
    auto value = value_from_bytes(bytes, *run_->instance);
    if (value) result_ = std::move(*value);
    return value.has_value();
  }
  Bytes failure_to_bytes(const std::exception_ptr& thrown) const override;
  std::exception_ptr failure_from_bytes(const Bytes& bytes, const std::string& sentence) const override;
  std::string cancel_words() const override {
    std::scoped_lock lock(run_->mutex);
    return cancel_words_ ? *cancel_words_ : std::string();
  }
  void hear_cancel(std::string words) override {
    std::scoped_lock lock(run_->mutex);
    cancel_words_ = words.empty() ? nullptr : std::make_unique<std::string>(std::move(words));
  }
  const Value& result() const { return result_; }
  /// A value will name its task, so that somebody may want to hear of it. Before it is one.
  void is_to_be_named() { may_be_heard_ = true; }

 private:
  class Turn;
  /// hears: who asks will be told how it ended.
  std::shared_ptr<Work> work_of(const Value& child, bool hears);
  void tell(Task& task, const Step& step);
  [[gnu::noinline]] void ended(Task& task, const std::exception_ptr& thrown, bool cancelled);
  void note_failure(TaskId number, const std::exception_ptr& thrown) const;
  std::shared_ptr<Work> named_by(const Value& task, bool hears) const;
  [[gnu::noinline]] void tell_line(Task& task, std::uint32_t line);
  Value exception_of(const std::exception_ptr& thrown) const;
  /// What was said with the cancel, which is told once. Under the run's mutex.
  std::string take_cancel_words() { return cancel_words_ ? std::move(*std::exchange(cancel_words_, nullptr)) : std::string(); }

  std::shared_ptr<ScriptRun> run_;
  std::optional<Value> coroutine_;             ///< none once the task has begun
  Value result_;
  std::unique_ptr<std::string> cancel_words_;  ///< under the run's mutex
  mutable std::unique_ptr<Moved> moved_;       ///< by to_bytes
  bool may_be_heard_ = false;                  ///< since spawn(); under the run's mutex
  bool heard_ = false;                         ///< somebody awaits it, or has asked for its result; under the same
};

/// A script's task from operation to operation: what its body awaits, again and again. All that lives while it waits is here,
/// in the body's frame; what most waits do without is in blocks of their own.
class ScriptWork::Turn final : public Perform {
 public:
  Turn(ScriptWork& work, Task& task)
      : Perform(task, Operation::Kind::step), work_(work), run_(*work.run_),
        frame_(work.coroutine_ ? TaskFrame(*run_.instance, *work.coroutine_) : run_.instance->main()) {}
  ~Turn() { over(); }  // before what the operation points to is gone

  /// Runs the script to its first operation, which is then to be awaited. False: it has ended, perhaps with thrown().
  [[gnu::noinline]] bool begin();
  /// The same from what came of the operation.
  [[gnu::noinline]] bool answered();
  void await_resume() {}
  /// Not by a throw: that costs a microsecond or two each time, and a run that is stopped ends all that waits.
  std::exception_ptr thrown() const { return told_ ? told_->thrown : nullptr; }
  bool is_cancelled() const { return told_ && told_->cancel; }

 private:
  /// What the operation points to, or its answer is made from.
  struct Beside {
    Value object;  ///< that it is asked of: alive while the task waits for it
    Value item;    ///< what a queue takes it from, or puts it to; to be stored
    std::vector<std::shared_ptr<Work>> children;
    std::shared_ptr<Alarm> alarm;
    Bytes bytes;   ///< the item where items are copied
    std::unique_ptr<SocketCall> call;
    std::shared_ptr<ProcessCall> process;
    static void* operator new(std::size_t bytes) { return Pool::take(bytes); }
    static void operator delete(void* block, std::size_t bytes) { Pool::give(block, bytes); }
  };
  /// What the script was told of last: of another task, or Cancelled; and as its object. Once it has ended: what it ended with.
  struct Told {
    std::exception_ptr thrown;
    Value exception;
    bool cancel = false;
    bool here = false;  ///< it has no place of its own, such as what could not be sent: it is of the line that waits
  };

  bool go_on(Reply& reply);
  bool ends_with(std::exception_ptr thrown, bool cancelled);
  /// False: there is nothing to wait for, and the reply says so.
  bool ask(const Ask& ask, Reply& reply);
  void give_numbers(const Ask& ask, Reply& reply);
  Operation operation_of(const Ask& ask);
  void take(Reply& reply);
  void answer(Reply& reply, const Operation& done);
  void tell_failure(Reply& reply, Value exception, const std::exception_ptr& thrown);
  Value cancelled() const;
  Beside& beside() {
    if (!beside_) beside_ = std::make_unique<Beside>();
    return *beside_;
  }

  ScriptWork& work_;
  ScriptRun& run_;
  TaskFrame frame_;
  std::unique_ptr<Beside> beside_;
  std::unique_ptr<Told> told_;
  Ask::Kind kind_ = Ask::Kind::step;  ///< of the operation
  bool flag_ = false;                 ///< Ask::flag
};

std::shared_ptr<Work> ScriptWork::work_of(const Value& child, bool hears) {
  return child.is(ValueType::task) ? named_by(child, hears) : make_pooled<ScriptWork>(run_, child);
}

/// Null: it is another process's.
std::shared_ptr<Work> ScriptWork::named_by(const Value& task, bool hears) const {
  const auto* const named = static_cast<const Named*>(task_native(task).get());
  if (!named) return nullptr;
  std::scoped_lock lock(run_->mutex);
  if (hears && named->work) {
    static_cast<ScriptWork&>(*named->work).heard_ = true;
    run_->failed.erase(task_number(task));
  }
  return named->work;
}

Operation ScriptWork::Turn::operation_of(const Ask& ask) {
  using Kind = Operation::Kind;
  auto plain = [&](Kind kind) { return Operation(kind, ask.duration); };
  auto range = [&](Kind kind, std::int64_t low, std::int64_t high) {
    Operation made(kind, ask.duration);
    made.range = {low, high};
    return made;
  };
  auto tasks = [&](Kind kind) {
    const bool hears = ask.kind != Ask::Kind::cancel && ask.kind != Ask::Kind::task_is_done && ask.kind != Ask::Kind::task_is_cancelled;
    for (const Value& child : ask.children) beside().children.push_back(work_.work_of(child, hears));
    return Operation::on(kind, beside().children);
  };
  auto limited = [&] {
    Operation made = tasks(Kind::gather);
    made.limited = ask.duration >= 0;
    made.of.limit = ask.duration;
    made.of.alarm = &beside().alarm;
    return made;
  };
  auto objects = [&] {
    beside().object = ask.children.at(0);
    if (ask.children.size() > 1) beside().item = ask.children[1];
  };
  auto sync = [&](SyncAct act) {
    objects();
    void* const item = run_.copies_items ? static_cast<void*>(&beside().bytes) : &beside().item;
    return Operation::on(run_.object(beside().object).sync(), act, item);
  };
  auto alarm = [&](Kind kind, std::shared_ptr<Alarm> of) {
    beside().alarm = std::move(of);
    Operation made = Operation::on(kind, {});
    made.duration = ask.duration;
    made.of.alarm = &beside().alarm;
    return made;
  };
  auto socket = [&](SocketCall::Act act) {
    auto& call = beside().call = std::make_unique<SocketCall>();
    call->act = act;
    call->number = ask.size;
    call->text = ask.text;
    if (!ask.children.empty()) {
      beside().object = ask.children[0];
      call->socket = run_.socket(ask.children[0]);
    }
    return Operation::on(*call, act != SocketCall::Act::readable);
  };
  switch (ask.kind) {
    case Ask::Kind::compute: return plain(Kind::compute);
    case Ask::Kind::io: return plain(Kind::io);
    case Ask::Kind::block: return plain(Kind::block);
    case Ask::Kind::request: return range(Kind::request, 0, ask.size);
    case Ask::Kind::sum_range: return range(Kind::sum_range, ask.low, ask.high);
    case Ask::Kind::spawn: {
      const Operation made = tasks(Kind::spawn);
      if (beside_->children[0]) static_cast<ScriptWork&>(*beside_->children[0]).is_to_be_named();
      return made;
    }
    case Ask::Kind::join: return tasks(Kind::join);
    case Ask::Kind::gather: {
      Operation made = limited();
      made.collects = ask.flag;
      made.relayed = made.limited;
      return made;
    }
    case Ask::Kind::to_thread: {
      Operation made = tasks(Kind::gather);
      made.off_loop = true;
      return made;
    }
    case Ask::Kind::to_process: {
      auto& children = beside().children;
      children.push_back(work_.work_of(ask.children.at(0), true));
      beside().process = std::make_shared<ProcessCall>(children[0]);
      return Operation::on(beside().process);
    }
    case Ask::Kind::wait_for: return limited();
    case Ask::Kind::cancel: return tasks(Kind::cancel);
    case Ask::Kind::task_is_done:
    case Ask::Kind::task_is_cancelled:
    case Ask::Kind::task_result:
    case Ask::Kind::task_exception: return tasks(Kind::status);
    case Ask::Kind::acquire: return sync(SyncAct::acquire);
    case Ask::Kind::release: return sync(SyncAct::release);
    case Ask::Kind::locked: return sync(SyncAct::locked);
    case Ask::Kind::event_wait: return sync(SyncAct::wait);
    case Ask::Kind::event_set: return sync(SyncAct::set);
    case Ask::Kind::event_clear: return sync(SyncAct::clear);
    case Ask::Kind::event_is_set: return sync(SyncAct::is_set);
    case Ask::Kind::put: return sync(SyncAct::put);
    case Ask::Kind::get: return sync(SyncAct::get);
    case Ask::Kind::put_nowait: return sync(SyncAct::put_nowait);
    case Ask::Kind::get_nowait: return sync(SyncAct::get_nowait);
    case Ask::Kind::queue_size: return sync(SyncAct::size);
    case Ask::Kind::task_done: return sync(SyncAct::task_done);
    case Ask::Kind::queue_join: return sync(SyncAct::join);
    case Ask::Kind::listen: return socket(SocketCall::Act::listen);
    case Ask::Kind::connect: return socket(SocketCall::Act::connect);
    case Ask::Kind::accept: return socket(SocketCall::Act::accept);
    case Ask::Kind::receive: return socket(SocketCall::Act::receive);
    case Ask::Kind::send: return socket(SocketCall::Act::send);
    case Ask::Kind::close_socket: return socket(SocketCall::Act::close);
    case Ask::Kind::readable: return socket(SocketCall::Act::readable);
    case Ask::Kind::timeout_begin:
      if (ask.duration < 0) break;
      return alarm(Kind::arm, run_.new_alarm(ask.children.at(0)));
    case Ask::Kind::timeout_end:
      if (auto armed = run_.alarm(ask.children.at(0))) return alarm(Kind::disarm, std::move(armed));
      break;
    case Ask::Kind::load:
    case Ask::Kind::store: objects(); break;
    case Ask::Kind::step:
    case Ask::Kind::numbers:
    case Ask::Kind::print: break;
  }
  return plain(Kind::step);
}

Value ScriptWork::exception_of(const std::exception_ptr& thrown) const {
  try {
    std::rethrow_exception(thrown);
  } catch (const ScriptFailed& failed) {
    return failed.exception;
  } catch (const ScriptCancelled& cancelled) {
    std::scoped_lock lock(run_->mutex);
    if (Value exception = std::exchange(cancelled.exception, Value::none()); !exception.is_none()) return exception;
    return make_exception(*run_->instance, "CancelledError", "", "");
  } catch (const Cancelled&) {
    return make_exception(*run_->instance, "CancelledError", "", "");
  } catch (const OperationFailed& failed) {
    return make_exception(*run_->instance, *failed.kind ? failed.kind : "RuntimeError", failed.sentence, failed.sentence);
  } catch (...) {
  }
  return make_exception(*run_->instance, "RuntimeError", sentence_of(thrown), "");
}

Bytes ScriptWork::failure_to_bytes(const std::exception_ptr& thrown) const {
  const Instance& instance = *run_->instance;
  const Value exception = exception_of(thrown);
  std::string why;
  if (auto bytes = value_to_bytes(exception, &why, &instance)) return std::move(*bytes);
  why = "The exception cannot be sent to another process: " + why;
  return value_to_bytes(make_exception(instance, "TypeError", why, why), nullptr, &instance).value_or(Bytes{});
}

std::exception_ptr ScriptWork::failure_from_bytes(const Bytes& bytes, const std::string& sentence) const {
  auto value = value_from_bytes(bytes, *run_->instance);
  if (!value || !is_exception(*value)) return nullptr;
  if (is_exception(*value, Exception::cancelled_error, *run_->instance)) return std::make_exception_ptr(ScriptCancelled{std::move(*value)});
  auto thrown = std::make_exception_ptr(ScriptFailed{{sentence}, std::move(*value)});
  if (task) note_failure(task->id, thrown);
  return thrown;
}

void ScriptWork::Turn::answer(Reply& reply, const Operation& done) {
  Heap& heap = run_.instance->heap();
  auto result_at = [&](std::size_t i) { return static_cast<const ScriptWork&>(*beside_->children[i]).result(); };
  const auto status = static_cast<TaskStatus>(done.number);
  SocketCall* const call = beside_ ? beside_->call.get() : nullptr;
  if (call && !call->label.empty() && !run_.told_label.exchange(true)) task().port->say(task(), TextRole::notice, call->label);
  if (call && !call->failure.empty()) return reply.fail(call->failure, call->failed_as);
  switch (kind_) {
    case Ask::Kind::listen:
    case Ask::Kind::connect:
    case Ask::Kind::accept: reply.value = run_.new_socket(*call); break;
    case Ask::Kind::receive: reply.value = Value::string(heap, std::move(call->text)); break;
    case Ask::Kind::request:
    case Ask::Kind::sum_range:
    case Ask::Kind::queue_size: reply.value = Value::integer(done.number); break;
    case Ask::Kind::to_thread:
    case Ask::Kind::to_process:
    case Ask::Kind::wait_for:
    case Ask::Kind::join: reply.value = result_at(0); break;
    case Ask::Kind::gather: {
      std::vector<Value> results;
      results.reserve(beside_->children.size());
      for (std::size_t i = 0; i < beside_->children.size(); ++i) {
        const auto& task = static_cast<const LiveTask&>(*beside_->children[i]->task);
        results.push_back(task.failure ? work_.exception_of(task.failure) : result_at(i));
      }
      reply.value = Value::list(heap, std::move(results));
      break;
    }
    case Ask::Kind::spawn:
      reply.value = Value::task(heap, done.number, make_pooled<Named>(run_, std::move(beside_->children[0])));
      break;
    case Ask::Kind::acquire:
    case Ask::Kind::event_wait: reply.value = Value::boolean(true); break;
    case Ask::Kind::cancel:
    case Ask::Kind::locked:
    case Ask::Kind::event_is_set: reply.value = Value::boolean(done.number != 0); break;
    case Ask::Kind::timeout_end: reply.value = Value::boolean(flag_ && done.number != 0); break;
    case Ask::Kind::get:
    case Ask::Kind::get_nowait: {
      std::string why;
      if (!run_.copies_items) reply.value = std::exchange(beside_->item, Value::none());
      else if (auto item = value_from_bytes(beside_->bytes, *run_.instance, &why)) reply.value = std::move(*item);
      else reply.fail(why);
      break;
    }
    case Ask::Kind::load: reply.value = shared_load(beside_->object); break;
    case Ask::Kind::store: shared_store(beside_->object, beside_->item); break;
    case Ask::Kind::task_is_done: reply.value = Value::boolean(status != TaskStatus::lives); break;
    case Ask::Kind::task_is_cancelled: reply.value = Value::boolean(status == TaskStatus::cancelled); break;
    case Ask::Kind::task_result:
    case Ask::Kind::task_exception: {
      const bool wants_result = kind_ == Ask::Kind::task_result;
      if (status == TaskStatus::lives) reply.fail(wants_result ? "Result is not set." : "Exception is not set.", "InvalidStateError");
      else if (status == TaskStatus::finished) reply.value = wants_result ? result_at(0) : Value::none();
      else if (status == TaskStatus::failed && !wants_result) reply.value = work_.exception_of(done.failure);
      else reply.raise(work_.exception_of(done.failure));
      break;
    }
    default: break;
  }
}

/// What came up while it ran.
void ScriptWork::tell(Task& task, const Step& step) {
  for (const std::string& warning : run_->instance->take_warnings()) task.port->say(task, TextRole::notice, warning);
  for (const HandOver& over : step.hand_overs) {
    constexpr const char* kVerbs[] = {"ask", "send", "give", "end", "refuse"};
    auto stage = [](std::uint32_t number, std::string_view name, std::uint32_t line) {
      return std::to_string(number) + ' ' + std::string(name) + (line > 0 ? ':' + std::to_string(line) : std::string());
    };
    const std::string inside = over.verb == HandOver::Verb::refuse ? std::to_string(over.inside) + ' ' : std::string();
    task.port->say(task, TextRole::hand_over, std::string(kVerbs[static_cast<int>(over.verb)]) + ' ' + stage(over.from, over.from_name, over.from_line) + ' ' +
                                                  stage(over.to, over.to_name, over.to_line) + ' ' + inside + over.item);
  }
}

/// What runs is on a line that no operation has told: it prints, or computes on its own.
void ScriptWork::tell_line(Task& task, std::uint32_t line) {
  if (task.line == line) return;
  task.line = static_cast<std::uint16_t>(line);
  if (line > 0 && run_->lines_left.load(std::memory_order_relaxed) > 0 && run_->lines_left.fetch_sub(1, std::memory_order_relaxed) > 0)
    task.port->say(task, TextRole::hand_over, "at " + std::to_string(line));
}

bool ScriptWork::Turn::begin() {
  if (work_.coroutine_) *work_.coroutine_ = Value::none();  // its variables are in the frame now
  else {  // what the script printed before run(main)
    const std::vector<std::string>& lines = run_.instance->output();
    for (std::size_t i = 0; i < lines.size(); ++i) run_.say(task(), lines[i], i + 1 == lines.size() && run_.instance->output_is_open());
  }
  Reply reply;
  return go_on(reply);
}

bool ScriptWork::Turn::answered() {
  Reply reply;
  take(reply);
  over();
  beside_ = nullptr;
  return go_on(reply);
}

bool ScriptWork::Turn::go_on(Reply& reply) {
  const Instance& instance = *run_.instance;
  for (int said = 0;;) {
    Step step = reply.resume(frame_, instance, task().id);
    work_.tell(task(), step);
    switch (step.kind) {
      case Step::Kind::finished:
        work_.result_ = std::move(step.value);
        told_ = nullptr;
        return false;
      case Step::Kind::failed:
        // What the script only lets pass is what it was told, not an error of its own.
        if (told_ && step.exception.is_none()) return ends_with(told_->thrown, told_->cancel);
        if (told_ && told_->here) told_ = nullptr;
        if (is_exception(step.exception) && is_exception(step.exception, Exception::cancelled_error, instance))
          return ends_with(std::make_exception_ptr(ScriptCancelled{step.exception}), true);
        if (told_ && told_->exception.is_object() && step.exception.is_object() && told_->exception.object() == step.exception.object())
          return ends_with(told_->thrown, told_->cancel);
        return ends_with(std::make_exception_ptr(ScriptFailed{{step.error.to_string()}, step.exception}), false);
      case Step::Kind::paused:
        work_.tell_line(task(), frame_.line(instance.program()));
        kind_ = Ask::Kind::step;
        set_operation(Operation(Operation::Kind::safepoint));
        return true;
      case Step::Kind::ask: break;
    }
    if (ask(step.ask, reply)) return true;
    beside_ = nullptr;
    // Who only prints never runs out of fuel.
    if (step.ask.kind == Ask::Kind::print && ++said > kMostSaidAtOnce) {
      kind_ = Ask::Kind::step;
      set_operation(Operation(Operation::Kind::safepoint));
      return true;
    }
  }
}

bool ScriptWork::Turn::ends_with(std::exception_ptr thrown, bool cancelled) {
  told_ = std::make_unique<Told>(Told{std::move(thrown), Value(), cancelled});
  return false;
}

void ScriptWork::Turn::give_numbers(const Ask& ask, Reply& reply) {
  Heap& heap = run_.instance->heap();
  if (ask.size) {
    auto piece = run_.new_piece(ask.low, ask.high);
    reply.value = piece ? Value::int_array(heap, std::move(piece)) : Value::int_array(heap, numbers_copy(ask.low, ask.high), true);
    return;
  }
  if (!ask.flag) {
    reply.value = Value::int_array(heap, numbers_copy(ask.low, ask.high));
    return;
  }
  std::string why;
  if (auto all = run_.numbers_to(ask.high, why))
    reply.value = Value::int_array(heap, std::move(all), static_cast<std::size_t>(ask.low), static_cast<std::size_t>(ask.high));
  else reply.fail(std::move(why), "MemoryError");
}

bool ScriptWork::Turn::ask(const Ask& ask, Reply& reply) {
  const Instance& instance = *run_.instance;
  if (ask.kind == Ask::Kind::print) {
    const auto bytes = static_cast<std::int64_t>(ask.text.size()) + 64;
    if (run_.printed.fetch_add(bytes, std::memory_order_relaxed) + bytes > kMostPrinted) {
      reply.fail("The script prints more than 64 MiB.", "MemoryError");
      return false;
    }
    work_.tell_line(task(), ask.line);
    run_.say(task(), ask.text, ask.flag);
    return false;
  }
  task().line = static_cast<std::uint16_t>(ask.line);
  if (ask.kind == Ask::Kind::numbers) {
    give_numbers(ask, reply);
    return false;
  }
  kind_ = ask.kind;
  flag_ = ask.flag;
  set_operation(operation_of(ask));
  operation_.line = static_cast<std::uint16_t>(ask.line);
  if (beside_ && std::find(beside_->children.begin(), beside_->children.end(), nullptr) != beside_->children.end()) {
    reply.fail("this task belongs to another process; it cannot be awaited here.");
    return false;
  }
  if (run_.copies_items && (ask.kind == Ask::Kind::put || ask.kind == Ask::Kind::put_nowait)) {
    std::string why;
    auto bytes = value_to_bytes(beside_->item, &why, &instance);
    if (!bytes) {
      reply.fail(why, "TypeError");
      return false;
    }
    beside_->bytes = std::move(*bytes);
  }
  if (ask.kind == Ask::Kind::cancel) beside_->children[0]->hear_cancel(ask.text);
  told_ = nullptr;
  return true;
}

/// What came of the operation.
// An exception that is thrown again while it is being handled is never freed in wasm (its libc++abi, Emscripten 3.1.69). So a
// handler only looks, and what follows from it comes after.

void ScriptWork::Turn::take(Reply& reply) {
  std::exception_ptr thrown;
  enum class How : std::uint8_t { failed, cancelled, by_script, operation, other } how = How::other;
  Value exception;
  std::string sentence, kind;
  try {
    return answer(reply, Perform::await_resume());
  } catch (const ScriptFailed& failed) {
    thrown = std::current_exception();
    how = How::failed;
    exception = failed.exception;
  } catch (const ScriptCancelled&) {
    thrown = std::current_exception();
    how = How::by_script;
  } catch (const Cancelled&) {
    thrown = std::current_exception();
    how = How::cancelled;
  } catch (const OperationFailed& failed) {
    thrown = std::current_exception();
    how = How::operation;
    sentence = failed.sentence;
    kind = failed.kind;
  } catch (...) {
    thrown = std::current_exception();
  }
  switch (how) {
    case How::failed: return tell_failure(reply, std::move(exception), thrown);
    case How::cancelled:
      tell_failure(reply, cancelled(), thrown);
      told_->cancel = true;
      return;
    case How::by_script:
      work_.hear_cancel({});
      tell_failure(reply, work_.exception_of(thrown), thrown);
      told_->cancel = true;
      return;
    case How::operation:
      // Waiting itself does not fail: it was the task, whose process is gone or could not be told of it.
      if (operation_.waits_for_tasks() && kind != "TimeoutError") {
        tell_failure(reply, work_.exception_of(thrown), thrown);
        told_->here = true;
      } else if (!kind.empty()) {
        reply.fail(sentence, kind);
      } else {
        reply.fail(sentence.empty() ? "the operation failed." : sentence);
      }
      return;
    case How::other: std::rethrow_exception(thrown);
  }
}

/// Of another task, or a cancel.
void ScriptWork::Turn::tell_failure(Reply& reply, Value exception, const std::exception_ptr& thrown) {
  told_ = std::make_unique<Told>(Told{thrown, exception});
  reply.raise(std::move(exception));
}

/// Somebody cancelled this task, or what it waited for was cancelled: for the script.
Value ScriptWork::Turn::cancelled() const {
  std::scoped_lock lock(run_.mutex);
  std::string words = work_.take_cancel_words();
  if (kind_ == Ask::Kind::join || kind_ == Ask::Kind::gather)
    for (const auto& child : beside_->children)  // cancelled before it began: nobody was told of it yet
      if (words.empty()) words = static_cast<ScriptWork&>(*child).take_cancel_words();
  return make_exception(*run_.instance, "CancelledError", std::move(words), "");
}

Coroutine ScriptWork::run(Task& task) {
  std::exception_ptr thrown;
  bool cancelled;
  {
    Turn turn(*this, task);
    try {
      for (bool more = turn.begin(); more; more = turn.answered()) co_await turn;
      thrown = turn.thrown();
      cancelled = turn.is_cancelled();
    } catch (...) {
      thrown = std::current_exception();
      cancelled = false;
    }
  }
  ended(task, thrown, cancelled);
  if (thrown) Coroutine::fail(std::move(thrown));
}

/// What is to be said then.
void ScriptWork::ended(Task& task, const std::exception_ptr& thrown, bool cancelled) {
  const bool is_main = !coroutine_;
  if (thrown && !cancelled && !is_main) note_failure(task.id, thrown);
  if (is_main) {
    for (const std::string& sentence : run_->unheard_failures()) task.port->say(task, TextRole::notice, sentence);
    run_->main_over.store(true, std::memory_order_relaxed);
  }
  if (is_main || run_->is_child || run_->main_over.load(std::memory_order_relaxed)) run_->end_line(task);
}

void ScriptWork::note_failure(TaskId number, const std::exception_ptr& thrown) const {
  try {
    std::rethrow_exception(thrown);
  } catch (const ScriptFailed& failed) {
    std::scoped_lock lock(run_->mutex);
    if (may_be_heard_ && !heard_) run_->note_failure(static_cast<std::int64_t>(number), failed.sentence);
  } catch (...) {
  }
}

// -- bytes: program, then settings -----------------------------------------------------------------------------------

class ScriptRoot final : public Root {
 public:
  ScriptRoot(std::shared_ptr<const Instance> instance, SharedMemory* memory) : run_(std::make_shared<ScriptRun>(std::move(instance))) {
    run_->memory = memory;
    run_->instance->find_shared_with([run = std::weak_ptr<ScriptRun>(run_)](const std::string& name, bool moves) -> std::shared_ptr<const SharedNumbers> {
      const auto alive = run.lock();
      return !alive ? nullptr : moves ? alive->piece_named(name) : alive->numbers_named(name);
    });
  }
  /// It is another process's: `name` is of what that has prepared, or empty.
  void is_child(const std::string& name) {
    run_->is_child = true;
    if (!name.empty()) run_->numbers_named(name);
  }
  void prepare_shared() {
    std::string why;  // who asks for them hears it
    run_->numbers_to(std::min(run_->instance->prepared_numbers(), kMostShared), why);
  }
  /// A value may name a task whose result leads back to it: their executor ends that.
  ~ScriptRoot() override {
    std::vector<std::shared_ptr<Work>> works;
    std::scoped_lock lock(run_->mutex);
    while (Named* const named = run_->named) {
      run_->named = named->next;
      named->run = nullptr;
      works.push_back(std::move(named->work));
    }
  }

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
    std::scoped_lock lock(run_->mutex);
    out.text(run_->all ? run_->all->name : std::string());
    return out.take();
  }

  std::shared_ptr<Work> work_from_bytes(const Bytes& bytes) override {
    auto value = value_from_bytes(bytes, *run_->instance);
    if (!value || !value->is(ValueType::coroutine)) return nullptr;
    return std::make_shared<ScriptWork>(run_, std::move(*value));
  }

  Sync* object_at(std::uint64_t place, ObjectKind kind, std::int64_t size) override {
    constexpr SyncKind kKinds[] = {SyncKind::lock, SyncKind::semaphore, SyncKind::event, SyncKind::queue};
    constexpr std::int64_t kRoom = 1024;
    if (!run_->instance->heap().has_room(kRoom)) return nullptr;
    const Value value = run_->instance->sync_at(place, kKinds[static_cast<int>(kind)], size);
    return value.is_none() ? nullptr : &run_->object(value).sync();
  }
  void touched_by_threads() override { run_->instance->heap().share(); }
  void make_objects_from(std::uint64_t place) override { run_->instance->heap().number_syncs_from(place); }

 private:
  std::shared_ptr<ScriptRun> run_;
};

}  // namespace

namespace {
void tell_hand_overs_and_prepare(const Instance& instance) {
  instance.tell_hand_overs(kMostHandOvers);
  // Before t = 0, in every process: or the executor that runs first would pay for the list of all the others.
  prepare_sums(instance.prepared_numbers());
}
}  // namespace

std::shared_ptr<Root> script_root(std::shared_ptr<const Instance> instance, SharedMemory* memory) {
  tell_hand_overs_and_prepare(*instance);
  const bool shares = instance->prepares_shared_numbers();
  auto made = std::make_shared<ScriptRoot>(std::move(instance), memory);
  if (shares) made->prepare_shared();
  return made;
}

std::shared_ptr<Root> script_root_from_bytes(const Bytes& bytes, std::string* why, SharedMemory* memory) {
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
  const std::string shared = in.text();
  if (!in.good()) return refuse("The program that came from the parent process is cut short.");
  Compiled compiled = program_from_bytes(program_bytes);
  if (!compiled.program) return refuse(compiled.error.to_string());
  Instantiated made = instantiate(compiled.program, settings);
  if (!made.instance) return refuse(made.error.to_string());
  tell_hand_overs_and_prepare(*made.instance);
  auto root = std::make_shared<ScriptRoot>(made.instance, memory);
  root->is_child(shared);
  return root;
}

}  // namespace interleave
