// compiler.cpp -- a tree becomes code: the whole, the names it speaks of, and the function under way. See compilation.h.
#include "script/compiler.h"

#include "script/compilation.h"
#include "script/operators.h"
#include "script/prelude.h"

namespace interleave {

std::unique_ptr<const Code> Compiler::run(ScriptError& error) {
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

void Compiler::fuse() {
  std::vector<Instruction>& all = here().instructions;
  auto is = [&](std::size_t at, Op op) { return at < all.size() && all[at].op() == op; };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!is(i, Op::load_local)) continue;
    Op fused = Op::load_local;
    if (is(i + 2, Op::compare_jump)) {
      const auto op = static_cast<CompareOp>(all[i + 2].argument() & 15);
      const bool none = is(i + 1, Op::load_constant) && code_.constants[all[i + 1].argument()].type == ValueType::none;
      if (op <= CompareOp::greater_equal && is(i + 1, Op::load_integer)) fused = Op::compare_integer_jump;
      else if (op <= CompareOp::greater_equal && is(i + 1, Op::load_local)) fused = Op::compare_locals_jump;
      else if (op >= CompareOp::is && none) fused = Op::compare_none_jump;
    }
    if (fused == Op::load_local && is(i + 1, Op::load_local) && !is(i + 3, Op::compare_jump)) fused = Op::load_two_locals;
    all[i] = Instruction(fused, all[i].argument());
    if (fused == Op::load_two_locals) ++i;
  }
}

void Compiler::fail(Place place, std::string sentence, const char* kind) {
  if (!error_) error_ = {place.line, place.column, kind, std::move(sentence)};
}

void Compiler::add_prelude() {
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

bool Compiler::is_docstring(const Node* first) {
  return first->kind == NodeKind::expression && first->children[0]->kind == NodeKind::string;
}

std::string Compiler::docstring(const Node* first) {
  if (!is_docstring(first)) return "";
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

void Compiler::find_imports(const std::vector<Node*>& statements) {
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

std::uint32_t Compiler::global_index(const std::string& name) {
  auto [at, fresh] = globals_.try_emplace(name, static_cast<std::uint32_t>(code_.globals.size()));
  if (fresh) code_.globals.push_back(name);
  return at->second;
}

std::uint32_t Compiler::name_index(const std::string& name) {
  auto [at, fresh] = name_indexes_.try_emplace(name, static_cast<std::uint32_t>(code_.names.size()));
  if (fresh) code_.names.push_back(name);
  return at->second;
}

Meaning Compiler::meaning(const std::string& name) {
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

std::optional<Builtin> Compiler::builtin_of(const Node* node) {
  if (node->kind != NodeKind::name) return std::nullopt;
  Meaning m = meaning(node->text);
  if (m.kind != Meaning::Kind::builtin) return std::nullopt;
  return static_cast<Builtin>(m.index);
}

std::optional<Builtin> Compiler::builtin_call(const Node* node) {
  return node->kind == NodeKind::call ? builtin_of(node->children[0]) : std::nullopt;
}

void Compiler::unknown_name(const Node* node) {
  const std::string& name = node->text;
  auto exception = exception_named(name);
  if (unit_named(name) || (builtin_named(name) && name[0] != '_') || exception) return fail(node->place, "'" + name + "' is not known yet: begin the script with 'from interleave import *'.", "NameError");
  if (among(kLeftOutOfAsyncio, name)) return fail(node->place, "'" + name + "' is left out of the language so far.", "NameError");
  if (among(kLeftOutNames, name)) return fail(node->place, "Python's '" + name + "' is left out of the language so far.", "NameError");
  if (name == "super") return fail(node->place, "super() is called in a method, such as super().__init__(name).", "NameError");
  fail(node->place, "The name '" + name + "' is not known here.", "NameError");
}

std::uint32_t Compiler::hidden_variable() {
  return new_variable("");
}

std::uint32_t Compiler::new_variable(const std::string& name) {
  if (here().variables.size() >= kMostVariables) {
    fail({here().line, 1}, "A function has at most " + std::to_string(kMostVariables) + " variables here.");
    return 0;
  }
  here().variables.push_back(name);
  return static_cast<std::uint32_t>(here().variables.size() - 1);
}

std::uint32_t Compiler::constant(Constant value) {
  std::string key = std::to_string(static_cast<int>(value.type)) + " " + std::to_string(static_cast<int>(value.unit)) + " " + std::to_string(value.integer) + " " + value.text;
  if (value.type != ValueType::real) {
    if (auto at = constant_index_.find(key); at != constant_index_.end()) return at->second;
    constant_index_[key] = static_cast<std::uint32_t>(code_.constants.size());
  }
  code_.constants.push_back(std::move(value));
  return static_cast<std::uint32_t>(code_.constants.size() - 1);
}

std::uint32_t Compiler::string_constant(const std::string& text) {
  Constant c;
  c.type = ValueType::string;
  c.text = text;
  return constant(std::move(c));
}

int Compiler::effect(Op op, std::uint32_t argument) {
  auto n = static_cast<int>(argument);
  switch (op) {
    case Op::load_constant: case Op::load_integer: case Op::load_local: case Op::load_global: case Op::load_function:
    case Op::load_shared_global: case Op::load_cell: case Op::load_builtin: case Op::load_exception:
    case Op::dup: case Op::begin_loop: case Op::next_item: case Op::binary_locals: case Op::load_local_attribute: return 1;
    case Op::dup_two: return 2;
    case Op::store_local: case Op::store_global: case Op::pop: case Op::binary: case Op::compare: case Op::jump_if_false:
    case Op::store_shared_global: case Op::store_cell: case Op::set_add: case Op::dict_merge: case Op::delete_attribute:
    case Op::jump_if_true: case Op::jump_if_false_or_pop: case Op::jump_if_true_or_pop: case Op::list_append:
    case Op::list_extend: case Op::subscript: case Op::return_value: case Op::yield_from: case Op::reraise: case Op::matches: case Op::super: return -1;
    case Op::compare_jump: case Op::build_slice: case Op::dict_insert: case Op::delete_subscript: case Op::store_attribute: return -2;
    case Op::store_subscript: return -3;
    case Op::set_defaults: return -static_cast<int>(argument & 255);
    case Op::leave_loop: return -1;
    case Op::raise: return -1 - n;
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

void Compiler::move_depth(int by) {
  depth_ += by;
  most_depth_ = std::max(most_depth_, depth_);
}

std::size_t Compiler::emit(Op op, std::uint32_t argument, Place place) {
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

void Compiler::patch_here(std::size_t at) {
  Instruction& i = here().instructions[at];
  auto target = static_cast<std::uint32_t>(next_index());
  i = i.op() == Op::compare_jump ? Instruction(i.op(), (i.argument() & 15) | target << 4) : Instruction(i.op(), target);
}

void Compiler::patch_here(const std::vector<std::size_t>& all) {
  for (std::size_t at : all) patch_here(at);
}

std::unique_ptr<const Code> generate(const Tree& tree, ScriptError& error) { return Compiler(tree).run(error); }

}  // namespace interleave
