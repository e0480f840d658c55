#include "tls/loop_bio.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace uvnet::tls {
namespace {

LoopBio*& current() noexcept {
  static thread_local LoopBio* one = nullptr;
  return one;
}

LoopBio& of(BIO* bio) noexcept { return *static_cast<LoopBio*>(BIO_get_data(bio)); }

int onRead(BIO* bio, char* to, std::size_t size, std::size_t* taken) noexcept {
  std::string_view& in = of(bio).in;
  BIO_clear_retry_flags(bio);
  if (in.empty()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  *taken = std::min(size, in.size());
  std::memcpy(to, in.data(), *taken);
  in.remove_prefix(*taken);
  return 1;
}

int onWrite(BIO* bio, const char* bytes, std::size_t size, std::size_t* taken) noexcept {
  BIO_clear_retry_flags(bio);
  try {
    of(bio).out.append(bytes, size);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  *taken = size;
  return 1;
}

long onControl(BIO*, int command, long, void*) noexcept {
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_PUSH || command == BIO_CTRL_POP ? 1 : 0;
}

BIO_METHOD* method() {
  static const Owned<BIO_METHOD, BIO_meth_free> one = [] {
    Owned<BIO_METHOD, BIO_meth_free> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "uvnet"));
    BIO_meth_set_read_ex(made.get(), onRead);
    BIO_meth_set_write_ex(made.get(), onWrite);
    BIO_meth_set_ctrl(made.get(), onControl);
    return made;
  }();
  return one.get();
}

}  // namespace

Ref<LoopBio> LoopBio::ofThisThread() {
  if (current() != nullptr) return Ref<LoopBio>(current());
  Ref<LoopBio> made = make<LoopBio>();
  current() = made.get();
  return made;
}

LoopBio::LoopBio() : bio_(BIO_new(method())) {
  if (bio_ == nullptr) throw std::bad_alloc();
  BIO_set_data(bio_.get(), this);
  BIO_set_init(bio_.get(), 1);
}

LoopBio::~LoopBio() { current() = nullptr; }

void LoopBio::giveBack(std::string&& memory) noexcept {
  if (!out.empty() || memory.capacity() > kKeep) return;
  out = std::move(memory);
  out.clear();
}

}  // namespace uvnet::tls
