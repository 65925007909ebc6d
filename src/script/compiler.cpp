// Names first: a pass over the tree finds what each scope binds and which variables functions share, as Python does; then
// the code is made. After a mistake the compiler goes on and its result is thrown away.
// Sections: scopes; names; emitting; statements; exceptions; functions and classes; expressions; calls; comprehensions.
#include "script/compiler.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <optional>
#include <tuple>
#include <utility>

#include "script/operators.h"
#include "script/prelude.h"

namespace interleave {

namespace {

constexpr std::size_t kMostVariables = 1000;  // a slot has 10 bits in binary_locals
constexpr std::size_t kMostInstructions = 1'000'000;  // a target has 20 bits in compare_jump
constexpr std::size_t kMostFunctions = 60'000;

constexpr std::string_view kLeftOut[] = {
    "frozenset", "input", "open", "delattr", "eval", "exec", "compile", "bytes", "bytearray", "complex",
    "vars", "globals", "locals", "dir", "format", "hex", "oct", "bin", "ascii", "slice", "memoryview", "aiter", "anext", "breakpoint", "help", "__import__",
    "BaseExceptionGroup", "ExceptionGroup", "Warning", "ImportError", "FileNotFoundError", "PermissionError", "UnicodeError"};
constexpr std::string_view kLater[] = {"to_process", "wait", "create_task", "BoundedSemaphore", "Condition", "Barrier", "TaskGroup", "LifoQueue", "PriorityQueue"};

template <typename List>
bool among(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

/// A part of the script with names of its own. What is compiled into one function is a unit: comprehensions and the
/// bodies of classes lie in the unit around them.
struct Scope {
  enum class Kind : std::uint8_t { module, function, class_, comprehension };
  struct Name {
    bool bound = false, global = false, nonlocal = false;
    bool captured = false;  ///< a function inside uses it, so it lies in a cell
    bool shared = false;    ///< module: a function assigns it
    int slot = -1;
  };
  Kind kind = Kind::module;
  Scope* parent = nullptr;
  Scope* unit = nullptr;
  const Node* node = nullptr;
  bool is_generator = false;
  std::uint32_t class_slot = 0;
  std::map<std::string, Name> names;
  std::vector<std::string> order;  ///< of the bound ones
  std::vector<std::pair<Scope*, std::string>> free;                    ///< unit: what it takes from functions around it
  std::map<std::pair<Scope*, std::string>, std::uint32_t> free_slots;  ///< and where it keeps them
};

/// Where a name leads.
struct Meaning {
  enum class Kind : std::uint8_t { local, cell, global, shared_global, attribute, builtin, exception, unit, module_name, prelude, unknown } kind = Kind::unknown;
  std::uint32_t index = 0;  ///< variable, global, Builtin, Exception, TimeUnit, function; attribute: variable of the class
};

class Compiler {
 public:
  explicit Compiler(const Tree& tree) : tree_(tree) {
    for (std::string_view name : kMethodNames) name_index(std::string(name));
    for (std::string_view name : kKnownNames) name_index(std::string(name));
  }

  std::unique_ptr<const Code> run(ScriptError& error) {
    Scope& module = new_scope(Scope::Kind::module, nullptr, nullptr);
    scope_ = &module;
    find_bound(tree_.module);
    find_imports(tree_.module);
    visit(tree_.module, module);
    resolve_uses();
    for (const std::string& name : module.order) global_index(name);
    code_.functions.emplace_back();
    function_ = 0;
    here().name = "<module>";
    here().line = 1;
    if (!tree_.module.empty()) code_.docstring = docstring(tree_.module[0]);
    if (!error_) block(tree_.module);
    emit(Op::load_constant, constant({}), {});
    emit(Op::return_value, 0, {});
    finish();
    if (!error_) add_prelude();
    for (const std::string& name : code_.globals) code_.shared_globals.push_back(module.names[name].shared);
    if (code_.names.size() > 60'000) fail({1, 1}, "The script has too many names.");
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

  void add_prelude() {
    const Tree& tree = prelude();
    Scope& module = new_scope(Scope::Kind::module, nullptr, nullptr);
    scope_ = &module;
    in_prelude_ = true;
    imports_all_ = true;
    bound_somewhere_.clear();
    uses_.clear();
    visit(tree.module, module);
    resolve_uses();
    for (std::size_t i = 0; i < tree.module.size(); ++i) {
      code_.prelude[i] = static_cast<std::uint32_t>(code_.functions.size() + i);
      prelude_index_[tree.module[i]->text] = code_.prelude[i];
    }
    std::uint32_t first = static_cast<std::uint32_t>(code_.functions.size());
    code_.functions.resize(code_.functions.size() + tree.module.size());
    for (std::size_t i = 0; i < tree.module.size(); ++i) {
      const Node* node = tree.module[i];
      function_ = first + static_cast<std::uint32_t>(i);
      function_code(node, node->text, node->flag, node->parameters, node->body);
      for (const Node* parameter : node->parameters) {
        if (parameter->children.empty()) continue;
        const Node* value = parameter->children[0];
        Constant c;
        c.type = value->kind == NodeKind::string ? ValueType::string : value->kind == NodeKind::integer ? ValueType::integer : value->kind == NodeKind::none ? ValueType::none : ValueType::boolean;
        c.integer = value->kind == NodeKind::true_ ? 1 : value->integer;
        c.text = value->text;
        here().standards.push_back(std::move(c));
      }
    }
    for (std::uint32_t i = first; i < code_.functions.size(); ++i) code_.functions[i].hidden = code_.functions[i].prelude = true;
    function_ = 0;
  }

  // ---------------------------------------------------------------------------------------- scopes

  Scope& new_scope(Scope::Kind kind, Scope* parent, const Node* node) {
    Scope& scope = all_scopes_.emplace_back();
    scope.kind = kind;
    scope.parent = parent;
    scope.node = node;
    scope.unit = kind == Scope::Kind::module || kind == Scope::Kind::function ? &scope : parent->unit;
    if (node) scopes_[node] = &scope;
    return scope;
  }

  void bind(Scope& scope, const std::string& name) {
    Scope::Name& n = scope.names[name];
    if (!n.bound) scope.order.push_back(name);
    n.bound = true;
  }

  void bind_target(const Node* target, Scope& scope) {
    switch (target->kind) {
      case NodeKind::name:
        bind(scope, target->text);
        uses_.emplace_back(&scope, target->text);
        return;
      case NodeKind::tuple:
      case NodeKind::list:
      case NodeKind::star:
        for (const Node* child : target->children) bind_target(child, scope);
        return;
      default: return visit(target, scope);
    }
  }

  /// Which names the script binds anywhere: only what it leaves alone means what the language says in every scope.
  void find_bound(const std::vector<Node*>& nodes) {
    for (const Node* node : nodes) {
      if (!node) continue;
      if (node->kind == NodeKind::define || node->kind == NodeKind::class_ || node->kind == NodeKind::parameter || node->kind == NodeKind::handler) bound_somewhere_.insert(node->text);
      auto targets = [&](auto&& self, const Node* target) -> void {
        if (target->kind == NodeKind::name) bound_somewhere_.insert(target->text);
        if (target->kind == NodeKind::tuple || target->kind == NodeKind::list || target->kind == NodeKind::star)
          for (const Node* child : target->children) self(self, child);
      };
      switch (node->kind) {
        case NodeKind::assign:
          for (std::size_t i = 1; i < node->children.size(); ++i) targets(targets, node->children[i]);
          break;
        case NodeKind::with_:
          for (std::size_t i = 1; i < node->children.size(); i += 2)
            if (node->children[i]) targets(targets, node->children[i]);
          break;
        case NodeKind::augmented:
        case NodeKind::walrus:
        case NodeKind::for_: targets(targets, node->children[0]); break;
        default: break;
      }
      for (const std::vector<Node*>* list : {&node->children, &node->body, &node->otherwise, &node->parameters, &node->last}) find_bound(*list);
    }
  }

  static bool is_generator_expression(const Node* node) {
    return node->kind == NodeKind::comprehension && node->op == static_cast<std::uint8_t>(Comprehension::generator);
  }

  /// Whoever reads a generator expression at once, from its beginning to its end, needs no generator: its loops are
  /// compiled in place. (any() and all() leave the loops early.)
  bool reads_at_once(const Node* call) const {
    if (call->children.size() != 2 || !is_generator_expression(call->children[1])) return false;
    const Node* callee = call->children[0];
    if (callee->kind == NodeKind::attribute) return callee->text == "join";
    constexpr std::string_view kReaders[] = {"sum", "any", "all", "list", "tuple", "set", "sorted", "max", "min", "dict"};
    return callee->kind == NodeKind::name && among(kReaders, callee->text) && !bound_somewhere_.contains(callee->text);
  }

  void visit(const std::vector<Node*>& nodes, Scope& scope) {
    for (const Node* node : nodes)
      if (node) visit(node, scope);
  }

  void visit_function(const Node* node, Scope& scope) {
    for (const Node* parameter : node->parameters) visit(parameter->children, scope);
    Scope& inner = new_scope(Scope::Kind::function, &scope, node);
    for (const Node* parameter : node->parameters) bind(inner, parameter->text);
    visit(node->kind == NodeKind::lambda ? node->children : node->body, inner);
  }

  void visit_comprehension(const Node* node, Scope& scope, bool in_place) {
    bool unit = is_generator_expression(node) && !in_place;
    visit(node->body[0]->children[1], scope);
    Scope& inner = new_scope(unit ? Scope::Kind::function : Scope::Kind::comprehension, &scope, node);
    if (unit) {
      inner.is_generator = true;
      bind(inner, ".0");
    }
    for (std::size_t i = 0; i < node->body.size(); ++i) {
      const Node* clause = node->body[i];
      if (clause->kind == NodeKind::for_) bind_target(clause->children[0], inner);
      if (i > 0) visit(clause->children[clause->kind == NodeKind::for_ ? 1 : 0], inner);
    }
    visit(node->children, inner);
  }

  void visit(const Node* node, Scope& scope) {
    switch (node->kind) {
      case NodeKind::name: uses_.emplace_back(&scope, node->text); return;
      case NodeKind::assign:
        visit(node->children[0], scope);
        for (std::size_t i = 1; i < node->children.size(); ++i) bind_target(node->children[i], scope);
        return;
      case NodeKind::augmented:
        bind_target(node->children[0], scope);
        return visit(node->children[1], scope);
      case NodeKind::for_:
        visit(node->children[1], scope);
        bind_target(node->children[0], scope);
        break;
      case NodeKind::with_:
        for (std::size_t i = 0; i < node->children.size(); i += 2) {
          visit(node->children[i], scope);
          if (node->children[i + 1]) bind_target(node->children[i + 1], scope);
        }
        return visit(node->body, scope);
      case NodeKind::define:
        visit(node->otherwise, scope);
        bind(scope, node->text);
        uses_.emplace_back(&scope, node->text);
        return visit_function(node, scope);
      case NodeKind::lambda: return visit_function(node, scope);
      case NodeKind::class_: {
        visit(node->otherwise, scope);
        visit(node->children, scope);
        bind(scope, node->text);
        uses_.emplace_back(&scope, node->text);
        Scope& inner = new_scope(Scope::Kind::class_, &scope, node);
        inner.names["__class__"].bound = true;
        for (const Node* statement : node->body) code_.equals |= statement->kind == NodeKind::define && statement->text == "__eq__";
        for (const Node* statement : node->body)
          code_.shows |= statement->kind == NodeKind::define && (statement->text == "__str__" || statement->text == "__repr__");
        return visit(node->body, inner);
      }
      case NodeKind::call: {
        bool in_place = reads_at_once(node);
        const Node* callee = node->children[0];
        if (callee->kind == NodeKind::name && callee->text == "super") {
          uses_.emplace_back(&scope, "__class__");
          if (const Node* function = scope.unit->node; function && function->kind == NodeKind::define && !function->parameters.empty())
            uses_.emplace_back(&scope, function->parameters[0]->text);
        }
        for (const Node* child : node->children) {
          if (in_place && child->kind == NodeKind::comprehension) visit_comprehension(child, scope, true);
          else visit(child, scope);
        }
        return;
      }
      case NodeKind::star:
        if (is_generator_expression(node->children[0])) return visit_comprehension(node->children[0], scope, true);
        return visit(node->children, scope);
      case NodeKind::comprehension: return visit_comprehension(node, scope, false);
      case NodeKind::walrus: {
        Scope* outer = &scope;
        while (outer->kind == Scope::Kind::comprehension) outer = outer->parent;
        if (outer->node && outer->node->kind == NodeKind::comprehension) return fail(node->place, "':=' in a generator expression is left out.");
        bind_target(node->children[0], *outer);
        if (outer != &scope) uses_.emplace_back(&scope, node->children[0]->text);
        return visit(node->children[1], scope);
      }
      case NodeKind::handler:
        visit(node->children, scope);
        if (!node->text.empty()) bind(scope, node->text), uses_.emplace_back(&scope, node->text);
        return visit(node->body, scope);
      case NodeKind::global_:
      case NodeKind::nonlocal_:
        each_name(node->text, [&](const std::string& name) {
          Scope::Name& n = scope.names[name];
          if (n.bound || n.nonlocal || n.global) return fail(node->place, "'" + name + "' is used before this line says where it belongs.");
          if (node->kind == NodeKind::nonlocal_) {
            if (scope.kind == Scope::Kind::module) return fail(node->place, "'nonlocal' can only stand in a function.");
            n.nonlocal = true;
            nonlocals_.push_back({&scope, node});
            uses_.emplace_back(&scope, name);
            return;
          }
          n.global = true;
          Scope* module = &scope;
          while (module->parent) module = module->parent;
          if (module == &scope) return;
          bind(*module, name);
          module->names[name].shared = true;
        });
        return;
      case NodeKind::delete_:
        for (const Node* target : node->children) bind_target(target, scope);
        return;
      case NodeKind::yield_:
        if (scope.kind == Scope::Kind::comprehension || (scope.node && scope.node->kind == NodeKind::comprehension)) fail(node->place, "'yield' cannot stand in a comprehension.");
        if (scope.kind != Scope::Kind::function) fail(node->place, "'yield' can only stand in a function.");
        scope.unit->is_generator = true;
        return visit(node->children, scope);
      default: visit(node->children, scope); break;
    }
    visit(node->body, scope);
    visit(node->otherwise, scope);
    visit(node->parameters, scope);
    visit(node->last, scope);
  }

  template <typename Each>
  static void each_name(const std::string& text, Each&& each) {
    for (std::size_t begin = 1; begin < text.size();) {
      std::size_t end = std::min(text.find(' ', begin), text.size());
      each(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  /// The scope that binds the name as seen from `from`; the module's where none does.
  static Scope* binder(Scope* from, const std::string& name) {
    for (Scope* scope = from;; scope = scope->parent) {
      if (scope->kind == Scope::Kind::module) return scope;
      if (scope->kind == Scope::Kind::class_ && (name == "__class__" ? scope == from : scope != from)) continue;
      auto at = scope->names.find(name);
      if (at == scope->names.end()) continue;
      if (at->second.global) {
        while (scope->parent) scope = scope->parent;
        return scope;
      }
      if (at->second.bound && !at->second.nonlocal) return scope;
    }
  }

  void resolve_uses() {
    for (auto& [scope, name] : uses_) {
      Scope* found = binder(scope, name);
      if (found->kind == Scope::Kind::module || found->unit == scope->unit) continue;
      found->names[name].captured = true;
      for (Scope* unit = scope->unit; unit != found->unit; unit = unit->parent->unit)
        if (std::find(unit->free.begin(), unit->free.end(), std::pair(found, name)) == unit->free.end()) unit->free.emplace_back(found, name);
    }
    for (auto& [scope, node] : nonlocals_)
      each_name(node->text, [&](const std::string& name) {
        if (binder(scope, name)->kind == Scope::Kind::module) fail(node->place, "No function around this one has a variable called '" + name + "'.");
      });
  }

  // ---------------------------------------------------------------------------------------- names

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

  std::uint32_t name_index(const std::string& name) {
    auto [at, fresh] = name_indexes_.try_emplace(name, static_cast<std::uint32_t>(code_.names.size()));
    if (fresh) code_.names.push_back(name);
    return at->second;
  }

  Meaning meaning(const std::string& name) {
    Scope* found = binder(scope_, name);
    if (found->kind != Scope::Kind::module) {
      if (found->kind == Scope::Kind::class_ && found == scope_) return {Meaning::Kind::attribute, found->class_slot};
      if (found->unit != scope_->unit) return {Meaning::Kind::cell, scope_->unit->free_slots[{found, name}]};
      const Scope::Name& n = found->names[name];
      return {n.captured ? Meaning::Kind::cell : Meaning::Kind::local, static_cast<std::uint32_t>(std::max(n.slot, 0))};
    }
    if (auto at = found->names.find(name); at != found->names.end() && at->second.bound) {
      if (in_prelude_) return {Meaning::Kind::prelude, prelude_index_[name]};
      return {at->second.shared ? Meaning::Kind::shared_global : Meaning::Kind::global, global_index(name)};
    }
    bool imported = imports_all_ || imported_.find(" " + name + " ") != std::string::npos;
    if (auto unit = unit_named(name); unit && imported) return {Meaning::Kind::unit, static_cast<std::uint32_t>(*unit)};
    if (auto exception = exception_named(name); exception && (imported || !kExceptionFacts[static_cast<std::size_t>(*exception)].imported))
      return {Meaning::Kind::exception, static_cast<std::uint32_t>(*exception)};
    if (auto builtin = builtin_named(name); builtin && (name[0] != '_' || in_prelude_) && (imported || facts(*builtin).kind == BuiltinFacts::Kind::python))
      return {Meaning::Kind::builtin, static_cast<std::uint32_t>(*builtin)};
    if (name == "__name__") return {Meaning::Kind::module_name, 0};
    return {};
  }

  std::optional<Builtin> builtin_of(const Node* node) {
    if (node->kind != NodeKind::name) return std::nullopt;
    Meaning m = meaning(node->text);
    if (m.kind != Meaning::Kind::builtin) return std::nullopt;
    return static_cast<Builtin>(m.index);
  }

  std::optional<Builtin> builtin_call(const Node* node) {
    return node->kind == NodeKind::call ? builtin_of(node->children[0]) : std::nullopt;
  }

  void unknown_name(const Node* node) {
    const std::string& name = node->text;
    auto exception = exception_named(name);
    if (unit_named(name) || (builtin_named(name) && name[0] != '_') || exception) return fail(node->place, "'" + name + "' is not known yet: begin the script with 'from interleave import *'.", "NameError");
    if (among(kLater, name)) return fail(node->place, "'" + name + "' is left out of the language so far.", "NameError");
    if (among(kLeftOut, name)) return fail(node->place, "Python's '" + name + "' is left out of the language so far.", "NameError");
    if (name == "super") return fail(node->place, "super() is called in a method, such as super().__init__(name).", "NameError");
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
      case Op::load_shared_global: case Op::load_cell: case Op::load_builtin: case Op::load_exception:
      case Op::dup: case Op::begin_loop: case Op::next_item: case Op::binary_locals: return 1;
      case Op::dup_two: return 2;
      case Op::store_local: case Op::store_global: case Op::pop: case Op::binary: case Op::compare: case Op::jump_if_false:
      case Op::store_shared_global: case Op::store_cell: case Op::set_add: case Op::dict_merge: case Op::delete_attribute:
      case Op::jump_if_true: case Op::jump_if_false_or_pop: case Op::jump_if_true_or_pop: case Op::list_append:
      case Op::list_extend: case Op::subscript: case Op::return_value: case Op::yield_from: case Op::reraise: case Op::matches: case Op::super: return -1;
      case Op::compare_jump: case Op::build_slice: case Op::dict_insert: case Op::delete_subscript: case Op::store_attribute: return -2;
      case Op::store_subscript: return -3;
      case Op::set_defaults: return -static_cast<int>(argument & 255);
      case Op::leave_loop: return -1;
      case Op::raise: return -1 - (n & 1) - (n >> 1);
      case Op::make_class: return n & 1 ? 0 : 1;
      case Op::build_list: case Op::build_tuple: case Op::build_string: case Op::build_set: return 1 - n;
      case Op::build_dict: return 1 - 2 * n;
      case Op::unpack: return (n & 255) - 1;
      case Op::format: return argument & 1 ? -1 : 0;
      case Op::call: case Op::call_awaited: return -n;
      case Op::builtin: return 1 - static_cast<int>(argument >> 8);
      case Op::method: return -static_cast<int>(argument & 255);
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

  /// What encloses a statement: leaving it by break, continue or return must do what it says.
  struct Block {
    enum class Kind : std::uint8_t { loop, guarded, finally, with_, named } kind;
    explicit Block(Kind k) : kind(k) {}
    std::size_t start = 0;     ///< loop: where it goes on
    bool has_items = false;    ///< loop: a for: two operands lie on the stack
    std::vector<std::size_t> breaks;
    int depth = 0;             ///< of the operands where it began
    std::size_t segment = 0;   ///< where the part that it guards began
    std::vector<std::pair<std::size_t, std::size_t>> segments;
    const Node* node = nullptr;  ///< finally: the try; named: the handler
    std::uint32_t slot = 0;      ///< with_: the context
    bool is_async = false;
  };

  void block(const std::vector<Node*>& statements) {
    for (const Node* node : statements) {
      if (error_) return;  // a finally is compiled for each way out: after a mistake that is for nothing
      statement(node);
    }
  }

  void statement(const Node* node) {
    Place place = node->place;
    switch (node->kind) {
      case NodeKind::expression: return expression_statement(node->children[0]);
      case NodeKind::assign: return assign(node);
      case NodeKind::augmented: return augmented(node);
      case NodeKind::define: return define(node);
      case NodeKind::class_: return class_statement(node);
      case NodeKind::return_: return return_statement(node);
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
        Block loop(Block::Kind::loop);
        loop.start = next_index();
        blocks_.push_back(std::move(loop));
        std::vector<std::size_t> end = condition(node->children[0]);
        block(node->body);
        emit(Op::jump_back, static_cast<std::uint32_t>(blocks_.back().start), place);
        patch_here(end);
        return end_loop(node);
      }
      case NodeKind::for_: {
        if (node->flag && !here().is_async) return fail(place, "'async for' can only stand in an async def.");
        expression(node->children[1]);
        emit(Op::begin_loop, node->flag, node->children[1]->place);
        std::size_t start = emit(Op::next_item, 0, place);
        Block loop(Block::Kind::loop);
        loop.start = start;
        loop.has_items = true;
        blocks_.push_back(std::move(loop));
        store(node->children[0]);
        block(node->body);
        emit(Op::jump_back, static_cast<std::uint32_t>(start), place);
        patch_here(start);
        move_depth(-2);
        return end_loop(node);
      }
      case NodeKind::break_:
      case NodeKind::continue_: {
        std::size_t loop = blocks_.size();
        while (loop > 0 && blocks_[loop - 1].kind != Block::Kind::loop) --loop;
        bool leave = node->kind == NodeKind::break_;
        if (loop == 0) return fail(place, leave ? "'break' can only stand in a loop." : "'continue' can only stand in a loop.");
        int before = depth_;
        std::vector<Block> left = leave_blocks(loop, place);
        Block& block = blocks_[loop - 1];
        if (leave) {
          if (block.has_items) {
            emit(Op::leave_loop, 0, place);
            emit(Op::pop, 0, place);
          }
          block.breaks.push_back(emit(Op::jump, 0, place));
        } else {
          emit(Op::jump_back, static_cast<std::uint32_t>(block.start), place);
        }
        enter_again(std::move(left));
        return move_depth(before - depth_);
      }
      case NodeKind::pass: return;
      case NodeKind::global_:
      case NodeKind::nonlocal_: return;
      case NodeKind::try_: return try_statement(node);
      case NodeKind::with_: return with_statement(node, 0);
      case NodeKind::raise_: return raise_statement(node);
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
          if (target->kind == NodeKind::name) {
            load_name(target);
            emit(Op::pop, 0, target->place);
            unbind(target->text, target->place);
            continue;
          }
          expression(target->children[0]);
          if (target->kind == NodeKind::attribute) {
            emit(Op::delete_attribute, name_index(target->text), target->place);
            continue;
          }
          expression(target->children[1]);
          emit(Op::delete_subscript, 0, target->place);
        }
        return;
      default: return fail(place, "This cannot stand here.");
    }
  }

  void return_statement(const Node* node) {
    Place place = node->place;
    if (in_module() || scope_->kind == Scope::Kind::class_) fail(place, "'return' can only stand in a function.");
    if (here().is_async && here().is_generator && !node->children.empty()) fail(place, "An async def with 'yield' cannot return a value.");
    if (node->children.empty()) emit(Op::load_constant, constant({}), place);
    else expression(node->children[0]);
    bool busy = std::any_of(blocks_.begin(), blocks_.end(), [](const Block& b) { return (b.kind != Block::Kind::loop || b.has_items) && b.kind != Block::Kind::guarded; });
    if (!busy) {
      emit(Op::return_value, 0, place);
      return;
    }
    std::uint32_t result = hidden_variable();
    emit(Op::store_local, result, place);
    int before = depth_;
    std::vector<Block> left = leave_blocks(0, place);
    emit(Op::load_local, result, place);
    emit(Op::return_value, 0, place);
    enter_again(std::move(left));
    move_depth(before - depth_);
  }

  void end_loop(const Node* node) {
    std::vector<std::size_t> breaks = std::move(blocks_.back().breaks);
    blocks_.pop_back();
    block(node->otherwise);
    patch_here(breaks);
  }

  // ---------------------------------------------------------------------------------------- exceptions

  Block& open(Block::Kind kind) {
    Block b(kind);
    b.depth = depth_;
    b.segment = next_index();
    blocks_.push_back(std::move(b));
    return blocks_.back();
  }

  void close_segment(Block& b) {
    if (b.kind != Block::Kind::loop && next_index() > b.segment) b.segments.emplace_back(b.segment, next_index());
  }

  /// The end of what the innermost block guards.
  Block close() {
    Block b = std::move(blocks_.back());
    blocks_.pop_back();
    close_segment(b);
    return b;
  }

  /// Here begins what is done when something in `b` raised; the exception lies on the stack.
  void handler_here(const Block& b) {
    auto target = static_cast<std::uint32_t>(next_index());
    for (auto [begin, end] : b.segments) here().handlers.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), target, static_cast<std::uint32_t>(b.depth)});
    depth_ = b.depth;
    move_depth(1);
  }

  /// Does what leaving the blocks from `down_to` on asks for, the innermost first; none guards what the ones outside it do.
  std::vector<Block> leave_blocks(std::size_t down_to, Place place) {
    std::vector<Block> left;
    while (blocks_.size() > down_to) {
      left.push_back(std::move(blocks_.back()));
      blocks_.pop_back();
      close_segment(left.back());
      const Block b = left.back();
      switch (b.kind) {
        case Block::Kind::finally: block(b.node->last); break;
        case Block::Kind::with_: call_exit(b.slot, b.is_async, place, UINT32_MAX); emit(Op::pop, 0, place); break;
        case Block::Kind::named: unbind(b.node->text, place); break;
        case Block::Kind::loop:
          if (!b.has_items) break;
          emit(Op::leave_loop, 0, place);
          emit(Op::pop, 0, place);
          break;
        case Block::Kind::guarded: break;
      }
    }
    return left;
  }

  void enter_again(std::vector<Block> left) {
    for (auto b = left.rbegin(); b != left.rend(); ++b) {
      b->segment = next_index();
      blocks_.push_back(std::move(*b));
    }
  }

  void unbind(const std::string& name, Place place) {
    Constant nothing;
    nothing.type = ValueType::unbound;
    emit(Op::load_constant, constant(nothing), place);
    store_name(name, place);
  }

  void try_statement(const Node* node) {
    Place place = node->place;
    if (!node->last.empty()) open(Block::Kind::finally).node = node;
    if (node->parameters.empty()) {
      block(node->body);
    } else {
      open(Block::Kind::guarded);
      block(node->body);
      Block guarded = close();
      block(node->otherwise);
      std::vector<std::size_t> ends{emit(Op::jump, 0, place)};
      handler_here(guarded);
      std::uint32_t caught = hidden_variable();
      emit(Op::store_local, caught, place);
      bool all = false;
      for (const Node* handler : node->parameters) {
        Place at = handler->place;
        std::size_t next = SIZE_MAX;
        if (handler->children.empty()) {
          all = true;
        } else {
          emit(Op::load_local, caught, at);
          expression(handler->children[0]);
          emit(Op::matches, 0, at);
          next = emit(Op::jump_if_false, 0, at);
        }
        handled_.push_back(caught);
        if (handler->text.empty()) {
          block(handler->body);
        } else {
          emit(Op::load_local, caught, at);
          store_name(handler->text, at);
          open(Block::Kind::named).node = handler;
          block(handler->body);
          Block named = close();
          unbind(handler->text, at);
          std::size_t over = emit(Op::jump, 0, at);
          handler_here(named);
          std::uint32_t again = hidden_variable();
          emit(Op::store_local, again, at);
          unbind(handler->text, at);
          emit(Op::load_local, again, at);
          emit(Op::reraise, 0, at);
          patch_here(over);
        }
        handled_.pop_back();
        emit(Op::load_constant, constant({}), at);
        emit(Op::store_local, caught, at);
        ends.push_back(emit(Op::jump, 0, at));
        if (next != SIZE_MAX) patch_here(next);
      }
      if (!all) {
        emit(Op::load_local, caught, place);
        emit(Op::reraise, 0, place);
      }
      patch_here(ends);
    }
    if (node->last.empty()) return;
    Block finally = close();
    block(node->last);
    std::size_t end = emit(Op::jump, 0, place);
    handler_here(finally);
    std::uint32_t raised = hidden_variable();
    emit(Op::store_local, raised, place);
    handled_.push_back(raised);
    block(node->last);
    handled_.pop_back();
    emit(Op::load_local, raised, place);
    emit(Op::reraise, 0, place);
    patch_here(end);
  }

  void call_known(Known name, std::uint32_t count, Place place) {
    emit(Op::method, static_cast<std::uint32_t>(name) << 8 | count, place);
  }

  /// Leaves what __exit__ returned; `raised` is where the exception lies, or UINT32_MAX.
  void call_exit(std::uint32_t context, bool is_async, Place place, std::uint32_t raised) {
    emit(Op::load_local, context, place);
    if (raised == UINT32_MAX) {
      for (int i = 0; i < 3; ++i) emit(Op::load_constant, constant({}), place);
    } else {
      emit(Op::load_local, raised, place);
      emit(Op::builtin, static_cast<std::uint32_t>(Builtin::type) | 1 << 8, place);
      emit(Op::load_local, raised, place);
      emit(Op::load_constant, constant({}), place);
    }
    call_known(is_async ? Known::aexit : Known::exit, 3, place);
    if (is_async) emit(Op::await_value, 0, place);
  }

  void with_statement(const Node* node, std::size_t at) {
    Place place = node->place;
    if (node->flag && !here().is_async) return fail(place, "'async with' can only stand in an async def.");
    if (at >= node->children.size()) return block(node->body);
    place = node->children[at]->place;
    expression(node->children[at]);
    std::uint32_t context = hidden_variable();
    emit(Op::store_local, context, place);
    emit(Op::load_local, context, place);
    call_known(node->flag ? Known::aenter : Known::enter, 0, place);
    if (node->flag) emit(Op::await_value, 0, place);
    if (!node->children[at + 1]) emit(Op::pop, 0, place);
    else move_depth(-1);  // stored inside, where what goes wrong leaves by __exit__
    Block& with = open(Block::Kind::with_);
    with.slot = context;
    with.is_async = node->flag;
    if (node->children[at + 1]) {
      move_depth(1);
      store(node->children[at + 1]);
    }
    with_statement(node, at + 2);
    Block b = close();
    call_exit(context, node->flag, place, UINT32_MAX);
    emit(Op::pop, 0, place);
    std::size_t end = emit(Op::jump, 0, place);
    handler_here(b);
    std::uint32_t raised = hidden_variable();
    emit(Op::store_local, raised, place);
    call_exit(context, node->flag, place, raised);
    std::size_t swallowed = emit(Op::jump_if_true, 0, place);
    emit(Op::load_local, raised, place);
    emit(Op::reraise, 0, place);
    patch_here(swallowed);
    emit(Op::load_constant, constant({}), place);
    emit(Op::store_local, raised, place);
    patch_here(end);
  }

  void raise_statement(const Node* node) {
    if (node->children.empty()) {
      if (handled_.empty()) return fail(node->place, "A 'raise' without an exception can only stand in an 'except'.");
      emit(Op::load_local, handled_.back(), node->place);
      emit(Op::reraise, 0, node->place);
      return;
    }
    if (!handled_.empty()) emit(Op::load_local, handled_.back(), node->place);
    for (const Node* child : node->children) expression(child);
    emit(Op::raise, static_cast<std::uint32_t>(node->children.size() - 1) | (handled_.empty() ? 0u : 2u), node->place);
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
    auto pair = [](const Node* n) { return n->kind == NodeKind::tuple && n->children.size() == 2 && n->children[0]->kind != NodeKind::star && n->children[1]->kind != NodeKind::star; };
    if (node->children.size() == 2 && pair(value) && pair(node->children[1])) {
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

  void store_name(const std::string& name, Place place) {
    Meaning m = meaning(name);
    switch (m.kind) {
      case Meaning::Kind::local: emit(Op::store_local, m.index, place); return;
      case Meaning::Kind::cell: emit(Op::store_cell, m.index, place); return;
      case Meaning::Kind::shared_global: emit(Op::store_shared_global, m.index, place); return;
      case Meaning::Kind::attribute:
        emit(Op::load_local, m.index, place);
        emit(Op::store_attribute, name_index(name), place);
        return;
      default: emit(Op::store_global, global_index(name), place);
    }
  }

  void store(const Node* target) {
    switch (target->kind) {
      case NodeKind::name: return store_name(target->text, target->place);
      case NodeKind::tuple:
      case NodeKind::list: {
        auto count = static_cast<std::uint32_t>(target->children.size());
        for (std::uint32_t i = 0; i < target->children.size(); ++i)
          if (target->children[i]->kind == NodeKind::star) count |= 256 | i << 9;
        emit(Op::unpack, count, target->place);
        for (const Node* child : target->children) store(child->kind == NodeKind::star ? child->children[0] : child);
        return;
      }
      case NodeKind::attribute:
        expression(target->children[0]);
        emit(Op::store_attribute, name_index(target->text), target->place);
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
    auto change = [&] {
      const Node* value = node->children[1];
      if (binary_with_integer(node->op, value, node->place)) return;
      expression(value);
      emit(Op::binary, op, node->place);
    };
    if (target->kind == NodeKind::name) {
      load_name(target);
      change();
      return store(target);
    }
    expression(target->children[0]);
    if (target->kind == NodeKind::attribute) {
      emit(Op::dup, 0, target->place);
      emit(Op::load_attribute, name_index(target->text), target->place);
      change();
      emit(Op::rotate_two, 0, node->place);
      emit(Op::store_attribute, name_index(target->text), node->place);
      return;
    }
    expression(target->children[1]);
    emit(Op::dup_two, 0, target->place);
    emit(Op::subscript, 0, target->place);
    change();
    emit(Op::rotate_three, 0, node->place);
    emit(Op::store_subscript, 0, node->place);
  }

  // ---------------------------------------------------------------------------------------- functions and classes

  std::string qualified(const std::string& name) const {
    std::string out = name;
    for (Scope* scope = scope_; scope && scope->node; scope = scope->parent) {
      if (scope->kind == Scope::Kind::class_) out = scope->node->text + "." + out;
      else if (scope->kind == Scope::Kind::function) out = (scope->node->text.empty() ? "<lambda>" : scope->node->text) + ".<locals>." + out;
    }
    return out;
  }

  void define(const Node* node) {
    for (const Node* decorator : node->otherwise) expression(decorator);
    function(node, node->text, node->flag, node->body);
    for (std::size_t i = 0; i < node->otherwise.size(); ++i) emit(Op::call, 1, node->otherwise[node->otherwise.size() - 1 - i]->place);
    store_name(node->text, node->place);
  }

  /// Leaves the function.
  void function(const Node* node, const std::string& name, bool is_async, const std::vector<Node*>& body) {
    if (code_.functions.size() >= kMostFunctions) return fail(node->place, "The script has too many functions.");
    std::uint32_t defaults = 0;
    for (bool by_name : {false, true})
      for (const Node* parameter : node->parameters) {
        if (parameter->children.empty() || (static_cast<ParameterKind>(parameter->op) == ParameterKind::by_name) != by_name) continue;
        expression(parameter->children[0]);
        ++defaults;
      }
    auto index = static_cast<std::uint32_t>(code_.functions.size());
    Scope* inner = scopes_.at(node);
    if (!inner->free.empty() || (defaults && scope_->kind != Scope::Kind::module)) {
      emit(Op::make_closure, index, node->place);
      move_depth(1 - static_cast<int>(defaults));
    } else {
      if (defaults) emit(Op::set_defaults, index << 8 | defaults, node->place);
      emit(Op::load_function, index, node->place);
    }
    std::string full = qualified(name);
    auto outer = function_;
    code_.functions.emplace_back();
    function_ = index;
    if (full != name) here().qualified = std::move(full);
    for (auto& [found, free] : inner->free) {
      Scope* around = scope_->unit;
      here().captures.push_back(found->unit == around ? static_cast<std::uint32_t>(std::max(found->names[free].slot, 0)) : around->free_slots[{found, free}]);
    }
    function_code(node, name, is_async, node->parameters, body);
    function_ = outer;
  }

  /// A function in a finally is made more than once.
  static void forget_slots(Scope* unit) {
    for (auto& [name, n] : unit->names) n.slot = -1;
    unit->free_slots.clear();
  }

  void begin_unit(Scope* unit) {
    scope_ = unit;
    for (const std::string& name : unit->order) {
      Scope::Name& n = unit->names[name];
      if (n.slot < 0 && !n.global && !n.nonlocal) n.slot = static_cast<int>(new_variable(name));
    }
    for (auto& [found, name] : unit->free) {
      std::uint32_t slot = new_variable(name);
      unit->free_slots[{found, name}] = slot;
      here().free.push_back(slot);
    }
    for (const std::string& name : unit->order)
      if (const Scope::Name& n = unit->names[name]; n.captured && n.slot >= 0) emit(Op::make_cell, static_cast<std::uint32_t>(n.slot), {});
  }

  /// What belongs to the function around while one inside is made.
  struct Outer {
    explicit Outer(Compiler& c) : compiler(c), depth(std::exchange(c.depth_, 0)), most(std::exchange(c.most_depth_, 0)), blocks(std::exchange(c.blocks_, {})),
          handled(std::exchange(c.handled_, {})), scope(c.scope_), in_generator(std::exchange(c.in_generator_, false)) {}
    ~Outer() {
      compiler.depth_ = depth;
      compiler.most_depth_ = most;
      compiler.blocks_ = std::move(blocks);
      compiler.handled_ = std::move(handled);
      compiler.scope_ = scope;
      compiler.in_generator_ = in_generator;
    }
    Compiler& compiler;
    int depth, most;
    std::vector<Block> blocks;
    std::vector<std::uint32_t> handled;
    Scope* scope;
    bool in_generator;
  };

  /// Into here().
  void function_code(const Node* node, const std::string& name, bool is_async, const std::vector<Node*>& parameters, const std::vector<Node*>& body) {
    Outer outer(*this);
    Scope* unit = scopes_.at(node);
    FunctionCode& f = here();
    f.name = name;
    f.line = node->place.line;
    f.is_async = is_async;
    f.is_generator = unit->is_generator;
    forget_slots(unit);
    // By position, by name, then the * and the **.
    for (ParameterKind kind : {ParameterKind::plain, ParameterKind::by_name, ParameterKind::rest, ParameterKind::named})
      for (const Node* parameter : parameters) {
        if (static_cast<ParameterKind>(parameter->op) != kind) continue;
        unit->names[parameter->text].slot = static_cast<int>(new_variable(parameter->text));
        bool required = parameter->children.empty();
        if (kind == ParameterKind::plain) ++f.parameters, f.required += required;
        if (kind == ParameterKind::by_name) ++f.by_name, f.by_name_required.push_back(required);
        f.rest |= kind == ParameterKind::rest;
        f.named |= kind == ParameterKind::named;
      }
    begin_unit(unit);
    if (node->kind == NodeKind::lambda) {
      expression(body[0]);
      emit(Op::return_value, 0, body[0]->place);
    } else {
      block(body);
      Place end = here().places.empty() ? node->place : here().places.back();
      emit(Op::load_constant, constant({}), end);
      emit(Op::return_value, 0, end);
    }
    finish();
  }

  void class_statement(const Node* node) {
    Place place = node->place;
    for (const Node* decorator : node->otherwise) expression(decorator);
    for (const Node* base : node->children) expression(base);
    emit(Op::make_class, string_constant(node->text) << 1 | static_cast<std::uint32_t>(node->children.size()), place);
    std::uint32_t slot = hidden_variable();
    emit(Op::store_local, slot, place);
    Scope* inner = scopes_.at(node);
    inner->class_slot = slot;
    if (Scope::Name& own = inner->names["__class__"]; own.captured) {
      own.slot = static_cast<int>(hidden_variable());
      emit(Op::load_local, slot, place);
      emit(Op::store_local, static_cast<std::uint32_t>(own.slot), place);
      emit(Op::make_cell, static_cast<std::uint32_t>(own.slot), place);
    }
    Scope* outer = std::exchange(scope_, inner);
    std::vector<Block> blocks = std::exchange(blocks_, {});
    block(node->body);
    blocks_ = std::move(blocks);
    scope_ = outer;
    emit(Op::load_local, slot, place);
    for (std::size_t i = 0; i < node->otherwise.size(); ++i) emit(Op::call, 1, place);
    store_name(node->text, place);
  }

  void finish() { here().slots = static_cast<std::uint32_t>(here().variables.size()) + static_cast<std::uint32_t>(most_depth_) + 3; }  // a method call moves its arguments up by one

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
        if (std::find(node->children.begin(), node->children.end(), nullptr) != node->children.end() || node->children.size() > 128) {
          emit(Op::build_dict, 0, place);
          for (std::size_t i = 0; i < node->children.size(); i += 2) {
            if (node->children[i]) expression(node->children[i]);
            expression(node->children[i + 1]);
            emit(node->children[i] ? Op::dict_insert : Op::dict_merge, 0, node->children[i + 1]->place);
          }
          return;
        }
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
          if (i + 1 == node->children.size()) break;
          emit(Op::dup, 0, place);
          ends.push_back(emit(node->kind == NodeKind::and_ ? Op::jump_if_false : Op::jump_if_true, 0, place));
          emit(Op::pop, 0, place);
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
      case NodeKind::attribute:
        expression(node->children[0]);
        emit(Op::load_attribute, name_index(node->text), place);
        return;
      case NodeKind::lambda: return function(node, "<lambda>", false, node->children);
      case NodeKind::walrus:
        expression(node->children[1]);
        emit(Op::dup, 0, place);
        return store(node->children[0]);
      case NodeKind::yield_: return yield(node);
      case NodeKind::set:
        if (node->children.size() > 64 || has_star(node->children, 0)) {
          items(node->children, Op::build_list, place);
          emit(Op::builtin, static_cast<std::uint32_t>(Builtin::set) | 1 << 8, place);
          return;
        }
        return items(node->children, Op::build_set, place);
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
      case NodeKind::comprehension: return is_generator_expression(node) ? generator_expression(node) : comprehension(node);
      case NodeKind::star:
      case NodeKind::double_star: return fail(place, "A * can only stand in a call, a list or a tuple.");
      default: return fail(place, "This cannot stand here.");
    }
  }

  void load_name(const Node* node) {
    Meaning m = meaning(node->text);
    switch (m.kind) {
      case Meaning::Kind::local: emit(Op::load_local, m.index, node->place); return;
      case Meaning::Kind::cell: emit(Op::load_cell, m.index, node->place); return;
      case Meaning::Kind::global: emit(Op::load_global, m.index, node->place); return;
      case Meaning::Kind::shared_global: emit(Op::load_shared_global, m.index, node->place); return;
      case Meaning::Kind::attribute:
        emit(Op::load_local, m.index, node->place);
        emit(Op::load_attribute, name_index(node->text), node->place);
        return;
      case Meaning::Kind::prelude: emit(Op::load_function, m.index, node->place); return;
      case Meaning::Kind::exception: emit(Op::load_exception, m.index, node->place); return;
      case Meaning::Kind::unit: {
        Constant c;
        c.type = ValueType::duration;
        c.unit = static_cast<TimeUnit>(m.index);
        c.integer = nanos(c.unit);
        emit(Op::load_constant, constant(c), node->place);
        return;
      }
      case Meaning::Kind::module_name: return load_string("__main__", node->place);
      case Meaning::Kind::builtin:
        if (facts(static_cast<Builtin>(m.index)).kind == BuiltinFacts::Kind::declaration) return fail(node->place, "'" + node->text + "' can only be called here, not passed on.");
        emit(Op::load_builtin, m.index, node->place);
        return;
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
      if (spread && item->kind == NodeKind::comprehension) comprehension(item);
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
      bool repr = part->text == "r";
      if (code_.shows && !in_prelude_) {
        emit(Op::show, repr, part->place);
        repr = false;
      }
      bool specified = part->children.size() > 1 && !part->children[1]->children.empty();
      if (specified) format(part->children[1]);
      emit(Op::format, (specified ? 1u : 0u) | (repr ? 2u : part->text == "s" ? 4u : 0u), part->place);
    }
    if (node->children.size() != 1 || node->children[0]->kind != NodeKind::replacement) emit(Op::build_string, static_cast<std::uint32_t>(node->children.size()), node->place);
  }

  void await(const Node* node) {
    if (in_module()) return fail(node->place, "'await' can only stand in an async def.");
    if (here().name == "<generator>") return fail(node->place, "'await' in a generator expression is left out; use a list in square brackets.");
    if (!here().is_async) return fail(node->place, "'await' can only stand in an async def; write 'async def " + here().name + "'.");
    if (in_generator_) return fail(node->place, "'await' in a generator expression is left out; use a list in square brackets.");
    const Node* inner = node->children[0];
    if (auto builtin = builtin_call(inner)) {
      std::string name(facts(*builtin).name);
      switch (facts(*builtin).kind) {
        case BuiltinFacts::Kind::awaited_operation: return call_builtin(inner, *builtin);
        case BuiltinFacts::Kind::prelude: break;
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

  void yield(const Node* node) {
    Place place = node->place;
    if (node->flag && here().is_async) return fail(place, "'yield from' cannot stand in an async def.");
    if (node->children.empty()) emit(Op::load_constant, constant({}), place);
    else expression(node->children[0]);
    if (!node->flag) {
      emit(Op::yield_value, 0, place);
      return;
    }
    emit(Op::begin_yield_from, 0, place);
    emit(Op::load_constant, constant({}), place);
    emit(Op::yield_from, 0, place);
  }

  // ---------------------------------------------------------------------------------------- calls

  void call(const Node* node, bool awaited) {
    const Node* callee = node->children[0];
    if (callee->kind == NodeKind::attribute) return call_method(node);
    if (auto builtin = builtin_of(callee)) {
      if (facts(*builtin).kind == BuiltinFacts::Kind::awaited_operation) return call_unawaited(node, *builtin);
      return call_builtin(node, *builtin);
    }
    if (callee->kind == NodeKind::name && callee->text == "super" && meaning("super").kind == Meaning::Kind::unknown) return super(node);
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

  void super(const Node* node) {
    if (node->children.size() > 1) return fail(node->place, "super() takes no arguments here.");
    bool method = scope_->unit->node && scope_->unit->node->kind == NodeKind::define && !scope_->unit->node->parameters.empty() && binder(scope_, "__class__")->kind == Scope::Kind::class_;
    if (!method) return unknown_name(node->children[0]);
    Node own, self;
    own.kind = self.kind = NodeKind::name;
    own.place = self.place = node->place;
    own.text = "__class__";
    self.text = scope_->unit->node->parameters[0]->text;
    load_name(&own);
    load_name(&self);
    emit(Op::super, 0, node->place);
  }

  static std::size_t positional_count(const Node* node) {
    std::size_t n = 0;
    while (n + 1 < node->children.size() && node->children[n + 1]->kind != NodeKind::keyword && node->children[n + 1]->kind != NodeKind::double_star) ++n;
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
    const Node* named = nullptr;
    for (std::size_t i = positional + 1; i < node->children.size(); ++i) {
      if (node->children[i]->kind == NodeKind::double_star) {
        named = node->children[i]->children[0];
        continue;
      }
      shape.keywords.push_back(node->children[i]->text);
      expression(node->children[i]->children[0]);
    }
    if (named) {
      emit(Op::build_dict, 0, node->place);
      expression(named);
      emit(Op::dict_merge, 0, node->place);
      shape.named = true;
    }
    if (shape.keywords.size() > 100) fail(node->place, "A call has at most 100 named arguments.");
    return shape;
  }

  void emit_shaped(Op op, CallShape shape, Place place) {
    int taken = static_cast<int>(shape.positional + shape.keywords.size()) + shape.list + shape.named;
    move_depth(op == Op::builtin_shaped ? 1 - taken : -taken);
    code_.shapes.push_back(std::move(shape));
    emit(op, static_cast<std::uint32_t>(code_.shapes.size() - 1), place);
  }

  /// An operation as a value, for gather() and spawn(): a call of a small async function that awaits it.
  void call_unawaited(const Node* node, Builtin builtin) {
    std::string name(facts(builtin).name);
    if (in_module()) return fail(node->place, name + "() cannot be asked at the top level; await it in a function that run() starts.");
    check_arguments(node, builtin);
    bool timed = builtin == Builtin::io || builtin == Builtin::request || builtin == Builtin::step;
    if (!timed || has_star(node->children, 1)) {  // as a value that waits to be awaited
      std::size_t positional = positional_count(node);
      emit(Op::load_builtin, static_cast<std::uint32_t>(builtin), node->place);
      emit_shaped(Op::call_shaped, shaped_arguments(node, has_star(node->children, 1) || positional > 60, positional), node->place);
      return;
    }
    auto count = static_cast<std::uint32_t>(node->children.size() - 1);
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
      if (node->children[i]->kind == NodeKind::double_star || f.keywords == "*" || f.keywords.find(" " + keyword + " ") != std::string_view::npos) continue;
      Place at = node->children[i]->place;
      return fail(at, name + "() has no argument called '" + keyword + "'.", "TypeError");
    }
    if (has_star(node->children, 1) || node->children.back()->kind == NodeKind::double_star) return;
    bool timed = builtin == Builtin::compute || builtin == Builtin::sleep || builtin == Builtin::io || builtin == Builtin::block || builtin == Builtin::request;
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
    if (f.kind == BuiltinFacts::Kind::declaration && (!in_module() || scope_->kind != Scope::Kind::module)) return fail(node->place, name + "() belongs to the top level of the script.");
    if (builtin == Builtin::param && parameter_name_.empty()) return fail(node->place, "param() is assigned to one name, such as connections = param(100).");
    const Node* only = node->children.size() == 2 ? node->children[1] : nullptr;
    bool in_place = only && reads_at_once(node);
    if (in_place && (builtin == Builtin::sum || builtin == Builtin::any || builtin == Builtin::all)) return fold(node, builtin, only);

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
        if (in_place) comprehension(only);
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
    std::uint32_t name = name_index(callee->text);
    expression(callee->children[0]);
    std::size_t count = node->children.size() - 1, positional = positional_count(node);
    if (positional == count && count <= 60 && !has_star(node->children, 1)) {
      for (std::size_t i = 1; i < node->children.size(); ++i) {
        if (is_generator_expression(node->children[i]) && reads_at_once(node)) comprehension(node->children[i]);
        else expression(node->children[i]);
      }
      emit(Op::method, name << 8 | static_cast<std::uint32_t>(count), callee->place);
      return;
    }
    CallShape shape = shaped_arguments(node, has_star(node->children, 1) || positional > 60, positional);
    shape.name = name;
    emit_shaped(Op::call_shaped, std::move(shape), callee->place);
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

  /// Opens the scope; what was open before comes back with scope_ = the result.
  Scope* open_comprehension(const Node* node) {
    Scope* inner = scopes_.at(node);
    expression(node->body[0]->children[1]);
    for (const std::string& name : inner->order) {
      Scope::Name& n = inner->names[name];
      n.slot = static_cast<int>(hidden_variable());
      here().variables[static_cast<std::size_t>(n.slot)] = name;
      if (!n.captured) continue;
      Constant nothing;  // a fresh cell each time
      nothing.type = ValueType::unbound;
      emit(Op::load_constant, constant(nothing), node->place);
      emit(Op::store_local, static_cast<std::uint32_t>(n.slot), node->place);
      emit(Op::make_cell, static_cast<std::uint32_t>(n.slot), node->place);
    }
    return std::exchange(scope_, inner);
  }

  /// The element and its loops, at most 20 deep, leave a list, set or dict.
  void comprehension(const Node* node) {
    auto kind = static_cast<Comprehension>(node->op);
    std::uint32_t loops = 0;
    for (const Node* clause : node->body) loops += clause->kind == NodeKind::for_;
    bool set = kind == Comprehension::set;
    emit(kind == Comprehension::dict ? Op::build_dict : set ? Op::build_set : Op::build_list, 0, node->place);
    Scope* outer = open_comprehension(node);
    {
      GeneratorScope inside(*this, kind == Comprehension::generator);
      clauses(node, 0, [&] {
        for (const Node* part : node->children) expression(part);
        emit(kind == Comprehension::dict ? Op::dict_insert : set ? Op::set_add : Op::list_append, 2 * loops, node->place);
      });
    }
    scope_ = outer;
  }

  /// A function with one parameter, which yields.
  void generator_expression(const Node* node) {
    auto index = static_cast<std::uint32_t>(code_.functions.size());
    Scope* inner = scopes_.at(node);
    emit(inner->free.empty() ? Op::load_function : Op::make_closure, index, node->place);
    if (!inner->free.empty()) move_depth(1);
    std::string full = qualified("<genexpr>");
    auto around = function_;
    code_.functions.emplace_back();
    function_ = index;
    here().qualified = full;
    for (auto& [found, free] : inner->free) {
      Scope* unit = scope_->unit;
      here().captures.push_back(found->unit == unit ? static_cast<std::uint32_t>(std::max(found->names[free].slot, 0)) : unit->free_slots[{found, free}]);
    }
    {
      Outer outer(*this);
      here().name = "<generator>";
      here().line = node->place.line;
      here().is_generator = true;
      here().parameters = here().required = 1;
      forget_slots(inner);
      inner->names[".0"].slot = static_cast<int>(new_variable(""));
      begin_unit(inner);
      emit(Op::load_local, 0, node->place);
      clauses(node, 0, [&] {
        for (const Node* part : node->children) expression(part);
        emit(Op::yield_value, 0, node->place);
        emit(Op::pop, 0, node->place);
      });
      emit(Op::load_constant, constant({}), node->place);
      emit(Op::return_value, 0, node->place);
      finish();
    }
    function_ = around;
    expression(node->body[0]->children[1]);
    emit(Op::call, 1, node->place);
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
    Scope* outer = open_comprehension(node);
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
    scope_ = outer;
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
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> handled_;  ///< variables that hold the exceptions of the excepts around, the innermost last
  std::deque<Scope> all_scopes_;
  std::map<const Node*, Scope*> scopes_;
  Scope* scope_ = nullptr;
  std::vector<std::pair<Scope*, std::string>> uses_;
  std::vector<std::pair<Scope*, const Node*>> nonlocals_;
  std::set<std::string> bound_somewhere_;
  std::map<std::string, std::uint32_t> globals_, name_indexes_, prelude_index_;
  std::map<std::string, std::uint32_t> constant_index_;
  std::map<std::tuple<int, std::uint32_t, std::uint32_t>, std::uint32_t> hidden_;
  bool imports_all_ = false, in_generator_ = false, in_prelude_ = false;
  std::string imported_ = " ";
  std::string parameter_name_;  ///< set while the value of `name = param(...)` is compiled
};

}  // namespace

std::unique_ptr<const Code> generate(const Tree& tree, ScriptError& error) { return Compiler(tree).run(error); }

}  // namespace interleave
