// machine.h -- the VM's loop, for vm.cpp (tasks) and instance.cpp (the module's top level).
#pragma once

#include <string>
#include <vector>

#include "script/builtins.h"
#include "script/context.h"
#include "script/opcode.h"
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

/// One call of resume(). `module` is null for tasks.
class Machine {
 public:
  Machine(TaskFrame& frame, const Instance& instance, ModuleScope* module, std::int64_t fuel);
  void answer(Value sent);
  Step run();
  /// Ends the frame with an error at the place where it stands.
  Step fail_here(std::string kind, std::string sentence);
  /// A frame at the first instruction of `function`, its parameters set.
  static TaskFrame start(const Program& program, std::uint32_t function, const std::vector<Value>& arguments);

 private:
  using Locals = Value*;
  bool bind(std::uint32_t function, const Arguments& arguments, std::vector<Value>& bound);
  bool call(std::size_t callee, const Arguments* shaped, std::size_t count, bool awaited);
  bool await_value();
  void enter(std::uint32_t function, std::size_t base);
  bool leave();
  bool call_builtin(Builtin builtin, const Arguments& arguments, std::size_t taken);
  void load();
  void save();

  TaskFrame& frame_;
  const Instance& instance_;
  ModuleScope* module_;
  Context context_;
  Step step_;
  // The running call, unpacked.
  const FunctionCode* function_ = nullptr;
  const Instruction* ip_ = nullptr;
  Value* locals_ = nullptr;
  Value* sp_ = nullptr;  ///< one past the last operand
};

}  // namespace interleave
