#include "handles/loop_context.h"

#include <uv.h>

#include "handles/request.h"
#include "handles/timer.h"

namespace uvnet::handles {

LoopContext::LoopContext(Host& host)
    : host_(host),
      loop_(host.loop()),
      requests_(std::make_unique<RequestPool>()),
      timers_(make<TimerLists>(host)) {}

LoopContext::~LoopContext() { shutdown(); }

std::uint64_t LoopContext::now() const noexcept { return uv_now(loop_); }

void LoopContext::shutdown() noexcept { timers_->close(); }

}  // namespace uvnet::handles
