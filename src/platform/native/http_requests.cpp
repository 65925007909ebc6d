#include "platform/native/http_requests.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <utility>

namespace interleave {
namespace {

constexpr int kBegunAtOnce = 64;
constexpr Nanos kLongestPollMs = 60'000;
constexpr long kGraceMs = 30'000;  ///< over twice the latency: the server is lost

struct Received {
  std::int64_t bytes = 0;
};

std::size_t on_bytes(char*, std::size_t size, std::size_t count, void* received) {
  static_cast<Received*>(received)->bytes += static_cast<std::int64_t>(size * count);
  return size * count;
}

/// Points a handle at one request.
void aim(CURL* easy, int port, Nanos latency, std::int64_t size, Received& received) {
  char url[128];
  std::snprintf(url, sizeof url, "http://127.0.0.1:%d/io?ms=%.6f&bytes=%lld", port, static_cast<double>(latency) / 1e6,
                static_cast<long long>(size));
  received = {};
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // whatever the environment says: this is the loopback
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, size > 16'384 ? 65'536L : 2'048L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(2 * latency / 1'000'000) + kGraceMs);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &received);
}

/// Empty: it went well.
std::string verdict(CURL* easy, HttpServer& server, CURLcode code, std::int64_t got, std::int64_t wanted) {
  if (code != CURLE_OK) {
    server.suspect();
    return std::string("The request failed: ") + curl_easy_strerror(code) + ".";
  }
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return "The request failed: the server answered " + std::to_string(status) + ".";
  if (got != wanted)
    return "The request failed: " + std::to_string(got) + " bytes came, " + std::to_string(wanted) + " were asked for.";
  return {};
}

void init_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

struct HttpRequests::Exchange {
  std::uint64_t id = 0;
  Nanos latency = 0;
  std::int64_t size = 0;
  CURL* easy = nullptr;
  Received received;
};

// --- On the poller's thread -----------------------------------------------------------------------------------------

HttpRequests::HttpRequests(NativeClock& clock, HttpServer& server, const StopSignal* stop) : poller_(clock.poller()), server_(server), stop_(stop) {
  init_curl_once();
  // Two ends are open per request, in two processes with the same limit; the rest is for everything else.
  most_at_once_ = static_cast<int>(std::clamp(raise_descriptor_limit() - 512, 64l, 10'000l));
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(most_at_once_));
}

HttpRequests::~HttpRequests() {
  abandon_all();
  for (CURL* easy : spare_) curl_easy_cleanup(easy);
  curl_multi_cleanup(multi_);
  poller_.forget(*this);
}

int HttpRequests::prepare(std::string& failure) {
  // Asked of the server once per run: it looks at its child each time, under a lock.
  int port = port_;
  if (port == 0) port_ = port = server_.port(failure, stop_);
  return port;
}

void HttpRequests::start(std::uint64_t id, Nanos latency, std::int64_t size) {
  auto exchange = std::make_unique<Exchange>();
  exchange->id = id;
  exchange->latency = latency;
  exchange->size = size;
  backlog_.emplace(id, std::move(exchange));
  if (backlog_.size() == 1) poller_.set_alarm(*this, 0);
}

void HttpRequests::begin_some() {
  for (int i = 0; i < kBegunAtOnce && !backlog_.empty(); ++i) {
    std::unique_ptr<Exchange> exchange = std::move(backlog_.extract(backlog_.begin()).mapped());
    std::string failure;
    const int port = prepare(failure);
    if (port == 0) {
      answers_.push_back({exchange->id, 0, std::move(failure)});
      poller_.stir();
      continue;
    }
    if (spare_.empty()) {
      exchange->easy = curl_easy_init();
    } else {
      exchange->easy = spare_.back();
      spare_.pop_back();
    }
    aim(exchange->easy, port, exchange->latency, exchange->size, exchange->received);
    curl_easy_setopt(exchange->easy, CURLOPT_PRIVATE, exchange.get());
    curl_multi_add_handle(multi_, exchange->easy);
    const std::uint64_t id = exchange->id;
    under_way_.emplace(id, std::move(exchange));
  }
}

int HttpRequests::on_socket(CURL*, curl_socket_t fd, int what, void* self_pointer, void*) {
  auto& self = *static_cast<HttpRequests*>(self_pointer);
  switch (what) {
    case CURL_POLL_REMOVE: self.poller_.forget(fd); break;
    case CURL_POLL_IN: self.poller_.watch(fd, EPOLLIN, self); break;
    case CURL_POLL_OUT: self.poller_.watch(fd, EPOLLOUT, self); break;
    case CURL_POLL_INOUT: self.poller_.watch(fd, EPOLLIN | EPOLLOUT, self); break;
    default: break;
  }
  return 0;
}

int HttpRequests::on_timer(CURLM*, long timeout_ms, void* self_pointer) {
  auto& self = *static_cast<HttpRequests*>(self_pointer);
  // Curl must not be entered from its own callback: even "now" is an alarm.
  const Nanos at = timeout_ms < 0 ? Poller::kNever : monotonic_now() + Nanos{timeout_ms} * 1'000'000;
  self.poller_.set_alarm(self, self.backlog_.empty() ? at : 0);
  return 0;
}

void HttpRequests::ready(int fd, std::uint32_t events) {
  int mask = 0;
  if (events & EPOLLIN) mask |= CURL_CSELECT_IN;
  if (events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
  if (events & (EPOLLERR | EPOLLHUP)) mask |= CURL_CSELECT_ERR | CURL_CSELECT_IN;
  int running = 0;
  curl_multi_socket_action(multi_, fd, mask, &running);
  collect();
}

void HttpRequests::alarm() {
  begin_some();
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
  collect();
  if (!backlog_.empty()) poller_.set_alarm(*this, 0);
}

void HttpRequests::collect() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    char* pointer = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &pointer);
    auto* exchange = reinterpret_cast<Exchange*>(pointer);
    answers_.push_back({exchange->id, exchange->received.bytes,
                        verdict(easy, server_, code, exchange->received.bytes, exchange->size)});
    curl_multi_remove_handle(multi_, easy);
    spare_.push_back(easy);
    under_way_.erase(exchange->id);
    poller_.stir();
  }
}

void HttpRequests::finished(std::vector<Answer>& answers) {
  if (!under_way_.empty() || !backlog_.empty()) poller_.pump();
  answers.insert(answers.end(), std::make_move_iterator(answers_.begin()), std::make_move_iterator(answers_.end()));
  answers_.clear();
}

/// Its connection goes with it: the answer may still come.
void HttpRequests::close(Exchange& exchange) {
  curl_multi_remove_handle(multi_, exchange.easy);
  curl_easy_cleanup(exchange.easy);
}

void HttpRequests::give_up(std::uint64_t id) {
  if (backlog_.erase(id) > 0) return;
  if (const auto begun = under_way_.find(id); begun != under_way_.end()) {
    close(*begun->second);
    under_way_.erase(begun);
    return;
  }
  std::erase_if(answers_, [id](const Answer& answer) { return answer.id == id; });
}

void HttpRequests::abandon_all() {
  backlog_.clear();
  for (auto& [_, exchange] : under_way_) close(*exchange);
  under_way_.clear();
  answers_.clear();
}

// --- On a worker's own thread ---------------------------------------------------------------------------------------

/// A thread's handle and its connection; closed when the thread ends.
struct HttpRequests::Blocking {
  CURLM* multi = curl_multi_init();
  CURL* easy = curl_easy_init();
  ~Blocking() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }
};

Requests::Answer HttpRequests::perform(Nanos latency, std::int64_t size, Standstill& still) {
  static thread_local Blocking mine;
  Received received;
  Answer answer;
  const int port = prepare(answer.failure);
  if (port == 0) return answer;
  aim(mine.easy, port, latency, size, received);
  curl_multi_add_handle(mine.multi, mine.easy);
  answer.failure = "The request was given up.";
  {
    const WokenBy woken(still, [multi = mine.multi] { curl_multi_wakeup(multi); });
    for (Nanos until = 0; (until = still.may_sleep_until()) != Standstill::kEnds;) {
      int running = 0;
      curl_multi_perform(mine.multi, &running);
      if (running == 0) {
        int left = 0;
        while (CURLMsg* message = curl_multi_info_read(mine.multi, &left))
          if (message->msg == CURLMSG_DONE)
            answer.failure = verdict(mine.easy, server_, message->data.result, received.bytes, size);
        break;
      }
      const Nanos ms = std::clamp<Nanos>(until - monotonic_now(), 0, kLongestPollMs * 1'000'000) / 1'000'000;
      curl_multi_poll(mine.multi, nullptr, 0, static_cast<int>(ms), nullptr);
    }
  }
  curl_multi_remove_handle(mine.multi, mine.easy);
  answer.bytes = received.bytes;
  return answer;
}

}  // namespace interleave
