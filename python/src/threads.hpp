/// Threads that one call lends to the library: kam itself has none.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <kam/kam.hpp>

#include "binding.hpp"

namespace kam::python {

/// `threads` in all, the caller's included; they end with this object, so that nothing is left
/// behind for a fork or an interpreter at its end. With one thread none is started.
class Threads {
 public:
  explicit Threads(int threads) {
    if (threads < 1 || threads > 1024) {
      throw StatusError{invalid_argument("threads", "1 .. 1024", threads)};
    }
    try {
      for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // The system has no more threads: those there are do the work, with the same bits.
    }
  }
  ~Threads() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  [[nodiscard]] Executor executor() {
    if (workers_.empty()) return {};
    return {this, &Threads::parallel_for};
  }

 private:
  using Body = void (*)(void*, std::size_t);

  static void parallel_for(void* self, std::size_t n, Body body, void* context) {
    static_cast<Threads*>(self)->run(n, body, context);
  }

  void run(std::size_t n, Body body, void* context) {
    {
      const std::lock_guard lock(mutex_);
      body_ = body;
      context_ = context;
      n_ = n;
      next_ = 0;
      busy_ = workers_.size();
      ++round_;
    }
    wake_.notify_all();
    take();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

  void take() {
    for (std::size_t i = next_++; i < n_; i = next_++) body_(context_, i);
  }

  void work() {
    for (std::size_t seen = 0;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return ended_ || round_ != seen; });
        if (ended_) return;
        seen = round_;
      }
      take();
      const std::lock_guard lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  Body body_ = nullptr;
  void* context_ = nullptr;
  std::size_t n_ = 0, busy_ = 0, round_ = 0;
  std::atomic<std::size_t> next_{0};
  bool ended_ = false;
  std::vector<std::thread> workers_;  // last: they use what stands above
};

}  // namespace kam::python
