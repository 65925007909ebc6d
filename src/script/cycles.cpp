// cycles.cpp -- what counts alone cannot free: objects that hold each other and that nothing else holds.
//
// A cycle is closed by putting something into an object that was there before, and holds() in object.h notes every such
// object; so the heap knows one object at least of each cycle. At the end of a run what nobody else holds is found as
// CPython's collector finds it: of each object's references, those are taken off that come from the objects looked at.
// What has some left is held from outside (a frame, a result), and so is what it leads to; the rest is emptied.
// Rejected: collecting during a run (tasks on other threads hold objects meanwhile); a list of all objects (a mutex for each).
#include <unordered_map>

#include "script/object.h"

namespace interleave {

void Heap::watch(Object& object) {
  Watched& w = watched(object);
  std::scoped_lock lock(w.mutex);
  if (object.watched.load(std::memory_order_relaxed) != 0) return;
  w.objects.push_back(&object);
  object.watched.store(static_cast<std::uint32_t>(w.objects.size()), std::memory_order_relaxed);
}

void Heap::forget(Object& object) {
  Watched& w = watched(object);
  std::scoped_lock lock(w.mutex);
  const std::uint32_t place = object.watched.exchange(0, std::memory_order_relaxed);
  if (place == 0) return;
  w.objects[place - 1] = w.objects.back();
  w.objects[place - 1]->watched.store(place, std::memory_order_relaxed);
  w.objects.pop_back();
}

namespace {

template <typename Visit>
void each(const std::vector<Value>& values, Visit& visit) {
  for (const Value& v : values) visit(v);
}

template <typename Visit>
void each(const Attributes& attributes, Visit& visit) {
  for (const Attributes::One& one : attributes.all) visit(one.value);
}

/// Visits what `object` holds.
template <typename Visit>
void each_held(const Object& object, Visit&& visit) {
  switch (object.type) {
    case ValueType::list: return each(static_cast<const ListObject&>(object).items, visit);
    case ValueType::tuple: return each(static_cast<const TupleObject&>(object).items, visit);
    case ValueType::dict:
    case ValueType::set:
      for (const DictObject::Entry& entry : static_cast<const DictObject&>(object).entries) visit(entry.key), visit(entry.value);
      return;
    case ValueType::view: return visit(static_cast<const ViewObject&>(object).dict);
    case ValueType::slice: {
      auto& o = static_cast<const SliceObject&>(object);
      return visit(o.start), visit(o.stop), visit(o.step);
    }
    case ValueType::coroutine: {
      auto& o = static_cast<const CoroutineObject&>(object);
      each(o.arguments, visit);
      return visit(o.closure);
    }
    case ValueType::operation: return each(static_cast<const OperationObject&>(object).ask.children, visit);
    case ValueType::iterator: return each(static_cast<const IteratorObject&>(object).sources, visit);
    case ValueType::cell: return visit(static_cast<const CellObject&>(object).value);
    case ValueType::closure: {
      auto& o = static_cast<const ClosureObject&>(object);
      each(o.cells, visit);
      each(o.defaults, visit);
      return each(o.attributes, visit);
    }
    case ValueType::bound: {
      auto& o = static_cast<const BoundObject&>(object);
      return visit(o.function), visit(o.self);
    }
    case ValueType::descriptor: {
      auto& o = static_cast<const DescriptorObject&>(object);
      return visit(o.function), visit(o.setter);
    }
    case ValueType::class_: {
      auto& o = static_cast<const ClassObject&>(object);
      visit(o.base);
      return each(o.attributes, visit);
    }
    case ValueType::instance: {
      auto& o = static_cast<const InstanceObject&>(object);
      visit(o.cls);
      each(o.attributes, visit);
      if (o.exception) visit(o.exception->arguments), visit(o.exception->cause), visit(o.exception->context), visit(o.exception->result);
      return;
    }
    case ValueType::super_: {
      auto& o = static_cast<const SuperObject&>(object);
      return visit(o.cls), visit(o.self);
    }
    case ValueType::generator: return each(static_cast<const GeneratorObject&>(object).values, visit);
    case ValueType::sync: return visit(static_cast<const SyncObject&>(object).value);
    default: return;
  }
}

/// Takes out of `object` what can be put into it while it lives.
void empty(Object& object, std::vector<Value>& out) {
  auto take = [&](Value& v) { out.push_back(std::move(v)); };
  auto take_all = [&](Attributes& attributes) {
    for (Attributes::One& one : attributes.all) take(one.value);
    attributes.all.clear();
  };
  auto take_items = [&](std::vector<Value>& items) {
    for (Value& v : items) take(v);
    items.clear();
  };
  switch (object.type) {
    case ValueType::list: return take_items(static_cast<ListObject&>(object).items);
    case ValueType::dict:
    case ValueType::set: {
      auto& o = static_cast<DictObject&>(object);
      for (DictObject::Entry& entry : o.entries) take(entry.key), take(entry.value);
      o.entries.clear();
      o.slots.clear();
      o.live = 0;
      return;
    }
    case ValueType::cell: return take(static_cast<CellObject&>(object).value);
    case ValueType::closure: return take_all(static_cast<ClosureObject&>(object).attributes);
    case ValueType::class_: return take_all(static_cast<ClassObject&>(object).attributes);
    case ValueType::instance: {
      auto& o = static_cast<InstanceObject&>(object);
      take_all(o.attributes);
      if (o.exception) take(o.exception->arguments), take(o.exception->cause), take(o.exception->context), take(o.exception->result);
      return;
    }
    case ValueType::generator: return take_items(static_cast<GeneratorObject&>(object).values);
    case ValueType::sync: return take(static_cast<SyncObject&>(object).value);
    default: return;
  }
}

}  // namespace

void Heap::free_cycles() {
  struct Seen {
    std::uint32_t inside = 0;  ///< references from what was looked at
    bool held = false;
  };
  std::vector<Value> kept;  // so that none goes while this looks
  for (Watched& w : watched_) {
    std::scoped_lock lock(w.mutex);
    for (Object* object : w.objects) {
      std::uint32_t count = object->references.load(std::memory_order_relaxed);
      while (count > 0 && !object->references.compare_exchange_weak(count, count + 1, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      }
      if (count > 0) kept.push_back(Value::adopt(object));  // 0: it is going already
    }
  }
  // What a queue holds is the executor's, which is over.
  for (const Value& v : kept)
    if (v.is(ValueType::sync)) as<SyncObject>(v).native.reset();

  std::unordered_map<const Object*, Seen> seen;
  std::vector<const Object*> open;
  for (const Value& v : kept) {
    seen[v.object()].inside = 1;  // from `kept`
    open.push_back(v.object());
  }
  while (!open.empty()) {
    const Object* object = open.back();
    open.pop_back();
    each_held(*object, [&](const Value& v) {
      if (!may_hold(v.type())) return;
      auto [at, fresh] = seen.try_emplace(v.object());
      ++at->second.inside;
      if (fresh) open.push_back(v.object());
    });
  }
  for (auto& [object, facts] : seen)
    if (object->references.load(std::memory_order_relaxed) > facts.inside) facts.held = true, open.push_back(object);
  while (!open.empty()) {
    const Object* object = open.back();
    open.pop_back();
    each_held(*object, [&](const Value& v) {
      if (!may_hold(v.type())) return;
      Seen& facts = seen.at(v.object());
      if (!std::exchange(facts.held, true)) open.push_back(v.object());
    });
  }
  std::vector<Value> gone;
  for (const Value& v : kept)
    if (!seen.at(v.object()).held) empty(*v.object(), gone);
}

}  // namespace interleave
