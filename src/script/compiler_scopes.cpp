// compiler_scopes.cpp -- what each scope binds, and which variables functions share.
#include "script/compilation.h"

namespace interleave {

Scope& Compiler::new_scope(Scope::Kind kind, Scope* parent, const Node* node) {
  Scope& scope = all_scopes_.emplace_back();
  scope.kind = kind;
  scope.parent = parent;
  scope.node = node;
  scope.unit = kind == Scope::Kind::module || kind == Scope::Kind::function ? &scope : parent->unit;
  if (node) scopes_[node] = &scope;
  return scope;
}

void Compiler::bind(Scope& scope, const std::string& name) {
  Scope::Name& n = scope.names[name];
  if (!n.bound) scope.order.push_back(name);
  n.bound = true;
}

void Compiler::bind_target(const Node* target, Scope& scope) {
  switch (target->kind) {
    case NodeKind::name:
      class_may_say(target->text);
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

void Compiler::find_bound(const std::vector<Node*>& nodes) {
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

bool Compiler::is_generator_expression(const Node* node) {
  return node->kind == NodeKind::comprehension && node->op == static_cast<std::uint8_t>(Comprehension::generator);
}

bool Compiler::awaits(const Node* node) {
  if (!node || node->kind == NodeKind::lambda) return false;
  if (node->kind == NodeKind::await_) return true;
  if (is_generator_expression(node)) return awaits(node->body[0]->children[1]);
  if (node->kind == NodeKind::comprehension && (is_async_comprehension(node) || awaits(node->body[0]->children[1]))) return true;
  return std::any_of(node->children.begin(), node->children.end(), [](const Node* child) { return awaits(child); });
}

bool Compiler::is_async_comprehension(const Node* node) {
  for (std::size_t i = 0; i < node->body.size(); ++i) {
    const Node* clause = node->body[i];
    const bool loop = clause->kind == NodeKind::for_;
    if ((loop && clause->flag) || (i > 0 && awaits(clause->children[loop ? 1 : 0]))) return true;
  }
  return std::any_of(node->children.begin(), node->children.end(), [](const Node* child) { return awaits(child); });
}

bool Compiler::reads_at_once(const Node* call) const {
  if (call->children.size() != 2 || !is_generator_expression(call->children[1]) || is_async_comprehension(call->children[1])) return false;
  const Node* callee = call->children[0];
  if (callee->kind == NodeKind::attribute) return callee->text == "join";
  constexpr std::string_view kReaders[] = {"sum", "any", "all", "list", "tuple", "set", "sorted", "max", "min", "dict"};
  return callee->kind == NodeKind::name && among(kReaders, callee->text) && !bound_somewhere_.contains(callee->text);
}

void Compiler::visit(const std::vector<Node*>& nodes, Scope& scope) {
  for (const Node* node : nodes)
    if (node) visit(node, scope);
}

void Compiler::visit_function(const Node* node, Scope& scope) {
  for (const Node* parameter : node->parameters) visit(parameter->children, scope);
  const int outer_iterable = std::exchange(in_iterable_, 0);
  Scope& inner = new_scope(Scope::Kind::function, &scope, node);
  for (const Node* parameter : node->parameters) bind(inner, parameter->text);
  visit(node->kind == NodeKind::lambda ? node->children : node->body, inner);
  in_iterable_ = outer_iterable;
}

void Compiler::visit_iterable(const Node* node, Scope& scope) {
  ++in_iterable_;
  visit(node, scope);
  --in_iterable_;
}

void Compiler::visit_comprehension(const Node* node, Scope& scope, bool in_place) {
  bool unit = is_generator_expression(node) && !in_place;
  visit_iterable(node->body[0]->children[1], scope);
  Scope& inner = new_scope(unit ? Scope::Kind::function : Scope::Kind::comprehension, &scope, node);
  if (unit) {
    inner.is_generator = true;
    bind(inner, ".0");
  }
  for (std::size_t i = 0; i < node->body.size(); ++i) {
    const Node* clause = node->body[i];
    if (clause->kind == NodeKind::for_) bind_target(clause->children[0], inner);
    if (i > 0 && clause->kind == NodeKind::for_) visit_iterable(clause->children[1], inner);
    else if (i > 0) visit(clause->children[0], inner);
  }
  visit(node->children, inner);
}

void Compiler::class_may_say(const std::string& name) {
  if (!name.starts_with("__")) return;
  code_.equals |= name == "__eq__";
  code_.orders |= name == "__lt__" || name == "__gt__";
  code_.hashes |= name == "__hash__";
  code_.shows |= name == "__str__" || name == "__repr__";
  code_.in_place |= name.starts_with("__i") && name != "__init__" && name != "__iter__" && name != "__invert__" && name != "__int__";
}

void Compiler::visit(const Node* node, Scope& scope) {
  class_may_say(node->text);  // as a method, an assignment (__str__ = __repr__, cls.__eq__ = ...) or setattr()'s text
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
      const std::string& name = node->children[0]->text;
      if (in_iterable_ > 0) return fail(node->place, "':=' cannot stand in what a comprehension runs over.");
      for (; outer->kind == Scope::Kind::comprehension; outer = outer->parent)
        if (auto at = outer->names.find(name); at != outer->names.end() && at->second.bound) return fail(node->place, "':=' cannot give a value to '" + name + "': the comprehension's own loop does.");
      if (outer != &scope && outer->kind == Scope::Kind::class_) return fail(node->place, "':=' in a comprehension cannot stand in the body of a class.");
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
        if (n.bound || n.nonlocal || n.global || std::find(uses_.begin(), uses_.end(), std::pair(&scope, name)) != uses_.end()) return fail(node->place, "'" + name + "' is used before this line says where it belongs.");
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

Scope* Compiler::binder(Scope* from, const std::string& name) {
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

void Compiler::resolve_uses() {
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

}  // namespace interleave
