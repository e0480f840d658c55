// What ThreadSanitizer must not say of a libuv that was not compiled with it: libuv closes
// descriptors by syscall(SYS_close), past the sanitizer, which then sees a number that one thread
// closed and another was given anew as a race between the two threads that made it.
#if defined(__SANITIZE_THREAD__)
#define UVNET_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UVNET_TSAN 1
#endif
#endif

#ifdef UVNET_TSAN
// Visible, because a shared libtsan looks for it. Only the functions that make descriptors are
// named, and only as the innermost frame: two threads that really use one descriptor are still
// found.
extern "C" __attribute__((visibility("default"))) const char*
__tsan_default_suppressions();               // NOLINT
const char* __tsan_default_suppressions() {  // NOLINT
  return "race_top:epoll_create1\n"
         "race_top:eventfd\n"
         "race_top:pipe2\n"
         "race_top:socket\n"
         "race_top:accept4\n"
         "race_top:open\n";
}
#endif
