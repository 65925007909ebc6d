// compiler_statements.cpp -- statements; what leaving a block means; functions and classes.
#include "script/compilation.h"
#include "script/operators.h"

namespace interleave {

void Compiler::block(const std::vector<Node*>& statements) {
  for (const Node* node : statements) {
    if (error_) return;  // a finally is compiled for each way out: after a mistake that is for nothing
    statement(node);
  }
}

void Compiler::statement(const Node* node) {
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

void Compiler::return_statement(const Node* node) {
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

void Compiler::end_loop(const Node* node) {
  std::vector<std::size_t> breaks = std::move(blocks_.back().breaks);
  blocks_.pop_back();
  block(node->otherwise);
  patch_here(breaks);
}

Compiler::Block& Compiler::open(Block::Kind kind) {
  Block b(kind);
  b.depth = depth_;
  b.handled = handled_.size();
  b.segment = next_index();
  blocks_.push_back(std::move(b));
  return blocks_.back();
}

void Compiler::close_segment(Block& b) {
  if (b.kind != Block::Kind::loop && next_index() > b.segment) b.segments.emplace_back(b.segment, next_index());
}

Compiler::Block Compiler::close() {
  Block b = std::move(blocks_.back());
  blocks_.pop_back();
  close_segment(b);
  return b;
}

void Compiler::handler_here(const Block& b) {
  auto target = static_cast<std::uint32_t>(next_index());
  for (auto [begin, end] : b.segments) here().handlers.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), target, static_cast<std::uint32_t>(b.depth)});
  depth_ = b.depth;
  move_depth(1);
}

std::vector<Compiler::Block> Compiler::leave_blocks(std::size_t down_to, Place place) {
  std::vector<Block> left;
  while (blocks_.size() > down_to) {
    left.push_back(std::move(blocks_.back()));
    blocks_.pop_back();
    close_segment(left.back());
    const Block b = left.back();
    switch (b.kind) {
      case Block::Kind::finally:
      case Block::Kind::with_: {
        // What was handled inside it is no longer.
        const std::vector<FunctionCode::Handling> inside(handled_.begin() + static_cast<std::ptrdiff_t>(b.handled), handled_.end());
        handled_.resize(b.handled);
        if (!inside.empty()) handled_from(handled_.empty() ? UINT32_MAX : handled_.back().variable);
        if (b.kind == Block::Kind::finally) block(b.node->last);
        else call_exit(b.slot, b.is_async, place, UINT32_MAX), emit(Op::pop, 0, place);
        if (!inside.empty()) handled_until();
        handled_.insert(handled_.end(), inside.begin(), inside.end());
        break;
      }
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

void Compiler::enter_again(std::vector<Block> left) {
  for (auto b = left.rbegin(); b != left.rend(); ++b) {
    b->segment = next_index();
    blocks_.push_back(std::move(*b));
  }
}

void Compiler::handled_until() {
  FunctionCode::Handling of = handled_.back();
  handled_.pop_back();
  of.end = static_cast<std::uint32_t>(next_index());
  here().handling.push_back(of);
}

void Compiler::unbind(const std::string& name, Place place) {
  Constant nothing;
  nothing.type = ValueType::unbound;
  emit(Op::load_constant, constant(nothing), place);
  store_name(name, place);
}

void Compiler::try_statement(const Node* node) {
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
    handled_from(caught);
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
      emit(Op::load_constant, constant({}), at);
      emit(Op::store_local, caught, at);
      ends.push_back(emit(Op::jump, 0, at));
      if (next != SIZE_MAX) patch_here(next);
    }
    if (!all) {
      emit(Op::load_local, caught, place);
      emit(Op::reraise, 0, place);
    }
    handled_until();
    patch_here(ends);
  }
  if (node->last.empty()) return;
  Block finally = close();
  block(node->last);
  std::size_t end = emit(Op::jump, 0, place);
  handler_here(finally);
  std::uint32_t raised = hidden_variable();
  emit(Op::store_local, raised, place);
  handled_from(raised);
  block(node->last);
  handled_until();
  emit(Op::load_local, raised, place);
  emit(Op::reraise, 0, place);
  patch_here(end);
}

void Compiler::call_known(Known name, std::uint32_t count, Place place) {
  emit(Op::method, static_cast<std::uint32_t>(name) << 8 | count, place);
}

void Compiler::call_exit(std::uint32_t context, bool is_async, Place place, std::uint32_t raised) {
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

void Compiler::with_statement(const Node* node, std::size_t at) {
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
  handled_from(raised);
  call_exit(context, node->flag, place, raised);
  handled_until();
  std::size_t swallowed = emit(Op::jump_if_true, 0, place);
  emit(Op::load_local, raised, place);
  emit(Op::reraise, 0, place);
  patch_here(swallowed);
  emit(Op::load_constant, constant({}), place);
  emit(Op::store_local, raised, place);
  patch_here(end);
}

void Compiler::raise_statement(const Node* node) {
  if (node->children.empty()) {
    if (handled_.empty() || handled_.back().variable == UINT32_MAX) return fail(node->place, "A 'raise' without an exception can only stand in an 'except'.");
    emit(Op::load_local, handled_.back().variable, node->place);
    emit(Op::reraise, 0, node->place);
    return;
  }
  for (const Node* child : node->children) expression(child);
  emit(Op::raise, static_cast<std::uint32_t>(node->children.size() - 1), node->place);
}

std::vector<std::size_t> Compiler::condition(const Node* node) {
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

void Compiler::expression_statement(const Node* node) {
  auto builtin = builtin_call(node);
  if (builtin && facts(*builtin).kind == BuiltinFacts::Kind::awaited_operation) {
    std::string name(facts(*builtin).name);
    return fail(node->place, name + "() needs an await before it; without it nothing happens.");
  }
  expression(node);
  emit(Op::pop, 0, node->place);
}

void Compiler::assign(const Node* node) {
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

void Compiler::store_name(const std::string& name, Place place) {
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

void Compiler::store(const Node* target) {
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

void Compiler::augmented(const Node* node) {
  const Node* target = node->children[0];
  std::uint32_t op = node->op | 0x80u;  // in place: a list is changed, not replaced
  auto change = [&] {
    const Node* value = node->children[1];
    // A list times a number is the same list.
    if (!code_.in_place && node->op != static_cast<std::uint8_t>(BinaryOp::multiply) && binary_with_integer(node->op, value, node->place)) return;
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

std::string Compiler::qualified(const std::string& name) const {
  std::string out = name;
  for (Scope* scope = scope_; scope && scope->node; scope = scope->parent) {
    if (scope->kind == Scope::Kind::class_) out = scope->node->text + "." + out;
    else if (scope->kind == Scope::Kind::function) out = (scope->node->text.empty() ? "<lambda>" : scope->node->text) + ".<locals>." + out;
  }
  return out;
}

void Compiler::define(const Node* node) {
  for (const Node* decorator : node->otherwise) expression(decorator);
  function(node, node->text, node->flag, node->body);
  for (std::size_t i = 0; i < node->otherwise.size(); ++i) emit(Op::call, 1, node->otherwise[node->otherwise.size() - 1 - i]->place);
  store_name(node->text, node->place);
}

void Compiler::function(const Node* node, const std::string& name, bool is_async, const std::vector<Node*>& body) {
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
  if (is_docstring(body.front())) here().docstring = body.front()->children[0]->text;
  for (auto& [found, free] : inner->free) {
    Scope* around = scope_->unit;
    here().captures.push_back(found->unit == around ? static_cast<std::uint32_t>(std::max(found->names[free].slot, 0)) : around->free_slots[{found, free}]);
  }
  function_code(node, name, is_async, node->parameters, body);
  function_ = outer;
}

void Compiler::forget_slots(Scope* unit) {
  for (auto& [name, n] : unit->names) n.slot = -1;
  unit->free_slots.clear();
}

void Compiler::begin_unit(Scope* unit) {
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

void Compiler::function_code(const Node* node, const std::string& name, bool is_async, const std::vector<Node*>& parameters, const std::vector<Node*>& body) {
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

void Compiler::class_statement(const Node* node) {
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

}  // namespace interleave
