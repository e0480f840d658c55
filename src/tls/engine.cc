#include "tls/engine.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

namespace uvnet::tls {

// What OpenSSL calls. Nothing of it may throw, and none of it runs user code but contextFor().
struct Engine::Callbacks {
  static Engine& of(const SSL* ssl) noexcept {
    return *static_cast<Engine*>(SSL_get_app_data(ssl));
  }

  // Yes to everything: whether a chain that does not verify ends the connection is decided after
  // the handshake, as in Node.
  static int onVerify(int, X509_STORE_CTX*) noexcept { return 1; }

  static void onKeylog(const SSL* ssl, const char* line) noexcept {
    Engine& self = of(ssl);
    if (!self.options_.wantsKeylog) return;
    try {
      self.keylog_.push_back(std::string(line) + "\n");
    } catch (const std::bad_alloc&) {
    }
  }

  static int onNewSession(SSL* ssl, SSL_SESSION* session) noexcept {
    Engine& self = of(ssl);
    if (!self.options_.wantsSessions || self.options_.isServer) return 0;
    try {
      self.sessions_.push_back(bytesOf(session));
    } catch (const std::bad_alloc&) {
    }
    return 0;  // no reference kept
  }

  static int onAlpn(SSL* ssl, const unsigned char** out, unsigned char* outSize,
                    const unsigned char* offered, unsigned offeredSize, void*) noexcept {
    Engine& self = of(ssl);
    if (self.options_.chooseProtocol) {
      return self.chooseAlpn({reinterpret_cast<const char*>(offered), offeredSize}, out, outSize);
    }
    if (self.alpnWire_.empty()) return SSL_TLSEXT_ERR_NOACK;
    unsigned char* chosen = nullptr;
    const int result = SSL_select_next_proto(
        &chosen, outSize, reinterpret_cast<const unsigned char*>(self.alpnWire_.data()),
        static_cast<unsigned>(self.alpnWire_.size()), offered, offeredSize);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  static int onCertificate(SSL* ssl, void*) noexcept {
    Engine& self = of(ssl);
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return 1;
    if (self.options_.asksForContext && self.sni_ != Sni::kAnswered) {
      if (self.sni_ == Sni::kUnasked) self.sni_ = Sni::kAsked;
      return -1;  // the handshake waits
    }
    if (self.options_.contextFor) self.other_ = self.options_.contextFor(name);
    if (self.other_ != nullptr) {
      SSL_set_SSL_CTX(ssl, self.other_->ctx());
      // Who is trusted is the other context's, too.
      SSL_set1_verify_cert_store(ssl, SSL_CTX_get_cert_store(self.other_->ctx()));
    }
    return 1;
  }

  static void onMessage(int written, int, int type, const void*, std::size_t size, SSL* ssl,
                        void*) noexcept {
    if (written != 0 || type != SSL3_RT_HANDSHAKE || size == 0) return;
    Engine& self = of(ssl);
    if (self.established_) ++self.withoutData_;
  }
};

std::string alpnWire(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) {
      throw Error("The byte length of the protocol at index " +
                      std::to_string(&protocol - protocols.data()) +
                      " exceeds the maximum length. It must be <= 255. Received " +
                      std::to_string(protocol.size()),
                  "ERR_OUT_OF_RANGE", "RangeError");
    }
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  return wire;
}

Engine::Engine(const std::shared_ptr<Context>& context, EngineOptions options)
    : context_(context),
      options_(std::move(options)),
      bio_(LoopBio::ofThisThread()),
      ssl_(SSL_new(context->ctx())),
      alpnWire_(alpnWire(options_.alpn)) {
  if (ssl_ == nullptr) throw connectionError();
  SSL* ssl = ssl_.get();
  SSL_set_app_data(ssl, this);
  BIO_up_ref(bio_->bio());
  SSL_set_bio(ssl, bio_->bio(), bio_->bio());
  SSL_set_msg_callback(ssl, Callbacks::onMessage);
  if (options_.isServer) {
    SSL_set_accept_state(ssl);
    int mode = SSL_VERIFY_NONE;
    if (options_.requestCert) {
      mode = SSL_VERIFY_PEER | (options_.refuseNone ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
    }
    SSL_set_verify(ssl, mode, Callbacks::onVerify);
    SSL_set_cert_cb(ssl, Callbacks::onCertificate, nullptr);
  } else {
    SSL_set_connect_state(ssl);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, Callbacks::onVerify);
    if (!options_.servername.empty()) {
      SSL_set_tlsext_host_name(ssl, options_.servername.c_str());
    }
    if (!alpnWire_.empty()) {
      SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(alpnWire_.data()),
                          static_cast<unsigned>(alpnWire_.size()));
    }
    if (!options_.session.empty()) {
      const auto* from = reinterpret_cast<const unsigned char*>(options_.session.data());
      const SessionPtr session(
          d2i_SSL_SESSION(nullptr, &from, static_cast<long>(options_.session.size())));
      if (session != nullptr) SSL_set_session(ssl, session.get());
    }
  }
  ERR_clear_error();
}

void Engine::install(SSL_CTX* ctx) noexcept {
  SSL_CTX_set_keylog_callback(ctx, Callbacks::onKeylog);
  SSL_CTX_set_alpn_select_cb(ctx, Callbacks::onAlpn, nullptr);
  SSL_CTX_sess_set_new_cb(ctx, Callbacks::onNewSession);
}

Engine::~Engine() {
  // Not inside one of OpenSSL's calls: no callback of ours runs user code there.
  bio_->in = {};
}

Engine::Step Engine::fail(Error error) {
  state_ = State::kFailed;
  error_ = std::make_unique<Error>(std::move(error));
  in_ = {};
  return Step::kFailed;
}

// After a call that did not do what it was to do.
Engine::Step Engine::failed(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Step::kNothing;
    case SSL_ERROR_WANT_X509_LOOKUP:
      if (sni_ != Sni::kAsked) return Step::kNothing;
      sni_ = Sni::kTold;
      return Step::kServername;
    case SSL_ERROR_ZERO_RETURN:
      if (state_ == State::kOpen) state_ = State::kEnded;
      return Step::kEnd;
    default:
      return fail(refused_ != nullptr ? std::move(*refused_) : connectionError());
  }
}

std::string Engine::servername() const {
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

void Engine::setContext(std::shared_ptr<Context> context) noexcept {
  other_ = std::move(context);
  sni_ = Sni::kAnswered;
}

// The one call of user code within OpenSSL. It may use other connections of this thread, which have
// the same BIO.
std::optional<std::string> Engine::askForProtocol(const std::vector<std::string>& protocols) {
  struct Apart {
    explicit Apart(LoopBio& one) : bio(one), in(one.in), out(one.takeOut()) {}
    ~Apart() {
      bio.in = in;
      bio.out = std::move(out);
    }
    LoopBio& bio;
    std::string_view in;
    std::string out;
  };
  const Apart apart(*bio_);
  return options_.chooseProtocol(servername(), protocols);
}

int Engine::chooseAlpn(std::string_view offered, const unsigned char** out,
                       unsigned char* size) noexcept {
  try {
    std::vector<std::string> protocols;
    while (!offered.empty()) {
      const std::size_t length = static_cast<unsigned char>(offered[0]);
      protocols.emplace_back(offered.substr(1, length));
      offered.remove_prefix(std::min(offered.size(), length + 1));
    }
    const std::optional<std::string> chosen = askForProtocol(protocols);
    if (!chosen) return SSL_TLSEXT_ERR_ALERT_FATAL;
    if (std::find(protocols.begin(), protocols.end(), *chosen) == protocols.end()) {
      std::string shown;
      for (const std::string& one : protocols) shown += (shown.empty() ? "" : ",") + one;
      throw Error("ALPN callback returned a value (" + *chosen +
                      ") that did not match any of the client's offered protocols (" + shown + ")",
                  "ERR_TLS_ALPN_CALLBACK_INVALID_RESULT", "TypeError");
    }
    chosen_ = *chosen;
    *out = reinterpret_cast<const unsigned char*>(chosen_.data());
    *size = static_cast<unsigned char>(chosen_.size());
    return SSL_TLSEXT_ERR_OK;
  } catch (const Error& error) {
    refused_ = std::make_unique<Error>(error);
  } catch (const std::exception& error) {
    refused_ = std::make_unique<Error>(error.what());
  } catch (...) {
    refused_ = std::make_unique<Error>("The ALPN callback has failed");
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

Engine::Step Engine::next() {
  if (state_ == State::kFailed || state_ == State::kEnded) return Step::kNothing;
  const ErrorQueue queue;
  bio_->in = in_;
  const Step step = advance();
  in_ = state_ == State::kFailed ? std::string_view() : bio_->in;
  bio_->in = {};
  return step;
}

Engine::Step Engine::advance() {
  SSL* ssl = ssl_.get();
  if (state_ == State::kHandshaking) {
    const int result = SSL_do_handshake(ssl);
    if (result != 1) return failed(result);
    state_ = State::kOpen;
    established_ = true;
    return Step::kSecure;
  }
  if (room_.empty()) {
    // As many records as fit are read into one block; a small one is copied out of it.
    room_ = Buffer::allocUnsafe(kRecord);
  }
  std::size_t size = 0;
  const int result = SSL_read_ex(ssl, room_.mutableData(), room_.size(), &size);
  if (withoutData_ > kMostWithoutData) {
    return fail(
        Error("Too many messages without application data", "ERR_SSL_TOO_MANY_KEY_UPDATES"));
  }
  if (result != 1) {
    room_ = {};
    return failed(result);
  }
  withoutData_ = 0;
  if (size >= kRecord / 4) {
    data_ = room_.subarray(0, size);
    room_ = {};
  } else {
    data_ = Buffer::copyOf(room_.view().substr(0, size));
  }
  return Step::kData;
}

std::size_t Engine::write(std::string_view plain) {
  if ((state_ != State::kOpen && state_ != State::kEnded) || saidEnd_) return 0;
  const ErrorQueue queue;
  std::size_t done = 0;
  while (done < plain.size()) {
    std::size_t taken = 0;
    const std::string_view piece = plain.substr(done, kRecord);
    const int result = SSL_write_ex(ssl_.get(), piece.data(), piece.size(), &taken);
    if (result != 1) {
      // Not for want of room: the BIO takes everything.
      if (failed(result) == Step::kNothing) fail(connectionError());
      break;
    }
    done += taken;
  }
  return done;
}

void Engine::end() {
  if (std::exchange(saidEnd_, true) || !established_ || state_ == State::kFailed) return;
  const ErrorQueue queue;
  SSL_shutdown(ssl_.get());
}

}  // namespace uvnet::tls
