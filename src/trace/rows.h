// rows.h -- rows of a few whole numbers, each block of them in as many bits as it needs.
//
// A trace is millions of alike things: a span has an end, a task, a line, a state. Of each number of 128 rows the least is kept once and
// of each row what is more than that ("frame of reference": Goldstein, Ramakrishnan, Shaft, ICDE 1998); moments that lie close
// together, lines of one function and states then take 37 bits where they took 24 bytes. The n-th row is one look at its block and one at
// the row itself, without reading others. The last rows, up to a block of them, are open: they lie as they were given and may be changed.
// Rejected: differences from row to row (two bits less, and each look reads half a block); columns that lie apart (a cache line for
// each number of a row that is looked at).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace interleave {

/// Numbers of one block differ by less than 2^57 (asserted). Thread: one that writes, or any number that read.
template <std::size_t kNumbers>
class Rows {
 public:
  using Row = std::array<std::int64_t, kNumbers>;
  static constexpr std::size_t kBlock = 128;

  Rows() = default;
  Rows(Rows&&) noexcept = default;  ///< what was moved from is to be destroyed or assigned
  Rows& operator=(Rows&&) noexcept = default;
  Rows(const Rows& other) { other.each(0, other.size(), [this](const Row& row) { add(row); }); }
  Rows& operator=(const Rows& other) { return *this = Rows(other); }

  std::size_t size() const { return closed_ + open_.size(); }
  bool empty() const { return open_.empty(); }
  /// That the rows take.
  std::size_t bytes() const { return kept_bytes_ + blocks_.capacity() * sizeof(Block) + open_.capacity() * sizeof(Row); }

  /// Cost: amortised constant.
  void add(const Row& row) {
    if (open_.size() == kBlock) close();
    open_.push_back(row);
  }
  /// The last row, to be changed.
  Row& last() { return open_.back(); }
  /// So many stay. Cost: constant, and unpacks a block where it cuts one.
  void cut(std::size_t rows) {
    while (rows < closed_) reopen();
    open_.resize(rows - closed_);
    if (open_.empty() && !blocks_.empty()) reopen();
  }

  std::int64_t number(std::size_t row, std::size_t which) const {
    if (row >= closed_) return open_[row - closed_][which];
    return blocks_[row / kBlock].number(row % kBlock, which);
  }
  Row operator[](std::size_t row) const {
    if (row >= closed_) return open_[row - closed_];
    return blocks_[row / kBlock].row(row % kBlock);
  }
  /// Calls back with each of these rows, one after the other: the quick way to read many. Of the numbers only the first so many are said.
  template <std::size_t kFirst = kNumbers, class Each>
  void each(std::size_t from, std::size_t to, Each each) const {
    for (; from < std::min(to, closed_); from = std::min(to, (from / kBlock + 1) * kBlock)) {
      const Block& block = blocks_[from / kBlock];
      block.template each<kFirst>(from % kBlock, std::min(kBlock, to - from / kBlock * kBlock), each);
    }
    for (; from < to; ++from) each(open_[from - closed_]);
  }

 private:
  struct Block {
    const std::uint8_t* rows;
    Row least;
    std::array<std::uint8_t, kNumbers> at, bits;  ///< in a row
    std::uint8_t stride;                          ///< bytes of a row

    std::int64_t number(std::size_t row, std::size_t which) const {
      std::uint64_t w = 0;
      std::memcpy(&w, rows + row * stride + at[which] / 8, sizeof w);
      return static_cast<std::int64_t>(w >> at[which] % 8 & ((std::uint64_t{1} << bits[which]) - 1)) + least[which];
    }
    template <std::size_t kFirst, class Each>
    void each(std::size_t from, std::size_t to, Each& each) const {
      Row out;
      if (at[kFirst - 1] + bits[kFirst - 1] > 64) {
        for (std::size_t i = from; i < to; ++i) {
          for (std::size_t k = 0; k < kFirst; ++k) out[k] = number(i, k);
          each(out);
        }
        return;
      }
      // As a rule all of them are in one word.
      std::array<std::uint64_t, kFirst> mask;
      std::array<unsigned, kFirst> shift;
      std::array<std::int64_t, kFirst> base;
      for (std::size_t k = 0; k < kFirst; ++k) {
        mask[k] = (std::uint64_t{1} << bits[k]) - 1;
        shift[k] = bits[k] == 0 ? 0 : at[k];
        base[k] = least[k];
      }
      const std::uint8_t* row = rows + from * stride;
      for (const std::size_t step = stride; from < to; ++from, row += step) {
        std::uint64_t w = 0;
        std::memcpy(&w, row, sizeof w);
        out[0] = static_cast<std::int64_t>(w & mask[0]) + base[0];
        for (std::size_t k = 1; k < kFirst; ++k) out[k] = static_cast<std::int64_t>(w >> shift[k] & mask[k]) + base[k];
        each(out);
      }
    }
    Row row(std::size_t i) const {
      Row out;
      for (std::size_t k = 0; k < kNumbers; ++k) out[k] = number(i, k);
      return out;
    }
  };
  /// Where blocks lie, one behind the other.
  struct Chunk {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t size;
  };
  static constexpr std::size_t kBehind = 8;  ///< eight bytes are read and written at a time
  static constexpr std::size_t kFirstChunk = 1 << 10, kChunk = 1 << 16;

  void close();
  void reopen();
  std::uint8_t* room(std::size_t bytes);

  std::vector<Block> blocks_;
  std::size_t closed_ = 0;      ///< rows in them
  std::vector<Row> open_;       ///< none only if there are no rows at all
  std::vector<Chunk> chunks_;
  std::size_t used_ = 0;        ///< of the last chunk
  std::size_t kept_bytes_ = 0;  ///< of all chunks
};

template <std::size_t kNumbers>
std::uint8_t* Rows<kNumbers>::room(std::size_t bytes) {
  if (chunks_.empty() || used_ + bytes + kBehind > chunks_.back().size) {
    const std::size_t size = std::max(bytes + kBehind, std::clamp(kept_bytes_ / 8, kFirstChunk, kChunk));  // what is not used yet: an eighth
    chunks_.push_back({std::make_unique_for_overwrite<std::uint8_t[]>(size), size});
    kept_bytes_ += size;
    used_ = 0;
  }
  used_ += bytes;
  return chunks_.back().bytes.get() + used_ - bytes;
}

template <std::size_t kNumbers>
void Rows<kNumbers>::close() {
  Block block{};
  Row most = block.least = open_[0];
  for (const Row& row : open_)
    for (std::size_t k = 0; k < kNumbers; ++k) {
      block.least[k] = std::min(block.least[k], row[k]);
      most[k] = std::max(most[k], row[k]);
    }
  unsigned at = 0;
  for (std::size_t k = 0; k < kNumbers; ++k) {
    const auto bits = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(most[k]) - static_cast<std::uint64_t>(block.least[k])));
    assert(bits <= 57 && at < 256);
    block.at[k] = static_cast<std::uint8_t>(at);
    block.bits[k] = static_cast<std::uint8_t>(bits);
    at += bits;
  }
  block.stride = static_cast<std::uint8_t>((at + 7) / 8);
  std::uint8_t* to = room(kBlock * block.stride);
  block.rows = to;
  for (const Row& row : open_) {
    // A number that begins in a byte which another has begun is put on top of that; what it writes beyond its end is written over.
    std::uint64_t w = 0;
    std::size_t byte = 0;
    for (std::size_t k = 0; k < kNumbers; ++k) {
      const std::size_t next = block.at[k] / 8u;
      if (next != byte) {
        std::memcpy(to + byte, &w, sizeof w);
        w >>= 8 * (next - byte) % 64;
        if (next - byte >= 8) w = 0;
        byte = next;
      }
      w |= (static_cast<std::uint64_t>(row[k]) - static_cast<std::uint64_t>(block.least[k])) << block.at[k] % 8;
    }
    std::memcpy(to + byte, &w, sizeof w);
    to += block.stride;
  }
  blocks_.push_back(block);
  closed_ += kBlock;
  open_.clear();
}

template <std::size_t kNumbers>
void Rows<kNumbers>::reopen() {
  const Block block = blocks_.back();
  blocks_.pop_back();
  closed_ -= kBlock;
  open_.resize(kBlock);
  for (std::size_t i = 0; i < kBlock; ++i) open_[i] = block.row(i);
  if (block.stride == 0) return;
  // It lies at the end of the last chunk that anything lies in.
  while (block.rows < chunks_.back().bytes.get() || block.rows >= chunks_.back().bytes.get() + chunks_.back().size) {
    kept_bytes_ -= chunks_.back().size;
    chunks_.pop_back();
  }
  used_ = static_cast<std::size_t>(block.rows - chunks_.back().bytes.get());
}

}  // namespace interleave
