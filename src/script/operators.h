// operators.h -- what values do: arithmetic, comparison, indexing, iteration. Python's semantics, in 64 bits.
// Functions that can fail return false and leave a sentence in the context.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "script/context.h"
#include "script/value.h"

namespace interleave {

enum class BinaryOp : std::uint8_t { add, subtract, multiply, divide, floor_divide, modulo, power, shift_left, shift_right, bit_and, bit_or, bit_xor };
enum class UnaryOp : std::uint8_t { negative, positive, invert };
enum class CompareOp : std::uint8_t { less, less_equal, equal, not_equal, greater, greater_equal, in, not_in, is, is_not };

bool binary(Context& context, BinaryOp op, const Value& a, const Value& b, Value& out);
bool unary(Context& context, UnaryOp op, const Value& a, Value& out);
bool compare(Context& context, CompareOp op, const Value& a, const Value& b, bool& out);
bool equal(Context& context, const Value& a, const Value& b, bool& out);
bool truth(const Value& value);

/// An integer or a bool: value.integer() is its number.
inline bool is_whole(const Value& v) { return v.is(ValueType::integer) || v.is(ValueType::boolean); }
inline bool is_number(const Value& v) { return is_whole(v) || v.is(ValueType::real); }
inline double as_real(const Value& v) { return v.is(ValueType::real) ? v.real() : static_cast<double>(v.integer()); }

/// len(); -1 where the value has none.
std::int64_t length(const Value& value);
bool subscript(Context& context, const Value& container, const Value& key, Value& out);
bool store_subscript(Context& context, const Value& container, const Value& key, const Value& item);
bool delete_subscript(Context& context, const Value& container, const Value& key);
bool append(Context& context, const Value& list, Value item);

/// Makes `value` readable by next() from position 0; what is in a dict or set is what is in it now.
bool start_iteration(Context& context, Value& value);
/// As start_iteration, for a reader that goes on while the script runs: a dict or set that changes its size meanwhile is an error.
bool begin_iteration(Context& context, Value& value);
/// Where a reader of it begins, if the script may change it before it reads: of a dict or set, what size it has now.
std::int64_t first_position(const Value& value);
enum class Next : std::uint8_t { item, end, failed };
/// `position` is the reader's own, so that a loop's state lies in its frame and is copied with it.
Next next(Context& context, const Value& iterable, std::int64_t& position, Value& out);
/// All items of an iterable.
bool collect(Context& context, const Value& iterable, std::vector<Value>& out);
Value make_range(Heap& heap, std::int64_t start, std::int64_t stop, std::int64_t step);

Value make_dict(Heap& heap);
Value make_set(Heap& heap);
/// What follows works on sets, too: their values are none.
bool dict_store(Context& context, const Value& dict, const Value& key, const Value& item);
/// found: whether `out` was set.
bool dict_find(Context& context, const Value& dict, const Value& key, Value& out, bool& found);
bool dict_remove(Context& context, const Value& dict, const Value& key, Value& out, bool& found);
/// Keys and values as they are now, alternating; of a set, the items alone.
std::vector<Value> dict_items(const Value& dict);
/// Of a list, tuple, dict (its keys), set or view: what is in it now; of others nothing.
std::vector<Value> items_of(const Value& container);
/// `into` |= & - ^ `other`, a set; `into` itself changes.
bool set_in_place(Context& context, BinaryOp op, const Value& into, const Value& other);
/// hash(value).
bool hash_value(Context& context, const Value& value, std::int64_t& out);
/// What a class's __hash__ said of `object` becomes its hash.
void remember_hash(const Value& object, std::int64_t said);
/// The keys of `dict` that have the hash of `key`.
bool same_hash(Context& context, const Value& dict, const Value& key, std::vector<Value>& out);

/// Sorts as Python does: stable, an error where two items cannot be compared.
bool sort(Context& context, std::vector<Value>& items, bool reverse);
/// Sorts `items` by `keys`, which are as many.
bool sort_by(Context& context, std::vector<Value>& keys, std::vector<Value>& items, bool reverse);
/// round(value, digits) for floats.
double round_to(double value, int digits);
/// format(value, spec).
bool format_value(Context& context, const Value& value, std::string_view spec, std::string& out);
/// What putting a text together asks of whoever calls: how a value is shown ('s' str, 'r' repr, 'f' format() with the
/// specification), and an attribute of one.
struct TextHelp {
  std::function<bool(const Value& value, char how, std::string_view specification, std::string& out)> show;
  std::function<bool(const Value& object, std::string_view name, Value& out)> attribute;
};
/// text % values
bool percent_text(Context& context, std::string_view text, const Value& values, const TextHelp& help, std::string& out);
/// text.format(*values, **named); `named` is a dict.
bool brace_text(Context& context, std::string_view text, std::span<const Value> values, const Value& named, const TextHelp& help, std::string& out);
/// As the language shows what no class of the script shows.
TextHelp plain_text(Context& context);

}  // namespace interleave
