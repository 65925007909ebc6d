// compilation.h -- one script on its way to code: what compiler.cpp and the compiler_*.cpp beside it share.
//
// Names first: a pass over the tree finds what each scope binds and which variables functions share, as Python does
// (compiler_scopes.cpp); then the code is made: statements with what leaving them means (compiler_statements.cpp), expressions,
// calls and comprehensions (compiler_expressions.cpp), into the function under way (compiler.cpp). After a mistake the
// compiler goes on and its result is thrown away.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "script/ast.h"
#include "script/compiler.h"
#include "script/error.h"
#include "script/left_out.h"
#include "script/names.h"
#include "script/opcode.h"

namespace interleave {

inline constexpr std::size_t kMostVariables = 1000;  // a slot has 10 bits in binary_locals
inline constexpr std::size_t kMostInstructions = 1'000'000;  // a target has 20 bits in compare_jump
inline constexpr std::size_t kMostFunctions = 60'000;

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
  std::unique_ptr<const Code> run(ScriptError& error);

 private:
  void fail(Place place, std::string sentence, const char* kind = "SyntaxError");
  FunctionCode& here() { return code_.functions[function_]; }
  bool in_module() const { return function_ == 0; }
  void add_prelude();

  // -- scopes
  Scope& new_scope(Scope::Kind kind, Scope* parent, const Node* node);
  void bind(Scope& scope, const std::string& name);
  void bind_target(const Node* target, Scope& scope);
  /// Which names the script binds anywhere: only what it leaves alone means what the language says in every scope.
  void find_bound(const std::vector<Node*>& nodes);
  static bool is_generator_expression(const Node* node);
  /// Whether evaluating it waits where it stands.
  static bool awaits(const Node* node);
  /// Of a comprehension: whether its loops or its elements wait.
  static bool is_async_comprehension(const Node* node);
  /// Whoever reads a generator expression at once, from its beginning to its end, needs no generator: its loops are
  /// compiled in place. (any() and all() leave the loops early.)
  bool reads_at_once(const Node* call) const;
  void visit(const std::vector<Node*>& nodes, Scope& scope);
  void visit_function(const Node* node, Scope& scope);
  void visit_comprehension(const Node* node, Scope& scope, bool in_place);
  void visit_iterable(const Node* node, Scope& scope);
  /// Notes what some class of the script may decide about its objects.
  void class_may_say(const std::string& name);
  void visit(const Node* node, Scope& scope);
  template <typename Each>
  static void each_name(const std::string& text, Each&& each) {
    for (std::size_t begin = 1; begin < text.size();) {
      std::size_t end = std::min(text.find(' ', begin), text.size());
      each(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  /// The scope that binds the name as seen from `from`; the module's where none does.
  static Scope* binder(Scope* from, const std::string& name);
  void resolve_uses();

  // -- names
  void find_imports(const std::vector<Node*>& statements);
  std::uint32_t global_index(const std::string& name);
  std::uint32_t name_index(const std::string& name);
  Meaning meaning(const std::string& name);
  std::optional<Builtin> builtin_of(const Node* node);
  std::optional<Builtin> builtin_call(const Node* node);
  void unknown_name(const Node* node);
  /// A variable of the compiler's own.
  std::uint32_t hidden_variable();
  std::uint32_t new_variable(const std::string& name);

  // -- emitting
  std::uint32_t constant(Constant value);
  std::uint32_t string_constant(const std::string& text);
  void load_string(const std::string& text, Place place) { emit(Op::load_constant, string_constant(text), place); }
  static int effect(Op op, std::uint32_t argument);
  void move_depth(int by);
  std::size_t emit(Op op, std::uint32_t argument, Place place);
  std::size_t next_index() { return here().instructions.size(); }
  void patch_here(std::size_t at);
  void patch_here(const std::vector<std::size_t>& all);

  // -- statements
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
    std::size_t handled = 0;     ///< of handled_, where it began
    bool is_async = false;
  };
  void block(const std::vector<Node*>& statements);
  void statement(const Node* node);
  void return_statement(const Node* node);
  void end_loop(const Node* node);

  // -- exceptions
  Block& open(Block::Kind kind);
  void close_segment(Block& b);
  /// The end of what the innermost block guards.
  Block close();
  /// Here begins what is done when something in `b` raised; the exception lies on the stack.
  void handler_here(const Block& b);
  /// Does what leaving the blocks from `down_to` on asks for, the innermost first; none guards what the ones outside it do.
  std::vector<Block> leave_blocks(std::size_t down_to, Place place);
  void enter_again(std::vector<Block> left);
  void unbind(const std::string& name, Place place);
  /// From here to handled_until() the exception in `variable` is handled.
  void handled_from(std::uint32_t variable) { handled_.push_back({static_cast<std::uint32_t>(next_index()), 0, variable}); }
  void handled_until();
  void try_statement(const Node* node);
  void call_known(Known name, std::uint32_t count, Place place);
  /// Leaves what __exit__ returned; `raised` is where the exception lies, or UINT32_MAX.
  void call_exit(std::uint32_t context, bool is_async, Place place, std::uint32_t raised);
  void with_statement(const Node* node, std::size_t at);
  void raise_statement(const Node* node);
  /// Leaves the jumps that are taken where it is false.
  std::vector<std::size_t> condition(const Node* node);
  void expression_statement(const Node* node);
  void assign(const Node* node);
  void store_name(const std::string& name, Place place);
  void store(const Node* target);
  void augmented(const Node* node);

  // -- functions and classes
  std::string qualified(const std::string& name) const;
  void define(const Node* node);
  /// Leaves the function.
  void function(const Node* node, const std::string& name, bool is_async, const std::vector<Node*>& body);
  /// A function in a finally is made more than once.
  static void forget_slots(Scope* unit);
  void begin_unit(Scope* unit);
  /// What belongs to the function around while one inside is made.
  struct Outer {
    explicit Outer(Compiler& c) : compiler(c), depth(std::exchange(c.depth_, 0)), most(std::exchange(c.most_depth_, 0)), blocks(std::exchange(c.blocks_, {})),
          handled(std::exchange(c.handled_, {})), scope(c.scope_) {}
    ~Outer() {
      compiler.depth_ = depth;
      compiler.most_depth_ = most;
      compiler.blocks_ = std::move(blocks);
      compiler.handled_ = std::move(handled);
      compiler.scope_ = scope;
    }
    Compiler& compiler;
    int depth, most;
    std::vector<Block> blocks;
    std::vector<FunctionCode::Handling> handled;
    Scope* scope;
  };
  /// Into here().
  void function_code(const Node* node, const std::string& name, bool is_async, const std::vector<Node*>& parameters, const std::vector<Node*>& body);
  void class_statement(const Node* node);
  /// What often stands together is one operation, in the first one's place.
  void fuse();
  void finish() {
    FunctionCode& f = here();
    fuse();
    f.plain = !f.is_async && !f.is_generator && f.bound() == f.parameters;
    f.slots = static_cast<std::uint32_t>(f.variables.size()) + static_cast<std::uint32_t>(most_depth_) + 3;  // what an instruction has there besides
  }

  // -- expressions
  void expression(const Node* node);
  void load_name(const Node* node);
  bool binary_with_integer(std::uint8_t op, const Node* right, Place place);
  void binary(const Node* node);
  void compare(const Node* node);
  static bool has_star(const std::vector<Node*>& nodes, std::size_t from);
  /// Many items go through a list, so that the stack stays small.
  void items(const std::vector<Node*>& nodes, Op build, Place place, std::size_t from = 0, std::size_t to = SIZE_MAX);
  void format(const Node* node);
  void await(const Node* node);
  void yield(const Node* node);

  // -- calls
  void call(const Node* node, bool awaited);
  void super(const Node* node);
  static std::size_t positional_count(const Node* node);
  CallShape shaped_arguments(const Node* node, bool list, std::size_t positional);
  void emit_shaped(Op op, CallShape shape, Place place);
  /// An operation as a value, for gather() and spawn(): a call of a small async function that awaits it.
  void call_unawaited(const Node* node, Builtin builtin);
  void check_arguments(const Node* node, Builtin builtin);
  void call_builtin(const Node* node, Builtin builtin);
  void call_method(const Node* node);

  // -- comprehensions
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
    emit(Op::begin_loop, clause->flag, clause->children[1]->place);
    std::size_t start = emit(Op::next_item, 0, clause->place);
    store(clause->children[0]);
    clauses(node, at + 1, element);
    emit(Op::jump_back, static_cast<std::uint32_t>(start), clause->place);
    patch_here(start);
    move_depth(-2);
  }
  /// Opens the scope; what was open before comes back with scope_ = the result.
  Scope* open_comprehension(const Node* node);
  /// The element and its loops, at most 20 deep, leave a list, set or dict.
  void comprehension(const Node* node);
  /// A function with one parameter, which yields.
  void generator_expression(const Node* node);
  /// sum(), any() and all() over a generator expression: item by item, as Python does, without a list.
  void fold(const Node* call, Builtin builtin, const Node* node);
  static bool is_docstring(const Node* first);
  static std::string docstring(const Node* first);
  const Tree& tree_;
  Code code_;
  ScriptError error_;
  std::uint32_t function_ = 0;
  int depth_ = 0, most_depth_ = 0;
  std::vector<Block> blocks_;
  std::vector<FunctionCode::Handling> handled_;  ///< of the excepts, finallys and withs around, the innermost last; they have no end yet
  std::deque<Scope> all_scopes_;
  std::map<const Node*, Scope*> scopes_;
  Scope* scope_ = nullptr;
  std::vector<std::pair<Scope*, std::string>> uses_;
  int in_iterable_ = 0;  ///< visiting what a comprehension runs over
  std::vector<std::pair<Scope*, const Node*>> nonlocals_;
  std::set<std::string> bound_somewhere_;
  std::map<std::string, std::uint32_t> globals_, name_indexes_, prelude_index_;
  std::map<std::string, std::uint32_t> constant_index_;
  std::map<std::tuple<int, std::uint32_t, std::uint32_t>, std::uint32_t> hidden_;
  bool imports_all_ = false, in_prelude_ = false;
  std::string imported_ = " ";
  std::string parameter_name_;  ///< set while the value of `name = param(...)` is compiled
};

}  // namespace interleave
