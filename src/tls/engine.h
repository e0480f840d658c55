// TLS for one connection, without one: ciphertext in, plain text out, and back. No I/O, no events,
// no user code within a call of OpenSSL's (but for ALPN's callback, which OpenSSL wants answered
// there).
//
// The caller drives it: feed() what came, then next() until it says kNothing, sending output()
// after each call; write() and end() likewise. What fails, fails once and for good.
#pragma once

#include <uvnet/buffer.h>
#include <uvnet/error.h>
#include <uvnet/function.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls/context.h"
#include "tls/loop_bio.h"

namespace uvnet::tls {

struct EngineOptions {
  bool isServer = false;
  // A server: asks for a certificate; with refuseNone one that does not come ends the handshake.
  bool requestCert = false;
  bool refuseNone = false;
  std::string servername = {};         // of a client, for SNI; empty: none
  std::vector<std::string> alpn = {};  // in order of preference; a server picks
  Buffer session = {};                 // of a client, to resume: what session() gave
  bool wantsSessions = false;          // of a client: notes new ones
  // A server: another context for that name, or none. Called within OpenSSL: must not throw.
  Function<std::shared_ptr<Context>(const std::string& servername)> contextFor = {};
  // A server: Step::kServername is told, and the handshake waits for setContext().
  bool asksForContext = false;
  // A server: the protocol for those that the client offers, or none; in place of `alpn`. Called
  // within OpenSSL, which wants its answer there; what it throws is the engine's failure.
  Function<std::optional<std::string>(const std::string& servername,
                                      const std::vector<std::string>& protocols)>
      chooseProtocol = {};
  bool wantsKeylog = false;
};

class Engine {
 public:
  // In order; kFailed from any.
  enum class State : std::uint8_t {
    kHandshaking,
    kOpen,
    kEnded,  // the peer has said that it sends no more (close_notify)
    kFailed,
  };
  enum class Step : std::uint8_t {
    kNothing,     // more ciphertext is needed, or setContext()
    kServername,  // the client asks for servername(): setContext(), then next()
    kSecure,      // the handshake is over
    kData,        // data() has some
    kEnd,         // the peer's close_notify
    kFailed,      // error() says why
  };

  // Throws Error where OpenSSL cannot make one.
  Engine(const std::shared_ptr<Context>& context, EngineOptions options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  State state() const noexcept { return state_; }
  bool established() const noexcept { return established_; }

  // The bytes must stay where they are until next() has said kNothing (or the engine has ended).
  void feed(std::string_view ciphertext) noexcept { in_ = ciphertext; }
  Step next();
  // Of what was fed, while the handshake waits for a context.
  std::string_view unread() const noexcept { return in_; }
  std::string servername() const;
  // Null: the context that there is.
  void setContext(std::shared_ptr<Context> context) noexcept;
  Buffer data() noexcept { return std::move(data_); }
  const Error& error() const noexcept { return *error_; }

  // Whole, as records; only while state() is kOpen or kEnded, else 0 is taken.
  std::size_t write(std::string_view plain);
  // close_notify, once; nothing before the handshake is over.
  void end();
  // What is to be sent: for the caller to take and give back.
  std::string takeOutput() noexcept { return bio_->takeOut(); }
  void giveBack(std::string&& memory) noexcept { bio_->giveBack(std::move(memory)); }

  // Notes of what OpenSSL said on the way, for the caller to tell.
  std::vector<std::string> takeKeylog() noexcept { return std::exchange(keylog_, {}); }
  std::vector<Buffer> takeSessions() noexcept { return std::exchange(sessions_, {}); }

  // What OpenSSL calls for every connection of a context, whichever thread it is in.
  static void install(SSL_CTX* ctx) noexcept;

  SSL* ssl() const noexcept { return ssl_.get(); }
  bool isServer() const noexcept { return options_.isServer; }
  const EngineOptions& options() const noexcept { return options_; }

 private:
  struct Callbacks;
  // OpenSSL's limit of 32 was taken away in 1.1.1b; each KeyUpdate that asks for one makes us
  // write.
  static constexpr unsigned kMostWithoutData = 32;
  static constexpr std::size_t kRecord = 16384;  // the most plain text of one (RFC 8446 5.1)

  Step advance();
  Step fail(Error error);
  int chooseAlpn(std::string_view offered, const unsigned char** out, unsigned char* size) noexcept;
  std::optional<std::string> askForProtocol(const std::vector<std::string>& protocols);
  Step failed(int result);

  const std::shared_ptr<Context> context_;  // what OpenSSL calls asks for it
  EngineOptions options_;
  Ref<LoopBio> bio_;
  SslPtr ssl_;
  std::string_view in_;
  Buffer data_;
  Buffer room_;  // where the next record goes
  std::unique_ptr<Error> error_;
  std::vector<std::string> keylog_;
  std::vector<Buffer> sessions_;
  std::string alpnWire_;
  unsigned withoutData_ = 0;  // messages behind the handshake since the last application data
  State state_ = State::kHandshaking;
  bool established_ = false;
  bool saidEnd_ = false;
  enum class Sni : std::uint8_t { kUnasked, kAsked, kTold, kAnswered };
  Sni sni_ = Sni::kUnasked;
  std::shared_ptr<Context> other_;  // setContext()'s, or contextFor()'s
  std::string chosen_;              // by chooseProtocol(); OpenSSL reads it
  std::unique_ptr<Error> refused_;  // what chooseProtocol() threw, or gave that was not offered
};

// ["h2", "http/1.1"] as it goes over the wire: each with its length before it. Throws
// ERR_OUT_OF_RANGE for one that is empty or longer than 255 bytes.
std::string alpnWire(const std::vector<std::string>& protocols);

}  // namespace uvnet::tls
