// A function's names are found before its code is made: what it assigns is its own, as in Python, everything else is
// the module's or the language's. After a mistake the compiler goes on and its result is thrown away.
// Sections: names; emitting; statements; expressions; calls; comprehensions.
#include "script/compiler.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "script/operators.h"

namespace interleave {

namespace {

constexpr std::size_t kMostVariables = 1000;  // a slot has 10 bits in binary_locals
constexpr std::size_t kMostInstructions = 1'000'000;  // a target has 20 bits in compare_jump
constexpr std::size_t kMostFunctions = 60'000;

constexpr std::string_view kLeftOut[] = {
    "map", "filter", "set", "frozenset", "input", "open", "type", "isinstance", "issubclass", "iter", "next", "id", "hash",
    "getattr", "setattr", "hasattr", "delattr", "eval", "exec", "compile", "bytes", "bytearray", "complex", "object", "super",
    "property", "staticmethod", "classmethod", "vars", "globals", "locals", "dir", "format", "hex", "oct", "bin", "ascii",
    "callable", "slice", "memoryview", "aiter", "anext", "breakpoint", "help", "__import__"};
constexpr std::string_view kLater[] = {"Lock", "Semaphore", "Event", "Queue", "shared", "timeout", "to_thread", "to_process", "wait", "sleep", "create_task", "wait_for"};
constexpr std::string_view kExceptions[] = {"Exception", "ValueError", "TypeError", "KeyError", "IndexError", "ZeroDivisionError", "RuntimeError", "StopIteration", "AssertionError"};

template <typename List>
bool among(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

/// Where a name leads.
struct Meaning {
  enum class Kind : std::uint8_t { local, global, builtin, unit, module_name, unknown } kind = Kind::unknown;
  std::uint32_t index = 0;  ///< variable, global, Builtin, TimeUnit
};

class Compiler {
 public:
  explicit Compiler(const Tree& tree) : tree_(tree) {}

  std::unique_ptr<const Code> run(ScriptError& error) {
    find_module_names(tree_.module);
    code_.functions.emplace_back();
    function_ = 0;
    here().name = "<module>";
    here().line = 1;
    if (!tree_.module.empty()) code_.docstring = docstring(tree_.module[0]);
    block(tree_.module);
    emit(Op::load_constant, constant({}), {});
    emit(Op::return_value, 0, {});
    finish();
    if (error_) {
      error = std::move(error_);
      return nullptr;
    }
    return std::make_unique<const Code>(std::move(code_));
  }

 private:
  void fail(Place place, std::string sentence, const char* kind = "SyntaxError") {
    if (!error_) error_ = {place.line, place.column, kind, std::move(sentence)};
  }
  FunctionCode& here() { return code_.functions[function_]; }
  bool in_module() const { return function_ == 0; }

  // ---------------------------------------------------------------------------------------- names

  template <typename Found>
  static void each_target(const Node* target, Found&& found) {
    if (target->kind == NodeKind::name) found(target);
    if (target->kind == NodeKind::tuple || target->kind == NodeKind::list)
      for (const Node* child : target->children) each_target(child, found);
  }

  /// Every name that these statements assign, in order; blocks inside, not functions inside.
  template <typename Found>
  static void each_assigned(const std::vector<Node*>& statements, Found&& found) {
    for (const Node* node : statements) {
      if (node->kind == NodeKind::assign)
        for (std::size_t i = 1; i < node->children.size(); ++i) each_target(node->children[i], found);
      if (node->kind == NodeKind::augmented || node->kind == NodeKind::for_) each_target(node->children[0], found);
      if (node->kind == NodeKind::define) {
        found(node);
        continue;
      }
      each_assigned(node->body, found);
      each_assigned(node->otherwise, found);
    }
  }

  void find_module_names(const std::vector<Node*>& statements) {
    each_assigned(statements, [&](const Node* node) { global_index(node->text); });
    find_imports(statements);
  }

  void find_imports(const std::vector<Node*>& statements) {
    for (const Node* node : statements) {
      if (node->kind == NodeKind::import) {
        if (node->text == "*") imports_all_ = true;
        else imported_ += node->text + " ";
      }
      if (node->kind == NodeKind::define) continue;
      find_imports(node->body);
      find_imports(node->otherwise);
    }
  }

  std::uint32_t global_index(const std::string& name) {
    auto [at, fresh] = globals_.try_emplace(name, static_cast<std::uint32_t>(code_.globals.size()));
    if (fresh) code_.globals.push_back(name);
    return at->second;
  }

  Meaning meaning(const std::string& name) const {
    for (auto scope = comprehensions_.rbegin(); scope != comprehensions_.rend(); ++scope)
      if (auto at = scope->find(name); at != scope->end()) return {Meaning::Kind::local, at->second};
    if (auto at = locals_.find(name); at != locals_.end()) return {Meaning::Kind::local, at->second};
    if (auto at = globals_.find(name); at != globals_.end()) return {Meaning::Kind::global, at->second};
    bool imported = imports_all_ || imported_.find(" " + name + " ") != std::string::npos;
    if (auto unit = unit_named(name); unit && imported) return {Meaning::Kind::unit, static_cast<std::uint32_t>(*unit)};
    if (auto builtin = builtin_named(name); builtin && (imported || facts(*builtin).kind == BuiltinFacts::Kind::python))
      return {Meaning::Kind::builtin, static_cast<std::uint32_t>(*builtin)};
    if (name == "__name__") return {Meaning::Kind::module_name, 0};
    return {};
  }

  std::optional<Builtin> builtin_of(const Node* node) const {
    if (node->kind != NodeKind::name) return std::nullopt;
    Meaning m = meaning(node->text);
    if (m.kind != Meaning::Kind::builtin) return std::nullopt;
    return static_cast<Builtin>(m.index);
  }

  std::optional<Builtin> builtin_call(const Node* node) const {
    return node->kind == NodeKind::call ? builtin_of(node->children[0]) : std::nullopt;
  }

  void unknown_name(const Node* node) {
    const std::string& name = node->text;
    if (unit_named(name) || builtin_named(name)) return fail(node->place, "'" + name + "' is not known yet: begin the script with 'from interleave import *'.", "NameError");
    if (among(kLater, name)) return fail(node->place, "'" + name + "' is left out of the language so far.", "NameError");
    if (among(kLeftOut, name) || among(kExceptions, name)) return fail(node->place, "Python's '" + name + "' is left out of the language so far.", "NameError");
    fail(node->place, "The name '" + name + "' is not known here.", "NameError");
  }

  /// A variable of the compiler's own.
  std::uint32_t hidden_variable() {
    return new_variable("");
  }
  std::uint32_t new_variable(const std::string& name) {
    if (here().variables.size() >= kMostVariables) {
      fail({here().line, 1}, "A function has at most " + std::to_string(kMostVariables) + " variables here.");
      return 0;
    }
    here().variables.push_back(name);
    return static_cast<std::uint32_t>(here().variables.size() - 1);
  }

  // ---------------------------------------------------------------------------------------- emitting

  std::uint32_t constant(Constant value) {
    std::string key = std::to_string(static_cast<int>(value.type)) + " " + std::to_string(static_cast<int>(value.unit)) + " " + std::to_string(value.integer) + " " + value.text;
    if (value.type != ValueType::real) {
      if (auto at = constant_index_.find(key); at != constant_index_.end()) return at->second;
      constant_index_[key] = static_cast<std::uint32_t>(code_.constants.size());
    }
    code_.constants.push_back(std::move(value));
    return static_cast<std::uint32_t>(code_.constants.size() - 1);
  }

  std::uint32_t string_constant(const std::string& text) {
    Constant c;
    c.type = ValueType::string;
    c.text = text;
    return constant(std::move(c));
  }

  void load_string(const std::string& text, Place place) { emit(Op::load_constant, string_constant(text), place); }

  static int effect(Op op, std::uint32_t argument) {
    auto n = static_cast<int>(argument);
    switch (op) {
      case Op::load_constant: case Op::load_integer: case Op::load_local: case Op::load_global: case Op::load_function:
      case Op::dup: case Op::begin_loop: case Op::next_item: case Op::binary_locals: return 1;
      case Op::dup_two: return 2;
      case Op::store_local: case Op::store_global: case Op::pop: case Op::binary: case Op::compare: case Op::jump_if_false:
      case Op::jump_if_true: case Op::jump_if_false_or_pop: case Op::jump_if_true_or_pop: case Op::list_append:
      case Op::list_extend: case Op::subscript: case Op::return_value: return -1;
      case Op::compare_jump: case Op::build_slice: case Op::dict_insert: case Op::delete_subscript: return -2;
      case Op::store_subscript: return -3;
      case Op::set_defaults: return -static_cast<int>(argument & 255);
      case Op::build_list: case Op::build_tuple: case Op::build_string: return 1 - n;
      case Op::build_dict: return 1 - 2 * n;
      case Op::unpack: return n - 1;
      case Op::format: return argument & 1 ? -1 : 0;
      case Op::call: case Op::call_awaited: return -n;
      case Op::builtin: return 1 - static_cast<int>(argument >> 8);
      case Op::method: return -static_cast<int>(argument >> 8);
      case Op::assert_fail: return -n;
      default: return 0;  // shaped calls: emit_shaped
    }
  }

  void move_depth(int by) {
    depth_ += by;
    most_depth_ = std::max(most_depth_, depth_);
  }

  std::size_t emit(Op op, std::uint32_t argument, Place place) {
    FunctionCode& f = here();
    move_depth(effect(op, argument));
    if (f.instructions.size() >= kMostInstructions) {
      fail(place, "The function is too long.");
      return 0;
    }
    f.instructions.emplace_back(op, argument & 0xff'ffff);
    f.places.push_back(place.line ? place : f.places.empty() ? Place{f.line, 1} : f.places.back());
    return f.instructions.size() - 1;
  }

  std::size_t next_index() { return here().instructions.size(); }

  void patch_here(std::size_t at) {
    Instruction& i = here().instructions[at];
    auto target = static_cast<std::uint32_t>(next_index());
    i = i.op() == Op::compare_jump ? Instruction(i.op(), (i.argument() & 15) | target << 4) : Instruction(i.op(), target);
  }
  void patch_here(const std::vector<std::size_t>& all) {
    for (std::size_t at : all) patch_here(at);
  }

  // ---------------------------------------------------------------------------------------- statements

  struct Loop {
    std::size_t start;
    bool has_items;  ///< a for: two operands lie on the stack
    std::vector<std::size_t> breaks;
  };

  void block(const std::vector<Node*>& statements) {
    for (const Node* node : statements) statement(node);
  }

  void statement(const Node* node) {
    Place place = node->place;
    switch (node->kind) {
      case NodeKind::expression: return expression_statement(node->children[0]);
      case NodeKind::assign: return assign(node);
      case NodeKind::augmented: return augmented(node);
      case NodeKind::define: return define(node);
      case NodeKind::return_:
        if (in_module()) fail(place, "'return' can only stand in a function.");
        if (node->children.empty()) emit(Op::load_constant, constant({}), place);
        else expression(node->children[0]);
        emit(Op::return_value, 0, place);
        return;
      case NodeKind::if_: {
        std::vector<std::size_t> otherwise = condition(node->children[0]);
        block(node->body);
        if (node->otherwise.empty()) return patch_here(otherwise);
        std::size_t end = emit(Op::jump, 0, place);
        patch_here(otherwise);
        block(node->otherwise);
        return patch_here(end);
      }
      case NodeKind::while_: {
        loops_.push_back({next_index(), false, {}});
        std::vector<std::size_t> end = condition(node->children[0]);
        block(node->body);
        emit(Op::jump_back, static_cast<std::uint32_t>(loops_.back().start), place);
        patch_here(end);
        return end_loop(node);
      }
      case NodeKind::for_: {
        expression(node->children[1]);
        emit(Op::begin_loop, 0, node->children[1]->place);
        std::size_t start = emit(Op::next_item, 0, place);
        loops_.push_back({start, true, {}});
        store(node->children[0]);
        block(node->body);
        emit(Op::jump_back, static_cast<std::uint32_t>(start), place);
        patch_here(start);
        move_depth(-2);
        return end_loop(node);
      }
      case NodeKind::break_:
        if (loops_.empty()) return fail(place, "'break' can only stand in a loop.");
        if (loops_.back().has_items) {
          emit(Op::pop, 0, place);
          emit(Op::pop, 0, place);
          move_depth(2);
        }
        loops_.back().breaks.push_back(emit(Op::jump, 0, place));
        return;
      case NodeKind::continue_:
        if (loops_.empty()) return fail(place, "'continue' can only stand in a loop.");
        emit(Op::jump_back, static_cast<std::uint32_t>(loops_.back().start), place);
        return;
      case NodeKind::pass: return;
      case NodeKind::assert_: {
        expression(node->children[0]);
        std::size_t good = emit(Op::jump_if_true, 0, place);
        bool message = node->children.size() > 1;
        if (message) expression(node->children[1]);
        emit(Op::assert_fail, message, place);
        return patch_here(good);
      }
      case NodeKind::import:
        if (!in_module()) fail(place, "The import belongs to the top level.");
        return;
      case NodeKind::delete_:
        for (const Node* target : node->children) {
          expression(target->children[0]);
          expression(target->children[1]);
          emit(Op::delete_subscript, 0, target->place);
        }
        return;
      default: return fail(place, "This cannot stand here.");
    }
  }

  void end_loop(const Node* node) {
    std::vector<std::size_t> breaks = std::move(loops_.back().breaks);
    loops_.pop_back();
    block(node->otherwise);
    patch_here(breaks);
  }

  /// Leaves the jumps that are taken where it is false.
  std::vector<std::size_t> condition(const Node* node) {
    if (node->kind == NodeKind::compare && node->operators.size() == 1) {
      expression(node->children[0]);
      expression(node->children[1]);
      return {emit(Op::compare_jump, node->operators[0], node->place)};
    }
    if (node->kind == NodeKind::and_) {
      std::vector<std::size_t> all;
      for (const Node* operand : node->children) {
        std::vector<std::size_t> some = condition(operand);
        all.insert(all.end(), some.begin(), some.end());
      }
      return all;
    }
    if (node->kind == NodeKind::not_) {
      expression(node->children[0]);
      return {emit(Op::jump_if_true, 0, node->place)};
    }
    expression(node);
    return {emit(Op::jump_if_false, 0, node->place)};
  }

  void expression_statement(const Node* node) {
    auto builtin = builtin_call(node);
    if (builtin && facts(*builtin).kind == BuiltinFacts::Kind::awaited_operation) {
      std::string name(facts(*builtin).name);
      return fail(node->place, name + "() needs an await before it; without it nothing happens.");
    }
    expression(node);
    emit(Op::pop, 0, node->place);
  }

  void assign(const Node* node) {
    const Node* value = node->children[0];
    if (builtin_call(value) == Builtin::param) {
      if (node->children.size() != 2 || node->children[1]->kind != NodeKind::name) return fail(value->place, "param() is assigned to one name, such as connections = param(100).");
      parameter_name_ = node->children[1]->text;
    }
    bool swap = node->children.size() == 2 && value->kind == NodeKind::tuple && value->children.size() == 2 && value->children[0]->kind != NodeKind::star && value->children[1]->kind != NodeKind::star && node->children[1]->kind == NodeKind::tuple && node->children[1]->children.size() == 2;
    if (swap) {
      expression(value->children[0]);
      expression(value->children[1]);
      emit(Op::rotate_two, 0, node->place);
      store(node->children[1]->children[0]);
      store(node->children[1]->children[1]);
      return;
    }
    expression(value);
    parameter_name_.clear();
    for (std::size_t i = 1; i < node->children.size(); ++i) {
      if (i + 1 < node->children.size()) emit(Op::dup, 0, node->place);
      store(node->children[i]);
    }
  }

  void store(const Node* target) {
    switch (target->kind) {
      case NodeKind::name: {
        Meaning m = meaning(target->text);
        emit(m.kind == Meaning::Kind::local ? Op::store_local : Op::store_global, m.index, target->place);
        return;
      }
      case NodeKind::tuple:
      case NodeKind::list:
        emit(Op::unpack, static_cast<std::uint32_t>(target->children.size()), target->place);
        for (const Node* child : target->children) store(child);
        return;
      case NodeKind::subscript:
        expression(target->children[0]);
        expression(target->children[1]);
        emit(Op::store_subscript, 0, target->place);
        return;
      default: return fail(target->place, "This cannot be assigned to.");
    }
  }

  void augmented(const Node* node) {
    const Node* target = node->children[0];
    std::uint32_t op = node->op | 0x80u;  // in place: a list is changed, not replaced
    if (target->kind == NodeKind::name) {
      expression(target);
      const Node* value = node->children[1];
      if (!binary_with_integer(node->op, value, node->place)) {
        expression(value);
        emit(Op::binary, op, node->place);
      }
      return store(target);
    }
    expression(target->children[0]);
    expression(target->children[1]);
    emit(Op::dup_two, 0, target->place);
    emit(Op::subscript, 0, target->place);
    expression(node->children[1]);
    emit(Op::binary, op, node->place);
    emit(Op::rotate_three, 0, node->place);
    emit(Op::store_subscript, 0, node->place);
  }

  void define(const Node* node) {
    if (!in_module()) return fail(node->place, "A function inside a function is left out of the language so far; define it at the top level.");
    if (code_.functions.size() >= kMostFunctions) return fail(node->place, "The script has too many functions.");
    auto index = static_cast<std::uint32_t>(code_.functions.size());
    std::uint32_t defaults = 0;
    for (const Node* parameter : node->parameters) {
      if (parameter->children.empty()) continue;
      expression(parameter->children[0]);
      ++defaults;
    }
    if (defaults) emit(Op::set_defaults, index << 8 | defaults, node->place);
    emit(Op::load_function, index, node->place);
    store_global_named(node->text, node->place);

    code_.functions.emplace_back();
    // What belongs to the module while the function is made.
    auto outer_depth = std::exchange(depth_, 0), outer_most = std::exchange(most_depth_, 0);
    auto outer_loops = std::exchange(loops_, {});
    auto outer_comprehensions = std::exchange(comprehensions_, {});
    function_ = index;
    FunctionCode& f = here();
    f.name = node->text;
    f.line = node->place.line;
    f.is_async = node->flag;
    f.parameters = static_cast<std::uint32_t>(node->parameters.size());
    f.required = f.parameters - defaults;
    for (const Node* parameter : node->parameters) locals_[parameter->text] = new_variable(parameter->text);
    each_assigned(node->body, [&](const Node* assigned) {
      if (!locals_.contains(assigned->text)) locals_[assigned->text] = new_variable(assigned->text);
    });
    block(node->body);
    Place end = here().places.empty() ? node->place : here().places.back();
    emit(Op::load_constant, constant({}), end);
    emit(Op::return_value, 0, end);
    finish();
    locals_.clear();
    function_ = 0;
    depth_ = outer_depth;
    most_depth_ = outer_most;
    loops_ = std::move(outer_loops);
    comprehensions_ = std::move(outer_comprehensions);
  }

  void store_global_named(const std::string& name, Place place) { emit(Op::store_global, global_index(name), place); }

  void finish() { here().slots = static_cast<std::uint32_t>(here().variables.size()) + static_cast<std::uint32_t>(most_depth_) + 1; }

  // ---------------------------------------------------------------------------------------- expressions

  void expression(const Node* node) {
    Place place = node->place;
    switch (node->kind) {
      case NodeKind::none: emit(Op::load_constant, constant({}), place); return;
      case NodeKind::true_:
      case NodeKind::false_: {
        Constant c;
        c.type = ValueType::boolean;
        c.integer = node->kind == NodeKind::true_;
        emit(Op::load_constant, constant(c), place);
        return;
      }
      case NodeKind::integer: {
        if (node->integer >= -(1 << 23) && node->integer < (1 << 23)) {
          emit(Op::load_integer, static_cast<std::uint32_t>(node->integer), place);
          return;
        }
        Constant c;
        c.type = ValueType::integer;
        c.integer = node->integer;
        emit(Op::load_constant, constant(c), place);
        return;
      }
      case NodeKind::real: {
        Constant c;
        c.type = ValueType::real;
        c.real = node->real;
        emit(Op::load_constant, constant(c), place);
        return;
      }
      case NodeKind::string: return load_string(node->text, place);
      case NodeKind::format: return format(node);
      case NodeKind::name: return load_name(node);
      case NodeKind::list: return items(node->children, Op::build_list, place);
      case NodeKind::tuple:
        if (has_star(node->children, 0)) {
          items(node->children, Op::build_list, place);
          emit(Op::builtin, static_cast<std::uint32_t>(Builtin::tuple) | 1 << 8, place);
          return;
        }
        return items(node->children, Op::build_tuple, place);
      case NodeKind::dict:
        if (node->children.size() > 8000) return fail(place, "A dict has at most 4000 items where it is written.");
        for (const Node* child : node->children) expression(child);
        emit(Op::build_dict, static_cast<std::uint32_t>(node->children.size() / 2), place);
        return;
      case NodeKind::binary: return binary(node);
      case NodeKind::unary:
        expression(node->children[0]);
        emit(Op::unary, node->op, place);
        return;
      case NodeKind::not_:
        expression(node->children[0]);
        emit(Op::logical_not, 0, place);
        return;
      case NodeKind::and_:
      case NodeKind::or_: {
        std::vector<std::size_t> ends;
        for (std::size_t i = 0; i < node->children.size(); ++i) {
          expression(node->children[i]);
          if (i + 1 < node->children.size()) ends.push_back(emit(node->kind == NodeKind::and_ ? Op::jump_if_false_or_pop : Op::jump_if_true_or_pop, 0, place));
        }
        return patch_here(ends);
      }
      case NodeKind::compare: return compare(node);
      case NodeKind::conditional: {
        std::vector<std::size_t> otherwise = condition(node->children[0]);
        expression(node->children[1]);
        std::size_t end = emit(Op::jump, 0, place);
        patch_here(otherwise);
        move_depth(-1);
        expression(node->children[2]);
        return patch_here(end);
      }
      case NodeKind::call: return call(node, false);
      case NodeKind::await_: return await(node);
      case NodeKind::attribute: return fail(place, "'." + node->text + "' is left out here: only methods that are called, such as items.append(1), are known.");
      case NodeKind::subscript:
        expression(node->children[0]);
        expression(node->children[1]);
        emit(Op::subscript, 0, place);
        return;
      case NodeKind::slice:
        for (const Node* part : node->children) {
          if (part) expression(part);
          else emit(Op::load_constant, constant({}), place);
        }
        emit(Op::build_slice, 0, place);
        return;
      case NodeKind::comprehension: return comprehension(node, true);
      case NodeKind::star: return fail(place, "A * can only stand in a call, a list or a tuple.");
      default: return fail(place, "This cannot stand here.");
    }
  }

  void load_name(const Node* node) {
    Meaning m = meaning(node->text);
    switch (m.kind) {
      case Meaning::Kind::local: emit(Op::load_local, m.index, node->place); return;
      case Meaning::Kind::global: emit(Op::load_global, m.index, node->place); return;
      case Meaning::Kind::unit: {
        Constant c;
        c.type = ValueType::duration;
        c.unit = static_cast<TimeUnit>(m.index);
        c.integer = nanos(c.unit);
        emit(Op::load_constant, constant(c), node->place);
        return;
      }
      case Meaning::Kind::module_name: return load_string("__main__", node->place);
      case Meaning::Kind::builtin: return fail(node->place, "'" + node->text + "' can only be called here, not passed on.");
      case Meaning::Kind::unknown: return unknown_name(node);
    }
  }

  bool binary_with_integer(std::uint8_t op, const Node* right, Place place) {
    if (right->kind != NodeKind::integer || right->integer < -(1 << 19) || right->integer >= (1 << 19)) return false;
    emit(Op::binary_integer, op | static_cast<std::uint32_t>(right->integer) << 4, place);
    return true;
  }

  void binary(const Node* node) {
    const Node *left = node->children[0], *right = node->children[1];
    if (left->kind == NodeKind::name && right->kind == NodeKind::name) {
      Meaning a = meaning(left->text), b = meaning(right->text);
      if (a.kind == Meaning::Kind::local && b.kind == Meaning::Kind::local) {
        emit(Op::binary_locals, node->op | a.index << 4 | b.index << 14, node->place);
        return;
      }
    }
    expression(left);
    if (binary_with_integer(node->op, right, node->place)) return;
    expression(right);
    emit(Op::binary, node->op, node->place);
  }

  void compare(const Node* node) {
    expression(node->children[0]);
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < node->operators.size(); ++i) {
      expression(node->children[i + 1]);
      bool last = i + 1 == node->operators.size();
      if (last) {
        emit(Op::compare, node->operators[i], node->place);
        break;
      }
      // a b -> b a b -> b (a<b): the false result leaves b below it.
      emit(Op::dup, 0, node->place);
      emit(Op::rotate_three, 0, node->place);
      emit(Op::compare, node->operators[i], node->place);
      ends.push_back(emit(Op::jump_if_false_or_pop, 0, node->place));
    }
    if (ends.empty()) return;
    std::size_t good = emit(Op::jump, 0, node->place);
    patch_here(ends);
    emit(Op::rotate_two, 0, node->place);
    emit(Op::pop, 0, node->place);
    move_depth(1);
    patch_here(good);
  }

  static bool has_star(const std::vector<Node*>& nodes, std::size_t from) {
    return std::any_of(nodes.begin() + static_cast<std::ptrdiff_t>(from), nodes.end(), [](const Node* n) { return n->kind == NodeKind::star; });
  }

  /// Many items go through a list, so that the stack stays small.
  void items(const std::vector<Node*>& nodes, Op build, Place place, std::size_t from = 0, std::size_t to = SIZE_MAX) {
    to = std::min(to, nodes.size());
    bool star = std::any_of(nodes.begin() + static_cast<std::ptrdiff_t>(from), nodes.begin() + static_cast<std::ptrdiff_t>(to), [](const Node* n) { return n->kind == NodeKind::star; });
    if (!star && to - from <= 64) {
      for (std::size_t i = from; i < to; ++i) expression(nodes[i]);
      emit(build, static_cast<std::uint32_t>(to - from), place);
      return;
    }
    emit(Op::build_list, 0, place);
    for (std::size_t i = from; i < to; ++i) {
      bool spread = nodes[i]->kind == NodeKind::star;
      const Node* item = spread ? nodes[i]->children[0] : nodes[i];
      if (spread && item->kind == NodeKind::comprehension) comprehension(item, false);
      else expression(item);
      emit(spread ? Op::list_extend : Op::list_append, 0, nodes[i]->place);
    }
    if (build == Op::build_tuple) emit(Op::builtin, static_cast<std::uint32_t>(Builtin::tuple) | 1 << 8, place);
  }

  void format(const Node* node) {
    if (node->children.size() > 200) return fail(node->place, "The f-string has too many parts.");
    for (const Node* part : node->children) {
      if (part->kind != NodeKind::replacement) {
        expression(part);
        continue;
      }
      expression(part->children[0]);
      bool specified = part->children.size() > 1 && !part->children[1]->children.empty();
      if (specified) format(part->children[1]);
      emit(Op::format, (specified ? 1u : 0u) | (part->text == "r" ? 2u : part->text == "s" ? 4u : 0u), part->place);
    }
    if (node->children.size() != 1 || node->children[0]->kind != NodeKind::replacement) emit(Op::build_string, static_cast<std::uint32_t>(node->children.size()), node->place);
  }

  void await(const Node* node) {
    if (in_module()) return fail(node->place, "'await' can only stand in an async def.");
    if (!here().is_async) return fail(node->place, "'await' can only stand in an async def; write 'async def " + here().name + "'.");
    if (in_generator_) return fail(node->place, "'await' in a generator expression is left out; use a list in square brackets.");
    const Node* inner = node->children[0];
    if (auto builtin = builtin_call(inner)) {
      std::string name(facts(*builtin).name);
      switch (facts(*builtin).kind) {
        case BuiltinFacts::Kind::awaited_operation: return call_builtin(inner, *builtin);
        case BuiltinFacts::Kind::plain_operation:
          if (*builtin == Builtin::spawn) break;
          return fail(node->place, name + "() is a plain call; leave the await away.");
        default: return fail(node->place, name + "() gives nothing to wait for; leave the await away.");
      }
    } else if (inner->kind == NodeKind::call && inner->children[0]->kind != NodeKind::attribute) {
      return call(inner, true);
    }
    expression(inner);
    emit(Op::await_value, 0, node->place);
  }

  // ---------------------------------------------------------------------------------------- calls

  void call(const Node* node, bool awaited) {
    const Node* callee = node->children[0];
    if (callee->kind == NodeKind::attribute) return call_method(node);
    if (auto builtin = builtin_of(callee)) {
      if (facts(*builtin).kind == BuiltinFacts::Kind::awaited_operation) return call_unawaited(node, *builtin);
      return call_builtin(node, *builtin);
    }
    expression(callee);
    std::size_t positional = positional_count(node);
    bool list = has_star(node->children, 1) || positional > 60;
    if (!list && positional + 1 == node->children.size()) {
      for (std::size_t i = 1; i < node->children.size(); ++i) expression(node->children[i]);
      emit(awaited ? Op::call_awaited : Op::call, static_cast<std::uint32_t>(positional), node->place);
    } else {
      CallShape shape = shaped_arguments(node, list, positional);
      shape.awaited = awaited;
      emit_shaped(Op::call_shaped, std::move(shape), node->place);
    }
    if (awaited) emit(Op::await_value, 0, node->place);  // skipped where an async function ran inline
  }

  static std::size_t positional_count(const Node* node) {
    std::size_t n = 0;
    while (n + 1 < node->children.size() && node->children[n + 1]->kind != NodeKind::keyword) ++n;
    return n;
  }

  CallShape shaped_arguments(const Node* node, bool list, std::size_t positional) {
    CallShape shape;
    shape.list = list;
    if (list) {
      items(node->children, Op::build_list, node->place, 1, positional + 1);
    } else {
      for (std::size_t i = 1; i <= positional; ++i) expression(node->children[i]);
      shape.positional = static_cast<std::uint32_t>(positional);
    }
    for (std::size_t i = positional + 1; i < node->children.size(); ++i) {
      shape.keywords.push_back(node->children[i]->text);
      expression(node->children[i]->children[0]);
    }
    if (shape.keywords.size() > 100) fail(node->place, "A call has at most 100 named arguments.");
    return shape;
  }

  void emit_shaped(Op op, CallShape shape, Place place) {
    int taken = static_cast<int>(shape.positional + shape.keywords.size()) + shape.list;
    move_depth(op == Op::builtin_shaped ? 1 - taken : -taken);
    code_.shapes.push_back(std::move(shape));
    emit(op, static_cast<std::uint32_t>(code_.shapes.size() - 1), place);
  }

  /// An operation as a value, for gather() and spawn(): a call of a small async function that awaits it.
  void call_unawaited(const Node* node, Builtin builtin) {
    std::string name(facts(builtin).name);
    if (in_module()) return fail(node->place, name + "() cannot be asked at the top level; await it in a function that run() starts.");
    if (builtin == Builtin::gather) return fail(node->place, "gather() needs an await before it.");
    check_arguments(node, builtin);
    auto count = static_cast<std::uint32_t>(node->children.size() - 1);
    if (has_star(node->children, 1)) return fail(node->place, "A * argument of " + name + "() is left out.");
    auto [at, fresh] = hidden_.try_emplace({static_cast<int>(builtin), count, node->place.line}, static_cast<std::uint32_t>(code_.functions.size()));
    if (fresh) {
      FunctionCode f;
      f.name = name;
      f.line = node->place.line;
      f.is_async = f.hidden = true;
      f.parameters = f.required = count;
      for (std::uint32_t i = 0; i < count; ++i) {
        f.variables.push_back(i == 0 ? "duration" : "size");
        f.instructions.emplace_back(Op::load_local, i);
      }
      f.instructions.emplace_back(Op::builtin, static_cast<std::uint32_t>(builtin) | count << 8);
      f.instructions.emplace_back(Op::return_value, 0);
      f.places.assign(f.instructions.size(), node->place);
      f.slots = 2 * count + 2;
      code_.functions.push_back(std::move(f));
    }
    emit(Op::load_function, at->second, node->place);
    for (std::size_t i = 1; i < node->children.size(); ++i) expression(node->children[i]->kind == NodeKind::keyword ? node->children[i]->children[0] : node->children[i]);
    emit(Op::call, count, node->place);
  }

  void check_arguments(const Node* node, Builtin builtin) {
    const BuiltinFacts& f = facts(builtin);
    std::string name(f.name);
    auto positional = static_cast<int>(positional_count(node));
    for (std::size_t i = static_cast<std::size_t>(positional) + 1; i < node->children.size(); ++i) {
      const std::string& keyword = node->children[i]->text;
      if (f.keywords == "*" || f.keywords.find(" " + keyword + " ") != std::string_view::npos) continue;
      Place at = node->children[i]->place;
      if (builtin == Builtin::print && keyword == "end") return fail(at, "print(end=...) is left out: each print is a line of its own.");
      if (keyword == "key") return fail(at, name + "(key=...) is left out of the language so far.");
      return fail(at, name + "() has no argument called '" + keyword + "'.", "TypeError");
    }
    if (has_star(node->children, 1)) return;
    bool timed = builtin == Builtin::compute || builtin == Builtin::io || builtin == Builtin::block || builtin == Builtin::request;
    if (positional < f.least) {
      if (timed) return fail(node->place, name + "() needs a time, such as 200 * ms.", "TypeError");
      if (builtin == Builtin::sum_range || builtin == Builtin::numbers) return fail(node->place, name + "() needs two whole numbers: where the part begins and where it ends.", "TypeError");
      return fail(node->place, name + "() needs " + std::to_string(f.least) + (f.least == 1 ? " argument." : " arguments."), "TypeError");
    }
    if (f.most >= 0 && positional > f.most) {
      if (f.most == 0) return fail(node->place, name + "() takes no " + (f.keywords.empty() ? "arguments." : "arguments without a name."), "TypeError");
      return fail(node->place, name + "() takes at most " + std::to_string(f.most) + (f.most == 1 ? " argument." : " arguments."), "TypeError");
    }
  }

  void call_builtin(const Node* node, Builtin builtin) {
    const BuiltinFacts& f = facts(builtin);
    std::string name(f.name);
    check_arguments(node, builtin);
    bool operation = f.kind == BuiltinFacts::Kind::plain_operation || f.kind == BuiltinFacts::Kind::awaited_operation;
    if (operation && in_module()) return fail(node->place, name + "() cannot be asked at the top level; call it in a function that run() starts.");
    if (f.kind == BuiltinFacts::Kind::declaration && (!in_module() || !comprehensions_.empty())) return fail(node->place, name + "() belongs to the top level of the script.");
    if (builtin == Builtin::param && parameter_name_.empty()) return fail(node->place, "param() is assigned to one name, such as connections = param(100).");
    const Node* only = node->children.size() == 2 ? node->children[1] : nullptr;
    bool generator = only && only->kind == NodeKind::comprehension && only->op == static_cast<std::uint8_t>(Comprehension::generator);
    if (generator && (builtin == Builtin::sum || builtin == Builtin::any || builtin == Builtin::all)) return fold(node, builtin, only);

    std::size_t positional = positional_count(node);
    bool list = has_star(node->children, 1) || positional > 60;
    if (builtin == Builtin::param) {
      load_string(std::exchange(parameter_name_, ""), node->place);
      CallShape shape = shaped_arguments(node, false, positional);
      shape.builtin = builtin;
      shape.positional += 1;
      return emit_shaped(Op::builtin_shaped, std::move(shape), node->place);
    }
    if (!list && positional + 1 == node->children.size()) {
      for (std::size_t i = 1; i < node->children.size(); ++i) {
        // Whoever reads it at once needs no iterator around it.
        if (generator) comprehension(only, false);
        else expression(node->children[i]);
      }
      emit(Op::builtin, static_cast<std::uint32_t>(builtin) | static_cast<std::uint32_t>(positional) << 8, node->place);
      return;
    }
    CallShape shape = shaped_arguments(node, list, positional);
    shape.builtin = builtin;
    emit_shaped(Op::builtin_shaped, std::move(shape), node->place);
  }

  void call_method(const Node* node) {
    const Node* callee = node->children[0];
    auto method = method_named(callee->text);
    if (!method) return fail(callee->place, "No method '" + callee->text + "' is known so far.", "AttributeError");
    expression(callee->children[0]);
    std::size_t count = node->children.size() - 1;
    if (has_star(node->children, 1)) return fail(node->place, "A * argument of a method is left out.");
    if (count > 10) return fail(node->place, "A method takes at most 10 arguments here.");
    for (std::size_t i = 1; i < node->children.size(); ++i) {
      const Node* argument = node->children[i];
      if (argument->kind == NodeKind::keyword) {
        if (*method != Method::sort || argument->text != "reverse") return fail(argument->place, "Named arguments of ." + callee->text + "() are left out.");
        argument = argument->children[0];
      } else if (*method == Method::sort) {
        return fail(argument->place, "sort() takes only reverse=True or reverse=False.", "TypeError");
      }
      expression(argument);
    }
    emit(Op::method, static_cast<std::uint32_t>(*method) | static_cast<std::uint32_t>(count) << 8, callee->place);
  }

  // ---------------------------------------------------------------------------------------- comprehensions

  /// Loops over the clauses and calls `element` in the innermost. Two operands lie on the stack for each `for`.
  template <typename Element>
  void clauses(const Node* node, std::size_t at, Element&& element) {
    if (at == node->body.size()) return element();
    const Node* clause = node->body[at];
    if (clause->kind == NodeKind::if_) {
      std::vector<std::size_t> skip = condition(clause->children[0]);
      clauses(node, at + 1, element);
      return patch_here(skip);
    }
    if (at > 0) expression(clause->children[1]);  // the first one belongs to the scope around
    emit(Op::begin_loop, 0, clause->children[1]->place);
    std::size_t start = emit(Op::next_item, 0, clause->place);
    store(clause->children[0]);
    clauses(node, at + 1, element);
    emit(Op::jump_back, static_cast<std::uint32_t>(start), clause->place);
    patch_here(start);
    move_depth(-2);
  }

  struct GeneratorScope {
    GeneratorScope(Compiler& c, bool generator) : compiler(c), before(c.in_generator_) { c.in_generator_ |= generator; }
    ~GeneratorScope() { compiler.in_generator_ = before; }
    Compiler& compiler;
    bool before;
  };

  void open_comprehension(const Node* node) {
    std::map<std::string, std::uint32_t> scope;
    for (const Node* clause : node->body)
      if (clause->kind == NodeKind::for_)
        each_target(clause->children[0], [&](const Node* name) {
          if (!scope.contains(name->text)) scope[name->text] = hidden_variable();
        });
    for (auto& [name, slot] : scope) here().variables[slot] = name;
    expression(node->body[0]->children[1]);
    comprehensions_.push_back(std::move(scope));
  }

  /// The element and its loops, at most 20 deep, leave a list or dict.
  void comprehension(const Node* node, bool as_iterator) {
    auto kind = static_cast<Comprehension>(node->op);
    std::uint32_t loops = 0;
    for (const Node* clause : node->body) loops += clause->kind == NodeKind::for_;
    emit(kind == Comprehension::dict ? Op::build_dict : Op::build_list, 0, node->place);
    open_comprehension(node);
    {
      GeneratorScope inside(*this, kind == Comprehension::generator);
      clauses(node, 0, [&] {
        for (const Node* part : node->children) expression(part);
        emit(kind == Comprehension::dict ? Op::dict_insert : Op::list_append, 2 * loops, node->place);
      });
    }
    comprehensions_.pop_back();
    if (kind == Comprehension::generator && as_iterator) emit(Op::make_iterator, 0, node->place);
  }

  /// sum(), any() and all() over a generator expression: item by item, as Python does, without a list.
  void fold(const Node* call, Builtin builtin, const Node* node) {
    Place place = call->place;
    std::uint32_t result = hidden_variable(), loops = 0;
    for (const Node* clause : node->body) loops += clause->kind == NodeKind::for_;
    Constant truth;
    truth.type = ValueType::boolean;
    truth.integer = builtin == Builtin::all;
    std::uint32_t start = constant(truth);
    truth.integer = !truth.integer;
    std::uint32_t found = constant(truth);
    std::vector<std::size_t> ends;
    if (builtin == Builtin::sum) emit(Op::load_integer, 0, place);
    else emit(Op::load_constant, start, place);
    emit(Op::store_local, result, place);
    open_comprehension(node);
    {
      GeneratorScope inside(*this, true);
      clauses(node, 0, [&] {
        if (builtin == Builtin::sum) {
          emit(Op::load_local, result, place);
          expression(node->children[0]);
          emit(Op::binary, static_cast<std::uint32_t>(BinaryOp::add), place);
          emit(Op::store_local, result, place);
          return;
        }
        expression(node->children[0]);
        std::size_t go_on = emit(builtin == Builtin::all ? Op::jump_if_true : Op::jump_if_false, 0, place);
        int before = depth_;
        emit(Op::load_constant, found, place);
        emit(Op::store_local, result, place);
        for (std::uint32_t i = 0; i < 2 * loops; ++i) emit(Op::pop, 0, place);
        ends.push_back(emit(Op::jump, 0, place));
        move_depth(before - depth_);
        patch_here(go_on);
      });
    }
    comprehensions_.pop_back();
    patch_here(ends);
    emit(Op::load_local, result, place);
  }

  static std::string docstring(const Node* first) {
    if (first->kind != NodeKind::expression || first->children[0]->kind != NodeKind::string) return "";
    // inspect.cleandoc: the first line bare, the common indentation of the others taken away, no empty lines around.
    std::vector<std::string> lines{""};
    for (char c : first->children[0]->text) {
      if (c == '\n') lines.emplace_back();
      else lines.back() += c;
    }
    std::size_t margin = SIZE_MAX;
    for (std::size_t i = 1; i < lines.size(); ++i)
      if (std::size_t n = lines[i].find_first_not_of(' '); n != std::string::npos) margin = std::min(margin, n);
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::string line = i == 0 ? lines[i].substr(std::min(lines[i].find_first_not_of(' '), lines[i].size())) : lines[i].size() > margin ? lines[i].substr(margin) : "";
      out += line + "\n";
    }
    std::size_t begin = out.find_first_not_of('\n');
    if (begin == std::string::npos) return "";
    return out.substr(begin, out.find_last_not_of('\n') - begin + 1);
  }

  const Tree& tree_;
  Code code_;
  ScriptError error_;
  std::uint32_t function_ = 0;
  int depth_ = 0, most_depth_ = 0;
  std::vector<Loop> loops_;
  std::map<std::string, std::uint32_t> globals_, locals_;
  std::vector<std::map<std::string, std::uint32_t>> comprehensions_;
  std::map<std::string, std::uint32_t> constant_index_;
  std::map<std::tuple<int, std::uint32_t, std::uint32_t>, std::uint32_t> hidden_;
  bool imports_all_ = false, in_generator_ = false;
  std::string imported_ = " ";
  std::string parameter_name_;  ///< set while the value of `name = param(...)` is compiled
};

}  // namespace

std::unique_ptr<const Code> generate(const Tree& tree, ScriptError& error) { return Compiler(tree).run(error); }

}  // namespace interleave
