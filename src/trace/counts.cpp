#include "trace/counts.h"

#include <algorithm>
#include <array>
#include <ranges>

namespace interleave {

namespace {

std::array<std::uint32_t, 7> places_of(const TaskCounts& c) {
  return {c.running, c.ready, c.waiting_io, c.waiting_lock, c.waiting_gil, c.not_started, c.done};
}

}  // namespace

void PackedCounts::add(const TaskCounts& now) {
  const auto was = places_of(last_), is = places_of(now);
  unsigned from = 7, to = 7;
  bool one = (last_.main ^ now.main) <= 1;
  for (unsigned i = 0; i < 7; ++i) {
    const std::uint32_t by = is[i] - was[i];
    if (by == 0) continue;
    if (by == 1 && to == 7) to = i;
    else if (by == ~std::uint32_t{0} && from == 7) from = i;
    else one = false;
  }
  if (!one) others_.push_back(now);
  add_move(now, one ? static_cast<std::uint8_t>(from << 3 | to | (last_.main ^ now.main) << 6) : kWhole);
}

void PackedCounts::change_last(const TaskCounts& now) {
  if (rows_.last()[kMove] == kWhole) others_.pop_back();
  if (rows_.size() % kEvery == 1) whole_.pop_back();
  last_ = before_;
  rows_.cut(rows_.size() - 1);
  add(now);
}

void PackedCounts::cut(std::size_t entries) {
  if (entries == size()) return;
  rows_.cut(entries);
  whole_.resize((entries + kEvery - 1) / kEvery);
  last_ = before_ = {};
  if (entries == 0) return others_.clear();
  const Counts kept(*this);
  Counts::Reader at = kept.from(entries >= 2 ? entries - 2 : 0);
  if (entries >= 2) before_ = *at++;
  last_ = *at;
  others_.resize(at.others_);
}

std::size_t PackedCounts::bytes() const { return rows_.bytes() + whole_.capacity() * sizeof(Whole) + others_.capacity() * sizeof(TaskCounts); }

std::size_t Counts::until(double t) const {
  if (packed_) return *std::ranges::partition_point(std::views::iota(std::size_t{0}, size_), [&](std::size_t i) { return static_cast<double>(packed_->at(i)) <= t; });
  return static_cast<std::size_t>(std::ranges::upper_bound(plain_, t, {}, [](const TaskCounts& c) { return static_cast<double>(c.at); }) - plain_.begin());
}

Counts::Reader::Reader(const PackedCounts* packed, std::span<const TaskCounts> plain, std::size_t index) : packed_(packed), plain_(plain), index_(index) {
  if (!packed_) {
    if (index < plain_.size()) now_ = plain_[index];
    return;
  }
  if (index >= packed_->size()) return;
  const PackedCounts::Whole& whole = packed_->whole_[index / PackedCounts::kEvery];
  now_ = whole.counts;
  others_ = whole.others;
  index_ = index / PackedCounts::kEvery * PackedCounts::kEvery;
  while (index_ < index) ++*this;
}

}  // namespace interleave
