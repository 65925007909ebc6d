// compiler_expressions.cpp -- expressions, calls and comprehensions.
#include "script/compilation.h"
#include "script/operators.h"

namespace interleave {

void Compiler::expression(const Node* node) {
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
    case NodeKind::attribute: {
      const std::uint32_t name = name_index(node->text);
      if (node->children[0]->kind == NodeKind::name) {
        const Meaning object = meaning(node->children[0]->text);
        if (object.kind == Meaning::Kind::local && object.index < 256 && name < 65'536) {
          emit(Op::load_local_attribute, object.index | name << 8, place);
          return;
        }
      }
      expression(node->children[0]);
      emit(Op::load_attribute, name, place);
      return;
    }
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

void Compiler::load_name(const Node* node) {
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
      if (!in_prelude_ && static_cast<Builtin>(m.index) == Builtin::not_implemented) code_.not_implemented = true;
      emit(Op::load_builtin, m.index, node->place);
      return;
    case Meaning::Kind::unknown: return unknown_name(node);
  }
}

bool Compiler::binary_with_integer(std::uint8_t op, const Node* right, Place place) {
  if (right->kind != NodeKind::integer || right->integer < -(1 << 19) || right->integer >= (1 << 19)) return false;
  emit(Op::binary_integer, op | static_cast<std::uint32_t>(right->integer) << 4, place);
  return true;
}

void Compiler::binary(const Node* node) {
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

void Compiler::compare(const Node* node) {
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

bool Compiler::has_star(const std::vector<Node*>& nodes, std::size_t from) {
  return std::any_of(nodes.begin() + static_cast<std::ptrdiff_t>(from), nodes.end(), [](const Node* n) { return n->kind == NodeKind::star; });
}

void Compiler::items(const std::vector<Node*>& nodes, Op build, Place place, std::size_t from, std::size_t to) {
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
    if (spread && is_generator_expression(item) && is_async_comprehension(item)) return fail(item->place, "A * cannot stand before an asynchronous generator expression.");
    if (spread && item->kind == NodeKind::comprehension) comprehension(item);
    else expression(item);
    emit(spread ? Op::list_extend : Op::list_append, 0, nodes[i]->place);
  }
  if (build == Op::build_tuple) emit(Op::builtin, static_cast<std::uint32_t>(Builtin::tuple) | 1 << 8, place);
}

void Compiler::format(const Node* node) {
  if (node->children.size() > 200) return fail(node->place, "The f-string has too many parts.");
  for (const Node* part : node->children) {
    if (part->kind != NodeKind::replacement) {
      expression(part);
      continue;
    }
    expression(part->children[0]);
    bool repr = part->text == "r";
    if (code_.shows && !in_prelude_ && !part->text.empty()) {
      emit(Op::show, repr, part->place);
      repr = false;
    }
    bool specified = part->children.size() > 1 && !part->children[1]->children.empty();
    if (specified) format(part->children[1]);
    emit(Op::format, (specified ? 1u : 0u) | (repr ? 2u : part->text == "s" ? 4u : 0u), part->place);
  }
  if (node->children.size() != 1 || node->children[0]->kind != NodeKind::replacement) emit(Op::build_string, static_cast<std::uint32_t>(node->children.size()), node->place);
}

void Compiler::await(const Node* node) {
  if (in_module()) return fail(node->place, "'await' can only stand in an async def.");
  if (!here().is_async) return fail(node->place, "'await' can only stand in an async def; write 'async def " + here().name + "'.");
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

void Compiler::yield(const Node* node) {
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

void Compiler::call(const Node* node, bool awaited) {
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

void Compiler::super(const Node* node) {
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

std::size_t Compiler::positional_count(const Node* node) {
  std::size_t n = 0;
  while (n + 1 < node->children.size() && node->children[n + 1]->kind != NodeKind::keyword && node->children[n + 1]->kind != NodeKind::double_star) ++n;
  return n;
}

CallShape Compiler::shaped_arguments(const Node* node, bool list, std::size_t positional) {
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
      shape.before = static_cast<std::uint32_t>(shape.keywords.size());
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

void Compiler::emit_shaped(Op op, CallShape shape, Place place) {
  int taken = static_cast<int>(shape.positional + shape.keywords.size()) + shape.list + shape.named;
  move_depth(op == Op::builtin_shaped ? 1 - taken : -taken);
  code_.shapes.push_back(std::move(shape));
  emit(op, static_cast<std::uint32_t>(code_.shapes.size() - 1), place);
}

void Compiler::call_unawaited(const Node* node, Builtin builtin) {
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
  for (std::size_t i = 1; i < node->children.size(); ++i) {
    const bool named = node->children[i]->kind == NodeKind::keyword;
    expression(named ? node->children[i]->children[0] : node->children[i]);
    if (i == 1 && !named && builtin != Builtin::step) emit(Op::check_time, static_cast<std::uint32_t>(builtin), node->place);
  }
  emit(Op::call, count, node->place);
}

void Compiler::check_arguments(const Node* node, Builtin builtin) {
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

void Compiler::call_builtin(const Node* node, Builtin builtin) {
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

void Compiler::call_method(const Node* node) {
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

Scope* Compiler::open_comprehension(const Node* node) {
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

void Compiler::comprehension(const Node* node) {
  auto kind = static_cast<Comprehension>(node->op);
  if (is_async_comprehension(node) && !here().is_async) return fail(node->place, "An asynchronous comprehension can only stand in an async def.");
  std::uint32_t loops = 0;
  for (const Node* clause : node->body) loops += clause->kind == NodeKind::for_;
  bool set = kind == Comprehension::set;
  emit(kind == Comprehension::dict ? Op::build_dict : set ? Op::build_set : Op::build_list, 0, node->place);
  Scope* outer = open_comprehension(node);
  {
    clauses(node, 0, [&] {
      for (const Node* part : node->children) expression(part);
      emit(kind == Comprehension::dict ? Op::dict_insert : set ? Op::set_add : Op::list_append, 2 * loops, node->place);
    });
  }
  scope_ = outer;
}

void Compiler::generator_expression(const Node* node) {
  const bool is_async = is_async_comprehension(node);
  if (is_async && !here().is_async) return fail(node->place, "An asynchronous generator expression can only stand in an async def.");
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
    here().is_async = is_async;
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

void Compiler::fold(const Node* call, Builtin builtin, const Node* node) {
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

}  // namespace interleave
