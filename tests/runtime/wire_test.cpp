#include "runtime/wire.h"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(Wire, WhatWasWrittenIsRead) {
  const std::uint64_t words[] = {7, ~std::uint64_t{0}};
  const Bytes bytes = WireWriter().byte('T').number(1u << 31).real(-0.5).text("h\xc3\xa9").block({}).raw(words, sizeof words).take();
  WireReader in(bytes);
  EXPECT_EQ(in.byte(), 'T');
  EXPECT_EQ(in.number(), 1u << 31);
  EXPECT_EQ(in.real(), -0.5);
  EXPECT_EQ(in.text(), "h\xc3\xa9");
  EXPECT_TRUE(in.block().empty());
  EXPECT_EQ(in.words(), (std::vector<std::uint64_t>{7, ~std::uint64_t{0}}));
  EXPECT_TRUE(in.good());
}

TEST(Wire, CutAnywhereItIsNotGoodAndReadsNothingBeyond) {
  const Bytes whole = WireWriter().byte('T').number(3).text("abc").take();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    WireReader in(std::span<const std::uint8_t>(whole).first(length));
    in.byte();
    in.number();
    EXPECT_EQ(in.text(), "");
    EXPECT_FALSE(in.good()) << length;
    EXPECT_EQ(in.number(), 0u);
  }
}

TEST(Wire, ABlockLongerThanWhatCameIsNone) {
  const Bytes bytes = WireWriter().number(~std::uint64_t{0}).number(1).take();
  WireReader in(bytes);
  EXPECT_TRUE(in.block().empty());
  EXPECT_FALSE(in.good());
}

TEST(Wire, HalfAWordIsNone) {
  const Bytes bytes = WireWriter().number(1).byte(2).take();
  WireReader in(bytes);
  in.words();
  EXPECT_FALSE(in.good());
}

}  // namespace
}  // namespace interleave
