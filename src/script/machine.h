// machine.h -- the VM's loop, for vm.cpp (tasks) and instance.cpp (the module's top level).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "script/builtins.h"
#include "script/context.h"
#include "script/object.h"
#include "script/opcode.h"
#include "script/operators.h"
#include "script/vm.h"

namespace interleave {

/// What only the module's top level may do.
class ModuleScope {
 public:
  virtual ~ModuleScope() = default;
  virtual void store_global(std::uint32_t index, Value value) = 0;
  virtual void set_defaults(std::uint32_t function, std::vector<Value> values) = 0;
  virtual bool declare(Context& context, Builtin builtin, const Arguments& arguments, Place place) = 0;
  virtual void print(std::string line) = 0;
};

/// What becomes of the result of a call that the VM itself made.
enum class After : std::uint8_t {
  push,
  discard,
  init,              ///< of __init__: the object lies below already
  retry,             ///< takes the operand's place, and the instruction runs again; how deep the operand lies: above 8 bits
  boolean, negate,   ///< of a comparison
  jump, jump_not,    ///< of a comparison before a jump: compare_jump
  begin,             ///< of __iter__: begin_loop
  iterate,           ///< of __next__ or a generator: next_item
  await_iterate,     ///< of __anext__: awaited, then as iterate
  next,              ///< of a generator under next() or send(): its end is StopIteration
  next_default,      ///< likewise, but its end leaves what lies below
  close,             ///< of a generator under close()
  yield_from,        ///< of a generator under yield from
  yield_from_next,   ///< of __next__ under yield from
  yield_from_close,  ///< of a generator under yield from that is closed: the exception lies below
};

/// One call of resume(). `module` is null for tasks.
class Machine {
 public:
  Machine(TaskFrame& frame, const Instance& instance, ModuleScope* module, std::int64_t fuel);
  void answer(Value sent);
  /// The operation failed, or what it waited for raised.
  void answer_with(Value exception);
  Step run();
  /// A frame at the first instruction of `function`, its parameters set.
  static TaskFrame start(const Instance& instance, std::uint32_t function, const std::vector<Value>& arguments, const Value& closure);
  /// A frame that calls a function without arguments. False: it cannot be called so.
  static bool start_call(const Instance& instance, const Value& function, TaskFrame& frame);

 private:
  using Keywords = std::span<const std::string>;

  bool bind(const Value& callee, const Arguments& arguments, std::vector<Value>& bound);
  void enter(std::uint32_t function, std::size_t base, const Value& closure, After after);
  void make_room(std::size_t values);
  /// Calls in place: `slot` holds the callee, `count` arguments lie above it.
  bool call(Value* slot, std::size_t count, bool awaited);
  /// Calls with the result to go where sp_ stands.
  bool invoke(Value callee, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after, bool awaited = false, std::uint32_t extra = 0);
  bool invoke(Value callee, std::vector<Value> positional, After after, std::uint32_t extra = 0) { return invoke(std::move(callee), positional, {}, {}, after, false, extra); }
  bool invoke_prelude(Prelude function, std::vector<Value> positional, After after, std::uint32_t extra = 0);
  bool construct(const Value& cls, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after);
  bool deliver(After after, std::uint32_t extra, Value result);
  bool leave();
  bool await_value(After after = After::push);

  bool method(std::uint32_t name, std::size_t count);
  bool native_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after);
  bool generator_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, After after);
  bool sync_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, After after);
  bool load_attribute(const Value& object, std::uint32_t name, Value& out, bool& property);
  bool store_attribute(const Value& object, std::uint32_t name, Value value);
  bool delete_attribute(const Value& object, std::uint32_t name);
  bool no_attribute(const Value& object, std::uint32_t name);

  bool call_builtin(Builtin builtin, const Arguments& arguments, std::size_t taken, After after);
  /// Whether this call needs the script itself; then it was made and `good` says whether it went well.
  bool through_script(Builtin builtin, const Arguments& arguments, std::size_t taken, After after, bool& good);
  bool reads_script(const Value& value) const { return value.is(ValueType::generator) || value.is(ValueType::instance); }
  bool needs_show(const Value& value, int depth, int& budget) const;
  bool dunder(const Value& object, Known name, Value& out) const;
  bool has_truth(const Value& object) const;
  bool ask_truth();
  bool binary_of_instances(BinaryOp op);
  bool compare_of_instances(CompareOp op, bool jumps, bool& done);
  bool unpack(std::uint32_t argument);
  bool print_partly(Ask& ask, const Arguments& arguments, bool& whole);
  bool needs_equal(const Value& value, int depth, int& budget) const;
  Attributes* attributes_of(const Value& object) const;

  bool resume_generator(Value generator, Value sent, After after, bool throwing);
  bool give(Value value);
  /// The running call and this generator: one hands over to the other.
  void tell(HandOver::Verb verb, GeneratorObject& generator, const Value* item);
  bool end_loop();

  /// True: the exception is handled, go on; false: step_ says what to return.
  bool raise(Value exception);
  bool trouble();
  bool ask(Ask::Kind kind, std::vector<Value> children, After after);
  Value exception_of_context();
  bool stop_iteration(Value value);
  Place place() const;
  void pop_to(Value* to) {
    while (sp_ > to) *--sp_ = Value();
  }
  void load();
  void save();
  /// The running call is over: its caller runs. Returns what becomes of the result (Caller::after).
  std::uint32_t return_to_caller();

  TaskFrame& frame_;
  const Instance& instance_;
  ModuleScope* module_;
  Context context_;
  Step step_;
  bool leaving_ = false;  ///< what it asks is the last: its answer is not pushed
  Value raised_;  ///< an exception on its way
  // The running call, unpacked.
  const FunctionCode* function_ = nullptr;
  const Instruction* ip_ = nullptr;
  Value* locals_ = nullptr;
  Value* sp_ = nullptr;  ///< one past the last operand
};

}  // namespace interleave
