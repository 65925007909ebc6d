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
      case ValueType::task: out += "<task " + std::to_string(v.integer()) + ">"; return;
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
      case ValueType::sync: out += "<" + std::string(type_name(v)) + ">"; return;
      case ValueType::int_array: {
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
  auto bad = [&] { return context.value_error("The format '" + std::string(text) + "' is not understood."); };
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
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') return bad();
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
  if ((spec.type && spec.type != 's') || spec.sign != '-' || spec.align == '=' || spec.grouping || spec.alternate)
    return context.value_error("This format is for numbers, not for a str.");
  std::string body(text);
  if (spec.precision >= 0) body.resize(offset_of(text, spec.precision));
  Specification with = spec;
  if (spec.zero && !spec.align) with.fill = "0";
  out = padded(with, "", body, '<');
  return true;
}

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
  if (!is_number(value)) return context.type_error(capital_type(value) + " cannot be formatted with '" + std::string(text) + "'; write str(...) around it.");

  bool whole_type = spec.type == 'd' || spec.type == 'x' || spec.type == 'X' || spec.type == 'b' || spec.type == 'o' || spec.type == 'c' || spec.type == 'n' || (spec.type == 0 && is_whole(value));
  constexpr std::string_view kRealTypes = "eEfFgG%";
  if (!whole_type && spec.type && kRealTypes.find(spec.type) == std::string_view::npos)
    return context.value_error("The format type '" + std::string(1, spec.type) + "' is not known for numbers.");
  std::string body, sign;
  int every = 3;
  if (whole_type) {
    if (!is_whole(value)) return context.value_error("The format type '" + std::string(1, spec.type) + "' is for whole numbers, not for a float.");
    if (spec.precision >= 0) return context.value_error("A whole number has no precision; use 'f' as the format's type.");
    std::int64_t i = value.integer();
    std::uint64_t magnitude = i < 0 ? 0 - static_cast<std::uint64_t>(i) : static_cast<std::uint64_t>(i);
    if (i < 0) sign = "-";
    unsigned base = spec.type == 'x' || spec.type == 'X' ? 16 : spec.type == 'b' ? 2 : spec.type == 'o' ? 8 : 10;
    if (spec.type == 'c') return context.value_error("The format type 'c' is left out.");
    do {
      body += (spec.type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[magnitude % base];
      magnitude /= base;
    } while (magnitude);
    std::reverse(body.begin(), body.end());
    if (base != 10) every = 4;
    if (spec.grouping == ',' && base != 10) return context.value_error("Groups by ',' are for decimal numbers.");
  } else {
    double d = as_real(value);
    if (std::signbit(d) && !std::isnan(d)) sign = "-";
    d = std::abs(d);
    char type = spec.type;
    if (type == '%') d *= 100;
    if (!std::isfinite(d)) {
      body = std::isnan(d) ? "nan" : "inf";
      if (type == 'E' || type == 'F' || type == 'G') body = std::isnan(d) ? "NAN" : "INF";
      if (type == '%') body += '%';
    } else if (type == 'f' || type == 'F' || type == '%') {
      body = printed(spec.alternate ? "%#.*f" : "%.*f", spec.precision < 0 ? 6 : spec.precision, d);
      if (type == '%') body += '%';
    } else if (type == 'e' || type == 'E') {
      body = printed(type == 'e' ? "%.*e" : "%.*E", spec.precision < 0 ? 6 : spec.precision, d);
    } else if (type == 'g' || type == 'G') {
      body = printed(type == 'g' ? "%.*g" : "%.*G", spec.precision < 0 ? 6 : std::max(spec.precision, 1), d);
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

}  // namespace interleave
