// What a Host does that has not said otherwise.
#include <uvnet/host.h>

#include <utility>

namespace uvnet {

AsyncContext::~AsyncContext() = default;

Host::~Host() = default;
void Host::warning(std::string_view, std::string_view) noexcept {}
Buffer Host::readMemory(std::size_t) noexcept {
  hasReadMemory_ = false;
  return {};
}
// NOLINTNEXTLINE(performance-unnecessary-value-param): who overrides it keeps the callback
bool Host::resolve(const std::string&, const LookupOptions&, LookupCallback) { return false; }
std::optional<Error> Host::refuse(const Access&) { return std::nullopt; }
Ref<AsyncContext> Host::captureContext() noexcept { return nullptr; }
void Host::swapContext(Ref<AsyncContext>&) noexcept {}

std::string Access::resource() const {
  if (kind == Kind::kAdopt) return "fd " + std::to_string(fd);
  if (!path.empty()) return std::string(path);
  const bool v6 = address.find(':') != std::string_view::npos;
  std::string text = v6 ? "[" : "";
  text += address;
  if (v6) text += ']';
  return text + ':' + std::to_string(port);
}

Error accessDenied(const Access& access, std::string permission) {
  Error error("Access to this API has been restricted", "ERR_ACCESS_DENIED");
  error.permission = std::move(permission);
  error.resource = access.resource();
  return error;
}

}  // namespace uvnet
