// vm_attributes.cpp -- classes, attributes, and the methods of what the language has by itself.
#include <algorithm>
#include <iterator>

#include "script/left_out.h"
#include "script/machine.h"

namespace interleave {

/// `class NAME(base):`, before its body runs.
bool Machine::make_class(std::uint32_t argument) {
  Value base = argument & 1 ? std::move(*--sp_) : Value();
  if (base.is(ValueType::builtin) && base.integer() == static_cast<std::int64_t>(Builtin::object)) base = Value();
  if (!base.is_none() && !base.is(ValueType::class_))
    return context_.type_error("A class inherits from a class of the script or from an exception, not from " + (base.is(ValueType::builtin) ? std::string(facts(static_cast<Builtin>(base.integer())).name) : a_type(base)) + ".");
  int depth = 0;
  for (const Value* c = &base; c->is(ValueType::class_); c = &as<ClassObject>(*c).base) ++depth;
  if (depth > 100) return context_.type_error("Classes inherit at most 100 deep here.");
  int exception = base.is(ValueType::class_) ? as<ClassObject>(base).exception : -1;
  *sp_++ = make<ClassObject>(context_.heap, instance_.program().code().constants[argument >> 1].text, std::move(base), exception);
  if (module_) module_->add_class(sp_[-1]);
  return true;
}

bool Machine::no_attribute(const Value& object, std::uint32_t name) {
  const std::string& text = instance_.program().code().names[name];
  bool type = object.is(ValueType::class_) || (object.is(ValueType::builtin) && is_type(static_cast<Builtin>(object.integer())));
  std::string of = object.is(ValueType::class_) ? as<ClassObject>(object).name : object.is(ValueType::builtin) ? std::string(facts(static_cast<Builtin>(object.integer())).name) : python_type_name(object);
  if (object.is(ValueType::super_)) of = "super";
  if (object.is(ValueType::builtin) && !type) of = "builtin_function_or_method";
  if (name == known(Known::enter) || name == known(Known::exit))
    return context_.type_error(capital_type(object) + " cannot stand in a 'with'" + (object.is(ValueType::sync) ? "; write 'async with'." : ": it has no __enter__ and __exit__."), quoted(of) + " object does not support the context manager protocol");
  if (name == known(Known::aenter) || name == known(Known::aexit))
    return context_.type_error(capital_type(object) + " cannot stand in an 'async with': it has no __aenter__ and __aexit__.", quoted(of) + " object does not support the asynchronous context manager protocol");
  const bool dunder = text.size() > 4 && text.starts_with("__") && text.ends_with("__") && !object.is(ValueType::instance);
  if ((dunder || among(kLeftOutAttributes, text)) && (!object.is(ValueType::instance) || text.starts_with("__") || is_exception(object)))
    return context_.fail("AttributeError", quoted(text) + " of " + a_type(object) + " is left out of the language so far.", (type ? "type object " + quoted(of) : quoted(of) + " object") + " has no attribute " + quoted(text));
  bool method = name < kMethodNames.size() && !object.is(ValueType::instance) && !type;
  return context_.fail("AttributeError", capital_type(object) + " has no " + (method ? "method" : "attribute") + " '" + text + "'.", (type ? "type object " + quoted(of) : quoted(of) + " object") + " has no attribute " + quoted(text));
}

/// property: `out` is a property's function, to be called with the object.
bool Machine::load_attribute(const Value& object, std::uint32_t name, Value& out, bool& property) {
  property = false;
  auto bound = [&](const Value& self, const Value& cls, Value found, bool through_instance) {
    if (found.is(ValueType::descriptor)) {
      auto& d = as<DescriptorObject>(found);
      if (d.kind == Builtin::staticmethod) out = d.function;
      else if (d.kind == Builtin::classmethod) out = make<BoundObject>(context_.heap, d.function, cls, name);
      else if (through_instance) out = d.function, property = true;
      else out = found;
      return true;
    }
    if (through_instance && (found.is(ValueType::function) || found.is(ValueType::closure))) out = make<BoundObject>(context_.heap, std::move(found), self, name);
    else out = std::move(found);
    return true;
  };
  auto text = [&](std::string_view s) { return out = Value::string(context_.heap, std::string(s)), true; };
  Value found;
  if (name == known(Known::class_) && !object.is(ValueType::super_)) return out = type_of(instance_, object), true;
  switch (object.type()) {
    case ValueType::instance: {
      auto& o = as<InstanceObject>(object);
      bool own = find_own(object, name, out);
      if (own) return true;
      if (find_in_class(o.cls, name, found)) return bound(object, o.cls, std::move(found), true);
      if (!o.exception && find_in_class(o.cls, known(Known::getattr), found)) {
        // A call of what this gives, with the object, asks __getattr__: native_method.
        Value pair = Value::tuple(context_.heap, {std::move(found), Value::string(context_.heap, instance_.program().code().names[name])});
        out = make<BoundObject>(context_.heap, Value(), std::move(pair), known(Known::getattr));
        return property = true;
      }
      if (o.exception) {
        Locked hold(o);
        if (name == known(Known::args)) return out = o.exception->arguments, true;
        if (name == known(Known::cause)) return out = o.exception->cause, true;
        if (name == known(Known::context)) return out = o.exception->context, true;
        int kind = as<ClassObject>(o.cls).exception;
        if (name == known(Known::value) && (kind == static_cast<int>(Exception::stop_iteration))) return out = o.exception->result, true;
      }
      if (o.exception && (name == known(Known::str) || name == known(Known::repr) || name == known(Known::init))) return out = make<BoundObject>(context_.heap, Value(), object, name), true;
      break;
    }
    case ValueType::class_:
      if (find_in_class(object, name, found)) return bound(object, object, std::move(found), false);
      if (name == known(Known::name) || name == known(Known::qualname)) return text(as<ClassObject>(object).name);
      if (name == known(Known::init) || (as<ClassObject>(object).exception >= 0 && (name == known(Known::str) || name == known(Known::repr)))) return out = make<BoundObject>(context_.heap, Value(), object, name), true;
      break;
    case ValueType::descriptor:
      if (name == known(Known::setter) && as<DescriptorObject>(object).kind == Builtin::property) return out = make<BoundObject>(context_.heap, Value(), object, name), true;
      break;
    case ValueType::super_: {
      auto& s = as<SuperObject>(object);
      const Value& base = as<ClassObject>(s.cls).base;
      if (find_in_class(base, name, found)) return bound(s.self, s.self.is(ValueType::instance) ? as<InstanceObject>(s.self).cls : s.self, std::move(found), s.self.is(ValueType::instance));
      if (name == known(Known::init) || ((name == known(Known::str) || name == known(Known::repr)) && is_exception(s.self))) return out = make<BoundObject>(context_.heap, Value(), s.self, name), true;
      break;
    }
    case ValueType::function:
    case ValueType::closure: {
      const FunctionCode& code = instance_.program().code().functions[function_of(object)];
      if (Attributes* attributes = attributes_of(object)) {  // a decorator's function may have another's name
        Locked hold(*object.object());
        if (const Value* own = attributes->find(name)) return out = *own, true;
      }
      if (name == known(Known::name)) return text(code.name == "<generator>" ? "<genexpr>" : code.name);
      if (name == known(Known::qualname)) return text(code.qualified.empty() ? code.name : code.qualified);
      if (name == known(Known::doc)) return code.docstring ? text(*code.docstring) : (out = Value(), true);
      break;
    }
    case ValueType::bound:
      if (name == known(Known::name) || (name == known(Known::doc) && !as<BoundObject>(object).function.is_none())) {
        Value function = as<BoundObject>(object).function;
        if (!function.is_none()) return load_attribute(function, name, out, property);
        return text(instance_.program().code().names[as<BoundObject>(object).name]);
      }
      break;
    case ValueType::builtin:
      if (name == known(Known::name) || name == known(Known::qualname)) return text(facts(static_cast<Builtin>(object.integer())).name);
      if (has_method(static_cast<Builtin>(object.integer()), name)) return out = make<BoundObject>(context_.heap, Value(), object, name), true;
      break;
    case ValueType::generator:
    case ValueType::coroutine: {
      std::uint32_t function = object.is(ValueType::generator) ? as<GeneratorObject>(object).function : as<CoroutineObject>(object).function;
      if (name == known(Known::name)) return text(instance_.program().code().functions[function].name);
      if (object.is(ValueType::generator) && name == known(Known::next)) return out = make<BoundObject>(context_.heap, Value(), object, name), true;
      break;
    }
    case ValueType::sync:
      if (name == known(Known::maxsize) && as<SyncObject>(object).kind == SyncKind::queue) return out = Value::integer(as<SyncObject>(object).capacity), true;
      if (name == known(Known::port) && as<SyncObject>(object).kind == SyncKind::socket) return out = Value::integer(as<SyncObject>(object).capacity), true;
      break;
    default: break;
  }
  if (has_method(object, name)) return out = make<BoundObject>(context_.heap, Value(), object, name), true;
  return no_attribute(object, name);
}

Attributes* Machine::attributes_of(const Value& object) const {
  switch (object.type()) {
    case ValueType::instance: return &as<InstanceObject>(object).attributes;
    case ValueType::class_: return &as<ClassObject>(object).attributes;
    case ValueType::closure: return &as<ClosureObject>(object).attributes;
    default: return nullptr;
  }
}

bool Machine::store_attribute(const Value& object, std::uint32_t name, Value value, Value* setter) {
  if (object.is(ValueType::function)) return context_.fail("AttributeError", "Only a function that uses a variable of the function around it can have attributes here.");
  if (!attributes_of(object)) {
    if (object.is(ValueType::sync) || has_method(object, name)) return context_.fail("AttributeError", "The attributes of " + a_type(object) + " cannot be set.", quoted(python_type_name(object)) + " object attribute " + quoted(instance_.program().code().names[name]) + " is read-only");
    return context_.fail("AttributeError", "The attributes of " + a_type(object) + " cannot be set; only objects of a class of your own have attributes.", quoted(python_type_name(object)) + " object has no attribute " + quoted(instance_.program().code().names[name]));
  }
  if (object.is(ValueType::instance)) {
    auto& o = as<InstanceObject>(object);
    Value found;
    if (find_in_class(o.cls, name, found) && found.is(ValueType::descriptor) && as<DescriptorObject>(found).kind == Builtin::property) {
      if (setter && !as<DescriptorObject>(found).setter.is_none()) return *setter = as<DescriptorObject>(found).setter, true;
      return context_.fail("AttributeError", "'" + instance_.program().code().names[name] + "' is a property without a setter.", "property " + quoted(instance_.program().code().names[name]) + " of " + quoted(type_name(object)) + " object has no setter");
    }
    if (o.exception && (name == known(Known::args) || name == known(Known::cause) || name == known(Known::context))) {
      Locked hold(o);
      Value& slot = name == known(Known::args) ? o.exception->arguments : name == known(Known::cause) ? o.exception->cause : o.exception->context;
      if (name == known(Known::args) && !value.is(ValueType::tuple)) value = Value::tuple(context_.heap, value.items());
      holds(o, value);
      slot.swap(value);
      return true;
    }
  } else if (is_exception_class(object) && as<ClassObject>(object).exception >= 0 && object.object() == instance_.exception_class(static_cast<Exception>(as<ClassObject>(object).exception)).object()) {
    return context_.type_error("Python's own classes cannot be changed.", "cannot set " + quoted(instance_.program().code().names[name]) + " attribute of immutable type " + quoted(as<ClassObject>(object).name));
  }
  Object& o = *object.object();
  Attributes& attributes = *attributes_of(object);
  holds(o, value);
  auto matters = [](const Value& v) { return is_function(v) || v.is(ValueType::descriptor); };  // to those who found it in a class
  const bool of_class = object.is(ValueType::class_);
  bool changes = of_class && matters(value);
  {
    Locked hold(o);
    const auto at = std::find_if(attributes.all.begin(), attributes.all.end(), [&](const Attributes::One& one) { return one.name == name; });
    if (at != attributes.all.end()) {
      changes |= of_class && matters(at->value);
      at->value.swap(value);  // what was there goes after the lock
    } else {
      if (attributes.all.size() >= 1000) return context_.fail("MemoryError", "An object has at most 1000 attributes here.");
      attributes.add(name, std::move(value), object.is(ValueType::instance) ? &as<ClassObject>(as<InstanceObject>(object).cls) : nullptr);
      account(o);
      changes |= of_class;
    }
  }
  if (changes) context_.heap.class_changed();
  return true;
}

bool Machine::delete_attribute(const Value& object, std::uint32_t name) {
  if (object.is(ValueType::instance) || object.is(ValueType::class_)) {
    Attributes& attributes = object.is(ValueType::instance) ? as<InstanceObject>(object).attributes : as<ClassObject>(object).attributes;
    Value old;
    Locked hold(*object.object());
    for (std::size_t i = 0; i < attributes.all.size(); ++i)
      if (attributes.all[i].name == name) {
        old = std::move(attributes.all[i].value);
        attributes.all.erase(attributes.all.begin() + static_cast<std::ptrdiff_t>(i));
        if (object.is(ValueType::class_)) context_.heap.class_changed();
        return true;
      }
  }
  return no_attribute(object, name);
}

bool Machine::asks_for_key(const Value& key, int depth) const {
  Value found;
  if (key.is(ValueType::instance)) return instance_.program().code().hashes && dunder(key, Known::hash, found);
  if (!key.is(ValueType::tuple) || depth > 20) return false;
  auto& items = as<TupleObject>(key).items;
  return std::any_of(items.begin(), items.end(), [&](const Value& item) { return asks_for_key(item, depth + 1); });
}

/// Whether list.index() and its like must ask an __eq__ of the script; then the prelude's function does it.
bool Machine::searches_script(const Value& object, Method method, std::span<Value> arguments, Prelude& function) const {
  if (!instance_.program().code().equals || arguments.size() != 1 || (!object.is(ValueType::list) && !object.is(ValueType::tuple))) return false;
  if (method == Method::index) function = Prelude::index_of;
  else if (method == Method::count) function = Prelude::count_of;
  else if (method == Method::remove && object.is(ValueType::list)) function = Prelude::remove_item;
  else return false;
  int budget = 10'000;
  return needs_equal(arguments[0], 0, budget) || needs_equal(object, 0, budget);
}

/// object.name(arguments), the object and `count` arguments on the stack.
bool Machine::method(std::uint32_t name, std::size_t count) {
  Value* slot = sp_ - count - 1;
  Value& object = *slot;
  switch (object.type()) {
    case ValueType::string:
    case ValueType::list:
    case ValueType::dict:
    case ValueType::set:
    case ValueType::tuple: {
      if (name >= kMethodNames.size()) break;
      auto m = static_cast<Method>(name);
      if (m == Method::append && count == 1 && object.is(ValueType::list)) {
        if (!append(context_, object, std::move(slot[1]))) return false;
        --sp_;
        object = Value();
        return true;
      }
      if (m == Method::pop && count == 0 && object.is(ValueType::list)) {
        auto& list = as<ListObject>(object);
        Value last = Value::unbound();
        {
          Locked hold(list);
          if (!list.items.empty()) last = std::move(list.items.back()), list.items.pop_back();
        }
        if (!last.is(ValueType::unbound)) {
          object = std::move(last);
          return true;
        }
      }
      if (m == Method::format || m == Method::fromkeys || (instance_.program().code().hashes && count > 0 && (object.is(ValueType::dict) || object.is(ValueType::set)) && asks_for_key(slot[1]))) break;
      if (m == Method::sort && object.is(ValueType::list) && !function_->prelude) {
        if (count > 0) return context_.type_error("sort() takes only key= and reverse=.", "sort() takes no positional arguments");
        bool script = false;
        for (const Value& item : object.items()) script |= orders_script(item);
        if (script) {
          Value list = std::move(object);
          pop_to(slot);
          return invoke_prelude(Prelude::sort, {std::move(list)}, After::push);
        }
      }
      if (Prelude searches{}; searches_script(object, m, std::span<Value>(slot + 1, count), searches)) {
        std::vector<Value> positional(std::make_move_iterator(slot), std::make_move_iterator(sp_));
        pop_to(slot);
        return invoke_prelude(searches, std::move(positional), After::push);
      }
      for (std::size_t i = 0; i < count; ++i) {
        Value& argument = slot[1 + i];
        bool reads = m == Method::extend || m == Method::join || m == Method::update || m == Method::union_ || m == Method::difference || m == Method::intersection || m == Method::issubset || m == Method::issuperset ||
                     m == Method::isdisjoint || m == Method::symmetric_difference || m == Method::difference_update || m == Method::intersection_update || m == Method::symmetric_difference_update;
        if (reads && reads_script(argument)) return invoke_prelude(m == Method::join ? Prelude::collect_to_join : Prelude::collect, {argument}, After::retry, static_cast<std::uint32_t>(count - 1 - i));
      }
      Value out;
      if (!call_method(context_, m, object, std::span<Value>(slot + 1, count), out)) return false;
      pop_to(slot + 1);
      *slot = std::move(out);
      return true;
    }
    case ValueType::generator: {
      if (name != static_cast<std::uint32_t>(Method::send) || count != 1 || as<GeneratorObject>(object).is_async) break;
      Value sent = std::move(slot[1]), generator = std::move(object);
      sp_ = slot;
      return resume_generator(std::move(generator), std::move(sent), After::next, false);
    }
    case ValueType::instance: {
      auto& o = as<InstanceObject>(object);
      Value found;
      {
        Locked hold(o);
        if (o.attributes.find(name)) break;
      }
      if (!find_in_class(o.cls, name, found) || (!found.is(ValueType::function) && !found.is(ValueType::closure))) break;
      std::uint32_t function = function_of(found);
      const FunctionCode& code = instance_.program().code().functions[function];
      if (!code.plain || count + 1 != code.parameters) break;
      context_.fuel -= 4;
      if (frame_.callers_.size() >= kMostCalls) return context_.fail("RecursionError", "The calls are nested more than " + std::to_string(kMostCalls) + " deep.", "maximum recursion depth exceeded");
      // The object is the first parameter where it lies; the result takes its place.
      const auto base = static_cast<std::size_t>(slot - frame_.values_.data());
      enter(function, base, base, code.free.empty() ? nullptr : &as<ClosureObject>(found), After::push);
      return true;
    }
    default: break;
  }
  std::vector<Value> positional(std::make_move_iterator(slot + 1), std::make_move_iterator(sp_));
  Value self = std::move(*slot);
  pop_to(slot);
  if (!self.is(ValueType::instance) && !self.is(ValueType::class_) && !self.is(ValueType::super_)) return native_method(self, name, positional, {}, {}, After::push);
  Value found;
  bool property = false;
  if (!load_attribute(self, name, found, property)) return false;
  if (property) return invoke_prelude(Prelude::call_got, {std::move(found), asked_of(std::move(self)), Value::tuple(context_.heap, std::move(positional)), make_dict(context_.heap)}, After::push);
  return invoke(std::move(found), positional, {}, {}, After::push);
}

bool Machine::native_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, Keywords keywords, std::span<Value> values, After after) {
  if (name == known(Known::getattr) && self.is(ValueType::tuple)) {  // load_attribute
    std::vector<Value> pair = self.items();
    return invoke(std::move(pair[0]), {positional[0], std::move(pair[1])}, after);
  }
  if (name == known(Known::setter) && self.is(ValueType::descriptor)) {
    if (positional.size() != 1) return context_.type_error("setter() takes one function.");
    return deliver(after, 0, make<DescriptorObject>(context_.heap, Builtin::property, as<DescriptorObject>(self).function, positional[0]));
  }
  if ((self.is(ValueType::builtin) && has_method(static_cast<Builtin>(self.integer()), name)) || self.is(ValueType::class_)) {
    // A method got from its type: str.lower, Exception.__init__.
    if (name == static_cast<std::uint32_t>(Method::fromkeys)) return invoke(Value::function(instance_.program().code().prelude[static_cast<std::size_t>(Prelude::fromkeys)]), positional, keywords, values, after);
    const bool cls = self.is(ValueType::class_);
    const std::string type(cls ? as<ClassObject>(self).name : std::string(facts(static_cast<Builtin>(self.integer())).name)), word = instance_.program().code().names[name];
    if (positional.empty()) return context_.type_error(type + "." + word + "() needs the object as its first argument.", "unbound method " + type + "." + word + "() needs an argument");
    Value object = positional[0];
    const ValueType wanted = cls ? ValueType::instance : type_of_builtin(static_cast<Builtin>(self.integer()));
    if (object.type() != wanted && !(wanted == ValueType::list && object.is(ValueType::int_array)) && !(wanted == ValueType::integer && object.is(ValueType::boolean)))
      return context_.type_error(type + "." + word + "() does not work on " + a_type(object) + ".", "descriptor " + quoted(word) + " for " + quoted(type) + " objects doesn't apply to a " + quoted(python_type_name(object)) + " object");
    positional.erase(positional.begin());
    return native_method(object, name, positional, keywords, values, after);
  }
  if (name == static_cast<std::uint32_t>(Method::fromkeys) && self.is(ValueType::dict)) return invoke(Value::function(instance_.program().code().prelude[static_cast<std::size_t>(Prelude::fromkeys)]), positional, keywords, values, after);
  if (name == static_cast<std::uint32_t>(Method::format) && self.is(ValueType::string)) {
    Value named = make_dict(context_.heap);
    for (std::size_t i = 0; i < keywords.size(); ++i)
      if (!dict_store(context_, named, Value::string(context_.heap, keywords[i]), values[i])) return false;
    return text_from(self, Value::tuple(context_.heap, std::move(positional)), std::move(named), after);
  }
  if (name == known(Known::init) && self.is(ValueType::instance)) {
    auto& o = as<InstanceObject>(self);
    if (o.exception) {
      Value arguments = Value::tuple(context_.heap, positional);
      holds(o, arguments);
      Locked hold(o);
      o.exception->arguments.swap(arguments);
    } else if (!positional.empty()) {
      return context_.type_error("object has no __init__ that takes arguments.", "object.__init__() takes exactly one argument (the instance to initialize)");
    }
    return deliver(after, 0, Value());
  }
  if ((name == known(Known::str) || name == known(Known::repr)) && positional.empty() && is_exception(self))
    return deliver(after, 0, Value::string(context_.heap, name == known(Known::str) ? exception_text(as<InstanceObject>(self)) : repr(self)));
  if (self.is(ValueType::list) && name == static_cast<std::uint32_t>(Method::sort)) {
    positional.insert(positional.begin(), self);
    return invoke(Value::function(instance_.program().code().prelude[static_cast<std::size_t>(Prelude::sort)]), positional, keywords, values, after);
  }
  bool special = name == known(Known::aenter) || name == known(Known::aexit) || name == known(Known::next) || name == known(Known::iter);
  if (!has_method(self, name) && !special) {
    Value found;
    bool property = false;
    if (!load_attribute(self, name, found, property)) return false;
    return invoke(std::move(found), positional, keywords, values, after);
  }
  std::vector<Value> by_name;
  if (!keywords.empty() && self.is(ValueType::dict) && name == static_cast<std::uint32_t>(Method::update)) {
    Value out, more = make_dict(context_.heap);
    for (std::size_t i = 0; i < keywords.size(); ++i)
      if (!dict_store(context_, more, Value::string(context_.heap, keywords[i]), values[i])) return false;
    if (!positional.empty() && reads_script(positional[0])) return context_.type_error("update() of a generator beside named arguments is left out.");
    if (!call_method(context_, Method::update, self, positional, out) || !call_method(context_, Method::update, self, std::span<Value>(&more, 1), out)) return false;
    return deliver(after, 0, Value());
  }
  if (!keywords.empty() && self.is(ValueType::string)) {
    // split(sep=None, maxsplit=-1), splitlines(keepends=False)
    const bool lines = name == static_cast<std::uint32_t>(Method::splitlines), splits = name == static_cast<std::uint32_t>(Method::split) || name == static_cast<std::uint32_t>(Method::rsplit);
    bool known_all = lines || splits;
    for (std::size_t i = 0; known_all && i < keywords.size(); ++i) {
      const std::size_t at = keywords[i] == (lines ? "keepends" : "sep") ? 0 : splits && keywords[i] == "maxsplit" ? 1 : SIZE_MAX;
      known_all = at != SIZE_MAX && at >= positional.size();
      if (!known_all) break;
      by_name.resize(std::max(by_name.size(), at + 1));
      by_name[at] = values[i];
    }
    if (known_all) {
      for (std::size_t i = positional.size(); i < by_name.size(); ++i) positional.push_back(std::move(by_name[i]));
      keywords = {};
    }
  }
  if (!keywords.empty()) return context_.type_error("Named arguments of ." + instance_.program().code().names[name] + "() are left out.", python_type_name(self) + "." + instance_.program().code().names[name] + "() takes no keyword arguments");
  switch (self.type()) {
    case ValueType::generator: return generator_method(self, name, positional, after);
    case ValueType::task: {
      using Kind = Ask::Kind;
      auto m = static_cast<Method>(name);
      if (positional.size() > (m == Method::cancel ? 1u : 0u)) return context_.type_error("This method of a task takes no arguments.");
      if (m == Method::cancel && positional.size() == 1) step_.ask.text = str(positional[0]);
      Kind kind = m == Method::cancel ? Kind::cancel : m == Method::cancelled ? Kind::task_is_cancelled : m == Method::done ? Kind::task_is_done : m == Method::result ? Kind::task_result : Kind::task_exception;
      return ask(kind, {self}, after);
    }
    case ValueType::sync: return sync_method(self, name, positional, after);
    default: break;
  }
  if (special) return no_attribute(self, name);
  if (instance_.program().code().hashes && !positional.empty() && (self.is(ValueType::dict) || self.is(ValueType::set)) && asks_for_key(positional[0])) {
    context_.by_identity = function_->prelude;
    const auto m = static_cast<Method>(name);
    if (!function_->prelude && (m == Method::get || m == Method::pop || m == Method::setdefault || m == Method::add || m == Method::discard || m == Method::remove)) {
      std::vector<Value> with{make<BoundObject>(context_.heap, Value(), self, name), self};
      with.insert(with.end(), std::make_move_iterator(positional.begin()), std::make_move_iterator(positional.end()));
      return invoke_prelude(Prelude::with_key, std::move(with), after);
    }
  }
  if (Prelude searches{}; searches_script(self, static_cast<Method>(name), positional, searches)) {
    positional.insert(positional.begin(), self);
    return invoke_prelude(searches, std::move(positional), after);
  }
  Value out;
  if (!call_method(context_, static_cast<Method>(name), self, positional, out)) return false;
  return deliver(after, 0, std::move(out));
}

/// All of them plain calls, as Python's own: where there is nothing yet, they wait and hold their thread.
bool Machine::socket_method(const Value& self, Method method, std::vector<Value>& positional, After after) {
  const std::size_t count = positional.size();
  auto takes = [&](const char* what) { return context_.type_error("." + std::string(kMethodNames[static_cast<std::size_t>(method)]) + "() takes " + what + "."); };
  switch (method) {
    case Method::accept: return count == 0 ? ask(Ask::Kind::accept, {self}, after) : takes("no arguments");
    case Method::close: return count == 0 ? ask(Ask::Kind::close_socket, {self}, after) : takes("no arguments");
    case Method::recv: {
      const std::int64_t most = count == 0 ? 1024 : is_whole(positional[0]) ? positional[0].integer() : 0;
      if (count > 1 || most < 1 || most > kMostSocketBytes) return takes("how many bytes at most: 1 to 65536");
      step_.ask.size = most;
      return ask(Ask::Kind::receive, {self}, after);
    }
    case Method::send:
      if (count != 1 || !positional[0].is(ValueType::string) || positional[0].text().size() > kMostSocketBytes) return takes("one text of at most 65536 bytes");
      step_.ask.text = positional[0].text();
      return ask(Ask::Kind::send, {self}, after);
    default: return no_attribute(self, static_cast<std::uint32_t>(method));
  }
}

bool Machine::sync_method(const Value& self, std::uint32_t name, std::vector<Value>& positional, After after) {
  using Kind = Ask::Kind;
  SyncKind kind = as<SyncObject>(self).kind;
  auto arity = [&](std::size_t count) {
    if (positional.size() == count) return true;
    const std::string& text = instance_.program().code().names[name];
    return context_.type_error("." + text + "() takes " + (count == 0 ? "no arguments" : count == 1 ? "one argument" : std::to_string(count) + " arguments") + ", but " + std::to_string(positional.size()) + (positional.size() == 1 ? " is" : " are") + " given.");
  };
  auto now = [&](Kind k) {
    std::vector<Value> children{self};
    for (Value& v : positional) children.push_back(std::move(v));
    return ask(k, std::move(children), after);
  };
  auto later = [&](Kind k) {
    Ask a;
    a.kind = k;
    a.children = {self};
    for (Value& v : positional) a.children.push_back(std::move(v));
    const Place at = function_->prelude ? Place{} : place();
    return deliver(after, 0, make<OperationObject>(context_.heap, std::move(a), at.line, at.column));
  };
  auto through = [&](Prelude function) {
    positional.insert(positional.begin(), self);
    return invoke_prelude(function, positional, after);
  };
  bool enter = name == known(Known::aenter), exit = name == known(Known::aexit);
  if (enter || exit) {
    if (kind == SyncKind::lock || kind == SyncKind::semaphore) return arity(enter ? 0 : 3) && through(enter ? Prelude::lock_enter : Prelude::lock_exit);
    if (kind == SyncKind::timeout) return arity(enter ? 0 : 3) && through(enter ? Prelude::timeout_enter : Prelude::timeout_exit);
    return no_attribute(self, name);
  }
  if (kind == SyncKind::socket) return socket_method(self, static_cast<Method>(name), positional, after);
  switch (static_cast<Method>(name)) {
    case Method::acquire: return arity(0) && later(Kind::acquire);
    case Method::release: return arity(0) && now(Kind::release);
    case Method::locked: return arity(0) && now(Kind::locked);
    case Method::wait: return arity(0) && later(Kind::event_wait);
    case Method::set: return arity(0) && now(Kind::event_set);
    case Method::clear: return arity(0) && now(Kind::event_clear);
    case Method::is_set: return arity(0) && now(Kind::event_is_set);
    case Method::put: return arity(1) && later(Kind::put);
    case Method::get: return arity(0) && later(Kind::get);
    case Method::put_nowait: return arity(1) && now(Kind::put_nowait);
    case Method::get_nowait: return arity(0) && now(Kind::get_nowait);
    case Method::qsize: return arity(0) && now(Kind::queue_size);
    case Method::empty: return arity(0) && through(Prelude::queue_empty);
    case Method::full: return arity(0) && through(Prelude::queue_full);
    case Method::join: return arity(0) && later(Kind::queue_join);
    case Method::task_done: return arity(0) && now(Kind::task_done);
    case Method::load: return arity(0) && now(Kind::load);
    case Method::store: return arity(1) && now(Kind::store);
    default: return no_attribute(self, name);
  }
}

}  // namespace interleave
