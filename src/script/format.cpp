// format.cpp -- str(), repr(), round() and format specifications.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "script/object.h"
#include "script/objects.h"
#include "script/operators.h"
#include "script/text.h"

namespace interleave {

namespace {

constexpr std::size_t kMostText = 8u << 20;
constexpr std::size_t kMostShownNesting = 100;

void append_hex(std::string& out, const char* prefix, unsigned value, int digits) {
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "%s%0*x", prefix, digits, value);
  out += buffer;
}

void append_quoted(std::string& out, std::string_view text) {
  bool single = text.find('\'') != std::string_view::npos, both = single && text.find('"') != std::string_view::npos;
  char quote = single && !both ? '"' : '\'';
  out += quote;
  for (std::size_t i = 0; i < text.size();) {
    int bytes = character_bytes(text[i]);
    std::uint32_t c = code_point_at(text, i);
    if (c == static_cast<unsigned char>(quote) || c == '\\') out += '\\', out += static_cast<char>(c);
    else if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\t') out += "\\t";
    else if (c < 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad) append_hex(out, "\\x", c, 2);
    else if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || c == 0xfeff) append_hex(out, "\\u", c, 4);
    else out.append(text.substr(i, bytes));
    i += bytes;
  }
  out += quote;
}

struct Printer {
  std::string out;
  std::vector<const Object*> open;  ///< containers being shown: one inside itself is shown as [...]

  void items(const std::vector<Value>& values, const char* before, const char* after) {
    out += before;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i) out += ", ";
      if (out.size() > kMostText) {
        out += "...";
        break;
      }
      show(values[i]);
    }
    out += after;
  }

  void show(const Value& v) {
    switch (v.type()) {
      case ValueType::unbound: out += "<no value>"; return;
      case ValueType::none: out += "None"; return;
      case ValueType::boolean: out += v.integer() ? "True" : "False"; return;
      case ValueType::integer: out += std::to_string(v.integer()); return;
      case ValueType::real: out += real_text(v.real()); return;
      case ValueType::duration: out += duration_text(v.integer(), v.unit()); return;
      case ValueType::function:
      case ValueType::closure: out += "<function>"; return;
      case ValueType::builtin: {
        auto builtin = static_cast<Builtin>(v.integer());
        if (builtin == Builtin::not_implemented) {
          out += "NotImplemented";
          return;
        }
        out += (is_type(builtin) ? "<class '" : "<built-in function ") + std::string(facts(builtin).name) + (is_type(builtin) ? "'>" : ">");
        return;
      }
      case ValueType::class_:
        out += "<class '" + std::string(as<ClassObject>(v).exception >= 0 && as<ClassObject>(v).name == kExceptionFacts[static_cast<std::size_t>(as<ClassObject>(v).exception)].name ? "" : "__main__.") + as<ClassObject>(v).name + "'>";
        return;
      case ValueType::instance: {
        auto& o = as<InstanceObject>(v);
        if (!o.exception) {
          out += "<" + std::string(type_name(v)) + " object>";
          return;
        }
        Value arguments;
        {
          Locked hold(o);
          arguments = o.exception->arguments;
        }
        out += std::string(type_name(v));
        if (open.size() >= kMostShownNesting) {
          out += "(...)";
          return;
        }
        open.push_back(&o);
        items(arguments.items(), "(", ")");
        open.pop_back();
        return;
      }
      case ValueType::bound: out += "<bound method>"; return;
      case ValueType::descriptor: out += "<property>"; return;
      case ValueType::super_: out += "<super>"; return;
      case ValueType::cell: out += "<cell>"; return;
      case ValueType::generator: out += "<" + std::string(type_name(v)) + " object>"; return;
      case ValueType::operation: out += "<coroutine>"; return;
      case ValueType::task: out += "<task " + std::to_string(task_number(v)) + ">"; return;
      case ValueType::string: append_quoted(out, v.text()); return;
      case ValueType::range: {
        auto& r = as<RangeObject>(v);
        out += "range(" + std::to_string(r.start) + ", " + std::to_string(r.stop);
        if (r.step != 1) out += ", " + std::to_string(r.step);
        out += ")";
        return;
      }
      case ValueType::slice: out += "<slice>"; return;
      case ValueType::coroutine: out += "<coroutine>"; return;
      case ValueType::iterator: out += "<iterator>"; return;
      case ValueType::view: {
        auto& view = as<ViewObject>(v);
        if (std::find(open.begin(), open.end(), v.object()) != open.end() || open.size() >= kMostShownNesting || std::find(open.begin(), open.end(), view.dict.object()) != open.end()) {
          out += "...";
          return;
        }
        open.push_back(view.dict.object());
        items(items_of(v), (std::string(type_name(v)) + "([").c_str(), "])");
        open.pop_back();
        return;
      }
      case ValueType::sync: out += "<" + std::string(type_name(v)) + ">"; return;
      case ValueType::int_array: {
        if (as<IntArrayObject>(v).gone.load(std::memory_order_acquire)) return void(out += "<numbers that were moved>");
        auto numbers = v.numbers();
        out += '[';
        for (std::size_t i = 0; i < numbers.size() && out.size() <= kMostText; ++i) out += (i ? ", " : "") + std::to_string(numbers[i]);
        out += out.size() > kMostText ? "...]" : "]";
        return;
      }
      case ValueType::list:
      case ValueType::tuple:
      case ValueType::set:
      case ValueType::dict: break;
    }
    bool inside = std::find(open.begin(), open.end(), v.object()) != open.end();
    if (v.is(ValueType::set) && dict_items(v).empty()) {
      out += "set()";
      return;
    }
    if (inside || open.size() >= kMostShownNesting || out.size() > kMostText) {
      out += v.is(ValueType::list) ? "[...]" : v.is(ValueType::tuple) ? "(...)" : "{...}";
      return;
    }
    open.push_back(v.object());
    if (v.is(ValueType::list)) {
      items(v.items(), "[", "]");
    } else if (v.is(ValueType::tuple)) {
      auto& all = as<TupleObject>(v).items;
      items(all, "(", all.size() == 1 ? ",)" : ")");
    } else if (v.is(ValueType::set)) {
      items(dict_items(v), "{", "}");
    } else {
      std::vector<Value> all = dict_items(v);
      out += '{';
      for (std::size_t i = 0; i < all.size(); i += 2) {
        if (i) out += ", ";
        if (out.size() > kMostText) {
          out += "...";
          break;
        }
        show(all[i]);
        out += ": ";
        show(all[i + 1]);
      }
      out += '}';
    }
    open.pop_back();
  }
};

std::string printed(const char* format, int precision, double value) {
  int size = std::snprintf(nullptr, 0, format, precision, value);
  std::string text(static_cast<std::size_t>(std::max(size, 0)) + 1, '\0');
  std::snprintf(text.data(), text.size(), format, precision, value);
  text.pop_back();
  return text;
}

/// [[fill]align][sign][#][0][width][,|_][.precision][type]
struct Specification {
  std::string fill = " ";
  char align = 0, sign = '-', grouping = 0, type = 0;
  bool alternate = false, zero = false;
  int width = 0, precision = -1;
};

bool read_specification(Context& context, std::string_view text, Specification& out) {
  auto bad = [&] { return context.value_error("The format '" + std::string(text) + "' is not understood.", "Invalid format specifier"); };
  std::string_view rest = text;
  auto is_align = [](char c) { return c == '<' || c == '>' || c == '=' || c == '^'; };
  if (!rest.empty()) {
    std::size_t first = static_cast<std::size_t>(character_bytes(rest[0]));
    if (first < rest.size() && is_align(rest[first])) {
      out.fill = rest.substr(0, first);
      out.align = rest[first];
      rest.remove_prefix(first + 1);
    } else if (is_align(rest[0])) {
      out.align = rest[0];
      rest.remove_prefix(1);
    }
  }
  auto take = [&](std::string_view any) {
    if (rest.empty() || any.find(rest[0]) == std::string_view::npos) return '\0';
    char c = rest[0];
    rest.remove_prefix(1);
    return c;
  };
  auto number = [&](int& value) {
    value = 0;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      value = std::min(value * 10 + (rest[0] - '0'), 100'000);
      rest.remove_prefix(1);
    }
    return value <= 10'000;
  };
  if (char c = take("+- ")) out.sign = c;
  out.alternate = take("#") != 0;
  out.zero = take("0") != 0;
  if (!number(out.width)) return context.value_error("The width of a format is at most 10000.");
  if (char c = take(",_")) out.grouping = c;
  if (take(".")) {
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') return context.value_error("After the point of a format comes its precision.", "Format specifier missing precision");
    if (!number(out.precision) || out.precision > 1000) return context.value_error("The precision of a format is at most 1000.");
  }
  if (!rest.empty()) out.type = rest[0], rest.remove_prefix(1);
  return rest.empty() || bad();
}

/// Puts separators into the digits before the point, and leading zeros up to `width`.
std::string grouped(std::string digits, char separator, int every, int width) {
  std::size_t end = digits.find_first_not_of("0123456789abcdefABCDEF");
  std::string tail = end == std::string::npos ? "" : digits.substr(end);
  std::string head = digits.substr(0, end);
  std::string out;
  int count = 0;
  auto put = [&](char c) {
    if (separator && count && count % every == 0) out += separator;
    out += c;
    ++count;
  };
  for (std::size_t i = head.size(); i-- > 0;) put(head[i]);
  while (static_cast<int>(out.size() + tail.size()) < width) put('0');
  std::reverse(out.begin(), out.end());
  return out + tail;
}

std::string padded(const Specification& spec, std::string sign, std::string body, char standard_align) {
  std::int64_t length = static_cast<std::int64_t>(sign.size()) + length_of(body);
  std::int64_t gap = std::max<std::int64_t>(0, spec.width - length);
  char align = spec.align ? spec.align : standard_align;
  std::int64_t left = align == '>' || align == '=' ? gap : align == '^' ? gap / 2 : 0;
  auto fill = [&](std::int64_t n) {
    std::string out;
    while (n-- > 0) out += spec.fill;
    return out;
  };
  if (align == '=') return sign + fill(left) + body;
  return fill(left) + sign + body + fill(gap - left);
}

bool format_text(Context& context, std::string_view text, const Specification& spec, std::string& out) {
  const std::string python = spec.type && spec.type != 's' ? "Unknown format code '" + std::string(1, spec.type) + "' for object of type 'str'"
                             : spec.sign != '-' ? (spec.sign == ' ' ? "Space" : "Sign") + std::string(" not allowed in string format specifier")
                             : spec.alternate ? "Alternate form (#) not allowed in string format specifier"
                             : spec.align == '=' ? "'=' alignment not allowed in string format specifier"
                             : spec.grouping ? "Cannot specify '" + std::string(1, spec.grouping) + "' with 's'." : "";
  if (!python.empty()) return context.value_error("This format is for numbers, not for a str.", python);
  std::string body(text);
  if (spec.precision >= 0) body.resize(offset_of(text, spec.precision));
  Specification with = spec;
  if (spec.zero && !spec.align) with.fill = "0";
  out = padded(with, "", body, '<');
  return true;
}

bool format_number(Context& context, const Value& value, const Specification& spec, std::string_view text, std::string& out);

}  // namespace

std::string str(const Value& value) {
  if (is_exception(value)) return exception_text(as<InstanceObject>(value));
  if (value.is(ValueType::string)) return std::string(value.text());
  return repr(value);
}

std::string repr(const Value& value) {
  Printer printer;
  printer.show(value);
  return std::move(printer.out);
}

double round_to(double value, int digits) {
  if (!std::isfinite(value) || digits > 323) return value;
  if (digits < -308) return std::copysign(0.0, value);
  if (digits >= 0) return std::strtod(printed("%.*f", digits, value).c_str(), nullptr);
  // Decimal digits of the whole part are exact; so are ties, which go to even.
  double scale = std::pow(10.0, -digits);
  double rest = std::fmod(value, scale);
  double down = value - rest;
  double part = std::abs(rest) / scale;
  bool up = part > 0.5 || (part == 0.5 && std::fmod(std::abs(down) / scale, 2.0) == 1.0);
  return up ? down + std::copysign(scale, value) : down;
}

bool format_value(Context& context, const Value& value, std::string_view text, std::string& out) {
  if (text.empty()) {
    out = str(value);
    return true;
  }
  Specification spec;
  if (!read_specification(context, text, spec)) return false;
  if (value.is(ValueType::string)) return format_text(context, value.text(), spec, out);
  if (value.is(ValueType::duration) || value.is(ValueType::boolean)) {
    if (value.is(ValueType::duration) && spec.type && spec.type != 's')
      return context.value_error("A time cannot be formatted as a number; divide it by a unit first, such as " "{latency / ms:.1f}.");
    if (value.is(ValueType::duration)) return format_text(context, str(value), spec, out);
  }
  if (!is_number(value)) return context.type_error(capital_type(value) + " cannot be formatted with '" + std::string(text) + "'; write str(...) around it.", "unsupported format string passed to " + python_type_name(value) + ".__format__");
  return format_number(context, value, spec, text, out);
}

namespace {

bool format_number(Context& context, const Value& value, const Specification& spec, std::string_view text, std::string& out) {
  auto unknown = [&] {
    return context.value_error("The format type '" + std::string(1, spec.type) + "' is not known for " + a_type(value) + ".", "Unknown format code '" + std::string(1, spec.type) + "' for object of type '" + (value.is(ValueType::real) ? "float" : "int") + "'");
  };
  bool whole_type = spec.type == 'd' || spec.type == 'x' || spec.type == 'X' || spec.type == 'b' || spec.type == 'o' || spec.type == 'c' || ((spec.type == 0 || spec.type == 'n') && is_whole(value));
  constexpr std::string_view kRealTypes = "eEfFgGn%";
  if (!whole_type && spec.type && kRealTypes.find(spec.type) == std::string_view::npos) return unknown();
  if (spec.grouping && (spec.type == 'n' || spec.type == 'c')) return context.value_error("This format takes no groups.", "Cannot specify '" + std::string(1, spec.grouping) + "' with '" + std::string(1, spec.type) + "'.");
  std::string body, sign;
  int every = 3;
  if (whole_type) {
    if (!is_whole(value)) return unknown();
    if (spec.precision >= 0) return context.value_error("A whole number has no precision; use 'f' as the format's type.", "Precision not allowed in integer format specifier");
    std::int64_t i = value.integer();
    std::uint64_t magnitude = i < 0 ? 0 - static_cast<std::uint64_t>(i) : static_cast<std::uint64_t>(i);
    if (i < 0) sign = "-";
    unsigned base = spec.type == 'x' || spec.type == 'X' ? 16 : spec.type == 'b' ? 2 : spec.type == 'o' ? 8 : 10;
    if (spec.type == 'c') {
      if (spec.sign != '-') return context.value_error("A character has no sign.", "Sign not allowed with integer format specifier 'c'");
      if (spec.alternate) return context.value_error("A character has no other form.", "Alternate form (#) not allowed with integer format specifier 'c'");
      if (i < 0 || i > 0x10ffff || (i >= 0xd800 && i < 0xe000)) return context.fail("OverflowError", "There is no character with the number " + std::to_string(i) + ".", "%c arg not in range(0x110000)");
      append_utf8(body, static_cast<std::uint32_t>(i));
      Specification with = spec;
      if (spec.zero && spec.fill == " ") with.fill = "0";
      out = padded(with, "", body, '>');
      return true;
    }
    do {
      body += (spec.type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[magnitude % base];
      magnitude /= base;
    } while (magnitude);
    std::reverse(body.begin(), body.end());
    if (base != 10) every = 4;
    if (spec.grouping == ',' && base != 10) return context.value_error("Groups by ',' are for decimal numbers.", "Cannot specify ',' with '" + std::string(1, spec.type) + "'.");
  } else {
    double d = as_real(value);
    if (std::signbit(d) && !std::isnan(d)) sign = "-";
    d = std::abs(d);
    const char type = spec.type == 'n' ? 'g' : spec.type;
    if (type == '%') d *= 100;
    if (!std::isfinite(d)) {
      body = std::isnan(d) ? "nan" : "inf";
      if (type == 'E' || type == 'F' || type == 'G') body = std::isnan(d) ? "NAN" : "INF";
      if (type == '%') body += '%';
    } else if (type == 'f' || type == 'F' || type == '%') {
      body = printed(spec.alternate ? "%#.*f" : "%.*f", spec.precision < 0 ? 6 : spec.precision, d);
      if (type == '%') body += '%';
    } else if (type == 'e' || type == 'E') {
      body = printed(spec.alternate ? (type == 'e' ? "%#.*e" : "%#.*E") : type == 'e' ? "%.*e" : "%.*E", spec.precision < 0 ? 6 : spec.precision, d);
    } else if (type == 'g' || type == 'G') {
      body = printed(spec.alternate ? (type == 'g' ? "%#.*g" : "%#.*G") : type == 'g' ? "%.*g" : "%.*G", spec.precision < 0 ? 6 : std::max(spec.precision, 1), d);
    } else if (spec.precision < 0) {
      body = real_text(d);
    } else {
      // No type: like g, but with one digit after the point at least where there is no exponent, and an exponent when
      // it reaches the precision.
      body = printed("%.*g", std::max(spec.precision, 1), d);
      if (body.find_first_of(".e") == std::string::npos) {
        if (static_cast<int>(body.size()) >= std::max(spec.precision, 1) && body != "0") {
          int exponent = static_cast<int>(body.size()) - 1;
          std::string digits = body.substr(0, body.find_last_not_of('0') + 1);
          body = digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "") + "e+" + (exponent < 10 ? "0" : "") + std::to_string(exponent);
        } else {
          body += ".0";
        }
      }
    }
  }
  if (sign.empty() && spec.sign != '-') sign = std::string(1, spec.sign);
  if (spec.alternate && whole_type) sign += spec.type == 'x' ? "0x" : spec.type == 'X' ? "0X" : spec.type == 'b' ? "0b" : spec.type == 'o' ? "0o" : "";
  bool zeros = (spec.zero && !spec.align) || (spec.fill == "0" && spec.align == '=');
  if (spec.grouping || zeros) body = grouped(body, spec.grouping, every, zeros ? spec.width - static_cast<int>(sign.size()) : 0);
  if (spec.zero && spec.align) {
    Specification with = spec;
    if (spec.fill == " " && text[0] != ' ') with.fill = "0";
    out = padded(with, sign, body, '>');
    return true;
  }
  out = padded(spec, sign, body, '>');
  return true;
}

std::string in_ascii(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += static_cast<std::size_t>(character_bytes(text[at]))) {
    const std::uint32_t c = code_point_at(text, at);
    if (c < 128) out += static_cast<char>(c);
    else append_hex(out, c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U", c, c < 0x100 ? 2 : c < 0x10000 ? 4 : 8);
  }
  return out;
}

bool shown(const TextHelp& help, const Value& value, char how, std::string_view specification, std::string& out) {
  if (!help.show(value, how == 'a' ? 'r' : how, specification, out)) return false;
  if (how == 'a') out = in_ascii(out);
  return true;
}

}  // namespace

TextHelp plain_text(Context& context) {
  return {[&context](const Value& value, char how, std::string_view specification, std::string& out) {
            if (how == 'f') return format_value(context, value, specification, out);
            out = how == 'r' ? repr(value) : str(value);
            return true;
          },
          [&context](const Value& object, std::string_view name, Value&) {
            return context.fail("AttributeError", capital_type(object) + " has no attribute '" + std::string(name) + "'.", "'" + python_type_name(object) + "' object has no attribute '" + std::string(name) + "'");
          }};
}

bool percent_text(Context& context, std::string_view text, const Value& values, const TextHelp& help, std::string& out) {
  const bool several = values.is(ValueType::tuple), mapping = values.is(ValueType::dict) || values.is(ValueType::list);
  const std::vector<Value> all = several ? values.items() : std::vector<Value>{values};
  std::size_t used = 0;
  auto next = [&](Value& v) {
    if (used >= all.size()) return context.type_error("There are fewer values than the text has places for.", "not enough arguments for format string");
    v = all[used++];
    return true;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (out.size() > kMostText) return context.fail("MemoryError", "The text would be too large.");
    if (text[at] != '%') {
      const std::size_t end = std::min(text.find('%', at), text.size());
      out += text.substr(at, end - at);
      at = end;
      continue;
    }
    ++at;
    Value value, named;
    bool by_name = false;
    auto more = [&] { return at < text.size() || context.value_error("The text ends within a place for a value.", "incomplete format"); };
    if (!more()) return false;
    if (text[at] == '(') {
      const std::size_t end = text.find(')', at);
      if (end == std::string_view::npos) return context.value_error("The name of a place for a value has no end.", "incomplete format key");
      if (!values.is(ValueType::dict)) return context.type_error("A text with %(name)s takes a dict.", "format requires a mapping");
      bool found = false;
      const Value key = Value::string(context.heap, std::string(text.substr(at + 1, end - at - 1)));
      if (!dict_find(context, values, key, named, found)) return false;
      if (!found) return context.key_error(key, "The dict has no key " + repr(key) + ".");
      by_name = true;
      at = end + 1;
    }
    Specification spec;
    bool left = false;
    for (; at < text.size() && std::string_view("#0- +").find(text[at]) != std::string_view::npos; ++at) {
      if (text[at] == '#') spec.alternate = true;
      else if (text[at] == '0') spec.zero = true;
      else if (text[at] == '-') left = true;
      else if (text[at] == '+' || spec.sign != '+') spec.sign = text[at];
    }
    auto number = [&](int& n) {
      if (at < text.size() && text[at] == '*') {
        ++at;
        Value v;
        if (!next(v)) return false;
        if (!is_whole(v)) return context.type_error("A * in a format takes a whole number.", "* wants int");
        if (v.integer() < -10'000 || v.integer() > 10'000) return context.value_error("The width of a format is at most 10000.");
        n = static_cast<int>(v.integer());
        return true;
      }
      for (n = 0; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) n = std::min(n * 10 + (text[at] - '0'), 100'000);
      return n <= 10'000 || context.value_error("The width of a format is at most 10000.");
    };
    if (!number(spec.width)) return false;
    if (spec.width < 0) left = true, spec.width = -spec.width;
    if (at < text.size() && text[at] == '.') {
      ++at;
      if (!number(spec.precision)) return false;
      spec.precision = std::clamp(spec.precision, 0, 1000);
    }
    while (at < text.size() && (text[at] == 'h' || text[at] == 'l' || text[at] == 'L')) ++at;
    if (!more()) return false;
    const std::size_t place = at;
    const char type = text[at++];
    if (type == '%') {
      out += '%';
      continue;
    }
    spec.align = left ? '<' : '>';
    if (std::string_view("diuoxXeEfFgGcrsa").find(type) == std::string_view::npos) {
      char code[8];
      std::snprintf(code, sizeof code, "%x", static_cast<unsigned>(static_cast<unsigned char>(type)));
      return context.value_error("'%" + std::string(1, type) + "' is no place for a value.", "unsupported format character '" + std::string(1, type) + "' (0x" + code + ") at index " + std::to_string(length_of(text.substr(0, place))));
    }
    if (by_name) value = named;
    else if (!next(value)) return false;
    std::string part, body;
    switch (type) {
      case 's':
      case 'r':
      case 'a':
      case 'c':
        if (type == 'c') {
          if (value.is(ValueType::string) && length(value) == 1) {
            body = value.text();
          } else {
            Specification plain;
            plain.type = 'c';
            if (!is_whole(value)) return context.type_error("%c takes a whole number or one character.", "%c requires int or char");
            if (!format_number(context, value, plain, "c", body)) return false;
          }
        } else {
          if (!shown(help, value, type, "", body)) return false;
          if (spec.precision >= 0) body.resize(offset_of(body, spec.precision));
        }
        part = padded(spec, "", body, '>');
        break;
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X': {
        const bool decimal = type == 'd' || type == 'i' || type == 'u';
        if (decimal && value.is(ValueType::real)) {
          if (!(std::abs(value.real()) < 9223372036854775808.0)) return context.overflow();
          value = Value::integer(static_cast<std::int64_t>(value.real()));
        }
        if (!is_whole(value)) return context.type_error("%" + std::string(1, type) + " takes a " + (decimal ? "" : "whole ") + "number, not " + a_type(value) + ".", "%" + std::string(1, type) + " format: " + (decimal ? "a real number" : "an integer") + " is required, not " + python_type_name(value));
        Specification digits;
        digits.type = decimal ? 'd' : type;
        std::string sign;
        if (!format_number(context, value, digits, "d", body)) return false;
        if (body[0] == '-') sign = "-", body.erase(0, 1);
        else if (spec.sign != '-') sign = std::string(1, spec.sign);
        if (static_cast<int>(body.size()) < spec.precision) body.insert(0, static_cast<std::size_t>(spec.precision) - body.size(), '0');
        if (spec.alternate && !decimal) sign += "0" + std::string(1, type);
        if (spec.zero && !left) spec.fill = "0", spec.align = '=';
        part = padded(spec, sign, body, '>');
        break;
      }
      default:
        if (!is_number(value)) return context.type_error("%" + std::string(1, type) + " takes a number, not " + a_type(value) + ".", "must be real number, not " + python_type_name(value));
        spec.type = type;
        if (spec.precision < 0) spec.precision = 6;
        if (spec.zero && !left) spec.fill = "0", spec.align = '=';
        spec.zero = false;
        if (!format_number(context, Value::real(as_real(value)), spec, "f", part)) return false;
    }
    out += part;
  }
  if (used < all.size() && !mapping) return context.type_error("There are more values than the text has places for.", "not all arguments converted during string formatting");
  return true;
}

namespace {

struct Braces {
  Context& context;
  std::span<const Value> values;
  const Value& named;
  const TextHelp& help;
  std::size_t next = 0;
  bool numbered = false, counted = false;

  static bool is_number_text(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos && text.size() <= 9; }

  bool positional(std::size_t index, Value& out) {
    if (index >= values.size()) return context.fail("IndexError", "There are fewer values than the text has places for.", "Replacement index " + std::to_string(index) + " out of range for positional args tuple");
    return out = values[index], true;
  }

  bool find(std::string_view name, Value& out) {
    std::size_t end = std::min(name.find_first_of(".["), name.size());
    const std::string_view first = name.substr(0, end);
    if (first.empty() || is_number_text(first)) {
      (first.empty() ? counted : numbered) = true;
      if (counted && numbered) return context.value_error("The places of a text are all numbered, or none is.", first.empty() ? "cannot switch from manual field specification to automatic field numbering" : "cannot switch from automatic field numbering to manual field specification");
      if (!positional(first.empty() ? next++ : static_cast<std::size_t>(std::stoul(std::string(first))), out)) return false;
    } else {
      bool found = false;
      const Value key = Value::string(context.heap, std::string(first));
      if (!dict_find(context, named, key, out, found)) return false;
      if (!found) return context.key_error(key, "format() was given nothing called " + repr(key) + ".");
    }
    while (end < name.size()) {
      const bool item = name[end] == '[';
      const std::size_t begin = end + 1, stop = std::min(item ? name.find(']', begin) : name.find_first_of(".[", begin), name.size());
      const std::string_view word = name.substr(begin, stop - begin);
      if (item && stop == name.size()) return context.value_error("A [ in a place for a value has no ].", "Missing ']' in format string");
      if (word.empty()) return context.value_error("Something is missing in a place for a value.", "Empty attribute in format string");
      Value inner;
      if (!item ? !help.attribute(out, word, inner) : !subscript(context, out, is_number_text(word) ? Value::integer(std::stol(std::string(word))) : Value::string(context.heap, std::string(word)), inner)) return false;
      out = std::move(inner);
      end = item ? stop + 1 : stop;
      if (item && end < name.size() && name[end] != '.' && name[end] != '[') return context.value_error("After ] comes . or [ in a place for a value.", "Only '.' or '[' may follow ']' in format field specifier");
    }
    return true;
  }

  bool put(std::string_view text, int depth, std::string& out) {
    if (depth > 2) return context.value_error("Places for values are nested too deeply.", "Max string recursion exceeded");
    for (std::size_t at = 0; at < text.size();) {
      if (out.size() > kMostText) return context.fail("MemoryError", "The text would be too large.");
      const char c = text[at];
      if (c != '{' && c != '}') {
        const std::size_t end = std::min(text.find_first_of("{}", at), text.size());
        out += text.substr(at, end - at);
        at = end;
        continue;
      }
      ++at;
      if (at < text.size() && text[at] == c) {
        out += c;
        ++at;
        continue;
      }
      if (c == '}') return context.value_error("A } stands alone; write }} for one that is shown.", "Single '}' encountered in format string");
      if (at >= text.size()) return context.value_error("A { stands alone; write {{ for one that is shown.", "Single '{' encountered in format string");
      std::size_t end = at;
      bool in_brackets = false;
      for (int open = 1; end < text.size(); ++end) {
        if (text[end] == '[') in_brackets = true;
        else if (text[end] == ']') in_brackets = false;
        else if (text[end] == '{' && !in_brackets) ++open;
        else if (text[end] == '}' && !in_brackets && --open == 0) break;
      }
      if (end >= text.size()) return context.value_error("A { has no }.", "expected '}' before end of string");
      std::string_view field = text.substr(at, end - at);
      at = end + 1;
      std::size_t stop = 0;
      for (bool brackets = false; stop < field.size() && (brackets || (field[stop] != '!' && field[stop] != ':')); ++stop) brackets = field[stop] == '[' || (brackets && field[stop] != ']');
      const std::string_view name = field.substr(0, stop);
      char how = 0;
      if (stop < field.size() && field[stop] == '!') {
        if (stop + 1 >= field.size()) return context.value_error("After ! comes r, s or a.", "end of string while looking for conversion specifier");
        how = field[stop + 1];
        stop += 2;
        if (stop < field.size() && field[stop] != ':') return context.value_error("After !r comes : or }.", "expected ':' after conversion specifier");
        if (how != 'r' && how != 's' && how != 'a') return context.value_error("After ! comes r, s or a.", "Unknown conversion specifier " + std::string(1, how));
      }
      Value value;
      std::string specification, part;
      if (!find(name, value) || (stop < field.size() && !put(field.substr(stop + 1), depth + 1, specification))) return false;
      if (how != 0) {
        if (!shown(help, value, how, "", part)) return false;
        value = Value::string(context.heap, std::move(part));
        part.clear();
      }
      if (!shown(help, value, 'f', specification, part)) return false;
      out += part;
    }
    return true;
  }
};

}  // namespace

bool brace_text(Context& context, std::string_view text, std::span<const Value> values, const Value& named, const TextHelp& help, std::string& out) {
  return Braces{context, values, named, help}.put(text, 1, out);
}

}  // namespace interleave
