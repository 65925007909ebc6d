// processes_root.h -- a root of these tests' own, whose tasks run in real children: main.cpp makes it there.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>

#include "runtime/executor.h"
#include "runtime/wire.h"

namespace interleave {

/// Writes "number pid" into the diary when it begins. Its call and its result are bytes.
class ChildWork final : public Work {
 public:
  enum class What : std::uint8_t { square, fails, never_ends, waits_for_the_kill };
  ChildWork(What what, std::uint64_t number, std::string diary) : what_(what), number_(number), diary_(std::move(diary)) {}
  Coroutine run(Task& task) override {
    const std::string line = std::to_string(number_) + " " + std::to_string(getpid()) + "\n";
    const int file = open(diary_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    close(file);
    if (!written) throw OperationFailed{"The diary cannot be written."};
    switch (what_) {
      case What::square:
        co_await io(task, kMs / 10);
        result = number_ * number_;
        break;
      case What::fails: throw OperationFailed{"it broke"};
      case What::never_ends:
        for (;;) co_await compute(task, kMs);
      case What::waits_for_the_kill:
        while (access((diary_ + ".killed").c_str(), F_OK) != 0) co_await io(task, kMs / 10);
    }
  }
  std::optional<Bytes> to_bytes(std::string*) const override {
    return WireWriter().byte(static_cast<std::uint8_t>(what_)).number(number_).text(diary_).take();
  }
  static std::shared_ptr<Work> from_bytes(const Bytes& bytes) {
    WireReader in(bytes);
    const auto what = static_cast<What>(in.byte());
    const std::uint64_t number = in.number();
    std::string diary = in.text();
    return in.good() ? std::make_shared<ChildWork>(what, number, std::move(diary)) : nullptr;
  }
  std::optional<Bytes> result_to_bytes(std::string*) const override { return WireWriter().number(result).take(); }
  bool result_from_bytes(const Bytes& bytes) override {
    WireReader in(bytes);
    result = in.number();
    return in.good();
  }
  std::uint64_t result = 0;

 private:
  const What what_;
  const std::uint64_t number_;
  const std::string diary_;
};

class ChildRoot final : public Root {
 public:
  explicit ChildRoot(std::function<Coroutine(Task&)> main = nullptr) : main_(std::move(main)) {}
  std::shared_ptr<Work> main() override { return work(main_); }
  std::optional<Bytes> to_bytes() const override { return Bytes{}; }
  std::shared_ptr<Work> work_from_bytes(const Bytes& bytes) override { return ChildWork::from_bytes(bytes); }

 private:
  const std::function<Coroutine(Task&)> main_;
};

}  // namespace interleave
