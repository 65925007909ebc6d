// opcode.h -- the bytecode: a stack machine, 32 bits per instruction, 8 for the operation and 24 for its argument.
// Bytecode never leaves the process, so nothing verifies it: only the compiler makes it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "script/lexer.h"
#include "script/names.h"
#include "script/value.h"

namespace interleave {

// Stack effects are written as: before -> after.
enum class Op : std::uint8_t {
  load_constant,   //            -> v      constant by index
  load_integer,    //            -> v      the argument itself, signed 24 bits
  load_local,      //            -> v      variable of the running call
  store_local,     // v          ->
  // What the compiler makes of a load_local for what follows it, which stays where it is: only the loop knows them, and where the
  // common case is not given, each is the load_local.
  load_two_locals,     //        -> v w    and of the load_local behind it
  compare_locals_jump, //                  and of a load_local and a compare_jump
  compare_integer_jump,//                  and of a load_integer and a compare_jump
  compare_none_jump,   //                  and of None and a compare_jump by `is`
  load_global,     //            -> v
  store_global,    // v          ->        only in the module
  load_shared_global,   //       -> v      a global that some function assigns: it lies in a cell
  store_shared_global,  // v     ->
  make_cell,       //                      the variable moves into a cell, which takes its place
  load_cell,       //            -> v      the variable is a cell
  store_cell,      // v          ->
  load_builtin,    //            -> v      a function of the language as a value
  load_exception,  //            -> v      a class of exceptions, by Exception
  load_function,   //            -> f
  set_defaults,    // v1 .. vn   ->        defaults of function `argument >> 8`, n = argument & 255; only in the module
  make_closure,    // v1 .. vn   -> f      by function; its defaults
  pop,             // v          ->
  dup,             // a          -> a a
  dup_two,         // a b        -> a b a b
  rotate_two,      // a b        -> b a
  rotate_three,    // a b c      -> c a b
  binary,          // a b        -> v      BinaryOp
  binary_locals,   //            -> v      argument: BinaryOp (4 bits), two variables (10 bits each)
  binary_integer,  // a          -> v      argument: BinaryOp (4 bits), signed number (20 bits)
  unary,           // a          -> v      UnaryOp
  logical_not,     // a          -> v
  compare,         // a b        -> v      CompareOp
  compare_jump,    // a b        ->        CompareOp (4 bits), target (20 bits): jumps where it is false
  jump,            //
  jump_back,       //                      a safepoint
  jump_if_false,   // a          ->
  jump_if_true,    // a          ->
  jump_if_false_or_pop,  // a    -> a | -> (kept where it jumps)
  jump_if_true_or_pop,   // a    -> a | ->
  build_list,      // v1 .. vn   -> v
  build_tuple,     // v1 .. vn   -> v
  build_dict,      // k1 v1 ..   -> v      n pairs
  build_set,       // v1 .. vn   -> v
  build_slice,     // a b c      -> v
  build_string,    // v1 .. vn   -> v
  list_append,     // .. v       -> ..     list at depth n below the top after the pop
  list_extend,     // l v        -> l
  dict_insert,     // .. k v     -> ..     dict at depth n below the top after the pops
  set_add,         // .. v       -> ..     as list_append
  dict_merge,      // d m        -> d
  subscript,       // o k        -> v
  store_subscript, // v o k      ->
  delete_subscript,// o k        ->
  unpack,          // v          -> vn .. v1   n (8 bits); 256: a star, before it stand (argument >> 9) of them
  load_attribute,  // o          -> v      by name
  load_local_attribute,  //      -> v      of a variable (8 bits), by name (16 bits)
  store_attribute, // v o        ->
  delete_attribute,// o          ->
  begin_loop,      // v          -> v 0    checks that it has items; 1: of async for
  leave_loop,      // v i        -> x      of a loop that is left early: a generator that only it holds is closed
  next_item,       // v i        -> v i x | -> (popped where it jumps at the end)
  format,          // v (spec)   -> s      1: spec on the stack, 2: repr first, 4: str first
  call,            // f a1 .. an -> v
  call_awaited,    // f a1 .. an -> v      as call; an async def runs inline and skips the await_value behind it
  call_shaped,     // f (l) k1 .. -> v     CallShape: named arguments, or positional ones in a list
  builtin,         // a1 .. an   -> v      Builtin (8 bits), n (16 bits)
  builtin_shaped,  // (l) k1 ..  -> v      CallShape
  method,          // o a1 .. an -> v      n (8 bits), name (16 bits)
  show,            // v          -> v      where the script says how it is shown: its text. 1: repr
  await_value,     // c          -> v
  return_value,    // v          ->
  yield_value,     // v          -> v      v goes out; what is sent comes in
  begin_yield_from,// v          -> i
  check_time,      // v          -> v      a time for the builtin `argument`, refused where it is written and not where it is awaited
  yield_from,      // i v        -> v
  raise,           // e (c)      ->        1: with a cause
  reraise,         // e          ->
  matches,         // e t        -> b      whether an except of type t takes e
  make_class,      // (b)        -> c      name by constant (23 bits); 1: with a base
  super,           // c o        -> s
  assert_fail,     // (message)  ->        1: message on the stack
};

struct Instruction {
  std::uint32_t word = 0;
  Instruction() = default;
  Instruction(Op op, std::uint32_t argument) : word(static_cast<std::uint32_t>(op) | argument << 8) {}
  Op op() const { return static_cast<Op>(word & 0xff); }
  std::uint32_t argument() const { return word >> 8; }
  std::int32_t signed_argument() const { return static_cast<std::int32_t>(word) >> 8; }
};

/// A call with named arguments or with *arguments.
struct CallShape {
  Builtin builtin = Builtin::abs;    ///< builtin_shaped only
  std::uint32_t name = UINT32_MAX;   ///< call_shaped: of a method, whose object lies where the function would
  bool named = false;                ///< a dict of more named arguments lies on top
  bool list = false;                 ///< the positional arguments are in one list
  bool awaited = false;              ///< call_shaped: the call is awaited at once
  std::uint32_t positional = 0;      ///< on the stack, where not in a list
  std::vector<std::string> keywords; ///< their values follow, in this order
  std::uint32_t before = 0;          ///< named: how many of the keywords are written before the **
};

struct Constant {
  ValueType type = ValueType::none;
  TimeUnit unit = TimeUnit::ns;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  friend bool operator==(const Constant&, const Constant&) = default;
};

struct FunctionCode {
  std::string name;
  std::uint32_t line = 0;
  bool is_async = false;
  bool is_generator = false;
  bool hidden = false;  ///< no line of the script: of the prelude, or for an operation that is passed on unawaited
  bool prelude = false; ///< its lines are not the script's
  bool rest = false;    ///< the variable after the parameters takes the other positional arguments
  bool named = false;   ///< the variable after that takes the other named ones
  std::uint32_t parameters = 0;           ///< those by position or name; those by name only follow
  std::uint32_t by_name = 0;
  std::uint32_t required = 0;             ///< parameters without a default
  std::vector<bool> by_name_required;
  bool plain = false;                     ///< a call with as many arguments as there are parameters is nothing but a jump to it
  bool plain_async() const { return is_async && !is_generator && bound() == parameters; }  ///< likewise, where it is awaited
  std::uint32_t bound() const { return parameters + by_name + rest + named; }  ///< variables that a call sets
  std::string qualified;                  ///< "Task.run"; empty: as the name
  std::optional<std::string> docstring;   ///< as it was written
  std::uint32_t slots = 0;                ///< variables and the operands above them
  std::vector<std::string> variables;     ///< parameters first; empty names are the compiler's own
  std::vector<Constant> standards;        ///< of the prelude's functions: values of their last parameters
  std::vector<Instruction> instructions;
  std::vector<Place> places;              ///< one per instruction
  std::vector<std::uint32_t> captures;    ///< variables of the function around it that hold the cells for `free`
  std::vector<std::uint32_t> free;        ///< its own variables where they go
  /// Where an exception in [begin, end) goes on, with `depth` operands kept. The innermost come first.
  struct Handler {
    std::uint32_t begin, end, target, depth;
  };
  std::vector<Handler> handlers;
  /// In [begin, end) the exception in `variable` is handled: what is raised there has it as its __context__. Innermost first;
  /// UINT32_MAX: none, whatever encloses it.
  struct Handling {
    std::uint32_t begin, end, variable;
  };
  std::vector<Handling> handling;
};

/// Functions of prelude.cpp, by what they stand for.
enum class Prelude : std::uint8_t {
  collect, collect_call, any, all, enumerate, enumerated, filter, filtered, map, mapped, zip, zipped, sort_rows, sorted, sort, max, min, equal, order, contains, index_of, count_of, remove_item, str, repr, print, await_, call,
  lock_enter, lock_exit, wait_for_nothing, timeout_enter, timeout_exit, queue_empty, queue_full, texts, operate, sum, tried, call_got, fromkeys, hash_parts, key, get_item, set_item, delete_item, has_key, with_key, set_of, dict_of, by_index, by_index_back, iter_until, iterated_until, collect_to_join, count
};

struct Code {
  std::vector<FunctionCode> functions;
  std::vector<Constant> constants;
  std::vector<std::string> globals;
  std::vector<bool> shared_globals;  ///< by global: it lies in a cell
  std::vector<CallShape> shapes;
  std::vector<std::string> names;    ///< of attributes: those of Method, of Known, then the script's
  bool shows = false;                ///< some class says __str__ or __repr__
  bool equals = false;               ///< some class says __eq__
  bool orders = false;               ///< some class says __lt__ or __gt__
  bool hashes = false;               ///< some class says __hash__
  bool not_implemented = false;      ///< NotImplemented is used
  bool in_place = false;             ///< some class says __iadd__ or the like
  std::array<std::uint32_t, static_cast<std::size_t>(Prelude::count)> prelude{};
  std::string docstring;
};

}  // namespace interleave
