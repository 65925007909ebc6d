// machine.h -- one call of resume(): the loop (vm.cpp) and all that it does out of line (vm_*.cpp).
// For those files and for instance.cpp (the module's top level).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "script/builtins.h"
#include "script/context.h"
#include "script/object.h"
#include "script/objects.h"
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
  /// open: what is printed next belongs to the same line.
  virtual void print(std::string text, bool open) = 0;
  /// A class was made: it gets its number.
  virtual void add_class(const Value& cls) = 0;
};

/// What becomes of the result of a call that the VM itself made.
enum class After : std::uint8_t {
  push,
  discard,
  init,              ///< of __init__: the object lies below already
  answer,            ///< of a __len__ and the like: checked, see Answer, which lies above 8 bits; then as push
  truth,             ///< of a __bool__ or a __len__: checked likewise, then as retry
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

/// What a class says of its objects, where Python takes only a certain kind of answer.
enum class Answer : std::uint8_t { length, truth, truth_by_length, hash, iterator, whole, real, text };

inline constexpr std::size_t kMostCalls = 1000;  // as CPython's recursion limit

constexpr std::uint32_t known(Known name) { return static_cast<std::uint32_t>(name); }
inline std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }
/// Of an instance: through its class alone, as Python looks up what operators call.
inline bool class_attribute(const Value& object, std::uint32_t name, Value& out) {
  return object.is(ValueType::instance) && find_in_class(as<InstanceObject>(object).cls, name, out);
}
inline bool is_function(const Value& v) { return v.is(ValueType::function) || v.is(ValueType::closure) || v.is(ValueType::builtin); }
inline std::uint32_t function_of(const Value& callee) {
  return callee.is(ValueType::closure) ? as<ClosureObject>(callee).function : static_cast<std::uint32_t>(callee.integer());
}

/// One call of resume(). `module` is null for tasks.
class Machine {
 public:
  Machine(TaskFrame& frame, const Instance& instance, ModuleScope* module, std::int64_t fuel, std::uint32_t task = 0);
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

  // vm_execute.cpp
  enum class Went : std::uint8_t { on, wrong /** as where others return false */, paused /** at a safepoint without fuel */, ended };
  Went execute(Instruction instruction);

  // vm_calls.cpp
  bool bind(const Value& callee, const Arguments& arguments, std::vector<Value>& bound);
  /// Begins `function` with its parameters at `base`; what becomes of its result begins at `top`. closure: where it has cells.
  void enter(std::uint32_t function, std::size_t base, std::size_t top, const ClosureObject* closure, After after) {
    push_caller(top, after);
    const FunctionCode& code = instance_.program().code().functions[function];
    if (frame_.values_.size() < base + code.slots) [[unlikely]] grow(base + code.slots, base);
    frame_.function_ = function;
    frame_.base_ = static_cast<std::uint32_t>(base);
    function_ = &code;
    ip_ = code.instructions.data();
    locals_ = frame_.values_.data() + base;
    sp_ = locals_ + code.variables.size();
    for (Value* v = locals_ + code.bound(); v < sp_; ++v) std::construct_at(v, Value::unbound());
    for (std::size_t i = 0; i < code.free.size(); ++i) locals_[code.free[i]] = closure->cells[i];
  }
  /// Calls in place: `slot` holds the callee, `count` arguments lie above it.
  bool call(Value* slot, std::size_t count, bool awaited);
  bool construct_in_place(Value* slot, std::size_t count);
  bool call_shaped(const CallShape& shape, bool builtin);
  /// Calls with the result to go where sp_ stands.
  bool invoke(Value callee, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after, bool awaited = false, std::uint32_t extra = 0);
  bool invoke(Value callee, std::vector<Value> positional, After after, std::uint32_t extra = 0) { return invoke(std::move(callee), positional, {}, {}, after, false, extra); }
  bool invoke_prelude(Prelude function, std::vector<Value> positional, After after, std::uint32_t extra = 0);
  bool construct(const Value& cls, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after);
  bool await_value(After after = After::push);
  /// On `serial` there is no other thread that a call could go to: it is one like any other, and nobody can end it early.
  bool runs_in_order() const { return instance_.settings().executor == "serial"; }
  bool ask(Ask::Kind kind, std::vector<Value> children, After after);
  bool deliver(After after, std::uint32_t extra, Value result);
  bool leave();

  // vm_generators.cpp
  bool resume_generator(Value generator, Value sent, After after, bool throwing);
  /// Whether nothing has to be asked or told before it goes on from its yield; then it is running.
  bool goes_on_at_once(GeneratorObject& g) const {
    if (g.is_async || values_are_shared() || g.state.load(std::memory_order_relaxed) != GeneratorObject::State::suspended || frame_.callers_.size() >= kMostCalls ||
        instance_.hand_overs_left_.load(std::memory_order_relaxed) > 0)
      return false;
    g.state.store(GeneratorObject::State::running, std::memory_order_relaxed);
    return true;
  }
  /// The generator's call goes on top of the stack, where it stands.
  void enter_generator(Value&& generator, After after) {
    auto& g = as<GeneratorObject>(generator);
    const FunctionCode& code = instance_.program().code().functions[g.function];
    const auto base = static_cast<std::size_t>(sp_ - frame_.values_.data()) + 1;
    push_caller(base - 1, after);
    if (frame_.values_.size() < base + code.slots) [[unlikely]] grow(base + code.slots, base);
    frame_.function_ = g.function;
    frame_.base_ = static_cast<std::uint32_t>(base);
    function_ = &code;
    ip_ = code.instructions.data() + g.pc;
    locals_ = frame_.values_.data() + base;
    sp_ = locals_ + g.live;
    std::construct_at(locals_ - 1, std::move(generator));
    for (std::uint32_t i = 0; i < g.live; ++i) std::construct_at(locals_ + i, std::move(g.values[i]));
  }
  bool give(Value value);
  /// The running call and this generator: one hands over to the other, or is refused by it.
  void tell(HandOver::Verb verb, GeneratorObject& generator, const Value* item);
  std::uint32_t line_in_force() const;
  bool generator_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, After after);
  bool reads_script(const Value& value) const { return value.is(ValueType::generator) || value.is(ValueType::instance); }
  bool begin_loop_of_script(bool is_async);
  bool next_of_script();
  bool leave_loop();
  bool end_loop();
  bool begin_yield_from();
  bool yield_from();

  // vm_attributes.cpp
  bool make_class(std::uint32_t argument);
  bool load_attribute(const Value& object, std::uint32_t name, Value& out, bool& property);
  /// Whose property that is: not super()'s, but the object's that it stands for.
  static Value asked_of(Value object) { return object.is(ValueType::super_) ? as<SuperObject>(object).self : object; }
  /// setter: null where a property is an error; else, where the class has one, its function, which is to be called instead.
  bool store_attribute(const Value& object, std::uint32_t name, Value value, Value* setter = nullptr);
  bool delete_attribute(const Value& object, std::uint32_t name);
  bool no_attribute(const Value& object, std::uint32_t name);
  Attributes* attributes_of(const Value& object) const;
  /// Whether a dict or set must ask the script about this key: its class, or that of one in it, says __hash__.
  bool asks_for_key(const Value& key, int depth = 0) const;
  bool searches_script(const Value& object, Method method, std::span<Value> arguments, Prelude& function) const;
  bool method(std::uint32_t name, std::size_t count);
  bool native_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after);
  bool socket_method(const Value& self, Method method, std::vector<Value>& positional, After after);
  bool sync_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, After after);

  // vm_builtins.cpp
  bool call_builtin(Builtin builtin, const Arguments& arguments, std::size_t taken, After after);
  /// Whether this call needs the script itself; then it was made and `good` says whether it went well.
  bool through_script(Builtin builtin, const Arguments& arguments, std::size_t taken, After after, bool& good);
  bool needs_show(const Value& value, int depth, int& budget) const;
  bool show(bool as_repr);
  bool format(std::uint32_t argument);
  /// text % values, or (where `named` is a dict) text.format(*values, **named). What the script shows itself, the prelude shows.
  bool text_from(Value text, Value values, Value named, After after);
  /// texts: of what the script shows, in order; null: they are asked for.
  bool put_together(const Value& text, const Value& values, const Value& named, const std::vector<Value>* texts, Value& out, std::vector<Value>& asked);
  bool print_end(Ask& ask, const Arguments& arguments);

  // vm_operators.cpp
  /// False where a class says None: `__iter__ = None`.
  bool dunder(const Value& object, Known name, Value& out) const { return class_attribute(object, known(name), out) && !out.is_none(); }
  bool has_truth(const Value& object) const;
  bool has_items(const Value& object) const;
  static bool speaks_first(const Value& a, const Value& b);
  bool ask_truth();
  bool in_place_fails();
  bool binary_of_instances(BinaryOp op, bool in_place = false);
  bool compare_of_instances(CompareOp op, bool jumps, bool& done);
  bool needs_equal(const Value& value, int depth, int& budget) const;
  bool needs_order(const Value& value, int depth, int& budget) const;
  /// What sorts, or looks for the greatest, asks the script: of an object, and of what has one in it that says how.
  bool orders_script(const Value& item) const {
    int budget = 1'000;
    return item.is(ValueType::instance) || (instance_.program().code().orders && needs_order(item, 0, budget));
  }
  bool unpack(std::uint32_t argument);
  /// What is to be done with an item lies on top: [item,] container, key. An object's own `method` does it, or a dict's `prelude` under a
  /// key that the script compares. asked: one of them does; else nobody was asked. False: an error.
  bool item_by_script(Known method, Prelude prelude, std::ptrdiff_t operands, After after, bool& asked);

  // vm_unwind.cpp
  /// True: the exception is handled, go on; false: step_ says what to return.
  bool raise(Value exception);
  bool raise_operands(std::uint32_t argument);
  bool match_exception();
  bool trouble();
  Value exception_of_context();
  /// The result of a __len__ and the like, as what asked for it takes it. False: it is none that Python takes.
  bool check_answer(Answer answer, Value& result);
  bool is_iterator(const Value& value) const;
  /// What is handled where the task stands, here or in a call around; none: nothing.
  Value handled() const;
  /// What is handled where it is raised becomes its __context__.
  void chain(const Value& exception);
  /// " Caused by line 3: KeyError: 'x'" and the like: what people read behind the sentence of one that nobody caught.
  std::string causes(const Value& exception);
  bool stop_iteration(Value value);
  Place place() const;

  // vm_frames.cpp
  void make_room(std::size_t values);
  /// As make_room, for a call whose variables begin at `base`; what points into the stack is to be set anew.
  void grow(std::size_t values, std::size_t base);
  void pop_to(Value* to) {
    while (sp_ > to) *--sp_ = Value();
  }
  void load() {
    function_ = &instance_.program().code().functions[frame_.function_];
    ip_ = function_->instructions.data() + frame_.pc_;
    locals_ = frame_.values_.data() + frame_.base_;
    sp_ = frame_.values_.data() + frame_.top_;
  }
  void save() {
    frame_.pc_ = static_cast<std::uint32_t>(ip_ - function_->instructions.data());
    frame_.top_ = static_cast<std::uint32_t>(sp_ - frame_.values_.data());
  }
  /// The running call is the caller of the next, whose result goes to `top`. Word by word: a copy in one piece would wait for each.
  void push_caller(std::size_t top, After after) {
    const auto pc = static_cast<std::uint32_t>(ip_ - function_->instructions.data());
    frame_.callers_.emplace_back(frame_.function_, pc, frame_.base_, static_cast<std::uint32_t>(top), static_cast<std::uint32_t>(after));
  }
  /// The running call is over: its caller runs. Returns what becomes of the result (Caller::after).
  std::uint32_t return_to_caller() {
    const TaskFrame::Caller caller = frame_.callers_.back();
    frame_.callers_.pop_back();
    frame_.function_ = caller.function;
    frame_.base_ = caller.base;
    function_ = &instance_.program().code().functions[caller.function];
    ip_ = function_->instructions.data() + caller.pc;
    locals_ = frame_.values_.data() + caller.base;
    sp_ = frame_.values_.data() + caller.top;
    return caller.after;
  }

  TaskFrame& frame_;
  const Instance& instance_;
  ModuleScope* module_;
  const std::uint32_t task_;  ///< as resume() was told
  Context context_;
  Step step_;
  Value raised_;  ///< an exception on its way
  bool again_ = false;  ///< it is raised again, as it was
  // The running call, unpacked.
  const FunctionCode* function_ = nullptr;
  const Instruction* ip_ = nullptr;
  Value* locals_ = nullptr;
  Value* sp_ = nullptr;  ///< one past the last operand
};

}  // namespace interleave
