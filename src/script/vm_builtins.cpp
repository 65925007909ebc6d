// vm_builtins.cpp -- calls of builtins and operations: which of them the script itself must help with, which ask the executor.
#include <algorithm>
#include <charconv>
#include <cassert>

#include "script/machine.h"

namespace interleave {

/// Whether showing it asks the script: somewhere in it is an object with a __str__ or __repr__ of its own.
bool Machine::needs_show(const Value& value, int depth, int& budget) const {
  if (depth > 20 || --budget < 0) return false;
  Value found;
  switch (value.type()) {
    case ValueType::instance:
      if (class_attribute(value, known(Known::repr), found) || class_attribute(value, known(Known::str), found)) return true;
      if (is_exception(value)) return needs_show(as<InstanceObject>(value).exception->arguments, depth + 1, budget);
      return false;
    case ValueType::list:
    case ValueType::tuple:
    case ValueType::view:
      for (const Value& item : items_of(value))
        if (needs_show(item, depth + 1, budget)) return true;
      return false;
    case ValueType::dict:
    case ValueType::set:
      for (const Value& item : dict_items(value))
        if (needs_show(item, depth + 1, budget)) return true;
      return false;
    default: return false;
  }
}

/// What an f-string does before it joins: str() or repr() of what is on top, through the script where it says how.
bool Machine::show(bool as_repr) {
  int budget = 10'000;
  if (!needs_show(sp_[-1], 0, budget)) {
    if (as_repr) sp_[-1] = Value::string(context_.heap, repr(sp_[-1]));
    return true;
  }
  Value shown = std::move(*--sp_);
  return invoke_prelude(as_repr ? Prelude::repr : Prelude::str, {std::move(shown)}, After::push);
}

/// {value!r:specification}; argument: 1 a specification lies on top, 2 !r, 4 !s.
bool Machine::format(std::uint32_t argument) {
  if (argument == 0 && sp_[-1].is(ValueType::string)) return true;
  if (argument == 0 && sp_[-1].is(ValueType::integer)) {
    char digits[24];
    sp_[-1] = Value::string(context_.heap, std::string(digits, std::to_chars(digits, std::end(digits), sp_[-1].integer()).ptr));
    return true;
  }
  std::string text, specification;
  if (argument & 1) {
    specification = str(sp_[-1]);
    *--sp_ = Value();
  }
  Value& v = sp_[-1];
  if (argument & 2) v = Value::string(context_.heap, repr(v));
  if (argument & 4) v = Value::string(context_.heap, str(v));
  if (!(argument & 6)) {
    Value found;
    if (dunder(v, Known::format, found)) {
      Value self = std::move(*--sp_);
      return invoke(std::move(found), {std::move(self), Value::string(context_.heap, std::move(specification))}, After::answer, static_cast<std::uint32_t>(Answer::text));
    }
    int budget = 10'000;
    if (specification.empty() && instance_.program().code().shows && needs_show(v, 0, budget)) {
      Value self = std::move(*--sp_);
      return invoke_prelude(Prelude::str, {std::move(self)}, After::push);
    }
  }
  if (!format_value(context_, v, specification, text)) return false;
  v = Value::string(context_.heap, std::move(text));
  return true;
}

bool Machine::put_together(const Value& text, const Value& values, const Value& named, const std::vector<Value>* texts, Value& out, std::vector<Value>& asked) {
  const Code& code = instance_.program().code();
  const TextHelp plain = plain_text(context_);
  std::size_t given = 0;
  TextHelp help;
  help.show = [&](const Value& value, char how, std::string_view specification, std::string& part) {
    Value found;
    int budget = 10'000;
    const bool script = (how == 'f' && class_attribute(value, known(Known::format), found)) || ((how != 'f' || specification.empty()) && code.shows && needs_show(value, 0, budget));
    if (!script) return plain.show(value, how, specification, part);
    if (texts) {
      const Value shown = given < texts->size() ? (*texts)[given] : Value();
      ++given;
      if (!shown.is(ValueType::string)) return context_.type_error("__format__() returned " + a_type(shown) + "; it returns a str.", "__format__ must return a str, not " + python_type_name(shown));
      part = shown.text();
      return true;
    }
    asked.push_back(Value::tuple(context_.heap, {value, Value::string(context_.heap, std::string(1, how)), Value::string(context_.heap, std::string(specification))}));
    return true;
  };
  help.attribute = [&](const Value& object, std::string_view name, Value& attribute) {
    const auto at = std::find(code.names.begin(), code.names.end(), name);
    bool property = false;
    if (at == code.names.end()) return plain.attribute(object, name, attribute);
    if (!load_attribute(object, static_cast<std::uint32_t>(at - code.names.begin()), attribute, property)) return false;
    return !property || context_.type_error("A property inside a text's {} is left out; give it to format() by itself.");
  };
  std::string made;
  const bool good = named.is(ValueType::dict) ? brace_text(context_, text.text(), values.items(), named, help, made) : percent_text(context_, text.text(), values, help, made);
  if (!good || !context_.room(static_cast<std::int64_t>(made.size()))) return false;
  context_.charge(made.size() / 8);
  out = Value::string(context_.heap, std::move(made));
  return true;
}

bool Machine::text_from(Value text, Value values, Value named, After after) {
  Value out;
  std::vector<Value> asked;
  if (!put_together(text, values, named, nullptr, out, asked)) return false;
  if (asked.empty()) return deliver(after, 0, std::move(out));
  return invoke_prelude(Prelude::texts, {std::move(text), std::move(values), std::move(named), Value::list(context_.heap, std::move(asked))}, after);
}

/// print(..., end=...): what it ends with belongs to the text.
bool Machine::print_end(Ask& ask, const Arguments& arguments) {
  const Value* end = arguments.keyword("end");
  if (!end || end->is_none() || end->text() == "\n") return true;
  if (!context_.room(static_cast<std::int64_t>(ask.text.size() + end->text().size()))) return false;
  ask.text += end->text();
  ask.flag = !ask.text.ends_with('\n');
  if (!ask.flag) ask.text.pop_back();
  return true;
}

bool Machine::through_script(Builtin builtin, const Arguments& a, std::size_t taken, After after, bool& good) {
  std::size_t count = a.positional.size();
  const Value* first = count ? &a.positional[0] : nullptr;
  bool script = std::any_of(a.positional.begin(), a.positional.end(), [&](const Value& v) { return reads_script(v); });
  bool shows = instance_.program().code().shows, in_prelude = function_->prelude;
  Value callee, found;
  std::vector<Value> positional;
  Prelude prelude = Prelude::count;
  std::uint32_t extra = 0;
  auto checked = [&](Answer answer) {
    if (after != After::push) return;
    after = After::answer;
    extra = static_cast<std::uint32_t>(answer);
  };
  switch (builtin) {
    case Builtin::any:
    case Builtin::all:
      if (count == 1 && !script && !in_prelude && (first->is(ValueType::list) || first->is(ValueType::tuple) || first->is(ValueType::view))) {
        // As for sum: a list of a class's objects begins with one.
        Value item;
        std::int64_t position = 0;
        script = interleave::next(context_, *first, position, item) == Next::item && item.is(ValueType::instance) && has_truth(item);
      }
      if (script) prelude = builtin == Builtin::any ? Prelude::any : Prelude::all;
      break;
    case Builtin::enumerate: if (script) prelude = Prelude::enumerate; break;
    case Builtin::zip: if (script) prelude = Prelude::zip; break;
    case Builtin::filter: if (count == 2) prelude = Prelude::filter; break;
    case Builtin::map: if (count >= 2) prelude = Prelude::map; break;
    case Builtin::sorted:
      if (count == 1 && (script || a.keyword("key"))) prelude = Prelude::sorted;
      else if (count == 1 && !in_prelude)
        for (const Value& item : items_of(*first))
          if (orders_script(item)) prelude = Prelude::sorted;
      break;
    case Builtin::max:
    case Builtin::min:
      if (count == 1 && !script && !in_prelude)
        for (const Value& item : items_of(*first)) script |= orders_script(item);
      if (a.keyword("key") || script) prelude = builtin == Builtin::max ? Prelude::max : Prelude::min;
      break;
    case Builtin::list:
    case Builtin::tuple:
    case Builtin::set:
    case Builtin::sum:
    case Builtin::dict:
      if (builtin == Builtin::set && first && instance_.program().code().hashes && !in_prelude) {
        const std::vector<Value> items = items_of(*first);
        if (reads_script(*first) || std::any_of(items.begin(), items.end(), [&](const Value& item) { return asks_for_key(item); })) {
          prelude = Prelude::set_of;
          break;
        }
      }
      if (builtin == Builtin::sum && first) {
        // A look at the first item: a list of a class's objects begins with one.
        const bool container = first->is(ValueType::list) || first->is(ValueType::tuple) || first->is(ValueType::view);
        Value item;
        std::int64_t position = 0;
        if (reads_script(*first) || (container && interleave::next(context_, *first, position, item) == Next::item && item.is(ValueType::instance))) {
          prelude = Prelude::sum;
          break;
        }
      }
      if (!first || !reads_script(*first)) return false;
      prelude = Prelude::collect_call;
      positional.push_back(Value::builtin(static_cast<std::uint32_t>(builtin)));
      break;
    case Builtin::print:
      if (!shows) return false;
      for (const Value& v : a.positional) {
        int budget = 10'000;
        if (needs_show(v, 0, budget)) prelude = Prelude::print;
      }
      break;
    case Builtin::str:
    case Builtin::repr: {
      int budget = 10'000;
      if (!shows || count != 1 || !needs_show(*first, 0, budget)) return false;
      prelude = builtin == Builtin::str ? Prelude::str : Prelude::repr;
      break;
    }
    case Builtin::abs:
    case Builtin::round:
    case Builtin::int_:
    case Builtin::float_:
    case Builtin::reversed: {
      const Known name = builtin == Builtin::abs ? Known::abs : builtin == Builtin::round ? Known::round : builtin == Builtin::int_ ? Known::int_ : builtin == Builtin::float_ ? Known::float_ : Known::reversed;
      if (count < 1) return false;
      if (!class_attribute(*first, known(name), callee)) {
        if (builtin != Builtin::reversed || !class_attribute(*first, known(Known::len), found) || !class_attribute(*first, known(Known::getitem), found)) return false;
        prelude = Prelude::by_index_back;
        break;
      }
      positional.insert(positional.end(), a.positional.begin(), a.positional.end());
      if (builtin == Builtin::int_ || builtin == Builtin::float_) checked(builtin == Builtin::int_ ? Answer::whole : Answer::real);
      break;
    }
    case Builtin::format: {
      int budget = 10'000;
      if (count < 1 || count > 2) return false;
      if (class_attribute(*first, known(Known::format), callee)) {
        positional = {*first, count > 1 ? a.positional[1] : Value::string(context_.heap, "")};
        checked(Answer::text);
      } else if ((count == 1 || (a.positional[1].is(ValueType::string) && a.positional[1].text().empty())) && shows && needs_show(*first, 0, budget)) {
        callee = Value::function(instance_.program().code().prelude[static_cast<std::size_t>(Prelude::str)]);
        positional = {*first};
      } else {
        return false;
      }
      break;
    }
    case Builtin::len:
      if (count != 1 || !class_attribute(*first, known(Known::len), callee)) return false;
      positional.push_back(*first);
      checked(Answer::length);
      break;
    case Builtin::hash:
      if (count != 1 || !dunder(*first, Known::hash, callee)) return false;
      positional.push_back(*first);
      checked(Answer::hash);
      break;
    case Builtin::bool_:
      if (count != 1 || !has_truth(*first)) return false;
      if (const bool own = class_attribute(*first, known(Known::boolean), callee); own || class_attribute(*first, known(Known::len), callee)) checked(own ? Answer::truth : Answer::truth_by_length);
      positional.push_back(*first);
      break;
    case Builtin::iter:
      if (count == 2) {
        prelude = Prelude::iter_until;
        break;
      }
      if (count != 1 || !first->is(ValueType::instance)) return false;
      if (!dunder(*first, Known::iter, callee)) {
        if (!dunder(*first, Known::getitem, found)) return false;
        prelude = Prelude::by_index;
        break;
      }
      positional.push_back(*first);
      checked(Answer::iterator);
      break;
    case Builtin::next: {
      if (count < 1 || (!first->is(ValueType::generator) && !first->is(ValueType::instance) && !first->is(ValueType::iterator))) return false;
      Value source = *first, standard = count > 1 ? a.positional[1] : Value();
      bool has_standard = count > 1;
      if (after != After::push) return good = context_.fail("RuntimeError", "next() cannot stand here."), true;
      if (source.is(ValueType::instance) && !class_attribute(source, known(Known::next), callee)) return false;
      if (source.is(ValueType::generator) && instance_.program().code().functions[as<GeneratorObject>(source).function].is_async) return false;
      pop_to(sp_ - taken);
      if (source.is(ValueType::iterator)) {
        std::int64_t position = 0;
        Value item;
        Next state = interleave::next(context_, source, position, item);
        if (state == Next::end) item = std::move(standard);
        good = state == Next::item || (state == Next::end && has_standard) ? deliver(after, 0, std::move(item)) : state == Next::failed ? false : stop_iteration(Value());
        return true;
      }
      if (has_standard) *sp_++ = std::move(standard);
      if (source.is(ValueType::generator)) good = resume_generator(std::move(source), Value(), has_standard ? After::next_default : After::next, false);
      else good = invoke(std::move(callee), {std::move(source)}, has_standard ? After::next_default : After::push);
      return true;
    }
    default: return false;
  }
  if (prelude == Prelude::count && callee.is_none()) return false;
  if (callee.is_none()) {
    callee = Value::function(instance_.program().code().prelude[static_cast<std::size_t>(prelude)]);
    positional.insert(positional.end(), a.positional.begin(), a.positional.end());
  }
  std::vector<std::string> keywords(a.keywords.begin(), a.keywords.end());
  std::vector<Value> values(a.values.begin(), a.values.end());
  pop_to(sp_ - taken);
  good = invoke(std::move(callee), positional, keywords, values, after, false, extra);
  return true;
}

/// `taken` operands are the arguments. False: an error, or step_ asks.
bool Machine::call_builtin(Builtin builtin, const Arguments& arguments, std::size_t taken, After after) {
  bool good = false;
  const BuiltinFacts& f = facts(builtin);
  for (const std::string& keyword : arguments.keywords)  // those that are written out are known to be right: compile()
    if (f.keywords != "*" && f.keywords.find(" " + keyword + " ") == std::string_view::npos)
      return context_.type_error(std::string(f.name) + "() has no argument called '" + keyword + "'.", quoted(keyword) + " is an invalid keyword argument for " + std::string(f.name) + "()");
  if (through_script(builtin, arguments, taken, after, good)) return good;
  Value out;
  std::size_t count = arguments.positional.size();
  auto counted = [&] {
    if (static_cast<int>(count) >= f.least && (f.most < 0 || static_cast<int>(count) <= f.most)) return true;
    return context_.type_error(std::string(f.name) + "() does not take " + std::to_string(count) + (count == 1 ? " argument." : " arguments."));
  };
  bool asks = false;
  switch (builtin) {
    case Builtin::isinstance: {
      bool is = false;
      if (!counted() || !is_instance(context_, instance_, arguments.positional[0], arguments.positional[1], is)) return false;
      out = Value::boolean(is);
      break;
    }
    case Builtin::issubclass: {
      if (!counted()) return false;
      const Value &a = arguments.positional[0], &b = arguments.positional[1];
      if (!a.is(ValueType::class_)) return context_.type_error("issubclass() needs a class of the script.", "issubclass() arg 1 must be a class");
      bool is = false;
      for (const Value& base : b.is(ValueType::tuple) ? b.items() : std::vector<Value>{b}) is |= base.is(ValueType::class_) ? is_subclass(a, base) : base.is(ValueType::builtin) && base.integer() == static_cast<std::int64_t>(Builtin::object);
      out = Value::boolean(is);
      break;
    }
    case Builtin::type:
      if (!counted()) return false;
      out = type_of(instance_, arguments.positional[0]);
      break;
    case Builtin::callable: {
      if (!counted()) return false;
      const Value& v = arguments.positional[0];
      Value found;
      out = Value::boolean(is_function(v) || v.is(ValueType::bound) || v.is(ValueType::class_) || class_attribute(v, known(Known::call), found));
      break;
    }
    case Builtin::object: {
      Value cls = instance_.named_class("object");
      out = make<InstanceObject>(context_.heap, cls);
      break;
    }
    case Builtin::getattr:
    case Builtin::hasattr:
    case Builtin::setattr: {
      if (!counted()) return false;
      const Value &object = arguments.positional[0], &name = arguments.positional[1];
      if (!name.is(ValueType::string)) return context_.type_error("The name of an attribute is a str.", "attribute name must be string, not " + quoted(python_type_name(name)));
      auto& names = instance_.program().code().names;
      auto at = std::find(names.begin(), names.end(), name.text());
      auto index = static_cast<std::uint32_t>(at - names.begin());
      if (Value asked; builtin != Builtin::setattr && at == names.end() && class_attribute(object, known(Known::getattr), asked)) {
        Value pair = Value::tuple(context_.heap, {std::move(asked), name});
        std::vector<Value> with{make<BoundObject>(context_.heap, Value(), std::move(pair), known(Known::getattr)), object, Value::boolean(builtin == Builtin::hasattr), count > 2 ? arguments.positional[2] : Value()};
        pop_to(sp_ - taken);
        if (builtin == Builtin::getattr && count < 3) return invoke(std::move(with[0]), {std::move(with[1])}, after);
        return invoke_prelude(Prelude::tried, std::move(with), after);
      }
      bool property = false, found = at != names.end() && builtin != Builtin::setattr && load_attribute(object, index, out, property);
      if (builtin == Builtin::setattr) {
        if (at == names.end()) return context_.value_error("setattr() can only set an attribute whose name is written somewhere in the script.");
        Value setter;
        if (!store_attribute(object, index, arguments.positional[2], &setter)) return false;
        if (!setter.is_none()) {
          std::vector<Value> with{object, arguments.positional[2]};
          pop_to(sp_ - taken);
          return invoke(std::move(setter), std::move(with), after);
        }
        break;
      }
      if (found && property && (builtin == Builtin::hasattr || count > 2)) {
        std::vector<Value> with{std::move(out), asked_of(object), Value::boolean(builtin == Builtin::hasattr), count > 2 ? arguments.positional[2] : Value()};
        pop_to(sp_ - taken);
        return invoke_prelude(Prelude::tried, std::move(with), after);
      }
      if (builtin == Builtin::getattr && found && property) {
        Value function = std::move(out), self = asked_of(object);
        pop_to(sp_ - taken);
        return invoke(std::move(function), {std::move(self)}, after);
      }
      if (!found) {
        if (builtin == Builtin::getattr && count < 3) {
          if (context_.kind.empty()) return context_.fail("AttributeError", capital_type(object) + " has no attribute '" + std::string(name.text()) + "'.", quoted(python_type_name(object)) + " object has no attribute " + quoted(name.text()));
          return false;
        }
        context_.kind.clear();
        context_.sentence.clear();
        context_.words.clear();
        if (builtin == Builtin::getattr) out = arguments.positional[2];
      }
      if (builtin == Builtin::hasattr) out = Value::boolean(found);
      break;
    }
    case Builtin::property:
    case Builtin::staticmethod:
    case Builtin::classmethod:
      if (!counted()) return false;
      out = make<DescriptorObject>(context_.heap, builtin, arguments.positional[0], count > 1 ? arguments.positional[1] : Value());
      break;
    case Builtin::shown: {
      const Value& v = arguments.positional[0];
      Value method;
      bool as_repr = truth(arguments.positional[1]);
      bool found = (!as_repr && class_attribute(v, known(Known::str), method)) || class_attribute(v, known(Known::repr), method);
      // A str() that an exception has by itself goes before a __repr__ of its class.
      if (found && !as_repr && is_exception(v) && !class_attribute(v, known(Known::str), method)) found = false, method = make<BoundObject>(context_.heap, Value(), v, known(Known::str)), out = method;
      if (found) out = make<BoundObject>(context_.heap, std::move(method), v, known(Known::repr));
      break;
    }
    case Builtin::scripted: {
      bool some = false;
      for (const Value& item : arguments.positional[0].items()) some |= orders_script(item);
      out = Value::boolean(some);
      break;
    }
    case Builtin::joined: {
      std::vector<Value> asked;
      const std::vector<Value> texts = arguments.positional[3].items();
      if (!put_together(arguments.positional[0], arguments.positional[1], arguments.positional[2], &texts, out, asked)) return false;
      break;
    }
    case Builtin::operate: {
      const Value a = arguments.positional[0], b = arguments.positional[1];
      const std::int64_t op = arguments.positional[2].integer();
      if (op < 16) {
        if (!binary(context_, static_cast<BinaryOp>(op), a, b, out)) return truth(arguments.positional[3]) ? in_place_fails() : false;
        break;
      }
      bool is = false;
      context_.by_identity = true;
      if (!compare(context_, static_cast<CompareOp>(op - 16), a, b, is)) return false;
      out = Value::boolean(is);
      break;
    }
    case Builtin::same_hash: {
      std::vector<Value> keys;
      if (!same_hash(context_, arguments.positional[0], arguments.positional[1], keys)) return false;
      out = Value::list(context_.heap, std::move(keys));
      break;
    }
    case Builtin::remember: {
      const Value &key = arguments.positional[0], &said = arguments.positional[1];
      Value found;
      if (!class_attribute(key, known(Known::hash), found)) break;
      if (!is_whole(said)) return context_.type_error("__hash__() returned " + a_type(said) + "; it returns an int.", "__hash__ method should return an integer");
      remember_hash(key, said.integer());
      break;
    }
    case Builtin::show: out = Value::string(context_.heap, repr(arguments.positional[0])); break;
    case Builtin::sort_by: {
      std::vector<Value> items = arguments.positional[0].items(), keys = arguments.positional[1].items();
      if (!sort_by(context_, keys, items, truth(arguments.positional[2]))) return false;
      out = Value::list(context_.heap, std::move(items));
      break;
    }
    default:
      switch (f.kind) {
        case BuiltinFacts::Kind::python:
          if (builtin != Builtin::print) {
            if (!call_python(context_, builtin, arguments, out)) return false;
            break;
          }
          [[fallthrough]];
        case BuiltinFacts::Kind::plain_operation:
        case BuiltinFacts::Kind::awaited_operation: {
          Ask ask;
          if (!make_ask(context_, builtin, arguments, ask)) return false;
          auto& prelude = instance_.program().code().prelude;
          if (builtin == Builtin::to_thread || builtin == Builtin::to_process) {
            Value named = make_dict(context_.heap);
            for (std::size_t i = 0; i < arguments.keywords.size(); ++i)
              if (!dict_store(context_, named, Value::string(context_.heap, arguments.keywords[i]), arguments.values[i])) return false;
            std::vector<Value> bound{arguments.positional[0], Value::tuple(context_.heap, {arguments.positional.begin() + 1, arguments.positional.end()}), std::move(named)};
            ask.children = {make<CoroutineObject>(context_.heap, prelude[static_cast<std::size_t>(Prelude::call)], std::move(bound))};
          }
          bool at_once = builtin == Builtin::to_thread && runs_in_order();
          for (Value& child : ask.children)
            if (child.is(ValueType::operation)) {
              as<OperationObject>(child).line = 0;
              child = make<CoroutineObject>(context_.heap, prelude[static_cast<std::size_t>(Prelude::await_)], std::vector<Value>{child});
            }
          const bool as_value = f.kind == BuiltinFacts::Kind::awaited_operation && taken == 0 && !(ip_[-1].op() == Op::builtin || ip_[-1].op() == Op::builtin_shaped);
          // wait_for(..., 0): what is no task yet is cancelled before it begins, as by asyncio.
          if (ask.kind == Ask::Kind::wait_for && ask.duration == 0) {
            if (ask.children[0].is(ValueType::coroutine)) as<CoroutineObject>(ask.children[0]).begun.store(false, std::memory_order_release);  // spawn() does
            std::vector<Value> bound{ask.children[0], Value::boolean(ask.children[0].is(ValueType::task))};
            ask.children[0] = make<CoroutineObject>(context_.heap, prelude[static_cast<std::size_t>(Prelude::wait_for_nothing)], std::move(bound));
            if (as_value) {
              out = std::move(ask.children[0]);
              break;
            }
            at_once = true;
          }
          if (builtin == Builtin::print && !print_end(ask, arguments)) return false;
          if (builtin == Builtin::print && module_) {
            module_->print(std::move(ask.text), ask.flag);
            break;
          }
          if (as_value) {
            out = make<OperationObject>(context_.heap, std::move(ask));  // called as a value: it waits to be awaited
            break;
          }
          if (module_) return context_.fail("RuntimeError", std::string(f.name) + "() cannot be asked at the top level; call it in a function that run() starts.");
          if (after != After::push) return context_.fail("RuntimeError", std::string(f.name) + "() cannot stand here.");
          if (at_once) {
            pop_to(sp_ - taken);
            *sp_++ = std::move(ask.children[0]);
            return await_value();
          }
          step_.ask = std::move(ask);
          asks = true;
          break;
        }
        case BuiltinFacts::Kind::maker:
          if (!make_sync(context_, builtin, arguments, out)) return false;
          if (module_ && sync_kind(out) <= SyncKind::queue) instance_.keep_sync(out);
          break;
        case BuiltinFacts::Kind::fact: {
          const Settings& settings = instance_.settings();
          out = Value::integer(builtin == Builtin::workers ? settings.workers : settings.cores);
          break;
        }
        case BuiltinFacts::Kind::declaration: {
          assert(module_);
          if (!module_->declare(context_, builtin, arguments, function_->places[static_cast<std::size_t>(ip_ - function_->instructions.data()) - 1])) return false;
          if (builtin == Builtin::param || builtin == Builtin::gil_interval) out = std::move(arguments.positional[0]);  // where declare() left the value
          break;
        }
        case BuiltinFacts::Kind::prelude: break;
      }
  }
  pop_to(sp_ - taken);
  if (asks) {
    step_.kind = Step::Kind::ask;
    return false;
  }
  return deliver(after, 0, std::move(out));
}

}  // namespace interleave
