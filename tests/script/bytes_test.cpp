// Programs and values as bytes, whole and damaged.
#include <gtest/gtest.h>

#include "script/objects.h"
#include "script/run_script.h"

namespace interleave {
namespace {

constexpr const char* kScript = R"(from interleave import *
n = param(3, min=1, max=9)
async def child(a, b="x"):
    return a
async def main():
    return [1, -2.5, "tëxt", None, True, (1, (2,)), {"k": [1], 2: 3 * ms}, range(1, 10, 3), child, child(4), numbers(2, 5)]
run(main)
)";

Value everything(const std::shared_ptr<const Instance>& i) {
  Ran ran;
  Value all = SerialDriver(i).run(i->main(), ran);
  EXPECT_EQ(ran.error.to_string(), "");
  return all;
}

TEST(ProgramBytes, ComeBackAsTheSameProgram) {
  Compiled compiled = compile(kScript, "a.py");
  Compiled back = program_from_bytes(compiled.program->to_bytes());
  ASSERT_TRUE(back.program) << back.error.to_string();
  EXPECT_EQ(back.program->source(), compiled.program->source());
  EXPECT_EQ(back.program->file(), "a.py");
  EXPECT_EQ(back.program->function_count(), compiled.program->function_count());
}

TEST(ProgramBytes, AnyFlippedByteIsAnError) {
  Bytes bytes = compile(kScript, "a.py").program->to_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (std::uint8_t flip : {1, 0x80, 0xff}) {
      Bytes damaged = bytes;
      damaged[i] ^= flip;
      Compiled back = program_from_bytes(damaged);
      EXPECT_FALSE(back.program) << i;
      EXPECT_TRUE(back.error) << i;
    }
    EXPECT_FALSE(program_from_bytes(std::span(bytes).first(i)).program) << i;
  }
}

TEST(ValueBytes, ComeBackAsTheSameValues) {
  auto i = instance_of(kScript);
  Value all = everything(i);
  auto bytes = value_to_bytes(all);
  ASSERT_TRUE(bytes);
  auto other = instance_of(kScript);  // as in another process
  auto back = value_from_bytes(*bytes, *other);
  ASSERT_TRUE(back);
  EXPECT_EQ(repr(*back), repr(all));
  EXPECT_EQ(*value_to_bytes(*back), *bytes);
  TaskFrame frame(*other, back->items()[9]);
  EXPECT_EQ(resume(frame, *other, Value(), 100).value.integer(), 4);
}

TEST(ValueBytes, AnyFlippedOrMissingByteIsAValueOrASentenceNeverACrash) {
  auto i = instance_of(kScript);
  Bytes bytes = *value_to_bytes(everything(i));
  int refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int flip = 1; flip < 256; ++flip) {
      Bytes damaged = bytes;
      damaged[at] ^= static_cast<std::uint8_t>(flip);
      std::string why;
      auto back = value_from_bytes(damaged, *i, &why);
      EXPECT_NE(back.has_value(), !why.empty());
      refused += !back;
      if (back) { EXPECT_FALSE(repr(*back).empty()); }
    }
    EXPECT_FALSE(value_from_bytes(std::span(bytes).first(at), *i)) << at;
  }
  EXPECT_GT(refused, 1000);
}

TEST(ValueBytes, WhatWaitsToBeAwaitedTravelsIfItCanBeAwaitedElsewhere) {
  auto i = instance_of(R"(from interleave import *
def f(n):
    return n
async def main():
    return [io(1 * ms), to_process(f, 3), to_thread(f, n=4)]
run(main)
)");
  const Value all = everything(i);
  auto bytes = value_to_bytes(all, nullptr, i.get());
  ASSERT_TRUE(bytes);
  auto back = value_from_bytes(*bytes, *i);
  ASSERT_TRUE(back);
  for (const Value& each : back->items()) EXPECT_TRUE(each.is(ValueType::coroutine) || each.is(ValueType::operation)) << repr(each);
  EXPECT_EQ(back->items().size(), 3u);
  for (std::size_t at = 0; at < bytes->size(); ++at)
    for (std::uint8_t flip : {1, 2, 4, 8, 16, 32, 64, 128}) {
      Bytes damaged = *bytes;
      damaged[at] ^= flip;
      std::string why;
      if (!value_from_bytes(damaged, *i, &why)) EXPECT_NE(why, "");
    }
}

TEST(ValueBytes, NumbersTravelAsTheyLieInMemory) {
  auto i = instance_of(kScript);
  std::vector<std::int64_t> numbers(1000, 7);
  EXPECT_EQ(value_to_bytes(Value::int_array(i->heap(), numbers))->size(), 8000u + 9u);
}

TEST(ValueBytes, SharedNumbersAreSentAsAPlaceAndStayWhereTheyAre) {
  struct Ten final : SharedNumbers {
    std::vector<std::int64_t> own{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    Ten() { all = own, name = "ten"; }
  };
  const auto ten = std::make_shared<Ten>();
  auto i = instance_of(kScript);
  const Value part = Value::int_array(i->heap(), ten, 2, 6);
  EXPECT_EQ(repr(part), "[2, 3, 4, 5]");
  auto bytes = value_to_bytes(part);
  ASSERT_TRUE(bytes);
  auto other = instance_of(kScript);
  std::string why;
  EXPECT_FALSE(value_from_bytes(*bytes, *other, &why));
  EXPECT_EQ(why, "The shared numbers that another process speaks of are not to be had here.");
  other->find_shared_with([&](const std::string& name, bool) { return name == "ten" ? ten : nullptr; });
  const auto back = value_from_bytes(*bytes, *other);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->numbers().data(), ten->own.data() + 2) << "nothing was copied";
  EXPECT_EQ(repr(*back), "[2, 3, 4, 5]");
  for (std::size_t at = 0; at < bytes->size(); ++at)
    for (int flip = 1; flip < 256; ++flip) {
      Bytes damaged = *bytes;
      damaged[at] ^= static_cast<std::uint8_t>(flip);
      if (const auto odd = value_from_bytes(damaged, *other, &why); odd && odd->is(ValueType::int_array) && !odd->numbers().empty()) EXPECT_LE(odd->numbers().back(), 9);
    }
  ten->name.clear();
  EXPECT_FALSE(value_to_bytes(part, &why));
  EXPECT_EQ(why, "These numbers cannot be sent to another process: there is no memory here that processes share. Leave out shared=True, and they are copied.");
}

TEST(ValueBytes, MovedNumbersAreReadWhereTheyAreAndTheSenderHasThemNoMore) {
  struct Three final : SharedNumbers {
    std::vector<std::int64_t> own{7, 8, 9};
    Three() { all = own, name = "three"; }
  };
  auto i = instance_of(kScript);
  auto piece = std::make_shared<Three>();
  const std::weak_ptr<Three> lives = piece;
  const std::int64_t* const place = piece->own.data();
  const Value numbers = Value::int_array(i->heap(), std::move(piece));
  EXPECT_EQ(repr(numbers), "[7, 8, 9]");
  auto copied = value_to_bytes(numbers);
  ASSERT_TRUE(copied);
  EXPECT_EQ(copied->size(), 9u + 24u) << "where nothing says that it may move";
  EXPECT_EQ(repr(*value_from_bytes(*copied, *i)), "[7, 8, 9]");
  EXPECT_EQ(repr(numbers), "[7, 8, 9]");

  Moved moved;
  std::string why;
  EXPECT_FALSE(value_to_bytes(Value::list(i->heap(), {numbers, Value::task(i->heap(), 1)}), &why, i.get(), &moved));
  EXPECT_TRUE(moved.pieces.empty());
  EXPECT_EQ(repr(numbers), "[7, 8, 9]") << "what failed has taken nothing";

  auto bytes = value_to_bytes(Value::list(i->heap(), {numbers, numbers}), &why, i.get(), &moved);
  ASSERT_TRUE(bytes) << why;
  EXPECT_EQ(moved.bytes, 24u);
  ASSERT_EQ(moved.pieces.size(), 1u);
  EXPECT_EQ(repr(numbers), "<numbers that were moved>");
  EXPECT_TRUE(numbers.numbers().empty());
  EXPECT_FALSE(value_to_bytes(numbers, &why, i.get(), &moved));
  EXPECT_EQ(why, "These numbers were sent to another process, and are here no more.");
  EXPECT_FALSE(value_to_bytes(numbers, &why));

  auto other = instance_of(kScript);
  EXPECT_FALSE(value_from_bytes(*bytes, *other, &why));
  EXPECT_EQ(why, "The numbers that another process sent are not to be had here.");
  other->find_shared_with([&](const std::string& name, bool moves) { return moves && name == "three" ? lives.lock() : nullptr; });
  {
    const auto back = value_from_bytes(*bytes, *other, &why);
    ASSERT_TRUE(back) << why;
    EXPECT_EQ(repr(*back), "[[7, 8, 9], [7, 8, 9]]");
    EXPECT_EQ(back->items()[0].numbers().data(), place) << "nothing was copied";
    moved.pieces.clear();
    EXPECT_FALSE(lives.expired()) << "the receiver has it";
  }
  EXPECT_TRUE(lives.expired()) << "nobody has it any more";
}

TEST(ValueBytes, MovedNumbersWithoutSharedMemoryAreCopiedAndTheSenderHasThemNoMore) {
  auto i = instance_of(kScript);
  const std::int64_t before = i->heap().bytes();
  const Value numbers = Value::int_array(i->heap(), std::vector<std::int64_t>(1000, 7), true);
  EXPECT_GE(i->heap().bytes() - before, 8000);
  Moved moved;
  auto bytes = value_to_bytes(numbers, nullptr, i.get(), &moved);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), 8000u + 9u);
  EXPECT_EQ(moved.bytes, 0u);
  EXPECT_EQ(repr(numbers), "<numbers that were moved>");
  EXPECT_LT(i->heap().bytes() - before, 1000);
  EXPECT_EQ(value_from_bytes(*bytes, *i)->numbers().size(), 1000u);
}

TEST(ValueBytes, WhatCannotBeSentSaysWhy) {
  auto i = instance_of("a = []\nfor n in range(1000): a = [a]\nb = enumerate([])\n");
  std::string why;
  EXPECT_FALSE(value_to_bytes(*i->global("a"), &why));
  EXPECT_EQ(why, "A value is nested too deeply to be sent to another process.");
  EXPECT_FALSE(value_to_bytes(*i->global("b"), &why));
  EXPECT_EQ(why, "An iterator cannot be sent to another process.");
  EXPECT_FALSE(value_to_bytes(Value::task(i->heap(), 3), &why));
  EXPECT_EQ(why, "A task cannot be sent to another process.");
}

constexpr const char* kObjects = R"(from interleave import *
class Point:
    def __init__(self, x):
        self.x = x
class Broken(ValueError):
    def __init__(self, part, count):
        super().__init__(part)
        self.count = count
lock = Lock()
async def main():
    q = Queue(3)
    try:
        try:
            raise KeyError("k")
        except KeyError as e:
            raise Broken("wheel", [1]) from e
    except Broken as e:
        return [Point((1, "b")), e, ValueError(1, 2), lock, q, lock]
run(main)
)";

TEST(ValueBytes, ObjectsAndExceptionsOfTheScriptsClassesComeBackWithAllTheyHave) {
  auto i = instance_of(kObjects);
  Value all = everything(i);
  std::string why;
  EXPECT_FALSE(value_to_bytes(all, &why)) << "without the instance";
  auto bytes = value_to_bytes(all, nullptr, i.get());
  ASSERT_TRUE(bytes);
  auto other = instance_of(kObjects);
  auto back = value_from_bytes(*bytes, *other, &why);
  ASSERT_TRUE(back) << why;
  EXPECT_EQ(*value_to_bytes(*back, nullptr, other.get()), *bytes);
  const std::vector<Value> items = back->items();
  EXPECT_EQ(as<InstanceObject>(items[0]).cls.object(), other->global("Point")->object());
  EXPECT_EQ(repr(as<InstanceObject>(items[0]).attributes.all.at(0).value), "(1, 'b')");
  auto& broken = as<InstanceObject>(items[1]);
  EXPECT_EQ(broken.cls.object(), other->global("Broken")->object());
  EXPECT_TRUE(is_exception(items[1], Exception::value_error, *other));
  EXPECT_EQ(exception_text(broken), "wheel");
  EXPECT_EQ(repr(broken.attributes.all.at(0).value), "[1]");
  EXPECT_TRUE(is_exception(broken.exception->cause, Exception::key_error, *other));
  EXPECT_EQ(broken.exception->line, 16u);
  EXPECT_EQ(exception_text(as<InstanceObject>(items[2])), "(1, 2)");
}

// wait_for(queue.get(), 5 * ms) sends what is to be awaited; what waits for anything else stays where it is.
TEST(ValueBytes, AnOperationOfAQueueOrLockIsAwaitedInAnotherProcess) {
  auto i = instance_of("from interleave import *\nq = Queue()\ngate = Lock()\nasync def main(): return [q.get(), q.put([1]), q.join(), gate.acquire(), Event().wait()]\nrun(main)\n");
  ASSERT_TRUE(i);
  TaskFrame frame = i->main();
  Step step = resume(frame, *i, Value(), 1'000);
  ASSERT_EQ(step.kind, Step::Kind::finished);
  auto bytes = value_to_bytes(step.value, nullptr, i.get());
  ASSERT_TRUE(bytes);
  auto back = value_from_bytes(*bytes, *i);
  ASSERT_TRUE(back);
  const std::vector<Value> all = back->items();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(as<OperationObject>(all[1]).ask.kind, Ask::Kind::put);
  EXPECT_EQ(as<OperationObject>(all[1]).ask.children[0].object(), i->global("q")->object());
  EXPECT_EQ(repr(as<OperationObject>(all[1]).ask.children[1]), "[1]");
  EXPECT_EQ(as<OperationObject>(all[3]).ask.children[0].object(), i->global("gate")->object());
  // A queue's operation on a lock is damaged.
  Bytes wrong = *value_to_bytes(all[3], nullptr, i.get());
  wrong[1] = static_cast<std::uint8_t>(Ask::Kind::get);
  EXPECT_FALSE(value_from_bytes(wrong, *i));
}

TEST(ValueBytes, ALockIsTheSameOneInEveryProcess) {
  auto i = instance_of(kObjects);
  i->heap().number_syncs_from(std::uint64_t{5} << 32);
  auto bytes = value_to_bytes(everything(i), nullptr, i.get());
  ASSERT_TRUE(bytes);
  auto other = instance_of(kObjects);
  auto back = value_from_bytes(*bytes, *other);
  ASSERT_TRUE(back);
  const std::vector<Value> items = back->items();
  EXPECT_EQ(items[3].object(), other->global("lock")->object()) << "made by the top level, here and there";
  EXPECT_EQ(items[5].object(), items[3].object());
  EXPECT_EQ(sync_kind(items[4]), SyncKind::queue);
  EXPECT_EQ(sync_capacity(items[4]), 3);
  EXPECT_EQ(sync_number(items[4]), std::uint64_t{5} << 32);
  EXPECT_EQ(other->sync_at(std::uint64_t{5} << 32, SyncKind::queue, 3).object(), items[4].object());
  EXPECT_TRUE(other->sync_at(std::uint64_t{5} << 32, SyncKind::lock, 1).is_none());
}

TEST(ValueBytes, AnyFlippedByteOfAnObjectIsAValueOrASentence) {
  auto i = instance_of(kObjects);
  Bytes bytes = *value_to_bytes(everything(i), nullptr, i.get());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int flip = 1; flip < 256; ++flip) {
      Bytes damaged = bytes;
      damaged[at] ^= static_cast<std::uint8_t>(flip);
      std::string why;
      auto back = value_from_bytes(damaged, *i, &why);
      EXPECT_NE(back.has_value(), !why.empty());
      if (back) { EXPECT_FALSE(repr(*back).empty()); }
    }
    EXPECT_FALSE(value_from_bytes(std::span(bytes).first(at), *i)) << at;
  }
}

TEST(ValueBytes, AnObjectOfAClassThatATaskMadeCannotBeSent) {
  auto i = instance_of(R"(from interleave import *
async def main():
    class Here(Exception):
        pass
    return Here("x")
run(main)
)");
  std::string why;
  EXPECT_FALSE(value_to_bytes(everything(i), &why, i.get()));
  EXPECT_EQ(why, "A Here cannot be sent to another process: its class is made while tasks run, and there is no such class there.");
}

TEST(ValueBytes, AHostileLengthDoesNotTakeMemory) {
  auto i = instance_of(kScript);
  std::string why;
  Bytes huge = {static_cast<std::uint8_t>(ValueType::list), 0xff, 0xff, 0xff, 0xff};
  EXPECT_FALSE(value_from_bytes(huge, *i, &why));
  huge[0] = static_cast<std::uint8_t>(ValueType::int_array);
  huge.insert(huge.end(), 8, 0xff);
  EXPECT_FALSE(value_from_bytes(huge, *i, &why));
}

}  // namespace
}  // namespace interleave
